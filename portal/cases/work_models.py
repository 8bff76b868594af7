"""What working on a case leaves behind beside its history: who decided, its parts, and tasks that it raised."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases import reach
from portal.cases.models import CASE
from tenants.db import Base, only_where
from tenants.models import TENANT
from tenants.ownership import PARTIES, NetworkShared, Row, TenantPrivate
from tenants.scope import Scope


class Decision(TenantPrivate, Base):
    """Somebody answered or assessed the case in this round: the next round needs another person."""

    __tablename__ = "decisions"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "user_id"], ["users.network_id", "users.id"]),
    )

    case_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Part(NetworkShared, Base):
    """One matter of several in a case. A case does not close while one of its parts is open (`cases.open_parts`).

    What is internal exists for its business alone, and is counted by itself, so that others miss no number.
    """

    __tablename__ = "parts"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("network_id", "id"),
        Index("ix_parts_number", "case_id", "number", unique=True, **only_where("NOT is_internal")),
        Index("ix_parts_inside", "case_id", "tenant_id", "number", unique=True, **only_where("is_internal")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int]
    number: Mapped[int]
    """1, 2, 3 … in the order in which the parts were made."""
    tenant_id: Mapped[int]
    """The business that answers for it."""
    title: Mapped[str] = mapped_column(String(160))
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    is_handed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether another business is waited for with it; kept by the hand-offs (a trigger of migration 0016)."""
    is_internal: Mapped[bool] = mapped_column(default=False, server_default=false())

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.part(row, scope)


TASKS = ("clearer_notice", "clause_review")


class Task(TenantPrivate, Base):
    """Work that a business owes to the cause instead of to one case: raised by a reason that recurs."""

    __tablename__ = "tasks"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "touchpoint_id"], ["touchpoints.network_id", "touchpoints.id"]),
        ForeignKeyConstraint(["network_id", "done_by"], ["users.network_id", "users.id"]),
        CheckConstraint("kind IN ('clearer_notice', 'clause_review')", name="kind"),
        Index(
            "ix_tasks_open",
            "tenant_id",
            "kind",
            "touchpoint_id",
            "reason",
            "clause",
            unique=True,
            **only_where("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    touchpoint_id: Mapped[int]
    reason: Mapped[str] = mapped_column(String(30))
    clause: Mapped[str] = mapped_column(String(200), default="")
    case_count: Mapped[int]
    """How many cases had brought it up when it was last counted."""
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)
