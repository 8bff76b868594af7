"""Cases and what hangs on them. Who may read what of a case is decided here, once, for every table of its history."""

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
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.events.models import history_of_cases
from tenants.db import Base, only_where
from tenants.models import TENANT
from tenants.ownership import PARTIES, NetworkShared, Row, TenantOwned, none, same_network
from tenants.scope import Kind, Scope

CASE = ["cases.network_id", "cases.id"]


class Touchpoint(TenantOwned, Base):
    """A place or step of the journey, with the short code that its QR sheet carries."""

    __tablename__ = "touchpoints"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("network_id", "code"),
        UniqueConstraint("network_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[dict[str, str]]


class Category(NetworkShared, Base):
    """What kind of matter, in the network's own words."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("network_id", "code"), UniqueConstraint("network_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, str]]


class RoutingRule(NetworkShared, Base):
    """Which business leads. The most exact rule wins: place and category, place, category."""

    __tablename__ = "routing_rules"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "touchpoint_id"], ["touchpoints.network_id", "touchpoints.id"]),
        ForeignKeyConstraint(["network_id", "category_id"], ["categories.network_id", "categories.id"]),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("network_id", "touchpoint_id", "category_id"),
        CheckConstraint("touchpoint_id IS NOT NULL OR category_id IS NOT NULL", name="not_empty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    touchpoint_id: Mapped[int | None]
    category_id: Mapped[int | None]
    tenant_id: Mapped[int]


STATES = ("received", "acknowledged", "in_progress", "answered", "closed")
KINDS = ("emergency", "complaint", "question", "praise")
ORIGINS = ("web", "phone", "import")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Case(NetworkShared, Base):
    """One customer's matter. Belongs to the network; exactly one tenant leads it at every moment.

    `state_version` is the lock that a form carries: it moves with every change of state or promise. The page versions
    move by what their readers can see. `id` sorts by the time of the report.
    """

    __tablename__ = "cases"
    of_case = "id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "lead_tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "touchpoint_id"], ["touchpoints.network_id", "touchpoints.id"]),
        ForeignKeyConstraint(["network_id", "category_id"], ["categories.network_id", "categories.id"]),
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "reference"),
        CheckConstraint(_one_of("state", STATES), name="state"),
        CheckConstraint(_one_of("kind", KINDS), name="kind"),
        CheckConstraint(_one_of("origin", ORIGINS), name="origin"),
        CheckConstraint("visibility IN ('public', 'private')", name="visibility"),
        CheckConstraint("open_parts >= 0 AND (open_parts = 0 OR state <> 'closed')", name="no_open_parts_when_closed"),
        *(
            Index(
                f"ix_cases_public_{'_'.join(columns) or 'all'}",
                "network_id",
                *columns,
                "id",
                **only_where("visibility = 'public'"),
            )
            for columns in (
                [],
                ["lead_tenant_id"],
                ["category_id"],
                ["touchpoint_id"],
                ["state"],
                ["kind"],
                ["language"],
            )
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reference: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(12), default="complaint")
    state: Mapped[str] = mapped_column(String(24), default="received")
    state_version: Mapped[int] = mapped_column(default=1)
    visibility: Mapped[str] = mapped_column(String(8))
    origin: Mapped[str] = mapped_column(String(8), default="web")
    language: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(160))
    """The beginning of what the customer wrote, for lists and titles."""
    lead_tenant_id: Mapped[int]
    touchpoint_id: Mapped[int | None]
    category_id: Mapped[int | None]
    reported_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    next_promise_id: Mapped[int | None]
    next_due_at: Mapped[datetime | None]
    """When the earliest promise that is still due falls due."""
    open_parts: Mapped[int] = mapped_column(default=0)
    last_seq: Mapped[int] = mapped_column(default=0)
    public_version: Mapped[int] = mapped_column(default=0)
    customer_version: Mapped[int] = mapped_column(default=0)
    shared_version: Mapped[int] = mapped_column(default=0)
    content_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Of what the form said that made this case: the same form sent twice makes one case only if it says the same."""

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return same_network(row, scope) & _case_open_to(row, row.c.id, scope) if _knows(scope) else none(row)


class Access(NetworkShared, Base):
    """Which business sees a case, how, and the keys by which its queue is sorted."""

    __tablename__ = "access"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["tenant_id", "assignee_id"], ["memberships.tenant_id", "memberships.user_id"]),
        CheckConstraint("level IN ('lead', 'assist', 'past')", name="level"),
        Index("ix_access_queue", "network_id", "tenant_id", "is_open", "next_due_at", "case_id"),
    )

    case_id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(String(8))
    assignee_id: Mapped[int | None]
    """The colleague who has taken the case, of this tenant."""
    is_open: Mapped[bool] = mapped_column(default=True)
    next_due_at: Mapped[datetime]
    """Copied from the case for the queue; a case with no promise due sorts last (year 9999)."""

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        if scope.is_system:
            return same_network(row, scope)
        if scope.for_tenant:
            return same_network(row, scope) & (row.c.tenant_id == scope.tenant_id)
        if scope.case_id is not None:
            return same_network(row, scope) & (row.c.case_id == scope.case_id)
        return none(row)


class Promise(NetworkShared, Base):
    """A public sentence and a date. `what` is its code; `sentence` is a person's own words, if they wrote any."""

    __tablename__ = "promises"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("network_id", "id"),
        CheckConstraint("what IN ('acknowledge', 'answer', 'update', 'other')", name="what"),
        CheckConstraint("state IN ('due', 'kept', 'exceeded', 'broken', 'moved')", name="state"),
        Index("ix_promises_case", "case_id", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int]
    tenant_id: Mapped[int]
    what: Mapped[str] = mapped_column(String(12))
    sentence: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default="due")
    settled_at: Mapped[datetime | None]
    """When it was kept, broke or was moved; a broken one that was fulfilled late stays broken."""
    fulfilled_at: Mapped[datetime | None]
    moved_to: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was moved, in public."""

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return same_network(row, scope) & _case_open_to(row, row.c.case_id, scope) if _knows(scope) else none(row)


class Contact(NetworkShared, Base):
    """How to reach the customer. Seen by the customer and by the business that leads, nobody else."""

    __tablename__ = "contacts"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        CheckConstraint("channel IN ('email', 'mobile')", name="channel"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int]
    channel: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(254))
    given_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """Until the customer has confirmed it, nothing is ever sent there."""

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return _personal(row, scope)


class Consent(NetworkShared, Base):
    """What the customer agreed to: for which purpose, to which text, when, and until when."""

    __tablename__ = "consents"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (ForeignKeyConstraint(["network_id", "case_id"], CASE),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(20))
    text_version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return _personal(row, scope)


# -- who may read what of a case -----------------------------------------------------------------------------------


def _knows(scope: Scope) -> bool:
    return not scope.at_the_door


def _case_open_to(row: Row, case_id: ColumnElement[int], scope: Scope) -> ColumnElement[bool]:
    """Whether the case itself is open to the scope; `row` is any row that names the case."""
    if scope.is_system:
        return same_network(row, scope)
    if scope.for_tenant:
        return _has_access(case_id, scope)
    if scope.kind is Kind.CUSTOMER:
        return case_id == (scope.case_id or 0)
    is_public: ColumnElement[bool] = row.c.visibility == "public" if "visibility" in row.c else _is_public(case_id)
    return is_public


def _is_public(case_id: ColumnElement[int]) -> ColumnElement[bool]:
    case = Case.__table__.alias("scope_case")
    return select(case.c.id).where(case.c.id == case_id, case.c.visibility == "public").correlate_except(case).exists()


def _has_access(case_id: ColumnElement[int], scope: Scope, *, lead: bool = False) -> ColumnElement[bool]:
    access = Access.__table__.alias("scope_access")
    query = select(access.c.case_id).where(access.c.case_id == case_id, access.c.tenant_id == scope.tenant_id)
    if lead:
        query = query.where(access.c.level == "lead")
    return query.correlate_except(access).exists()


def _personal(row: Row, scope: Scope) -> ColumnElement[bool]:
    """What only the customer and the lead may see."""
    if scope.is_system:
        return same_network(row, scope)
    if scope.for_tenant:
        return same_network(row, scope) & _has_access(row.c.case_id, scope, lead=True)
    if scope.case_id is not None:
        return same_network(row, scope) & (row.c.case_id == scope.case_id)
    return none(row)


@history_of_cases
def _history(row: Row, scope: Scope) -> ColumnElement[bool]:
    """An entry is seen by the smaller of its own audience and the case's visibility."""
    if scope.is_system:
        return same_network(row, scope)
    if scope.for_tenant:
        return same_network(row, scope) & or_(
            row.c.audience.in_(("public", "shared")) & _has_access(row.c.case_id, scope),
            (row.c.audience == "customer") & _has_access(row.c.case_id, scope, lead=True),
            (row.c.audience == "internal") & (row.c.tenant_id == scope.tenant_id) & _has_access(row.c.case_id, scope),
        )
    if scope.kind is Kind.CUSTOMER:
        return (
            same_network(row, scope)
            & (row.c.case_id == (scope.case_id or 0))
            & row.c.audience.in_(("public", "customer"))
        )
    if scope.kind is Kind.PUBLIC:
        return same_network(row, scope) & (row.c.audience == "public") & _is_public(row.c.case_id)
    return none(row)
