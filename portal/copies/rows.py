"""Rows as lines of text that are the same on either database, and sums by which two copies are compared."""

from __future__ import annotations

import base64
import json
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from portal.copies.shapes import Shape

AT_ONCE = 2000
"""Rows that are held in memory, and written in one transaction."""
MODULUS = 1 << 256


@dataclass
class Sum:
    """How many rows, and the sum of their SHA-256: their order, which databases see differently, is no part of it."""

    rows: int = 0
    total: int = 0

    def add(self, line: str) -> None:
        self.rows += 1
        self.total = (self.total + int.from_bytes(sha256(line.encode()).digest())) % MODULUS

    @property
    def digest(self) -> str:
        return f"{self.total:064x}"


def line_of(shape: Shape, row: Sequence[Any]) -> str:
    """The values of a row, in the order of its shape, as canonical JSON."""
    values = [_plain(kind, value) for kind, value in zip(shape.columns.values(), row, strict=True)]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def row_of(shape: Shape, line: str) -> dict[str, Any]:
    """What a line says, as values by column. Raises ValueError for what is no line of this shape."""
    values = json.loads(line)
    kinds = shape.columns.items()
    return {name: _value(kind, value) for (name, kind), value in zip(kinds, values, strict=True)}


def lines(connection: Connection, shape: Shape) -> Generator[str]:
    """Every row of a table, in the order of its key; never more than some in memory."""
    query = select(*shape.table.c).order_by(*(shape.table.c[name] for name in shape.key))
    streamed = connection.execution_options(stream_results=True, yield_per=AT_ONCE)
    with streamed.execute(query) as found:
        for row in found:
            yield line_of(shape, row)


def sum_of(connection: Connection, shape: Shape) -> Sum:
    """Of a whole table."""
    total = Sum()
    with closing(lines(connection, shape)) as every:
        for line in every:
            total.add(line)
    return total


def _plain(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "bytes":
        return base64.b64encode(value).decode()
    if kind == "time":
        return value.astimezone(UTC).isoformat()
    if kind == "date":
        return value.isoformat()
    return value


def _value(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "bytes":
        return base64.b64decode(value, validate=True)
    if kind == "time":
        return datetime.fromisoformat(value)
    if kind == "date":
        return date.fromisoformat(value)
    return value
