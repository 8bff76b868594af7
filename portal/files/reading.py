"""Reading files: what a page shows of them, and the one query that decides whether somebody gets a content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import bindparam

from portal.events.kinds import FILE_ADDED
from portal.events.timeline import Entry
from portal.files.adding import NoSuchFile
from portal.files.media import KEPT
from portal.files.models import File
from portal.files.storage import storage
from tenants.db import Base
from tenants.permissions import allows
from tenants.prepared import prepared
from tenants.scope import Kind, Scope, current, db


@dataclass(frozen=True)
class ShownFile:
    """A file as a page shows it. `name` is ours and says nothing about anybody. Sizes in bytes and pixels."""

    number: int
    name: str
    media_type: str
    is_image: bool
    size: int
    thumbnail_width: int | None
    thumbnail_height: int | None
    added_at: datetime
    removed_at: datetime | None
    removed_because: str | None
    is_removable: bool
    """Whether this reader may remove it."""


@dataclass(frozen=True)
class Content:
    """A content to be sent: its bytes are opened by `open`."""

    id: int
    name: str
    media_type: str
    is_image: bool
    size: int | None
    """Bytes; None for a thumbnail."""
    key: str

    def open(self) -> BinaryIO:
        """The content, to be read and closed. Raises ContentGone or StorageAway."""
        return storage().open(self.key)


@dataclass(frozen=True)
class WholeFile:
    """A file of a case with its content, for an export of personal data."""

    number: int
    name: str
    media_type: str
    audience: str
    actor: str
    added_at: datetime
    content: Content

    def open(self) -> BinaryIO:
        """The content, to be read and closed. Raises ContentGone or StorageAway."""
        return self.content.open()


def name_of(number: int, media_type: str) -> str:
    """What a file is called: `photo-7.jpg`."""
    media = KEPT[media_type]
    return f"{media.name}-{number}.{media.extension}"


def files_of(case: Any) -> dict[int, ShownFile]:
    """The files of a case (its row) that the reader may know of, by their number; removed ones too."""
    rows = db.session.execute(_files_of(), {"case_id": case.id})
    leads = current().tenant_id == case.lead_tenant_id
    return {row.number: _shown(row, leads=leads) for row in rows}


def files_in(entries: Sequence[Entry], case: Any) -> dict[int, ShownFile]:
    """The files that a timeline speaks of; most speak of none, and cost no statement."""
    return files_of(case) if any(entry.kind == FILE_ADDED.name for entry in entries) else {}


def find_content(reference: str, number: int, *, thumbnail: bool = False) -> Content:
    """The content under a case's reference and a file's number, if the reader may have it.

    One query decides, over case and file together. Raises NoSuchFile for everything else, whatever the reason.
    """
    row = db.session.execute(_by_number(), {"reference": reference, "number": number}).one_or_none()
    key = row and (row.thumbnail_key if thumbnail else row.storage_key)
    if not row or not key:
        raise NoSuchFile(number)
    if thumbnail:
        return Content(row.id, f"thumbnail-{number}.jpg", "image/jpeg", True, None, key)
    return Content(row.id, name_of(number, row.media_type), row.media_type, KEPT[row.media_type].image, row.size, key)


def all_of(case_id: int) -> Iterator[WholeFile]:
    """Every file of a case that the scope may read and that is still there, oldest first."""
    for row in db.session.execute(_files_of(), {"case_id": case_id}).all():
        if row.removed_at is None:
            name, is_image = name_of(row.number, row.media_type), KEPT[row.media_type].image
            content = Content(row.id, name, row.media_type, is_image, row.size, row.storage_key)
            yield WholeFile(row.number, name, row.media_type, row.audience, row.actor, row.added_at, content)


def may_remove(row: Any, *, leads: bool) -> bool:
    """The customer removes their own; handlers what their business added, and as the lead everything."""
    scope = current()
    if scope.kind is Kind.CUSTOMER:
        return bool(row.actor == "customer")
    if scope.is_system:
        return True
    return scope.for_tenant and allows(scope, "case.redact") and (leads or row.tenant_id == scope.tenant_id)


def _shown(row: Any, *, leads: bool) -> ShownFile:
    return ShownFile(
        number=row.number,
        name=name_of(row.number, row.media_type),
        media_type=row.media_type,
        is_image=KEPT[row.media_type].image,
        size=row.size,
        thumbnail_width=row.thumbnail_width,
        thumbnail_height=row.thumbnail_height,
        added_at=row.added_at,
        removed_at=row.removed_at,
        removed_because=row.removed_because,
        is_removable=row.removed_at is None and may_remove(row, leads=leads),
    )


@prepared
def _files_of(scope: Scope) -> Any:
    files = File.__table__
    return scope.select(files).where(files.c.case_id == bindparam("case_id")).order_by(files.c.number)


@prepared
def _by_number(scope: Scope) -> Any:
    files, cases = File.__table__, Base.metadata.tables["cases"]
    return (
        scope.select(files, also=[cases])
        .select_from(files.join(cases, cases.c.id == files.c.case_id))
        .where(
            cases.c.reference == bindparam("reference"),
            files.c.number == bindparam("number"),
            files.c.removed_at.is_(None),
        )
    )
