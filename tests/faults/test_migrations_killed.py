"""An upgrade killed at random moments, on a filled database of an older version: started again, it ends well."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from alembic import command
from sqlalchemy import text

from portal.config import Settings
from portal.database import owner_engine
from portal.migrating import migrate
from tests import programs
from tests.architecture.test_migrations import differences, everything, filled, fresh, walls
from tests.conftest import ON_POSTGRESQL
from tests.servers import postgresql_url

__all__ = ["filled", "fresh"]
pytestmark = pytest.mark.database
OLDER = "0009"
"""A version whose tables nearly all migrations since have changed."""
TORTURE = os.environ.get("HYPOTHESIS_PROFILE") == "torture"
DATABASES = 20 if TORTURE else 1
KILLS = 3
"""Of one upgrade, as long as it is not done."""


@pytest.fixture
def older(filled: Settings) -> Settings:
    engine = owner_engine(filled)
    with engine.connect().execution_options(writes=True) as connection:
        migrate(connection, command.downgrade, OLDER)
    engine.dispose()
    return filled


@contextmanager
def copied(older: Settings, folder: Path, worker_id: str) -> Iterator[Settings]:
    folder.mkdir()
    values: dict[str, Any] = {"data_dir": folder, "secret_key": older.secret_key}
    if not ON_POSTGRESQL:
        for path in older.data_dir.glob("daylight.sqlite3*"):
            shutil.copy(path, folder)
        yield Settings(**values)
        return
    with postgresql_url(f"killed_{worker_id}", like=older.database_url) as url:
        yield Settings(database_url=url, **values)


@contextmanager
def started(settings: Settings) -> Iterator[tuple[programs.Program, IO[str]]]:
    """The program, and what it says; at the end it has ended."""
    own = {"DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_url, "SECRET_KEY": settings.secret_key}
    reading, writing = os.pipe()
    with open(reading) as said:
        with open(writing, "w") as out:
            program = programs.start("tests.faults.migrating", environment={**os.environ, **own}, stdout=out)
        yield program, said
    program.wait()


def upgraded(settings: Settings) -> int:
    """An upgrade that nobody disturbs; gives how many statements it took."""
    with started(settings) as (program, said):
        statements = sum(1 for _line in said)
    assert program.returncode == 0
    return statements


def is_killed(settings: Settings, statement: int) -> bool:
    """Kill one about when it comes to this statement. False if it was done by then."""
    with started(settings) as (program, said):
        for _line in itertools.islice(said, statement):
            pass
        program.kill()
    return program.returncode == -signal.SIGKILL


def state(settings: Settings) -> tuple[Any, ...]:
    engine = owner_engine(settings)
    with engine.connect() as connection:
        found = everything(connection), walls(connection)
        assert differences(connection) == []
        if not ON_POSTGRESQL:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    engine.dispose()
    return found


@pytest.mark.long
def test_killed_and_started_again(older: Settings, tmp_path: Path, worker_id: str) -> None:
    with copied(older, tmp_path / "undisturbed", worker_id) as settings:
        statements, expected = upgraded(settings), state(settings)
    killed = 0
    for number in range(DATABASES):
        with copied(older, tmp_path / f"killed {number}", worker_id) as settings:
            for _kill in range(KILLS):
                killed += is_killed(settings, random.randint(1, statements))  # noqa: S311
            upgraded(settings)
            assert state(settings) == expected
    assert killed
