"""Triggers at rest while rows are put that say already what the triggers would work out."""

from __future__ import annotations

import json
from typing import Protocol

from sqlalchemy import Connection, text

COUNTED = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND (column_default LIKE 'nextval(%' OR is_identity = 'YES')
"""
"""Columns that PostgreSQL counts up by itself."""


class Triggers(Protocol):
    """All that were made by the migrations. `remembered` is what must be known to let them work again."""

    remembered: str

    def rest(self) -> None:
        """Put them aside."""

    def work(self) -> None:
        """Put them back, and let counters of ids go on after the highest that is there."""


def triggers_of(connection: Connection, tables: list[str], remembered: str = "") -> Triggers:
    if connection.dialect.name == "sqlite":
        return SqliteTriggers(connection, remembered)
    return PostgresqlTriggers(connection, tables)


class SqliteTriggers:
    """SQLite has no switch for a trigger: it is dropped, and made again from its own text."""

    def __init__(self, connection: Connection, remembered: str) -> None:
        self._connection, self.remembered = connection, remembered

    def rest(self) -> None:
        found = self._connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        made = {row.name: row.sql for row in found}
        self.remembered = json.dumps(made)
        for name in made:
            self._connection.exec_driver_sql(f"DROP TRIGGER {self._quoted(name)}")

    def work(self) -> None:
        for made in json.loads(self.remembered).values():
            self._connection.exec_driver_sql(made)

    def _quoted(self, name: str) -> str:
        return self._connection.dialect.identifier_preparer.quote(name)


class PostgresqlTriggers:
    """The owner of a table switches its triggers; foreign keys stay awake, which takes a superuser to change."""

    remembered = ""

    def __init__(self, connection: Connection, tables: list[str]) -> None:
        self._connection, self._tables = connection, tables

    def rest(self) -> None:
        self._switch("DISABLE")

    def work(self) -> None:
        self._switch("ENABLE")
        for table, column in self._connection.execute(text(COUNTED)).all():
            highest = f"SELECT coalesce(max({column}), 0) + 1 FROM {table}"  # noqa: S608
            counter = f"pg_get_serial_sequence('{table}', '{column}')"
            self._connection.execute(text(f"SELECT setval({counter}, ({highest}), false)"))

    def _switch(self, which: str) -> None:
        for table in self._tables:
            self._connection.execute(text(f"ALTER TABLE {table} {which} TRIGGER USER"))
