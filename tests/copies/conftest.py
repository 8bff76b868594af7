"""Installations of one's own, on both databases, filled with a row of everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from portal.config import Settings
from portal.database import owner_engine
from portal.files.storage import new_key, storage_of
from portal.web import create_app
from tenants import clock
from tenants.scope import db
from tests.conftest import THE_DAY
from tests.isolation.world import build
from tests.places import copied

Place = Callable[..., Settings]
VALUES: dict[str, Any] = {"secret_key": "s" * 40, "sqlite_synchronous": "NORMAL"}


@pytest.fixture
def place(tmp_path: Path, worker_id: str, blank: Settings) -> Iterator[Place]:
    """Gives settings of a new place, set up and empty: of the database that the tests run on, or of SQLite."""
    numbers = count()
    with ExitStack() as servers:

        def make(*, other: bool = False, like: Settings | None = None) -> Settings:
            like = like or (None if other else blank)
            number = next(numbers)
            folder, name = tmp_path / str(number), f"copies_{worker_id}_{number}"
            if like is None:
                return Settings(data_dir=folder, **VALUES)
            return servers.enter_context(copied(like, folder, name, **VALUES))

        yield make


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory, worker_id: str, blank: Settings) -> Iterator[Settings]:
    """A place with a row of every table, and the contents of its files. Made once, and copied for each test."""
    with copied(blank, tmp_path_factory.mktemp("original") / "var", f"original_{worker_id}", **VALUES) as settings:
        app = create_app(settings)
        with clock.held(THE_DAY), app.app_context():
            build()
            for engine in db.engines.values():
                engine.dispose()
        for holder in ("search", "keeper"):
            app.extensions[holder].close()
        _write_files(settings)
        yield settings


@pytest.fixture
def filled(original: Settings, place: Place) -> Settings:
    return place(like=original)


def _write_files(settings: Settings) -> None:
    engine, kept = owner_engine(settings), storage_of(settings)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        for table in ("files", "staged_files"):
            for column in ("storage_key", "thumbnail_key"):
                query = f"SELECT id FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608
                for each in connection.execute(text(query)).all():
                    key = new_key()
                    change = f"UPDATE {table} SET {column} = :key WHERE id = :id"  # noqa: S608
                    connection.execute(text(change), {"key": key, "id": each.id})
                    kept.put(key, f"content of {key}".encode(), "text/plain")
    engine.dispose()
