"""What businesses do about an idea: the cases behind it, the part of each business, promises, and saved views."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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

from portal.cases import reach as cases_reach
from portal.cases.models import CASE
from portal.ideas import reach
from portal.ideas.models import IDEA, OfIdea, one_of
from tenants.db import Base, only_where
from tenants.models import TENANT, USER
from tenants.ownership import Row, TenantPrivate
from tenants.scope import Scope

PART_STATES = ("asked", "planned", "in_progress", "done", "declined", "blocked")


class IdeaEvidence(OfIdea, Base):
    """A case behind an idea. One that was taken out stays, with when and why.

    `person_hash` stands for whose case it is (an account, else a confirmed address, else the case itself), so that one
    person counts once: `is_counted` is true for one live row of each person. Who may read the row sees the case only if
    they may read the case itself; the counters on the idea count all.
    """

    __tablename__ = "idea_evidence"
    of_case = "case_id"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "idea_id"], IDEA),
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        CheckConstraint("NOT (is_counted AND removed_at IS NOT NULL)", name="counted"),
        Index("uq_idea_evidence_person", "idea_id", "person_hash", unique=True, **only_where("is_counted")),
        Index("ix_idea_evidence_case", "case_id"),
    )

    idea_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    is_counted: Mapped[bool] = mapped_column(default=True)
    linked_at: Mapped[datetime]
    tenant_id: Mapped[int | None]
    """The business whose people linked it; None for the customer's own hand."""
    removed_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        """Whoever may read both the idea and the case."""
        of_idea = reach.of_idea(row, scope)
        return of_idea if scope.is_system else of_idea & cases_reach.case(row, row.c.case_id, scope)


class IdeaPart(OfIdea, Base):
    """One business's part of an idea that needs several: its own state and reason, since when, and by when."""

    __tablename__ = "idea_parts"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "idea_id"], IDEA),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        CheckConstraint(one_of("state", PART_STATES), name="state"),
        Index("ix_idea_parts_tenant", "network_id", "tenant_id", "state"),
    )

    idea_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(String(300))
    """What this business would have to do."""
    state: Mapped[str] = mapped_column(String(12), default="asked")
    reason: Mapped[str | None] = mapped_column(Text)
    since: Mapped[datetime]


class IdeaPromise(OfIdea, Base):
    """A promised date of an idea, with a public clock: due, kept, broken or moved (both dates stay)."""

    __tablename__ = "idea_promises"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "idea_id"], IDEA),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("network_id", "id"),
        CheckConstraint("state IN ('due', 'kept', 'broken', 'moved', 'released')", name="state"),
        Index("ix_idea_promises_idea", "idea_id", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idea_id: Mapped[int]
    tenant_id: Mapped[int]
    sentence: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default="due")
    settled_at: Mapped[datetime | None]
    fulfilled_at: Mapped[datetime | None]
    moved_to: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)


class IdeaView(TenantPrivate, Base):
    """A saved view of a team's board: a name and the filters that it stands for."""

    __tablename__ = "idea_views"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "made_by"], USER),
        UniqueConstraint("tenant_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(60))
    chosen: Mapped[dict[str, Any]]
    made_by: Mapped[int]
    made_at: Mapped[datetime]
