"""All tables at once, by their owner: emptied after each test, and filled again with what many tests begin with."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from flask import current_app
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

READING = {"SELECT", "BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SET", "SHOW", "EXPLAIN"}
_writes = [0]
"""How many statements of this process were none that only read."""


@event.listens_for(Engine, "before_cursor_execute")
def _count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    if statement.split(None, 1)[0].upper() not in READING:
        _writes[0] += 1


class Tables:
    """One connection for all tests of a process, since opening one costs more than emptying small tables."""

    def __init__(self, settings: Settings) -> None:
        self._engine = owner_engine(settings)
        self._raw = self._engine.raw_connection()
        self._made: dict[Path, tuple[Any, Put, int]] = {}
        self._standing: tuple[Path, int] | None = None
        """What was written last by `once`, and how many writes there had been then."""
        self._uses: Counter[Path] = Counter()
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

    def once(self, name: str, make: Callable[[], T], *, copied_at: int = 1) -> T:
        """What `make` writes into the empty tables, or after another `once` has written and nobody since.

        It writes once for each time of the clock; afterwards the same rows are put there again, and ids go on from
        where they had come to. The clock is moved by who calls this, not by `make` alone.
        To copy what was written costs more than to write a little; `copied_at` says at which use that is done.
        """
        before = self._path()
        if before is None:
            return make()
        path = (*before, (name, clock.now()))
        self._uses[path] += 1
        if path in self._made:
            result, put, ids._last[0] = self._made[path]
            put()
            self.forget()
        else:
            result = make()
            if self._uses[path] >= copied_at:
                self._made[path] = result, self._taken(is_first=not before), ids._last[0]
        self._standing = path, _writes[0]
        return deepcopy(result)

    def _path(self) -> Path | None:
        """What was written by `once`, if the tables hold that and nothing else."""
        if self._standing is None:
            return () if self._are_empty() else None
        path, writes = self._standing
        return path if writes == _writes[0] else None

    def empty(self) -> None:
        self._empty()
        self._standing = (), _writes[0]

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
        triggers = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
        found = self.connection.execute(triggers).fetchall()
        self._refusing = {name for name, _table, made in found if "BEFORE DELETE" in made}
        self._noticing = {table for _name, table, made in found if " INSERT ON " in made}
        self.connection.set_authorizer(self._passes)

    def _passes(self, action: int, _what: object, _where: object, _database: object, trigger: str | None) -> int:
        """Append-only triggers refuse a DELETE by a SELECT, which this connection leaves out of them; others count.

        A count is wrong where a test has made it wrong, and must not go below nothing while its rows go. To drop the
        triggers and make them again would have every other connection read the schema anew, after each test.
        """
        refuses = action == sqlite3.SQLITE_SELECT and trigger in self._refusing
        counts = action == sqlite3.SQLITE_UPDATE and trigger is not None
        return sqlite3.SQLITE_IGNORE if refuses or counts else sqlite3.SQLITE_OK

    def _empty(self) -> None:
        with self._changing():
            self._delete()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One transaction, which never stays open: all other tests would wait for it."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def _delete(self) -> None:
        for name in reversed(self.names):
            self.connection.execute(f"DELETE FROM {name}")  # noqa: S608

    def _taken(self, *, is_first: bool) -> Put:
        """Rows that a trigger would act on once more when they are put there are put with the whole file."""
        every = {
            name: self.connection.execute(f"SELECT {columns} FROM {name}").fetchall()  # noqa: S608
            for name, columns in self.columns.items()
        }
        rows = {name: those for name, those in every.items() if those}
        if rows.keys() & self._noticing:
            copy = sqlite3.connect(":memory:")
            self.connection.backup(copy)
            return lambda: copy.backup(self.connection)
        return lambda: self._put(rows, is_first=is_first)

    def _put(self, rows: dict[str, list[Any]], *, is_first: bool) -> None:
        with self._changing():
            if not is_first:
                self._delete()
            for name, those in rows.items():
                marks = ", ".join("?" * len(those[0]))
                into = f"{name} ({self.columns[name]})"
                self.connection.executemany(f"INSERT INTO {into} VALUES ({marks})", those)  # noqa: S608


class OnPostgresql(Tables):
    """As a replica: no trigger is asked, and no foreign key."""

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


def beginning(make: Callable[..., T]) -> Callable[..., T]:
    """A move that many tests begin with: played by `make`, and put back from its third time on.

    Only where the same would be written again: by the test's own thread, in its own tables, with nothing replaced in
    the program (`app` says so). All of its arguments but the first are named in its `repr`.
    """

    @wraps(make)
    def play(first: Any, *more: Any, **named: Any) -> T:
        tables = current_app.extensions.get("tables")
        if tables is None or threading.current_thread() is not threading.main_thread():
            return make(first, *more, **named)
        name = f"{make.__qualname__} {more} {sorted(named.items())}"
        return tables.once(name, lambda: make(first, *more, **named), copied_at=2)  # type: ignore[no-any-return]

    return play
