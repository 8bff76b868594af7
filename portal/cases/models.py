"""Cases and what hangs on them. Who may read which row is decided in `reach.py`, for all of these tables."""

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
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases import reach
from portal.cases.states import STATES
from tenants.db import Base, only_where
from tenants.models import TENANT, UNIT
from tenants.ownership import PARTIES, NetworkShared, Row, same_network, same_tenant
from tenants.scope import Scope

CASE = ["cases.network_id", "cases.id"]


KINDS = ("emergency", "complaint", "question", "praise")
ORIGINS = ("web", "phone", "import")
OUTCOMES = ("upheld", "partly_upheld", "not_upheld")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Case(NetworkShared, Base):
    """One customer's matter. Belongs to the network; exactly one tenant leads it at every moment.

    `state_version` is the lock that a form carries: it moves with every change of state or promise. The page versions
    move by what their readers can see. `id` sorts by the time of the report.
    """

    __tablename__ = "cases"
    of_case = "id"
    history = "case_id"
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
        CheckConstraint(_one_of("outcome", OUTCOMES), name="outcome"),
        CheckConstraint("(state = 'waiting_for_customer') = (waiting_since IS NOT NULL)", name="waiting_since"),
        ForeignKeyConstraint(["network_id", "merged_into_id"], CASE),
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
    """When the earliest promise that is still due falls due, or the answer that was agreed on."""
    agreed_by: Mapped[datetime | None]
    """By when the lead said that it answers, as it took the case over from another business; until it has answered."""
    waiting_since: Mapped[datetime | None]
    """Since when the clocks stand still, because the customer was asked something."""
    departure_at: Mapped[datetime | None]
    """When the customer travels on, if they said so."""
    customer_urgent: Mapped[bool] = mapped_column(default=False)
    customer_important: Mapped[bool] = mapped_column(default=False)
    """How urgent and how important it is to the customer, in their own word."""
    round: Mapped[int] = mapped_column(default=1)
    """Which look at the case this is: reopening and an appeal begin another, by another person."""
    appealed_at: Mapped[datetime | None]
    """When the one appeal was made."""
    outcome: Mapped[str | None] = mapped_column(String(16))
    outcome_reason: Mapped[str | None] = mapped_column(String(30))
    erased_at: Mapped[datetime | None]
    """When the customer was erased from it."""
    merged_into_id: Mapped[int | None]
    """The case that tells the same matter and is worked on instead; each keeps its own page and clock."""
    open_parts: Mapped[int] = mapped_column(default=0)
    last_seq: Mapped[int] = mapped_column(default=0)
    public_version: Mapped[int] = mapped_column(default=0)
    customer_version: Mapped[int] = mapped_column(default=0)
    shared_version: Mapped[int] = mapped_column(default=0)
    content_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Of what the form said that made this case: the same form sent twice makes one case only if it says the same."""

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.case(row, row.c.id, scope)


class Access(NetworkShared, Base):
    """Which business sees a case, how, and the keys by which its queue is sorted.

    Triggers of the database keep it after the case: who leads, whether it is open, and what falls due next (migration
    0015). So it is right for every business, whoever of them changed the case.
    """

    __tablename__ = "access"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["tenant_id", "assignee_id"], ["memberships.tenant_id", "memberships.user_id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], UNIT),
        CheckConstraint("level IN ('lead', 'assist', 'past')", name="level"),
        # All that the queue needs to find its page: PostgreSQL, which expects few rows behind the policies, would else
        # fetch every open case of the business and sort them.
        Index(
            "ix_access_queue",
            "network_id",
            "tenant_id",
            "is_open",
            "next_due_at",
            "case_id",
            "assignee_id",
            "unit_id",
        ),
        Index("ix_access_age", "network_id", "tenant_id", "is_open", "case_id", "next_due_at", "assignee_id"),
        Index("ix_access_lead", "case_id", unique=True, **only_where("level = 'lead'")),
    )

    case_id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(String(8))
    assignee_id: Mapped[int | None]
    """The colleague who has taken the case, of this tenant."""
    unit_id: Mapped[int | None]
    """The unit of this tenant that has the case; None for the front desk."""
    is_open: Mapped[bool] = mapped_column(default=True)
    next_due_at: Mapped[datetime]
    """Copied from the case for the queue; a case with no promise due sorts last (year 9999)."""
    sees_words: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether what only the customer and a business say to each other is open to this one: also what was covered."""
    sees_email: Mapped[bool] = mapped_column(default=False, server_default=false())
    sees_mobile: Mapped[bool] = mapped_column(default=False, server_default=false())

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        if scope.is_system:
            return same_network(row, scope)
        if scope.for_tenant:
            return same_network(row, scope) & same_tenant(row, scope)
        return reach.own_case(row, scope)


class Promise(NetworkShared, Base):
    """A public sentence and a date. `what` is its code; `sentence` is a person's own words, if they wrote any.

    `released` is one that the customer does not wait for any more: the case was withdrawn, or closed in silence.
    """

    __tablename__ = "promises"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("network_id", "id"),
        CheckConstraint("what IN ('acknowledge', 'answer', 'update', 'remedy', 'other')", name="what"),
        CheckConstraint("state IN ('due', 'kept', 'exceeded', 'broken', 'moved', 'released')", name="state"),
        CheckConstraint("paused_minutes IS NULL OR state = 'due'", name="paused"),
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
    """When it was kept, broke, was moved or released; a broken one that was fulfilled late stays broken."""
    fulfilled_at: Mapped[datetime | None]
    moved_to: Mapped[datetime | None]
    paused_minutes: Mapped[int | None]
    """Minutes of working time that were left when the clocks stopped for the customer; None while they run."""
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was moved, in public."""

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.case(row, row.c.case_id, scope)


class Contact(NetworkShared, Base):
    """How to reach the customer. Seen by the customer and by businesses to which it was opened: at first the lead."""

    __tablename__ = "contacts"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        CheckConstraint("channel IN ('email', 'mobile')", name="channel"),
        Index("ix_contacts_confirmed", "network_id", "address", **only_where("confirmed_at IS NOT NULL")),
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
        return reach.own_address(row, scope) if reach.is_person(scope) else reach.address(row, scope)

    @classmethod
    def changeable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.address(row, scope)


class Consent(NetworkShared, Base):
    """What the customer agreed to: for which purpose, to which text, when, and until when.

    `tenant_id` is the business that something was opened to; None where it is not about one.
    """

    __tablename__ = "consents"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(20))
    tenant_id: Mapped[int | None]
    text_version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.personal(row, scope)
