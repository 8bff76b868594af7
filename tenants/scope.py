"""The scope: on whose behalf the code runs, and the only database session there is.

A scope is entered once, at the door or by the worker, and everything inside it sees only what that scope may see:

* ORM reads get the owner's criteria added, bulk updates and deletes too;
* Core statements start from `scope.select(...)`, `scope.update(...)`, `scope.delete(...)`, `scope.insert(...)`;
* what is flushed is stamped with the owner and refused when it belongs to somebody else;
* a hook on the engine (`guard.py`) refuses every statement on an owned table that went round all of these.

Without a scope nothing can be read or written at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Delete, Engine, Insert, Select, Update, delete, event, insert, select, update
from sqlalchemy.orm import Mapper, ORMExecuteState, UOWTransaction, with_loader_criteria
from sqlalchemy.sql.util import find_tables

from tenants.db import Base
from tenants.ownership import Global


class NoScope(RuntimeError):
    """Something touched the database outside any scope."""


class ForeignWrite(PermissionError):
    """A write carries the id of another network or tenant than the scope's."""


class Kind(StrEnum):
    DOOR = "door"
    PUBLIC = "public"
    CUSTOMER = "customer"
    STAFF = "staff"
    REMOTE = "remote"
    SYSTEM = "system"


@dataclass(frozen=True, eq=False)
class Scope:
    """On whose behalf. Made by the constructors below, never by hand."""

    kind: Kind
    network_id: int | None = None
    tenant_id: int | None = None
    person_id: int | None = None
    case_id: int | None = None
    role: str | None = None

    @classmethod
    def door(cls, network_id: int | None = None) -> Scope:
        """Recognising who is there: may only run the look-ups of `door.py`."""
        return cls(Kind.DOOR, network_id)

    @classmethod
    def public(cls, network_id: int) -> Scope:
        return cls(Kind.PUBLIC, network_id)

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

    def within(self, network_id: int) -> Scope:
        return replace(self, network_id=network_id)

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

    def stamps(self, owner: type[Any]) -> dict[str, int]:
        """The owner columns of `owner` with the values that this scope writes into them."""
        values = {"network_id": self.network_id, "tenant_id": self.tenant_id if self.for_tenant else None}
        return {column: value for column in owner.stamped if (value := values[column]) is not None}

    # -- Core statements -------------------------------------------------------------------------------------------

    def select(self, *entities: Any, also: Iterable[Any] = ()) -> Select[Any]:
        """A Core SELECT over `entities` (and the tables of `also`, joined but not shown), already narrowed."""
        froms = _owned_froms([*entities, *also])
        return self._marked(select(*entities).where(*(self.predicate(row) for row in froms)), froms)

    def update(self, table: Any) -> Update:
        return self._marked(update(table).where(self.predicate(table)), [table])

    def delete(self, table: Any) -> Delete:
        return self._marked(delete(table).where(self.predicate(table)), [table])

    def insert(self, table: Any, statement: Insert | None = None) -> Insert:
        """A Core INSERT, stamped. `statement` may be a dialect's own insert of the same table."""
        stamped = (insert(table) if statement is None else statement).values(self.stamps(owner_of(table)))
        return self._marked(stamped, [table])

    def predicate(self, row: Any) -> Any:
        """What makes a row of this table (or alias) visible to this scope."""
        owner = owner_of(row)
        if self.everywhere:
            return row.c.network_id != 0
        return owner.readable(row, self)

    def _marked(self, statement: Any, froms: Iterable[Any]) -> Any:
        return statement.execution_options(scope=self, scope_froms=frozenset(froms))

    @cached_property
    def criteria(self) -> list[Any]:
        """Loader criteria for every owned class, made once for each scope."""
        return [
            with_loader_criteria(cls, self.predicate(cls.__table__), include_aliases=True, propagate_to_loaders=False)
            for cls in owned_classes()
        ]


def owned_classes() -> list[type[Any]]:
    return [mapper.class_ for mapper in Base.registry.mappers if not issubclass(mapper.class_, Global)]


_owners: dict[str, type[Any]] = {}


def owners() -> dict[str, type[Any]]:
    """Table name → the mapped class that owns its rule, for every table that is not global."""
    if len(_owners) != len(Base.registry.mappers):
        _owners.update({cls.__tablename__: cls for cls in owned_classes()})
    return _owners


def owner_of(row: Any) -> type[Any]:
    """The class behind a table, an alias or a mapped class."""
    table = getattr(row, "__table__", row)
    name = getattr(table, "element", table).name
    return owners()[name]


def _owned_froms(entities: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for entity in entities:
        for row in find_tables(entity, check_columns=True, include_aliases=True):
            name = getattr(getattr(row, "element", row), "name", None)
            if name in owners() and row not in found:
                found.append(row)
    return found


# -- entering ------------------------------------------------------------------------------------------------------


class _Entry:
    """One entering of a scope: the key under which its session lives."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope


_entry: ContextVar[_Entry | None] = ContextVar("scope_entry", default=None)


def current() -> Scope:
    """The scope that this code runs in. Raises NoScope outside any."""
    entry = _entry.get()
    if entry is None:
        raise NoScope("no scope has been entered")
    return entry.scope


def enter(scope: Scope) -> Any:
    """Enter without a `with`, for the door of a request; hand the result to `leave`."""
    return _entry.set(_Entry(scope))


def leave(token: Any) -> None:
    """End the session of the scope, rolling back what was not committed, and return to the scope before it."""
    try:
        db.session.remove()
    finally:
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
def writing() -> Iterator[FlaskSession]:
    """The one write transaction of a verb: committed at the end, rolled back on any error.

    It opens late and stays short: hashing, decoding and every call to the network happen before or after it. What was
    read before it opened is read again inside, under the lock. Inside another `writing()` it joins that one.
    """
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    if session.in_transaction():
        session.rollback()
    session.info["writing"] = True
    try:
        session.connection(execution_options={"writes": True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False


# -- the session ---------------------------------------------------------------------------------------------------


class ScopedSession(FlaskSession):
    """A session that belongs to one scope for its whole life."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        entry = _entry.get()
        self.scope = entry.scope if entry else None
        self.flushing = False

    def get_bind(self, mapper: Any = None, *, clause: Any = None, bind: Any = None, **options: Any) -> Any:
        """The worker's own connections (another database role) for the system, the application's for the rest."""
        if bind is None and self.scope is not None and self.scope.is_system:
            worker: Engine | None = self._db.engines.get("worker")
            if worker is not None:
                return worker
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
    if connection.dialect.name == "postgresql":
        from tenants.rls import announce

        announce(connection, session.scope)


@event.listens_for(ScopedSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    if state.session.scope is None:  # type: ignore[attr-defined]
        raise NoScope("no scope has been entered")
    if not state.is_orm_statement:
        return
    scope: Scope = state.session.scope  # type: ignore[attr-defined]
    if not state.is_insert:
        state.statement = state.statement.options(*scope.criteria)
    state.update_execution_options(scope=scope)


@event.listens_for(ScopedSession, "before_flush")
def _stamp(session: ScopedSession, _context: UOWTransaction, _instances: Any) -> None:
    if session.scope is None:
        raise NoScope("no scope has been entered")
    for thing in session.new:
        _stamp_one(thing, session.scope)
    for thing in [*session.dirty, *session.deleted]:
        _refuse_foreign(thing, session.scope)
    session.flushing = True


@event.listens_for(ScopedSession, "after_flush")
def _flushed(session: ScopedSession, _context: UOWTransaction) -> None:
    session.flushing = False


@event.listens_for(ScopedSession, "after_soft_rollback")
def _flush_failed(session: ScopedSession, _previous: Any) -> None:
    session.flushing = False


def _stamp_one(thing: Any, scope: Scope) -> None:
    for column, value in scope.stamps(type(thing)).items():
        if getattr(thing, column) is None:
            setattr(thing, column, value)
    _refuse_foreign(thing, scope)


def _refuse_foreign(thing: Any, scope: Scope) -> None:
    mapper: Mapper[Any] = type(thing).__mapper__
    for column, value in scope.stamps(type(thing)).items():
        if getattr(thing, column) != value:
            raise ForeignWrite(f"{mapper.class_.__name__} belongs to another {column.removesuffix('_id')}")
