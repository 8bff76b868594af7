"""Agreements between businesses, and what they and their units hand over. Each class says who may read its rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases import reach
from portal.cases.models import CASE
from portal.handoffs.states import LIVE, STATES, WORKING
from tenants import clock
from tenants.db import Base, only_where
from tenants.models import TENANT, UNIT
from tenants.ownership import PARTIES, Kind, NetworkShared, Row, TenantPrivate, none, same_network, system_and
from tenants.scope import Scope

MODES = ("assist", "transfer")
FIELDS = ("words", "email", "mobile")
"""What of a customer never passes by itself: what they told one business alone, and each way to reach them."""
DECLINES = ("not_ours", "no_capacity", "too_little_known", "not_agreed", "duplicate")
RETURNS = ("not_ours", "cannot_solve", "customer_unreachable", "needs_another")
"""Why a business does not take a hand-off, or gives it back."""


def _one_of(column: str, values: tuple[str, ...] | frozenset[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in sorted(values))})"


class Partnership(NetworkShared, Base):
    """What two businesses agreed on: one may ask, the other answers within times of its own calendar.

    Terms never change: other terms are another agreement. Read by both and by the host.
    """

    __tablename__ = "partnerships"
    writers = system_and(Kind.STAFF)
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "asker_id"], TENANT),
        ForeignKeyConstraint(["network_id", "answerer_id"], TENANT),
        ForeignKeyConstraint(["network_id", "proposer_id"], TENANT),
        UniqueConstraint("network_id", "id"),
        CheckConstraint("asker_id <> answerer_id", name="two"),
        CheckConstraint("state IN ('proposed', 'accepted', 'ended')", name="state"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("state <> 'accepted' OR accepted_at IS NOT NULL", name="accepted"),
        Index("ix_partnerships_one", "asker_id", "answerer_id", unique=True, **only_where("state <> 'ended'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    asker_id: Mapped[int]
    answerer_id: Mapped[int]
    proposer_id: Mapped[int]
    """Which of the two, or the host as a broker, proposed it."""
    state: Mapped[str] = mapped_column(String(8), default="proposed")
    modes: Mapped[list[Any]]
    topics: Mapped[list[Any]]
    """Ids of the categories that it is about; empty for all of them."""
    accept_within: Mapped[list[Any]]
    answer_within: Mapped[list[Any]]
    """As `Target.kept`; counted in the answerer's service calendar."""
    auto_accept: Mapped[bool] = mapped_column(default=False)
    passes: Mapped[dict[str, Any]]
    """Mode → those of FIELDS that may pass if the customer agrees; what is not named never passes."""
    agreed_by: Mapped[list[Any]]
    """Ids of those of the two that agree; the proposal of one of them is its agreement."""
    proposed_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        if scope.is_system:
            return same_network(row, scope)
        if not scope.for_tenant:
            return none(row)
        mine = or_(row.c.asker_id == scope.tenant_id, row.c.answerer_id == scope.tenant_id)
        return same_network(row, scope) & or_(mine, _is_host(scope))


def leg_rules() -> tuple[CheckConstraint, ...]:
    """What holds for the columns of every hand-off."""
    return (
        CheckConstraint(_one_of("mode", MODES), name="mode"),
        CheckConstraint(_one_of("state", STATES), name="state"),
        CheckConstraint("(mode = 'transfer') = (part_id IS NULL)", name="part"),
        CheckConstraint("state <> 'offered' OR accept_by IS NOT NULL", name="accept_by"),
        CheckConstraint("accepted_at IS NULL OR answer_by IS NOT NULL", name="answer_by"),
        CheckConstraint("rated_help BETWEEN 1 AND 3 AND rated_ease BETWEEN 1 AND 3", name="rated"),
    )


class LegColumns:
    """What every hand-off has, between two businesses or between two units of one: the verbs work on these alone."""

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Unique over both tables: timers and events name either."""
    case_id: Mapped[int]
    part_id: Mapped[int | None]
    """None for the whole case."""
    mode: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16), default="offered")
    by_host: Mapped[bool] = mapped_column(default=False)
    """Whether whoever decides (the host; inside a business a manager) gave it: it cannot be declined."""
    version: Mapped[int] = mapped_column(default=1)
    """What a form carries: it moves with every change."""
    offered_at: Mapped[datetime]
    accept_by: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]
    """When somebody of those that were asked first opened it."""
    accepted_at: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    wanted_by: Mapped[datetime | None]
    """The later date that the answerer has asked for."""
    late_at: Mapped[datetime | None]
    """When `answer_by` passed without an answer."""
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(24))
    """Why it ended without an answer: a code."""
    suggested_id: Mapped[int | None]
    """Whose matter it is, as those that declined see it."""
    is_counted: Mapped[bool] = mapped_column(default=True)
    """False for what came back before it was decided: counting begins anew."""
    disputed_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    ruled_at: Mapped[datetime | None]
    rated_help: Mapped[int | None]
    rated_ease: Mapped[int | None]
    """How those that asked found the answer and the work together: 1 poor, 2 fine, 3 good."""

    @property
    def ran_out(self) -> bool:
        """Whether nobody has said yes or no in time: it can only come back now, and the worker sees to that."""
        return self.state == "offered" and self.accept_by is not None and clock.now() >= self.accept_by

    @property
    def late_since(self) -> datetime | None:
        """Since when an answer is owed that was due; the date is the rule, and the worker only tells everybody."""
        owed = self.state in WORKING and self.answer_by is not None and clock.now() >= self.answer_by
        return self.answer_by if owed else None


class Handoff(LegColumns, NetworkShared, Base):
    """One business waits for another: with one part of a case (`assist`), or with the whole of it (`transfer`).

    Whoever leads the case is the one that waits, whoever offered it. `delivery` is only about the way to a partner on
    another system; here it is None.
    """

    __tablename__ = "handoffs"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        *leg_rules(),
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "part_id"], ["parts.network_id", "parts.id"]),
        ForeignKeyConstraint(["network_id", "partnership_id"], ["partnerships.network_id", "partnerships.id"]),
        ForeignKeyConstraint(["network_id", "from_tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "to_tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "suggested_id"], TENANT),
        UniqueConstraint("network_id", "id"),
        CheckConstraint("from_tenant_id <> to_tenant_id", name="two"),
        CheckConstraint(
            "delivery IN ('queued', 'sent', 'acknowledged', 'retrying', 'dead')",
            name="delivery",
        ),
        Index(
            "ix_handoffs_part",
            "part_id",
            unique=True,
            **only_where(f"part_id IS NOT NULL AND {_one_of('state', LIVE)}"),
        ),
        Index("ix_handoffs_whole", "case_id", unique=True, **only_where("part_id IS NULL AND state = 'offered'")),
        Index("ix_handoffs_to", "network_id", "to_tenant_id", "state", "id"),
        Index("ix_handoffs_from", "network_id", "from_tenant_id", "state", "id"),
        Index("ix_handoffs_case", "case_id", "id"),
    )

    partnership_id: Mapped[int | None]
    """None where the host decided."""
    from_tenant_id: Mapped[int]
    to_tenant_id: Mapped[int]
    delivery: Mapped[str | None] = mapped_column(String(12))
    wants: Mapped[list[Any]]
    """Those of FIELDS that the customer is asked to open to the business that answers."""
    shown: Mapped[list[Any]]
    """Addresses that somebody there has looked at, which is on record."""

    @property
    def asked_id(self) -> int:
        return self.to_tenant_id

    @property
    def giver_id(self) -> int:
        return self.from_tenant_id

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.parties(row, scope)


class UnitHandoff(LegColumns, TenantPrivate, Base):
    """One unit of a business waits for another, or the front desk for a unit. It is the same business outside.

    A table of its own: whoever asks what businesses hand to one another never meets it. Whichever unit has the case
    (`access.unit_id`; None: the front desk) is the one that waits.
    """

    __tablename__ = "unit_handoffs"
    __table_args__ = (
        *leg_rules(),
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "part_id"], ["parts.network_id", "parts.id"]),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["tenant_id", "from_unit_id"], UNIT),
        ForeignKeyConstraint(["tenant_id", "to_unit_id"], UNIT),
        ForeignKeyConstraint(["tenant_id", "suggested_id"], UNIT),
        CheckConstraint("from_unit_id IS NULL OR from_unit_id <> to_unit_id", name="two"),
        Index(
            "ix_unit_handoffs_part",
            "tenant_id",
            "part_id",
            unique=True,
            **only_where(f"part_id IS NOT NULL AND {_one_of('state', LIVE)}"),
        ),
        Index(
            "ix_unit_handoffs_whole",
            "tenant_id",
            "case_id",
            unique=True,
            **only_where("part_id IS NULL AND state = 'offered'"),
        ),
        Index("ix_unit_handoffs_state", "tenant_id", "state", "id"),
        Index("ix_unit_handoffs_case", "case_id", "id"),
    )

    from_unit_id: Mapped[int | None]
    """None for the front desk."""
    to_unit_id: Mapped[int]

    @property
    def asked_id(self) -> int:
        return self.to_unit_id

    @property
    def giver_id(self) -> int | None:
        return self.from_unit_id


AnyLeg = Handoff | UnitHandoff


def _is_host(scope: Scope) -> ColumnElement[bool]:
    tenants = Base.metadata.tables["tenants"].alias("scope_host")
    found = select(tenants.c.id).where(tenants.c.id == scope.tenant_id, tenants.c.is_host)
    host: ColumnElement[bool] = found.correlate_except(tenants).exists()
    return host
