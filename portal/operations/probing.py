"""Asking the database one question over a connection of its own, within a bounded time.

The pools of the application would do for a database that is well; one that hangs would hold the asker up for as long.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import Any
from urllib.parse import quote

import psycopg
from sqlalchemy import make_url

from portal import paths
from portal.config import Settings
from portal.database import UNFINISHED
from tenants.rls import APP_ROLE

PATIENCE = 2
"""Seconds for the database to answer."""
REVISION = "SELECT version_num FROM alembic_version WHERE NOT EXISTS ({})"
"""Of one that a copy is being put into, none: it is not whole."""
HALF_COPIED = (
    f"SELECT 1 FROM sqlite_master WHERE name = '{UNFINISHED}'",  # noqa: S608
    f"SELECT 1 FROM pg_class WHERE relname = '{UNFINISHED}'",  # noqa: S608
)


@cache
def newest_revision() -> str:
    """The last migration that this code knows: their files begin with their numbers."""
    return max(path.stem.partition("_")[0] for path in (paths.migrations() / "versions").glob("[0-9]*.py"))


def revision(settings: Settings) -> str | None:
    """The migration that the database is at; None before the first. Raises the driver's error when it is away."""
    return _of_postgresql(settings) if settings.on_postgresql else _of_sqlite(settings)


def read_only(settings: Settings) -> sqlite3.Connection:
    """A connection to the SQLite file that can change nothing, and makes no file."""
    path = make_url(settings.database_url).database or ""
    return sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, timeout=PATIENCE, isolation_level=None)


def _of_sqlite(settings: Settings) -> str | None:
    connection = read_only(settings)
    try:
        row = connection.execute(REVISION.format(HALF_COPIED[0])).fetchone()
    except sqlite3.OperationalError as problem:
        if problem.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # no such table
            return None
        raise
    finally:
        connection.close()
    return str(row[0]) if row else None


def connected(settings: Settings) -> Any:
    """A connection of the web processes' role to PostgreSQL, which can change nothing."""
    url = make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = f"-c role={APP_ROLE} -c statement_timeout={PATIENCE * 1000} -c default_transaction_read_only=on"
    bounds: dict[str, Any] = {"connect_timeout": PATIENCE, "tcp_user_timeout": PATIENCE * 1000}
    return psycopg.connect(url, autocommit=True, options=options, **bounds)


def _of_postgresql(settings: Settings) -> str | None:
    with connected(settings) as connection:
        try:
            row = connection.execute(REVISION.format(HALF_COPIED[1])).fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return str(row[0]) if row else None
