"""Files of cases, and files that wait for their form to be sent. Contents lie in the storage, under random keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.events.models import readable_entry
from tenants.db import Base, only_where
from tenants.models import TENANT
from tenants.ownership import PARTIES, DoorOnly, NetworkShared, Row
from tenants.scope import Scope

TYPES = "media_type IN ('image/jpeg', 'image/png', 'application/pdf', 'text/plain')"


class File(NetworkShared, Base):
    """One photo or document of a case. Who may read it is decided as for an event of the same audience.

    A removed one keeps its row, which says that it was there and why it is not any more; `storage_key` stands until
    its content has been deleted.
    """

    __tablename__ = "files"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], ["cases.network_id", "cases.id"]),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("case_id", "number"),
        UniqueConstraint("storage_key"),
        CheckConstraint("audience IN ('public', 'customer', 'shared', 'internal')", name="audience"),
        CheckConstraint("actor IN ('customer', 'staff', 'system')", name="actor"),
        CheckConstraint("audience <> 'internal' OR tenant_id IS NOT NULL", name="internal_has_tenant"),
        CheckConstraint(TYPES, name="media_type"),
        CheckConstraint("(removed_at IS NULL) = (removed_because IS NULL)", name="removed_because"),
        CheckConstraint("storage_key IS NOT NULL OR removed_at IS NOT NULL", name="kept"),
        Index("ix_files_removed", "id", **only_where("removed_at IS NOT NULL AND storage_key IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int]
    number: Mapped[int]
    """1, 2, 3 … in the order in which the files of the case came."""
    audience: Mapped[str] = mapped_column(String(10))
    actor: Mapped[str] = mapped_column(String(10))
    tenant_id: Mapped[int | None]
    """The business that added it; None for the customer's."""
    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    """Bytes as they are kept."""
    width: Mapped[int | None]
    height: Mapped[int | None]
    thumbnail_width: Mapped[int | None]
    thumbnail_height: Mapped[int | None]
    storage_key: Mapped[str | None] = mapped_column(String(40))
    thumbnail_key: Mapped[str | None] = mapped_column(String(40))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_because: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return readable_entry(row, scope)


class StagedFile(DoorOnly, Base):
    """An upload that was accepted and is nobody's yet: its form was refused, or its verb is about to run.

    Written before its content, so that no content is ever without a row. Found by the hash of what its form holds.
    """

    __tablename__ = "staged_files"
    __table_args__ = (
        UniqueConstraint("storage_key"),
        CheckConstraint(TYPES, name="media_type"),
        Index("ix_staged_files_form", "network_id", "form_hash"),
        Index("ix_staged_files_expires", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    form_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    thumbnail_width: Mapped[int | None]
    thumbnail_height: Mapped[int | None]
    storage_key: Mapped[str] = mapped_column(String(40))
    thumbnail_key: Mapped[str | None] = mapped_column(String(40))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256 of what was uploaded: the same form sent twice is known by it."""
    staged_at: Mapped[datetime]
    expires_at: Mapped[datetime]
