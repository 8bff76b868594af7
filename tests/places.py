"""Places that the portal is set up in: one is set up for each process that runs tests, and the others are copies of it.

To run all migrations takes longer than most tests do.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from portal.config import Settings
from portal.migrating import setup
from tests.servers import postgresql_url

SECRET = "s" * 40


@contextmanager
def set_up(folder: Path, name: str, *, on_postgresql: bool) -> Iterator[Settings]:
    """In an empty folder, and in a database of that name on PostgreSQL. Nothing may be done there but copy it."""
    with _settings(folder, name, None, on_postgresql=on_postgresql, sqlite_synchronous="NORMAL") as settings:
        setup(settings)
        yield settings


@contextmanager
def copied(other: Settings, folder: Path, name: str, **values: Any) -> Iterator[Settings]:
    """All that is in another place, into a folder that is not there yet or is empty. `values` are settings."""
    with _settings(folder, name, other.database_url, on_postgresql=other.on_postgresql, **values) as settings:
        shutil.copytree(other.data_dir, folder, dirs_exist_ok=True)
        yield settings


@contextmanager
def _settings(folder: Path, name: str, like: str | None, *, on_postgresql: bool, **values: Any) -> Iterator[Settings]:
    given = {"secret_key": SECRET, **values}
    if not on_postgresql:
        yield Settings(data_dir=folder, **given)
        return
    with postgresql_url(name, like=like) as url:
        yield Settings(data_dir=folder, database_url=url, **given)
