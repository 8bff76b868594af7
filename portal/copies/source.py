"""A database that is read whole, as it stood at one moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from portal.copies.shapes import Shape
from portal.migrating import alembic


class OtherVersion(RuntimeError):
    """The database was made by another version of the portal."""


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Read one moment while everybody goes on writing."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        connection.execute(text("SELECT 1 FROM networks LIMIT 1"))  # SQLite takes its snapshot at the first read
        yield connection
        connection.rollback()


@contextmanager
def frozen(engine: Engine, shapes: list[Shape]) -> Iterator[Connection]:
    """Read while nobody can write: who tries waits until the end. Reading goes on for everybody."""
    with engine.connect().execution_options(writes=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            connection.execute(text(f"LOCK TABLE {', '.join(shape.name for shape in shapes)} IN SHARE MODE"))
        connection.execute(text("SELECT 1 FROM networks LIMIT 1"))
        yield connection
        connection.rollback()


def revision_of(connection: Connection) -> str:
    """The migration that a database is at; empty for one without any."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def head_of(connection: Connection) -> str:
    """The migration that this version of the code wants."""
    return ScriptDirectory.from_config(alembic(connection)).get_current_head() or ""


def knows(connection: Connection, revision: str) -> bool:
    """Whether this version of the code has that migration."""
    return any(each.revision == revision for each in ScriptDirectory.from_config(alembic(connection)).walk_revisions())


def check_version(connection: Connection) -> str:
    """The revision, if it is that of the code. Raises OtherVersion."""
    found = revision_of(connection)
    if found != head_of(connection):
        raise OtherVersion(found or "nothing")
    return found
