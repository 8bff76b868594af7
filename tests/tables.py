"""All tables at once, by their owner: emptied after each test, and filled again with what many tests begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from psycopg import sql

from portal.config import Settings
from portal.database import owner_engine
from tenants.db import Base

T = TypeVar("T")
Put = Callable[[], None]


class Tables:
    """One connection for all tests of a process, since opening one costs more than emptying small tables."""

    def __init__(self, settings: Settings) -> None:
        self._engine = owner_engine(settings)
        self._raw = self._engine.raw_connection()
        self._made: dict[str, tuple[Any, Put]] = {}
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
        """What `make` writes into the empty tables. It writes once; afterwards the same rows are put there again."""
        if not self._are_empty():
            return make()
        if name in self._made:
            result, put = self._made[name]
            put()
            return result
        result = make()
        self._made[name] = result, self._taken()
        return result

    def empty(self) -> None:
        raise NotImplementedError

    def _are_empty(self) -> bool:
        found = " OR ".join(f"EXISTS (SELECT 1 FROM {name})" for name in self.names)  # noqa: S608
        return not self.connection.execute(f"SELECT {found}").fetchone()[0]

    def _taken(self) -> Put:
        """Copies all rows; gives what puts them back."""
        raise NotImplementedError


class OnSqlite(Tables):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        triggers = "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%DELETE%'"
        self.triggers = self.connection.execute(triggers).fetchall()

    def empty(self) -> None:
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

    def _taken(self) -> Put:
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

    def empty(self) -> None:
        """TRUNCATE writes new files for each table and index, filled or not: 180 ms for fifty tables, against 5 ms."""
        sequences = "PERFORM setval(seqrelid::regclass, seqstart, false) FROM pg_sequence;"
        deletes = "; DELETE FROM ".join(reversed(self.names))
        self._run([f"DO $$ BEGIN DELETE FROM {deletes}; {sequences} END $$"])  # noqa: S608

    def _run(self, statements: list[str]) -> None:
        """In one round trip."""
        self.connection.execute(
            "; ".join(["BEGIN", "SET LOCAL session_replication_role = replica", *statements, "COMMIT"])
        )

    def _taken(self) -> Put:
        statements = []
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
