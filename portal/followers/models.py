"""How far each follower has read, what is to be sent, and which workers live."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKeyConstraint, Index, String, Text, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base, only_where
from tenants.ownership import Global, Kind, WorkerOnly, system_and

QUEUED: ColumnElement[str] = literal_column("'queued'")
DEAD: ColumnElement[str] = literal_column("'dead'")
"""In words: PostgreSQL plans a prepared statement for all values alike, and could not use the index of these for a
bound one."""


class Cursor(Global, Base):
    """The last position that a follower has dealt with."""

    __tablename__ = "cursors"

    follower: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)


class WorkerRun(Global, Base):
    """One life of a worker process, and when it was last heard of."""

    __tablename__ = "worker_runs"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    """When it stopped because it was asked to; None while it works, or when it died."""


class Delivery(WorkerOnly, Base):
    """One message to the outside, kept until it has arrived or has been given up.

    `effect_id` is the same however often we try, so that a receiver can recognise a repetition. A sender holds a lease
    for a time; `fence` grows with every claim, and who comes back with an older fence changes nothing.
    """

    __tablename__ = "deliveries"
    writers = system_and(Kind.DOOR)
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "event_id"], ["events.network_id", "events.id"]),
        CheckConstraint("state IN ('queued', 'sent', 'dead')", name="state"),
        Index("ix_deliveries_event", "event_id", "address"),
        Index("ix_deliveries_dead", "next_at", **only_where("state = 'dead'")),
        Index("ix_deliveries_next", "next_at", "id", **only_where("state = 'queued'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    effect_id: Mapped[str] = mapped_column(String(120), unique=True)
    event_id: Mapped[int | None]
    """What it tells of; None for a letter that somebody asked for, as a link for signing in."""
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(254))
    message: Mapped[dict[str, Any]]
    secret: Mapped[bool] = mapped_column(default=False)
    """Whether the message opens something: it is wiped as soon as it has left, or has been given up."""
    state: Mapped[str] = mapped_column(String(8), default="queued")
    tries: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    next_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)
