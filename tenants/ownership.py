"""Whose rows a table holds. Every mapped class inherits exactly one of the kinds below; a test refuses any other.

A kind says which columns carry the owner (they are stamped on every write), which rows a scope may read, and on whose
behalf rows may be written at all, and which rows those may change. A class narrows `readable` where its
product rule is finer than "same network" or "same tenant"; it never widens it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

if TYPE_CHECKING:
    from tenants.scope import Scope

Row = Any
"""A table, an alias of one, or anything else with its columns under `.c`."""


class Kind(StrEnum):
    """On whose behalf code runs: the kinds of scope (see `scope.py`)."""

    DOOR = "door"
    PUBLIC = "public"
    CUSTOMER = "customer"
    STAFF = "staff"
    REMOTE = "remote"
    SYSTEM = "system"


def system_and(*kinds: Kind) -> frozenset[Kind]:
    return frozenset({Kind.SYSTEM, *kinds})


PARTIES = system_and(Kind.CUSTOMER, Kind.STAFF, Kind.REMOTE)
"""Those who take part in a case."""

NOBODY = 0
"""No network has this id: comparing with it is how a rule says "none" and still shows which rows it was about."""


def same_network(row: Row, scope: Scope) -> ColumnElement[bool]:
    result: ColumnElement[bool] = row.c.network_id == (scope.network_id or NOBODY)
    return result


def none(row: Row) -> ColumnElement[bool]:
    result: ColumnElement[bool] = row.c.network_id == NOBODY
    return result


def same_tenant(row: Row, scope: Scope) -> ColumnElement[bool]:
    result: ColumnElement[bool] = row.c.tenant_id == (scope.tenant_id or NOBODY)
    return result


class Global:
    """Belongs to the whole deployment and holds nothing about any person or business."""

    stamped: ClassVar[tuple[str, ...]] = ()
    writers: ClassVar[frozenset[Kind]] = system_and()
    of_case: ClassVar[str | None] = None


class NetworkShared:
    """Rows that everybody in a network may read, unless the class narrows it."""

    stamped: ClassVar[tuple[str, ...]] = ("network_id",)
    writers: ClassVar[frozenset[Kind]] = system_and()
    of_case: ClassVar[str | None] = None
    """The column that names a case, if the rows hang on one: a customer adds to no case but their own."""

    @declared_attr
    @classmethod
    def network_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("networks.id"), nullable=False)

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return none(row) if scope.at_the_door else same_network(row, scope)

    @classmethod
    def changeable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        """Which rows may be changed or deleted, for those who may write at all: never more than may be read."""
        return cls.readable(row, scope)


class TenantOwned(NetworkShared):
    """Everybody in the network may read it, only its tenant may write it (a touchpoint, opening hours)."""

    stamped: ClassVar[tuple[str, ...]] = ("network_id", "tenant_id")
    writers: ClassVar[frozenset[Kind]] = system_and(Kind.STAFF, Kind.REMOTE)

    @declared_attr
    @classmethod
    def tenant_id(cls) -> Mapped[int]:
        return mapped_column(nullable=False)

    @classmethod
    def changeable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        if scope.is_system:
            return same_network(row, scope)
        return same_network(row, scope) & same_tenant(row, scope) if scope.for_tenant else none(row)


class TenantPrivate(TenantOwned):
    """Only its tenant's staff may read or write it."""

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return cls.changeable(row, scope)


class DoorOnly(NetworkShared):
    """What the door needs to recognise somebody: sessions, keys, attempts. Nobody else reads it."""

    writers: ClassVar[frozenset[Kind]] = system_and(Kind.DOOR)

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return same_network(row, scope) if scope.at_the_door or scope.is_system else none(row)


class WorkerOnly(NetworkShared):
    """Queues and positions of the worker: any verb may add to them, only the worker reads them."""

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return same_network(row, scope) if scope.is_system else none(row)
