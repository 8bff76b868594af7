"""From a table to the mapped class that says whose rows it holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import event
from sqlalchemy.sql.util import find_tables

from tenants.db import Base
from tenants.ownership import Global


def owned_classes() -> list[type[Any]]:
    return [mapper.class_ for mapper in Base.registry.mappers if not issubclass(mapper.class_, Global)]


_owners: dict[str, type[Any]] = {}
_owned: dict[str, type[Any]] = {}


@event.listens_for(Base, "instrument_class", propagate=True)
def _forget(_mapper: Any, _class: Any) -> None:
    """A class more: what was known is no longer everything."""
    _owners.clear()
    _owned.clear()


def owners() -> dict[str, type[Any]]:
    """Table name → the mapped class that says whose rows it holds."""
    if not _owners:
        _owned.update({cls.__tablename__: cls for cls in owned_classes()})
        _owners.update({mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers})
    return _owners


def owned() -> dict[str, type[Any]]:
    """The same for the tables that are not global."""
    owners()
    return _owned


def owner_of(row: Any) -> type[Any]:
    """The class behind a table, an alias or a mapped class."""
    table = getattr(row, "__table__", row)
    return owners()[getattr(table, "element", table).name]


def owned_froms(entities: Iterable[Any]) -> list[Any]:
    """The owned tables and aliases behind columns, tables or whatever else may be selected."""
    found: list[Any] = []
    for entity in entities:
        for row in find_tables(entity, check_columns=True, include_aliases=True):
            name = getattr(getattr(row, "element", row), "name", None)
            if name in owned() and row not in found:
                found.append(row)
    return found
