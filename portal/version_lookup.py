"""One raw query, asked for each kept page: which version a case is at, and whether it is public.

Goes round the session and the ORM on purpose: this is the hottest query there is, and it answers four values that
are compared and never shown. It reads as the public does: on PostgreSQL under the application's role and scope.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from typing import Any, Protocol

import psycopg
from sqlalchemy import make_url

from portal.config import Settings
from portal.database import PLAN_ONCE
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

    def close(self) -> None: ...


def version_lookup(settings: Settings) -> VersionLookup:
    if settings.on_postgresql:
        return PostgresqlVersions(settings.database_url)
    return SqliteVersions(make_url(settings.database_url).database or "")


class SqliteVersions:
    """One read-only connection for each thread."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._local = threading.local()

    def find(self, network_id: int, reference: str) -> Version | None:
        try:
            found: Version | None = self._connection().execute(SQL.format("?"), (network_id, reference)).fetchone()
        except sqlite3.Error:
            self._local.connection = None
            return None
        return found

    def close(self) -> None:
        """Each connection goes with its thread."""

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, isolation_level=None, timeout=5)
            self._local.connection = connection
        return connection


class PostgresqlVersions:
    """A handful of connections of its own, each told its scope once and again only when the network changes."""

    MOST = 8

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._free: queue.LifoQueue[tuple[Any, int]] = queue.LifoQueue()
        self._places = threading.BoundedSemaphore(self.MOST)

    def find(self, network_id: int, reference: str) -> Version | None:
        with self._places:
            try:
                connection, told = self._free.get_nowait()
            except queue.Empty:
                connection, told = None, 0
            try:
                connection = connection or self._connect()
                if told != network_id:
                    connection.execute("SELECT set_config('app.network_id', %s, false)", [str(network_id)])
                found: Version | None = connection.execute(SQL.format("%s"), [network_id, reference]).fetchone()
            except psycopg.Error:
                if connection is not None:
                    connection.close()
                return None
            self._free.put((connection, network_id))
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
