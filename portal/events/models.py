"""An event in three parts: the envelope that never changes, the content that can be erased, and its position."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, or_
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base, Id, only_where
from tenants.ownership import (
    PARTIES,
    Global,
    Kind,
    NetworkShared,
    Row,
    WorkerOnly,
    none,
    same_network,
    same_tenant,
    system_and,
)
from tenants.scope import Scope

Rule = Callable[[Row, Scope], ColumnElement[bool]]
_rules: dict[str, Rule] = {}


def history_of(column: str) -> Callable[[Rule], Rule]:
    """Registers, from the slice that owns what `column` names, who may read an entry of its history."""

    def register(rule: Rule) -> Rule:
        _rules[column] = rule
        return rule

    return register


def readable_entry(row: Row, scope: Scope) -> ColumnElement[bool]:
    """Entries of a history that the scope may read: rows with `audience`, `tenant_id`, and what they belong to."""
    rules = [rule(row, scope) for column, rule in _rules.items() if column in row.c]
    return same_network(row, scope) & or_(*rules) if rules else none(row)


class Event(NetworkShared, Base):
    """The envelope: what kind of thing happened to which case or idea, when, by which business, for whose eyes.

    `case_seq` counts the entries of one history, is stamped under the lock of its case or idea, and has no gaps. `at`
    is when it was recorded; `due_at` when it should have happened (a promise that broke while nobody was looking
    carries both). `commitments` maps each part of the content to base64 of HMAC-SHA256(salt of that part, canonical
    content). The database refuses changes to a row.
    """

    __tablename__ = "events"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], ["cases.network_id", "cases.id"]),
        ForeignKeyConstraint(["network_id", "tenant_id"], ["tenants.network_id", "tenants.id"]),
        UniqueConstraint("network_id", "id"),
        ForeignKeyConstraint(["network_id", "idea_id"], ["ideas.network_id", "ideas.id"]),
        UniqueConstraint("case_id", "case_seq"),
        UniqueConstraint("idea_id", "case_seq"),
        Index("ix_events_of_ideas", "network_id", "kind", "id", **only_where("idea_id IS NOT NULL")),
        CheckConstraint("(case_id IS NULL) <> (idea_id IS NULL)", name="one_history"),
        CheckConstraint("audience IN ('public', 'customer', 'shared', 'internal')", name="audience"),
        CheckConstraint("actor IN ('customer', 'staff', 'system', 'import')", name="actor"),
        CheckConstraint("audience <> 'internal' OR tenant_id IS NOT NULL", name="internal_has_tenant"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None]
    idea_id: Mapped[int | None]
    case_seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    audience: Mapped[str] = mapped_column(String(10))
    actor: Mapped[str] = mapped_column(String(10))
    tenant_id: Mapped[int | None]
    at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    commitments: Mapped[dict[str, str]]

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return readable_entry(row, scope)

    @classmethod
    def changeable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return none(row)


class EventContent(NetworkShared, Base):
    """What was said, with the salts of its commitments. Erasing sets a part and its salt to NULL; nothing else changes.

    `case_id`, `idea_id`, `audience` and `tenant_id` repeat the envelope: one rule decides over both without a join.
    """

    __tablename__ = "event_contents"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (ForeignKeyConstraint(["network_id", "event_id"], ["events.network_id", "events.id"]),)

    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int | None]
    idea_id: Mapped[int | None]
    audience: Mapped[str] = mapped_column(String(10))
    tenant_id: Mapped[int | None]
    facts: Mapped[dict[str, Any] | None]
    facts_salt: Mapped[bytes | None]
    text: Mapped[str | None] = mapped_column(Text)
    text_salt: Mapped[bytes | None]
    names: Mapped[dict[str, Any] | None]
    names_salt: Mapped[bytes | None]

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return readable_entry(row, scope)


class SharedWith(NetworkShared, Base):
    """For which businesses an entry of the audience `shared` is, besides its author and whoever leads the case.

    Who is not named does not read it, however much it has to do with the case. Written with the event; only the host
    is named later, when it has to decide.
    """

    __tablename__ = "shared_with"
    writers = system_and(Kind.STAFF, Kind.REMOTE)
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "event_id"], ["events.network_id", "events.id"]),
        ForeignKeyConstraint(["network_id", "tenant_id"], ["tenants.network_id", "tenants.id"]),
    )

    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        if scope.is_system:
            return same_network(row, scope)
        return same_network(row, scope) & same_tenant(row, scope) if scope.for_tenant else none(row)

    @classmethod
    def changeable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return none(row)


class NewEvent(WorkerOnly, Base):
    """An event that has been committed and not yet been given a position."""

    __tablename__ = "new_events"
    writers = PARTIES
    __table_args__ = (ForeignKeyConstraint(["network_id", "event_id"], ["events.network_id", "events.id"]),)

    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class EventPosition(WorkerOnly, Base):
    """The place of an event in the one order that followers read: from 1, without gaps, over the whole deployment."""

    __tablename__ = "event_positions"
    __table_args__ = (ForeignKeyConstraint(["network_id", "event_id"], ["events.network_id", "events.id"]),)

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(unique=True)


class Head(Global, Base):
    """A counter that is moved only under its own row lock (`positions`, the length of a network's log)."""

    __tablename__ = "heads"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]


class Timer(WorkerOnly, Base):
    """Something that is due later, written together with the event that started it.

    Nothing is ever cancelled: a timer that fires when its matter is settled finds nothing to do.
    """

    __tablename__ = "timers"
    writers = PARTIES
    __table_args__ = (Index("ix_timers_due", "due_at", "id", **only_where("done_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int] = mapped_column(Id)
    due_at: Mapped[datetime]
    try_at: Mapped[datetime | None]
    """When to try again after a failure; `due_at` stays what it was."""
    done_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(Text)
