"""Bringing the database to this version of the code, as its owner. The only part that web processes do not load."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, make_url, text

import portal.tables  # noqa: F401
from portal import paths
from portal.config import Settings
from portal.config_problems import SettingsError
from portal.database import UNFINISHED, owner_engine
from tenants.registry import owned, owners
from tenants.rls import APP_ROLE, WORKER_ROLE

MIGRATION_LOCK = 7_264_019
"""An arbitrary number that PostgreSQL's advisory lock knows migrations by."""


class HalfCopied(RuntimeError):
    """A copy into this database was begun and not finished: it holds some of what it should."""


def setup(settings: Settings, *, copying: bool = False, revision: str = "head") -> None:
    """Create the database or bring it to this version. Safe to repeat, and to start twice at once.

    Raises HalfCopied for one that a copy is being put into, but to the copy itself; SettingsError for one that cannot
    keep every language.
    """
    if not settings.on_postgresql:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = owner_engine(settings)
    try:
        with engine.connect().execution_options(writes=True) as connection:
            _refuse_other_than_unicode(connection)
            if not copying and inspect(connection).has_table(UNFINISHED):
                raise HalfCopied
            connection.rollback()
            upgrade(connection, revision)
        if settings.on_postgresql and revision == "head":
            with engine.begin() as connection:
                _grant(connection, settings)
    finally:
        engine.dispose()


def _refuse_other_than_unicode(connection: Connection) -> None:
    """A server that was made without a locale makes databases that take bytes for letters."""
    if connection.dialect.name == "postgresql" and (kept := connection.scalar(text("SHOW server_encoding"))) != "UTF8":
        raise SettingsError([f"DATABASE_URL: this database keeps texts as {kept}. Make one with ENCODING 'UTF8'."])


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to `revision`; two that start at once wait for each other."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.commit()
        _make_roles(connection)
    try:
        migrate(connection, command.upgrade, revision)
    finally:
        if connection.dialect.name == "postgresql":
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
            connection.commit()


def migrate(connection: Connection, direction: Callable[[Config, str], None], revision: str) -> None:
    """Run `command.upgrade` or `command.downgrade`.

    SQLite changes a table by writing it anew, and drops the old one: with foreign keys on, that would count as deleting
    every row that others name. They are off meanwhile (which works only outside a transaction), and all are checked at
    the end.
    """
    if connection.dialect.name != "sqlite":
        direction(alembic(connection), revision)
        return
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        direction(alembic(connection), revision)
        connection.commit()
        broken = raw.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration left rows that name missing ones: {broken[:5]}")
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")


def alembic(connection: Connection) -> Config:
    config = scripts()
    config.attributes["connection"] = connection
    return config


def scripts() -> Config:
    """Where the migrations are, for Alembic."""
    config = Config()
    config.set_main_option("script_location", str(paths.migrations()))
    config.set_main_option("path_separator", "os")
    return config


def _make_roles(connection: Connection) -> None:
    for role in (APP_ROLE, WORKER_ROLE):
        connection.execute(
            text(
                f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; "
                "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            )
        )
    connection.commit()


def _grant(connection: Connection, settings: Settings) -> None:
    """Let both roles use the tables, and the logins of the settings take the roles on."""
    everything = f"{APP_ROLE}, {WORKER_ROLE}"
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {everything}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {everything}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {everything}",
        f"REVOKE ALL ON alembic_version FROM {everything}",
        f"GRANT SELECT ON alembic_version TO {everything}",
        f"REVOKE INSERT, UPDATE, DELETE ON {', '.join(_global_tables())} FROM {APP_ROLE}",
    ):
        connection.execute(text(statement))
    quote = connection.dialect.identifier_preparer.quote
    for role, url in ((APP_ROLE, settings.database_url), (WORKER_ROLE, settings.worker_url)):
        login = make_url(url).username or connection.scalar(text("SELECT current_user"))
        connection.execute(text(f"GRANT {role} TO {quote(str(login))}"))


def _global_tables() -> list[str]:
    """Tables without an owner: the application reads them, the worker writes them."""
    return sorted(owners().keys() - owned().keys())
