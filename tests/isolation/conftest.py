"""A world that a whole module of tests looks at and must leave as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, text

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
    """All rows of all tables, as their owner sees them, in one round trip: most of these tests look often."""

    def __init__(self, settings: Settings) -> None:
        self.engine = owner_engine(settings)
        self.tables = Base.metadata.sorted_tables
        each = (f"SELECT '{table}', {_whole_row(table)} FROM {table}" for table in self.tables)  # noqa: S608
        self.query = text(" UNION ALL ".join(each))

    def __call__(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {table.name: [] for table in self.tables}
        with self.engine.connect() as connection:
            for name, row in connection.execute(self.query):
                found[name].append(row)
        return {name: sorted(rows) for name, rows in found.items()}


def _whole_row(table: Table) -> str:
    """SQL for one text of all columns."""
    if ON_POSTGRESQL:
        return f"{table}::text"
    return " || ',' || ".join(f"quote({column.name})" for column in table.columns)


@pytest.fixture(scope="module")
def everything(migrated: Settings) -> Iterator[Everything]:
    found = Everything(migrated)
    yield found
    found.engine.dispose()


@pytest.fixture
def unit(cast: Cast) -> int:
    """Harbor's own unit, which nobody else sees."""
    with entered(cast.as_hugo), writing():
        db.session.add(thing := Unit(slug="ramp", name={}))
        db.session.flush()
        return thing.id
