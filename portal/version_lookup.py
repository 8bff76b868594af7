"""The raw queries asked for each kept page: which version a public case is at, or whether anything was written.

They go round the session and the ORM on purpose: they are the hottest there are, and answer values that are compared
and never shown. They read as the public does: on PostgreSQL under the application's role and scope.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from typing import Any, Protocol

import psycopg
from sqlalchemy import make_url

from portal.config import Settings
from tenants.db import PLAN_ONCE
from tenants.rls import APP_ROLE

SQL = (
    "SELECT c.public_version, c.visibility, n.version, coalesce(k.others, 0) "
    "FROM cases c JOIN networks n ON n.id = c.network_id LEFT JOIN case_counts k ON k.case_id = c.id "
    "WHERE c.network_id = {0} AND c.reference = {0} AND c.visibility = 'public'"
)
Version = tuple[int, str, int, int]
"""Of the case, its visibility, of the network, and how many others it happened to."""


class VersionLookup(Protocol):
    """Looks a version up. None when there is no such case for the public, or when the database does not answer."""

    def find(self, network_id: int, reference: str) -> Version | None: ...

    def state(self) -> str | None:
        """Names what a reader who begins now sees: if it is the same twice, nothing was committed in between.

        It may differ although nothing was. None when the database does not answer.
        """

    def close(self) -> None: ...


def version_lookup(settings: Settings) -> VersionLookup:
    if settings.on_postgresql:
        return PostgresqlVersions(settings.database_url)
    return SqliteVersions(make_url(settings.database_url).database or "")


class SqliteVersions:
    """One read-only connection for each thread, and one for the state of the whole."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._local = threading.local()
        self._watch: sqlite3.Connection | None = None
        self._watches = 0
        self._watching = threading.Lock()

    def find(self, network_id: int, reference: str) -> Version | None:
        try:
            found: Version | None = self._connection().execute(SQL.format("?"), (network_id, reference)).fetchone()
        except sqlite3.Error:
            self._local.connection = None
            return None
        return found

    def state(self) -> str | None:
        """By SQLite's own count of what others have committed, which means something to one connection only."""
        with self._watching:
            try:
                if self._watch is None:
                    self._watch, self._watches = self._connect(), self._watches + 1
                (version,) = self._watch.execute("PRAGMA data_version").fetchone()
            except sqlite3.Error:
                self._watch = None
                return None
            return f"{self._watches}.{version}"

    def close(self) -> None:
        """The others go with their threads."""
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
        return connection

    def _connect(self) -> sqlite3.Connection:
        path = f"file:{self._path}?mode=ro"
        return sqlite3.connect(path, uri=True, isolation_level=None, timeout=5, check_same_thread=False)


class PostgresqlVersions:
    """A handful of connections of its own, each told its scope once and again only when the network changes."""

    MOST = 8

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._free: queue.LifoQueue[tuple[Any, int]] = queue.LifoQueue()
        self._places = threading.BoundedSemaphore(self.MOST)

    def find(self, network_id: int, reference: str) -> Version | None:
        found: Version | None = self._ask(SQL.format("%s"), [network_id, reference], network_id)
        return found

    def state(self) -> str | None:
        """By the snapshot: two that read alike see the same rows."""
        found = self._ask("SELECT pg_current_snapshot()::text", [], 0)
        return found[0] if found else None

    def _ask(self, sql: str, parameters: list[Any], network_id: int) -> Any:
        """The first row, read in the scope of this network (0 for a question about no rows); None on any failure."""
        with self._places:
            try:
                connection, told = self._free.get_nowait()
            except queue.Empty:
                connection, told = None, 0
            try:
                connection = connection or self._connect()
                if network_id not in (0, told):
                    connection.execute("SELECT set_config('app.network_id', %s, false)", [str(network_id)])
                found = connection.execute(sql, parameters).fetchone()
            except psycopg.Error:
                if connection is not None:
                    connection.close()
                return None
            self._free.put((connection, network_id or told))
            return found

    def close(self) -> None:
        while not self._free.empty():
            self._free.get_nowait()[0].close()

    def _connect(self) -> Any:
        options = f"-c role={APP_ROLE} {PLAN_ONCE}"
        connection = psycopg.connect(
            self._url, autocommit=True, options=options, connect_timeout=5, prepare_threshold=1
        )
        connection.execute("SELECT set_config('app.scope', 'public', false)")
        return connection
