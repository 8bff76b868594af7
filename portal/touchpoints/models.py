"""Moods that people left at a place, and their daily counts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base
from tenants.models import TENANT
from tenants.ownership import Kind, NetworkShared, Row, TenantPrivate, none, same_network, same_tenant, system_and
from tenants.scope import Scope

MOODS = ("good", "fair", "bad")
DISBELIEFS = ("nothing_changes", "too_much_effort", "did_not_know")
"""Why somebody who is unhappy does not report it."""
PLACE = ["touchpoints.network_id", "touchpoints.id"]


class Mood(TenantPrivate, Base):
    """One tap, by one browser, at one place, on one day; the newest counts. Its line is for the business alone.

    `voter_hash` is made anew each day, so that nobody can be followed from one day to the next.
    """

    __tablename__ = "moods"
    writers = system_and(Kind.DOOR)
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "touchpoint_id"], PLACE),
        UniqueConstraint("touchpoint_id", "day", "voter_hash"),
        CheckConstraint("mood IN ('good', 'fair', 'bad')", name="mood"),
        CheckConstraint("disbelief IN ('nothing_changes', 'too_much_effort', 'did_not_know')", name="disbelief"),
        CheckConstraint("disbelief IS NULL OR mood = 'bad'", name="only_the_unhappy"),
        Index("ix_moods_lines", "network_id", "tenant_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    touchpoint_id: Mapped[int]
    day: Mapped[date] = mapped_column(Date)
    """In the network's zone."""
    voter_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    mood: Mapped[str] = mapped_column(String(4))
    disbelief: Mapped[str | None] = mapped_column(String(16))
    line: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        if scope.at_the_door or scope.is_system:
            return same_network(row, scope)
        return same_network(row, scope) & same_tenant(row, scope) if scope.for_tenant else none(row)

    @classmethod
    def changeable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return same_network(row, scope) if scope.at_the_door or scope.is_system else none(row)


class MoodDay(NetworkShared, Base):
    """How many taps of each kind a place got on a day: what everybody may see of them."""

    __tablename__ = "mood_days"
    writers = system_and(Kind.DOOR)
    __table_args__ = (ForeignKeyConstraint(["network_id", "touchpoint_id"], PLACE),)

    touchpoint_id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    good: Mapped[int] = mapped_column(default=0)
    fair: Mapped[int] = mapped_column(default=0)
    bad: Mapped[int] = mapped_column(default=0)
    nothing_changes: Mapped[int] = mapped_column(default=0)
    too_much_effort: Mapped[int] = mapped_column(default=0)
    did_not_know: Mapped[int] = mapped_column(default=0)

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return same_network(row, scope)
