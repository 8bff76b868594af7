"""A world that a whole module of tests looks at and must leave as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table

from portal.config import Settings
from portal.database import owner_engine
from tenants import clock, door
from tenants.db import Base
from tenants.models import Unit
from tenants.scope import db, entered, writing
from tests.cast import Cast
from tests.conftest import ON_POSTGRESQL, THE_DAY
from tests.isolation.world import World, build
from tests.tables import Tables

collect_ignore = [] if ON_POSTGRESQL else ["test_row_level_security.py"]
"""SQLite has none."""


@pytest.fixture(scope="module")
def world(the_app: Flask, tables: Tables) -> Iterator[World]:
    door.forget_networks()
    with clock.held(THE_DAY), the_app.app_context():
        yield build()
    tables.empty()


@pytest.fixture
def owner(migrated: Settings) -> Iterator[Any]:
    """A connection of the tables' owner, for whom there are no walls. What it does is rolled back."""
    engine = owner_engine(migrated)
    with engine.connect().execution_options(writes=True) as connection:
        yield connection
        connection.rollback()
    engine.dispose()


class Everything:
    """All rows of all tables, as their owner sees them, in one round trip: most of these tests look often.

    What the last look found is what a new one would find, as long as the database says that nobody has written since.
    """

    CHANGED = "SELECT pg_current_snapshot()::text" if ON_POSTGRESQL else "PRAGMA data_version"
    """Another answer than before as soon as a transaction of others has been committed; on PostgreSQL, already when one
    of any database has begun to write."""

    def __init__(self, settings: Settings) -> None:
        self._engine = owner_engine(settings)
        self._raw = self._engine.raw_connection()
        self._connection: Any = self._raw.driver_connection
        if ON_POSTGRESQL:
            self._connection.autocommit = True
        self._tables = Base.metadata.sorted_tables
        each = (f"SELECT '{table}', {_whole_row(table)} FROM {table}" for table in self._tables)  # noqa: S608
        self._query = " UNION ALL ".join(each)
        self._found: dict[str, list[Any]] = {}
        self._as_of: object = None

    def __call__(self) -> dict[str, list[Any]]:
        as_of = self._connection.execute(self.CHANGED).fetchone()
        if as_of != self._as_of:
            found: dict[str, list[Any]] = {table.name: [] for table in self._tables}
            for name, row in self._connection.execute(self._query).fetchall():
                found[name].append(row)
            self._found = {name: sorted(rows) for name, rows in found.items()}
            self._as_of = as_of
        return self._found

    def close(self) -> None:
        self._raw.close()
        self._engine.dispose()


def _whole_row(table: Table) -> str:
    """SQL for one text of all columns."""
    if ON_POSTGRESQL:
        return f"{table}::text"
    return " || ',' || ".join(f"quote({column.name})" for column in table.columns)


@pytest.fixture(scope="module")
def everything(migrated: Settings) -> Iterator[Everything]:
    found = Everything(migrated)
    yield found
    found.close()


@pytest.fixture
def unit(cast: Cast) -> int:
    """Harbor's own unit, which nobody else sees."""
    with entered(cast.as_hugo), writing():
        db.session.add(thing := Unit(slug="ramp", name={}))
        db.session.flush()
        return thing.id
