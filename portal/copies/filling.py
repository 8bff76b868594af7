"""An empty database that a copy is put into: its triggers rest meanwhile, and it is marked until everything is there.

The triggers would count and follow what the copied rows already say, and refuse corrections. What was put is noted
beside it, in a table that exists only meanwhile, so that a copy that was interrupted goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Engine, MetaData, Table, Text, bindparam, inspect, select, text

from portal.copies.resting import Triggers, triggers_of
from portal.copies.rows import AT_ONCE, row_of
from portal.copies.shapes import Shape
from portal.database import UNFINISHED

MARKS = Table(
    UNFINISHED,
    MetaData(),
    Column("what", Text, primary_key=True),
    Column("rows", BigInteger, nullable=False),
    Column("said", Text, nullable=False),
)
"""How many rows of each table were put; and, under names of their own, where they come from and what triggers rest."""
ORIGIN, TRIGGERS = "the origin", "the triggers"

Tell = Callable[[str, int], None]
"""Is told a table and how many of its rows are there."""
Lines = Callable[[], Generator[str]]
"""Gives all rows of a table from the beginning, each time in the same order."""


class NotEmpty(RuntimeError):
    """The database holds something already, and it is not the beginning of a copy."""


def is_unfinished(connection: Connection) -> bool:
    """Whether a copy into this database began and did not end."""
    return inspect(connection).has_table(MARKS.name)


class Filling:
    """Puts rows into the database of `engine`, whose tables are there. The engine is its owner's."""

    def __init__(self, engine: Engine, shapes: list[Shape], origin: str) -> None:
        """`origin` names where the rows come from: only a copy from there is gone on with."""
        self._engine, self._shapes, self._origin = engine, shapes, origin

    def begin(self) -> bool:
        """Make ready. Returns whether some rows of this origin are there already. Raises NotEmpty."""
        with self._writing() as connection:
            if is_unfinished(connection):
                if self._said(connection, ORIGIN) == self._origin:
                    return True
                connection.execute(MARKS.update().where(MARKS.c.what == ORIGIN).values(said=self._origin))
            elif connection.scalar(text("SELECT count(*) FROM networks")):
                raise NotEmpty
            else:
                self._rest(connection)
            self._clear(connection)
            return False

    def start_over(self) -> None:
        """Forget every row that was put."""
        with self._writing() as connection:
            self._clear(connection)

    def put(self, shape: Shape, lines: Lines, tell: Tell) -> None:
        """Put the rows of a table that are not there yet, a transaction for some at a time."""
        with self._engine.connect() as connection:
            done = connection.scalar(select(MARKS.c.rows).where(MARKS.c.what == shape.name)) or 0
        with closing(lines()) as every:
            rest = islice(every, done, None)
            while chunk := list(islice(rest, AT_ONCE)):
                done += len(chunk)
                self._put_some(shape, chunk, done)
                tell(shape.name, done)
        if shape.itself:
            with closing(lines()) as every:
                self._point(shape, every)

    def finish(self, also: Callable[[Connection], None] | None = None) -> None:
        """Let the triggers work again, and the database count on from where the copy ends.

        `also` is done in the same transaction: without it the copy is not finished.
        """
        with self._writing() as connection:
            if also is not None:
                also(connection)
            self._triggers(connection).work()
            MARKS.drop(connection)
        with self._writing() as connection:
            connection.execute(text("ANALYZE"))

    def _put_some(self, shape: Shape, chunk: list[str], done: int) -> None:
        rows = [row_of(shape, line) | dict.fromkeys(shape.itself) for line in chunk]
        with self._writing() as connection:
            connection.execute(shape.table.insert(), rows)
            connection.execute(MARKS.delete().where(MARKS.c.what == shape.name))
            connection.execute(MARKS.insert(), {"what": shape.name, "rows": done, "said": ""})

    def _point(self, shape: Shape, lines: Iterator[str]) -> None:
        """Columns that name a row of the same table are filled in once all of its rows are there."""
        table, (key,) = shape.table, shape.key
        change = table.update().where(table.c[key] == bindparam("this"))
        change = change.values({name: bindparam(f"to_{name}") for name in shape.itself})
        while chunk := list(islice(lines, AT_ONCE)):
            rows = [row_of(shape, line) for line in chunk]
            pointing = [
                {"this": row[key], **{f"to_{name}": row[name] for name in shape.itself}}
                for row in rows
                if any(row[name] is not None for name in shape.itself)
            ]
            if pointing:
                with self._writing() as connection:
                    connection.execute(change, pointing)

    def _rest(self, connection: Connection) -> None:
        MARKS.create(connection)
        triggers = triggers_of(connection, [shape.name for shape in self._shapes])
        triggers.rest()
        said = {ORIGIN: self._origin, TRIGGERS: triggers.remembered}
        connection.execute(MARKS.insert(), [{"what": what, "rows": 0, "said": each} for what, each in said.items()])

    def _triggers(self, connection: Connection) -> Triggers:
        return triggers_of(connection, [shape.name for shape in self._shapes], self._said(connection, TRIGGERS))

    def _clear(self, connection: Connection) -> None:
        connection.execute(MARKS.delete().where(MARKS.c.said == ""))
        for shape in reversed(self._shapes):
            for name in shape.itself:
                connection.execute(shape.table.update().values({name: None}))
            connection.execute(shape.table.delete())

    @staticmethod
    def _said(connection: Connection, what: str) -> str:
        return connection.scalar(select(MARKS.c.said).where(MARKS.c.what == what)) or ""

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection
