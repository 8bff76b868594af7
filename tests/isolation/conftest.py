"""A world that a whole module of tests looks at and must leave as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from portal.config import Settings
from portal.database import owner_engine
from tenants import clock, door
from tenants.db import Base
from tenants.models import Unit
from tenants.scope import db, entered, writing
from tests.cast import Cast
from tests.conftest import ON_POSTGRESQL, THE_DAY, _empty
from tests.isolation.world import World, build

collect_ignore = [] if ON_POSTGRESQL else ["test_row_level_security.py"]
"""SQLite has none."""


@pytest.fixture(scope="module")
def world(the_app: Flask, migrated: Settings) -> Iterator[World]:
    door.forget_networks()
    with clock.held(THE_DAY), the_app.app_context():
        yield build()
    _empty(migrated)


@pytest.fixture
def owner(migrated: Settings) -> Iterator[Any]:
    """A connection of the tables' owner, for whom there are no walls. What it does is rolled back."""
    engine = owner_engine(migrated)
    with engine.connect().execution_options(writes=True) as connection:
        yield connection
        connection.rollback()
    engine.dispose()


class Everything:
    """All rows of all tables, as their owner sees them."""

    def __init__(self, settings: Settings) -> None:
        self.engine = owner_engine(settings)

    def __call__(self) -> dict[str, list[Any]]:
        with self.engine.connect() as connection:
            if ON_POSTGRESQL:
                return self._at_once(connection)
            return {
                table.name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {table.name}"))))  # noqa: S608
                for table in Base.metadata.sorted_tables
            }

    def _at_once(self, connection: Connection) -> dict[str, list[Any]]:
        """In one round trip: most of these tests look twice, and would ask for each of some forty tables."""
        names = [table.name for table in Base.metadata.sorted_tables]
        each = " UNION ALL ".join(f"SELECT '{name}', {name}::text FROM {name}" for name in names)  # noqa: S608
        found: dict[str, list[Any]] = {name: [] for name in names}
        for name, row in connection.execute(text(each)):
            found[name].append(row)
        return {name: sorted(rows) for name, rows in found.items()}


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
