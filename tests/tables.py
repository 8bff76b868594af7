"""All tables at once, by their owner: emptied after each test, and filled again with what many tests begin with."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any, TypeVar

from psycopg import sql
from sqlalchemy import Engine, event

from portal.config import Settings
from portal.database import owner_engine
from tenants import clock, ids
from tenants.db import Base

T = TypeVar("T")
Put = Callable[[], None]
Path = tuple[tuple[str, datetime], ...]
"""What was written, one after the other, and when."""

_commits = [0]
"""How many transactions this process has committed."""


@event.listens_for(Engine, "commit")
def _count(_connection: Any) -> None:
    _commits[0] += 1


class Tables:
    """One connection for all tests of a process, since opening one costs more than emptying small tables."""

    def __init__(self, settings: Settings) -> None:
        self._engine = owner_engine(settings)
        self._raw = self._engine.raw_connection()
        self._made: dict[Path, tuple[Any, Put, int]] = {}
        self._standing: tuple[Path, int] | None = None
        """What was written last by `once`, and how many commits there had been then."""
        self.forget: Callable[[], None] = lambda: None
        """Called when rows have come without the portal's knowledge."""
        self.connection: Any = self._raw.driver_connection
        self.names = [table.name for table in Base.metadata.sorted_tables]
        self.columns = {
            table.name: ", ".join(column.name for column in table.columns if column.computed is None)
            for table in Base.metadata.sorted_tables
        }

    def close(self) -> None:
        self._raw.close()
        self._engine.dispose()

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` writes into the empty tables, or after another `once` has written and nobody since.

        It writes once for each time of the clock; afterwards the same rows are put there again, and ids go on from
        where they had come to. The clock is moved by who calls this, not by `make` alone.
        """
        before = self._path()
        if before is None:
            return make()
        path = (*before, (name, clock.now()))
        if path in self._made:
            result, put, ids._last[0] = self._made[path]
            put()
            self.forget()
        else:
            result = make()
            self._made[path] = result, self._taken(is_first=not before), ids._last[0]
        self._standing = path, _commits[0]
        return deepcopy(result)

    def _path(self) -> Path | None:
        """What was written by `once`, if the tables hold that and nothing else."""
        if self._standing and self._standing[1] == _commits[0]:
            return self._standing[0]
        return () if self._are_empty() else None

    def empty(self) -> None:
        self._standing = None
        self._empty()

    def _empty(self) -> None:
        raise NotImplementedError

    def _are_empty(self) -> bool:
        found = " OR ".join(f"EXISTS (SELECT 1 FROM {name})" for name in self.names)  # noqa: S608
        return not self.connection.execute(f"SELECT {found}").fetchone()[0]

    def _taken(self, *, is_first: bool) -> Put:
        """Copies all rows; gives what puts them back: into empty tables, or in the place of those that are there."""
        raise NotImplementedError


class OnSqlite(Tables):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        triggers = "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%DELETE%'"
        self.triggers = self.connection.execute(triggers).fetchall()

    def _empty(self) -> None:
        """Append-only triggers refuse a DELETE: they are put aside, where there is something to delete."""
        guarded = {table for *_, table in self.triggers}
        has_history = any(self.connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() for name in guarded)  # noqa: S608
        deletes = [f"DELETE FROM {name}" for name in reversed(self.names)]  # noqa: S608
        if has_history:
            drops = [f"DROP TRIGGER {name}" for name, *_ in self.triggers]
            deletes = [*drops, *deletes, *(made for _, made, _ in self.triggers)]
        self._run(deletes)

    def _run(self, statements: list[str]) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            self.connection.execute(statement)
        self.connection.execute("COMMIT")

    def _taken(self, *, is_first: bool) -> Put:
        """The first rows, to which no trigger says anything, are put in one by one; with more, the whole file is."""
        return self._taken_rows() if is_first else self._taken_file()

    def _taken_file(self) -> Put:
        copy = sqlite3.connect(":memory:")
        self.connection.backup(copy)
        return lambda: copy.backup(self.connection)

    def _taken_rows(self) -> Put:
        rows = {
            name: self.connection.execute(f"SELECT {columns} FROM {name}").fetchall()  # noqa: S608
            for name, columns in self.columns.items()
        }

        def put() -> None:
            self.connection.execute("BEGIN IMMEDIATE")
            for name, those in rows.items():
                if those:
                    marks = ", ".join("?" * len(those[0]))
                    into = f"{name} ({self.columns[name]})"
                    self.connection.executemany(f"INSERT INTO {into} VALUES ({marks})", those)  # noqa: S608
            self.connection.execute("COMMIT")

        return put


class OnPostgresql(Tables):
    """As a replica, so that neither append-only triggers nor foreign keys are asked."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.connection.autocommit = True
        sequences = "PERFORM setval(seqrelid::regclass, seqstart, false) FROM pg_sequence;"
        deletes = "; DELETE FROM ".join(reversed(self.names))
        self._emptying = f"DO $$ BEGIN DELETE FROM {deletes}; {sequences} END $$"  # noqa: S608

    def _empty(self) -> None:
        """TRUNCATE writes new files for each table and index, filled or not: 180 ms for fifty tables, against 5 ms."""
        self._run([self._emptying])

    def _run(self, statements: list[str]) -> None:
        """In one round trip."""
        self.connection.execute(
            "; ".join(["BEGIN", "SET LOCAL session_replication_role = replica", *statements, "COMMIT"])
        )

    def _taken(self, *, is_first: bool) -> Put:
        statements = [] if is_first else [self._emptying]
        for name in self.names:
            (rows,) = self.connection.execute(f"SELECT json_agg({name})::text FROM {name}").fetchone()  # noqa: S608
            if rows:
                those = f"json_populate_recordset(NULL::{name}, {self._literal(rows)})"
                columns = self.columns[name]
                into = f"{name} ({columns}) OVERRIDING SYSTEM VALUE"
                statements.append(f"INSERT INTO {into} SELECT {columns} FROM {those}")  # noqa: S608
        used = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
        for name, value in self.connection.execute(used).fetchall():
            statements.append(f"SELECT setval('{name}', {value})")
        return lambda: self._run(statements)

    def _literal(self, words: str) -> str:
        return sql.Literal(words).as_string(self.connection)


def tables_of(settings: Settings) -> Tables:
    return OnPostgresql(settings) if settings.on_postgresql else OnSqlite(settings)
