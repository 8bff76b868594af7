"""The scope: on whose behalf the code runs, and the only database session there is.

A scope is entered once, at the door or by the worker, and everything inside it sees only what that scope may see:

* ORM reads get the owner's criteria added, bulk updates and deletes too;
* Core statements start from `scope.select(...)`, `scope.update(...)`, `scope.delete(...)`, `scope.insert(...)`;
* what is flushed is stamped with the owner and refused when it belongs to somebody else;
* a hook on the engine (`guard.py`) refuses every statement that does not carry the rules of its tables.

Without a scope nothing can be read or written at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Delete, Insert, Select, Update, delete, event, insert, literal_column, select, update
from sqlalchemy.orm import ORMExecuteState, UOWTransaction

from tenants.db import Base, in_line
from tenants.narrowing import IDS, criteria, rule
from tenants.ownership import NOBODY, Global
from tenants.ownership import Kind as Kind
from tenants.registry import owned_froms, owner_of

_OF_NOBODY: Any = literal_column(str(NOBODY))
"""Written out, not bound: PostgreSQL, which plans for all values alike, would believe of an installation with one
network that hardly a row belongs to another than the bound one, and read a whole table for its newest row."""


class NoScope(RuntimeError):
    """Something touched the database outside any scope."""


class ForeignWrite(PermissionError):
    """A write carries the id of another network or tenant than the scope's."""


@dataclass(frozen=True, eq=False)
class Scope:
    """On whose behalf. Made by the constructors below, never by hand."""

    kind: Kind
    network_id: int | None = None
    tenant_id: int | None = None
    person_id: int | None = None
    case_id: int | None = None
    role: str | None = None
    from_replica: bool = False
    """Whether it may read from a database that is some seconds behind, where there is one."""

    @classmethod
    def door(cls, network_id: int | None = None) -> Scope:
        """Recognising who is there: may only run the look-ups of `door.py`."""
        return cls(Kind.DOOR, network_id)

    @classmethod
    def public(cls, network_id: int, *, from_replica: bool = False) -> Scope:
        return cls(Kind.PUBLIC, network_id, from_replica=from_replica)

    @classmethod
    def customer(cls, network_id: int, *, case_id: int | None = None, person_id: int | None = None) -> Scope:
        """Holder of a case's key, or of an account."""
        return cls(Kind.CUSTOMER, network_id, case_id=case_id, person_id=person_id)

    @classmethod
    def staff(cls, network_id: int, tenant_id: int, person_id: int, role: str) -> Scope:
        return cls(Kind.STAFF, network_id, tenant_id, person_id, role=role)

    @classmethod
    def remote(cls, network_id: int, tenant_id: int) -> Scope:
        """A partner's own system, acting for its tenant without a person."""
        return cls(Kind.REMOTE, network_id, tenant_id)

    @classmethod
    def system(cls, network_id: int | None = None) -> Scope:
        """The worker and the command line. Without a network it works for all of them and stamps nothing."""
        return cls(Kind.SYSTEM, network_id)

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        """What the rules look at besides the values themselves: two scopes of one shape send the same SQL."""
        return self.kind, self.role, *(getattr(self, name) is None for name in IDS)

    @cached_property
    def specimen(self) -> Scope:
        """A scope of the same shape with values that no row has, by which a rule's parameters are recognised."""
        ids: dict[str, Any] = {name: value for name, value in IDS.items() if getattr(self, name) is not None}
        return replace(self, **ids)

    @property
    def at_the_door(self) -> bool:
        return self.kind is Kind.DOOR

    @property
    def is_system(self) -> bool:
        return self.kind is Kind.SYSTEM

    @property
    def everywhere(self) -> bool:
        return self.kind is Kind.SYSTEM and self.network_id is None

    @property
    def for_tenant(self) -> bool:
        return self.kind in (Kind.STAFF, Kind.REMOTE)

    def stamps(self, owner: type[Any]) -> dict[str, Any]:
        """The columns of `owner` that say whose a row is, with the values that this scope writes into them."""
        return {column: getattr(self, name) for column, name in self.stamped_by(owner).items()}

    def stamped_by(self, owner: type[Any]) -> dict[str, str]:
        """The same columns with the names of this scope's ids."""
        names = {column: column for column in owner.stamped if column != "tenant_id" or self.for_tenant}
        if self.kind is Kind.CUSTOMER and owner.of_case is not None:
            names[owner.of_case] = "case_id"
        return {} if self.everywhere else names

    # -- Core statements -------------------------------------------------------------------------------------------

    def select(self, *entities: Any, also: Iterable[Any] = ()) -> Select[Any]:
        """A Core SELECT over `entities` (and the tables of `also`, joined but not shown), already narrowed."""
        return select(*entities).where(*(self.predicate(row) for row in owned_froms([*entities, *also])))

    def update(self, table: Any) -> Update:
        return update(table).where(self.predicate(table, to_change=True))

    def delete(self, table: Any) -> Delete:
        return delete(table).where(self.predicate(table, to_change=True))

    def insert(self, table: Any, statement: Insert | None = None) -> Insert:
        """A Core INSERT, stamped. `statement` may be a dialect's own insert of the same table."""
        return (insert(table) if statement is None else statement).values(self.stamps(owner_of(table)))

    def predicate(self, row: Any, *, to_change: bool = False) -> Any:
        """What makes a row of this table (or alias) one that this scope may see, or change."""
        return row.c.network_id != _OF_NOBODY if self.everywhere else rule(row, self, to_change=to_change)


# -- entering ------------------------------------------------------------------------------------------------------


class _Entry:
    """One entering of a scope: the key under which its session lives."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.is_over = False


_entry: ContextVar[_Entry | None] = ContextVar("scope_entry", default=None)


def current() -> Scope:
    """The scope that this code runs in. Raises NoScope outside any."""
    entry = _entry.get()
    if entry is None or entry.is_over:
        raise NoScope("no scope has been entered")
    return entry.scope


def enter(scope: Scope) -> Any:
    """Enter without a `with`, for the door of a request; hand the result to `leave`."""
    return _entry.set(_Entry(scope))


def leave(token: Any) -> None:
    """End the session of the scope, rolling back what was not committed, and return to the scope before it."""
    entry = _entry.get()
    try:
        db.session.remove()
    finally:
        if entry is not None:
            entry.is_over = True
        _entry.reset(token)


@contextmanager
def entered(scope: Scope) -> Iterator[Scope]:
    """Run a block on behalf of `scope`, with a session of its own."""
    token = enter(scope)
    try:
        yield scope
    finally:
        leave(token)


@contextmanager
def writing(*, lasting: bool = True) -> Iterator[FlaskSession]:
    """The one write transaction of a verb: committed at the end, rolled back on any error.

    It opens late and stays short: hashing, decoding and every call to the network happen before or after it. What was
    read before it opened is read again inside, under the lock. Inside another `writing()` it joins that one.

    What need not be `lasting` does not wait for the disk: it survives a crash of the program, but a power cut may take
    it, unless something lasting was committed after it. For what can be done again at once, as opening a secret link.
    """
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    if session.in_transaction():
        session.rollback()
    with in_line(session.get_bind()):
        session.info["writing"] = True
        try:
            options = {"writes": True, "lasting": lasting}
            session.info["connection"] = session.connection(execution_options=options)
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info["writing"], session.info["connection"] = False, None


def writing_on() -> Connection:
    """The connection of the present `writing()`, for statements that need nothing else of the session."""
    session = db.session()
    return session.info.get("connection") or session.connection()


# -- the session ---------------------------------------------------------------------------------------------------


class ScopedSession(FlaskSession):
    """A session that belongs to one scope for its whole life."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.entry = _entry.get()
        self.scope = self.entry.scope if self.entry else None
        self.flushing = False

    def flush(self, objects: Any = None) -> None:
        """Flush, and let the guard know while it lasts: rows that came in through the scope go out by primary key."""
        before, self.flushing = self.flushing, True
        try:
            super().flush(objects)
        finally:
            self.flushing = before

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **options: Any) -> Any:
        """The worker's own connections (another database role) for the system, the application's for the rest."""
        if self.entry is None or self.entry.is_over:
            raise NoScope("no scope has been entered, or it has been left")
        if bind is None and self.entry.scope.is_system and (worker := self._db.engines.get("worker")) is not None:
            return worker
        if bind is None and self.entry.scope.from_replica and not self.info.get("writing"):
            return self._db.engines["replica"]
        return super().get_bind(mapper, clause=clause, bind=bind, **options)


db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"class_": ScopedSession, "scopefunc": lambda: _entry.get(), "autoflush": True},
)


@event.listens_for(ScopedSession, "after_begin")
def _tell_the_connection(session: ScopedSession, _transaction: Any, connection: Any) -> None:
    if session.scope is None:
        raise NoScope("no scope has been entered")
    connection.info["session"] = session
    connection.info["reads"] = not connection.get_execution_options().get("writes", False)
    if connection.dialect.name == "postgresql":
        from tenants.rls import announce

        announce(connection, session.scope, lasting=connection.get_execution_options().get("lasting", True))


@event.listens_for(ScopedSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    scope: Scope | None = state.session.scope  # type: ignore[attr-defined]
    if scope is None:
        raise NoScope("no scope has been entered")
    if not state.is_orm_statement:
        return
    if not state.is_insert:
        to_change = state.is_update or state.is_delete
        state.statement = state.statement.options(*criteria(state.statement, scope, to_change=to_change))
    if state.is_column_load and state.bind_mapper and not issubclass(state.bind_mapper.class_, Global):
        # SQLAlchemy reads a row that it holds anew without asking for criteria.
        anew: Any = state.statement
        state.statement = anew.where(scope.predicate(state.bind_mapper.local_table))


@event.listens_for(ScopedSession, "before_flush")
def _stamp(session: ScopedSession, _context: UOWTransaction, _instances: Any) -> None:
    if session.scope is None:
        raise NoScope("no scope has been entered")
    for thing in session.new:
        _stamp_one(thing, session.scope)
    for thing in [*session.dirty, *session.deleted]:
        _refuse_foreign(thing, session.scope)


@event.listens_for(ScopedSession, "detached_to_persistent")
def _refuse_strangers(session: ScopedSession, thing: Any) -> None:
    """A row is changed by whoever loaded it: an object that came from elsewhere could name any row."""
    if not isinstance(thing, Global):
        session.expunge(thing)
        raise ForeignWrite(f"{type(thing).__name__} was not loaded through this scope")


def _stamp_one(thing: Any, scope: Scope) -> None:
    for column, value in scope.stamps(type(thing)).items():
        if getattr(thing, column) is None and value is not None:
            setattr(thing, column, value)
    _refuse_foreign(thing, scope)


def _refuse_foreign(thing: Any, scope: Scope) -> None:
    for column, value in scope.stamps(type(thing)).items():
        if getattr(thing, column) != value:
            raise ForeignWrite(f"{type(thing).__name__} belongs to another {column.removesuffix('_id')}")
