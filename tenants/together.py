"""New rows, each with a statement that is built once; those of one verb together, with one statement for each table.

A row that came in this way is not of the session: whoever wants to change it reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Insert, insert

from tenants.db import Base
from tenants.scope import current, db, writing_on

WAITING = "waiting"
"""Under which name a session holds what waits."""


class Waiting:
    """What a verb has made ready: by the way in which it is written, in the order in which those first came."""

    def __init__(self) -> None:
        self._things: dict[Callable[[list[Any]], object], list[Any]] = {}

    def add(self, thing: Any, write: Callable[[list[Any]], object]) -> None:
        """`write` is called once with all things that are written by it. Until then a thing may still change."""
        self._things.setdefault(write, []).append(thing)

    def write(self) -> None:
        """Write everything. The caller is inside `writing()`."""
        things, self._things = self._things, {}
        for write, several in things.items():
            write(several)


@contextmanager
def together() -> Iterator[Waiting]:
    """What is added in this block waits for `write()`, so that a verb can be made ready before it takes the lock.

    What was not written by the end of the block never is.
    """
    info = db.session().info
    before: Waiting | None = info.get(WAITING)
    info[WAITING] = mine = Waiting()
    try:
        yield mine
    finally:
        info[WAITING] = before


def waiting() -> Waiting | None:
    """Where the rows of this verb wait, if they do."""
    found: Waiting | None = db.session().info.get(WAITING)
    return found


def add(row: Base) -> None:
    """Insert a new row: with what waits, else at once. What waits for it (a case, before its entries) comes first."""
    write, verb = _writer(type(row)), waiting()
    if verb is None:
        write([row])
    else:
        verb.add(row, write)


def insert_rows(owner: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows that name the same columns with one statement, stamped with the scope's own ids."""
    stamps = current().stamps(owner)
    writing_on().execute(_insert(owner, inline=True), [{**stamps, **row} for row in rows])


def insert_one(owner: type[Base], row: dict[str, Any]) -> int:
    """Insert a row whose id the database gives, and return that."""
    added: Any = writing_on().execute(_insert(owner), {**current().stamps(owner), **row})
    return int(added.inserted_primary_key[0])


@cache
def _writer(owner: type[Base]) -> Callable[[list[Any]], None]:
    columns = owner.__table__.columns.keys()

    def write(rows: list[Any]) -> None:
        named = [column for column in columns if column in vars(rows[0])]
        insert_rows(owner, [{column: getattr(row, column) for column in named} for row in rows])

    return write


@cache
def _insert(owner: type[Base], *, inline: bool = False) -> Insert:
    table: Any = owner.__table__
    return insert(table).inline() if inline else insert(table)
