"""Uploads that are not a case's yet. Every file begins here: its row, its content, then the verb that takes it over.

A form holds a random token; its hash, together with what the form is for and whose it is, finds the form's files and
no others. They can be used for an hour, and are swept some minutes later, so that no verb is overtaken by the sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, select

from portal.files.checking import Checked
from portal.files.media import KEPT, Media
from portal.files.models import File, StagedFile
from portal.files.storage import Storage, StorageAway, new_key
from portal.logs import fields
from tenants import clock
from tenants.ids import new_id, token_hash
from tenants.scope import Scope, current, db, entered, writing

LOG = logging.getLogger(__name__)
STAGED = timedelta(hours=1)
MARGIN = timedelta(minutes=15)
SWEPT_AT_ONCE = 200
COPIED = (
    "media_type",
    "size",
    "width",
    "height",
    "thumbnail_width",
    "thumbnail_height",
    "storage_key",
    "thumbnail_key",
)
"""What a case's file takes over from its staged one."""


@dataclass(frozen=True)
class Bundle:
    """The files of one form: `purpose` says which form of whom, `token` is what the form holds (128 bits or more)."""

    network_id: int
    purpose: str
    token: str

    @property
    def hash(self) -> bytes:
        return token_hash(f"files:{self.purpose}:{self.token}")


@dataclass(frozen=True)
class Staged:
    """One staged file, as a verb takes it over and a form lists it."""

    id: int
    digest: bytes
    values: dict[str, object]

    @property
    def media(self) -> Media:
        return KEPT[str(self.values["media_type"])]

    @property
    def size(self) -> int:
        return int(str(self.values["size"]))


def stage(bundle: Bundle, checked: Checked, store: Storage) -> Staged:
    """Keep an accepted upload for the time of its form. Raises StorageAway, and then nothing is kept."""
    now = clock.now()
    values: dict[str, object] = {
        "media_type": checked.media.type,
        "size": len(checked.content),
        "width": checked.width,
        "height": checked.height,
        "thumbnail_width": checked.thumbnail_width,
        "thumbnail_height": checked.thumbnail_height,
        "storage_key": new_key(),
        "thumbnail_key": new_key() if checked.thumbnail else None,
    }
    staged = Staged(new_id(), checked.digest, values)
    form = {"form_hash": bundle.hash, "digest": checked.digest, "staged_at": now, "expires_at": now + STAGED}
    with entered(Scope.door(bundle.network_id)):
        with writing():
            db.session.add(StagedFile(id=staged.id, network_id=bundle.network_id, **form, **values))
        try:
            store.put(str(values["storage_key"]), checked.content, checked.media.type)
            if checked.thumbnail:
                store.put(str(values["thumbnail_key"]), checked.thumbnail, "image/jpeg")
        except StorageAway:
            _expire(bundle, [staged.id])
            raise
    return staged


def staged(bundle: Bundle, ids: Iterable[int] | None = None) -> list[Staged]:
    """The form's files that still wait, oldest first; or those of these `ids`, in their order."""
    rows = StagedFile.__table__
    with entered(Scope.door(bundle.network_id)) as scope:
        query = scope.select(rows).where(rows.c.form_hash == bindparam("hash"), rows.c.expires_at > bindparam("now"))
        found = db.session.execute(query.order_by(rows.c.id), {"hash": bundle.hash, "now": clock.now()})
        known = {row.id: Staged(row.id, row.digest, {name: getattr(row, name) for name in COPIED}) for row in found}
    return list(known.values()) if ids is None else [known[one] for one in dict.fromkeys(ids) if one in known]


def forget(bundle: Bundle, ids: Iterable[int]) -> None:
    """Let the form's files go: a case has taken them over, or the form does not want them. The sweep does the rest."""
    with entered(Scope.door(bundle.network_id)):
        _expire(bundle, list(ids))


def _expire(bundle: Bundle, ids: list[int]) -> None:
    if not ids:
        return
    rows = StagedFile.__table__
    with writing():
        mine = rows.c.id.in_(ids) & (rows.c.form_hash == bundle.hash)
        db.session.execute(current().update(rows).where(mine).values(expires_at=clock.now()))


def sweep(store: Storage, most: int = SWEPT_AT_ONCE) -> int:
    """Delete up to `most` staged files whose time has passed, and their contents unless a case took them over.

    Runs as the system. Returns how many went; a storage that is away is left for the next time.
    """
    with entered(Scope.system()):
        overdue = select(StagedFile).where(StagedFile.expires_at < clock.now() - MARGIN).limit(most)
        rows = list(db.session.scalars(overdue))
        keys = [row.storage_key for row in rows]
        taken = set(db.session.scalars(select(File.storage_key).where(File.storage_key.in_(keys))))
        gone = []
        for row in rows:
            if row.storage_key in taken or delete_content(store, row.storage_key, row.thumbnail_key):
                gone.append(row.id)
        table = StagedFile.__table__
        with writing():
            db.session.execute(current().delete(table).where(table.c.id.in_(gone)))
    return len(gone)


def delete_content(store: Storage, *keys: str | None) -> bool:
    """Delete what lies under these keys. False, and a line in the log, when the storage is away."""
    try:
        for key in keys:
            if key is not None:
                store.delete(key)
    except StorageAway as problem:
        LOG.warning("a file's content could not be deleted yet", extra=fields("storage.away", problem=problem))
        return False
    return True
