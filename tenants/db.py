"""The database: declarative base, column types, and what every connection of either engine is told.

Nothing here decides who may read what; that is `scope.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Engine, Integer, MetaData, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC. SQLite has no zones, so it stores the naive UTC value."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored: nobody knows which zone it is in")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


Id = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits everywhere; SQLite counts up by itself only in a column called INTEGER."""


class Base(DeclarativeBase):
    """Base of every mapped class. Each one also says whose rows it holds: see `ownership.py`."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        int: Id,
        datetime: UtcDateTime(),
        dict[str, Any]: Json,
        list[Any]: Json,
        dict[str, str]: Json,
    }


def only_where(condition: str) -> dict[str, Any]:
    """Makes an Index partial, on both databases."""
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


def configure_sqlite(engine: Engine, *, synchronous: str = "FULL") -> None:
    """Make SQLite safe for several writers.

    The driver must not open transactions by itself (`isolation_level=None`): its late, deferred BEGIN loses updates
    and turns a busy database into an error at once, despite the busy timeout. We say BEGIN ourselves, IMMEDIATE for a
    unit that writes, so that a writer waits in line before it has read anything.
    `synchronous` FULL survives a power cut; NORMAL may lose the last commits then (never the database). A unit that
    need not last (`writing(lasting=False)`) is NORMAL.
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "busy_timeout=30000",
            "foreign_keys=ON",
            "cache_size=-16000",
            "mmap_size=268435456",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        options = connection.get_execution_options()
        if not options.get("writes", False):
            connection.exec_driver_sql("BEGIN")
            return
        waits = synchronous if options.get("lasting", True) else "NORMAL"
        if connection.info.get("synchronous", synchronous) != waits:
            connection.exec_driver_sql(f"PRAGMA synchronous={waits}")
            connection.info["synchronous"] = waits
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def map_nothing(engine: Engine) -> None:
    """Let new connections to SQLite read its file instead of mapping it, which other databases do not do.

    For a process that goes through the whole file and looks at most of it once: its memory would grow by what it read.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA mmap_size=0"))


PATIENCE = 30.0
"""Seconds after which a thread no longer waits for those of its own process, but asks SQLite."""
_lines: dict[str, threading.Lock] = {}


@contextmanager
def in_line(engine: Any) -> Iterator[None]:
    """Let the threads of this process that want to write to SQLite wait for each other.

    SQLite would let them all ask again, after pauses that grow to a tenth of a second while nobody writes; the thread
    that waits here goes on in the moment in which the one before has committed. Other processes are SQLite's business.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    line = _lines.setdefault(str(engine.url.database), threading.Lock())
    mine = line.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if mine:
            line.release()


PLAN_ONCE = "-c plan_cache_mode=force_generic_plan"
"""Policies make plans large: planning a page's timeline took three times as long as running it. Every statement of
ours goes by an index whatever its parameters, so one plan serves; psycopg prepares it at its second run."""


def configure_postgresql(engine: Engine) -> None:
    """Let a transaction that only read end with COMMIT instead of ROLLBACK.

    To the data it is the same. But after a ROLLBACK psycopg forgets every statement that it has prepared, and tells the
    server to: each page would plan its statements anew, which under policies as large as ours takes ten times as long
    as running them. Which transactions only read is known by `scope.py`; the guard refuses writes in those.
    """
    dialect, roll_back = engine.dialect, engine.dialect.do_rollback

    def do_rollback(connection: Any) -> None:
        if _only_read(connection):
            dialect.do_commit(connection)
        else:
            roll_back(connection)

    dialect.do_rollback = do_rollback  # type: ignore[assignment,method-assign]


def _only_read(connection: Any) -> bool:
    try:
        return bool(connection.info.get("reads"))
    except NotImplementedError:  # SQLAlchemy's first look at the server, before any session
        return False
