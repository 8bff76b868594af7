"""What a table looks like to a copy: columns with the kinds of their values, key, columns that point at itself.

What the database reckons from other columns is no part of it: no database takes such a value from outside.

A copy may be older than the code that reads it; so it carries the shapes of its tables along instead of asking the
classes of today.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Table

from tenants.db import Base, Id, Json, UtcDateTime

DERIVED = {"search_documents", "search_words", "search_editions", "worker_runs"}
"""Tables that the worker makes again, from the others or of itself."""
TYPES: dict[str, Any] = {
    "bool": sa.Boolean(),
    "bytes": sa.LargeBinary(),
    "date": sa.Date(),
    "int": Id,
    "json": Json,
    "real": sa.Double(),
    "text": sa.Text(),
    "time": UtcDateTime(),
}


@dataclass(frozen=True)
class Shape:
    """One table. `itself` are the columns that may name another row of the same table."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    itself: tuple[str, ...]

    @property
    def table(self) -> sa.TableClause:
        return sa.table(self.name, *(sa.column(name, TYPES[kind]) for name, kind in self.columns.items()))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, said: dict[str, Any]) -> Shape:
        """Raises KeyError or TypeError for what is no shape."""
        key, itself = tuple(said["key"]), tuple(said["itself"])
        return cls(said["name"], {name: kind for name, kind in said["columns"].items() if TYPES[kind]}, key, itself)


def shapes() -> list[Shape]:
    """Of all tables of this version of the code that are copied, those that are pointed at first."""
    return [_shape(table) for table in Base.metadata.sorted_tables if table.name not in DERIVED]


def _shape(table: Table) -> Shape:
    columns = {column.name: _kind(column.type) for column in table.columns if column.computed is None}
    own = [each.columns for each in table.foreign_key_constraints if each.referred_table is table]
    itself = dict.fromkeys(column.name for columns in own for column in columns if column.nullable)
    return Shape(table.name, columns, tuple(column.name for column in table.primary_key), tuple(itself))


def _kind(given: Any) -> str:
    for type_, kind in (
        (UtcDateTime, "time"),
        (sa.Date, "date"),
        (sa.JSON, "json"),
        (sa.LargeBinary, "bytes"),
        (sa.Boolean, "bool"),
        (sa.Integer, "int"),
        (sa.Float, "real"),
        (sa.String, "text"),
    ):
        if isinstance(given, type_):
            return kind
    raise TypeError(f"a copy cannot hold {given!r}")
