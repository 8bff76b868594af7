"""The entries of a network's log."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base
from tenants.ownership import NetworkShared


class LogEntry(NetworkShared, Base):
    """The canonical bytes of an entry, and its leaf hash (RFC 6962).

    `number` counts a network's entries from 0; `case_entry` and `tenant_entry` count those of one case or idea, and of
    one business, from 1. None of the three has gaps, so an entry that is left out shows.
    """

    __tablename__ = "log_entries"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "event_id"], ["events.network_id", "events.id"]),
        UniqueConstraint("network_id", "event_id"),
        UniqueConstraint("case_id", "case_entry"),
        UniqueConstraint("idea_id", "case_entry"),
        UniqueConstraint("tenant_id", "tenant_entry"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int]
    case_id: Mapped[int | None]
    idea_id: Mapped[int | None]
    case_entry: Mapped[int]
    tenant_id: Mapped[int | None]
    tenant_entry: Mapped[int | None]
    entry: Mapped[bytes] = mapped_column(LargeBinary)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32))
