"""The raw queries asked for each kept page: which version a public case is at, or whether anything was written.

They go round the session and the ORM on purpose: they are the hottest there are, and answer values that are compared
and never shown. They read as the public does, and those about somebody's own page as the door and the customer do: on
PostgreSQL under the application's role and scope.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Any, Protocol

import psycopg
from sqlalchemy import make_url

from portal.config import Settings
from portal.own_lookup import CASE, DOOR, Proof, Question, for_postgresql, for_sqlite, named_for_postgresql
from tenants.db import PLAN_ONCE
from tenants.rls import APP_ROLE

SQL = (
    "SELECT c.public_version, c.visibility, n.version, coalesce(k.others, 0) "
    "FROM cases c JOIN networks n ON n.id = c.network_id LEFT JOIN case_counts k ON k.case_id = c.id "
    "WHERE c.network_id = {0} AND c.reference = {0} AND c.visibility = 'public'"
)
PG_DOOR, PG_CASE = named_for_postgresql(DOOR), named_for_postgresql(CASE)
TELL = (
    "SELECT set_config('app.scope', %s, false), set_config('app.network_id', %s, false), "
    "set_config('app.case_id', %s, false)"
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

    def own(self, question: Question) -> Proof | None:
        """How it stands with somebody's own case. None without a session, a case, or an answer of the database."""

    @property
    def first(self) -> VersionLookup:
        """The look-up in the database that is written to: what somebody may read is asked of no other."""

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

    def own(self, question: Question) -> Proof | None:
        given = for_sqlite(question)
        try:
            door, case = (self._connection().execute(sql, given).fetchone() for sql in (DOOR, CASE))
        except sqlite3.Error:
            self._local.connection = None
            return None
        return Proof(door, case) if door and case else None

    @property
    def first(self) -> VersionLookup:
        return self

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


class Connections:
    """A handful of connections to PostgreSQL under the application's role, each with the network that it was told."""

    MOST = 8

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._free: queue.LifoQueue[tuple[Any, int]] = queue.LifoQueue()
        self._places = threading.BoundedSemaphore(self.MOST)

    def ask(self, question: Callable[[Any, int], tuple[Any, int]]) -> Any:
        """What `question` answers, given a connection and its network, besides the network that it was told then.

        None on any failure.
        """
        with self._places:
            try:
                connection, told = self._free.get_nowait()
            except queue.Empty:
                connection, told = None, 0
            try:
                connection = connection or self._connect()
                found, told = question(connection, told)
            except psycopg.Error:
                if connection is not None:
                    connection.close()
                return None
            self._free.put((connection, told))
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


class PostgresqlVersions:
    """Connections that read as the public, told their network when it changes, and others for what is one's own."""

    def __init__(self, url: str) -> None:
        self._public, self._own = Connections(url), Connections(url)

    def find(self, network_id: int, reference: str) -> Version | None:
        def asked(connection: Any, told: int) -> tuple[Any, int]:
            if network_id != told:
                connection.execute("SELECT set_config('app.network_id', %s, false)", [str(network_id)])
            return connection.execute(SQL.format("%s"), [network_id, reference]).fetchone(), network_id

        found: Version | None = self._public.ask(asked)
        return found

    def state(self) -> str | None:
        """By the snapshot: two that read alike see the same rows."""
        found = self._public.ask(
            lambda connection, told: (connection.execute("SELECT pg_current_snapshot()::text").fetchone(), told)
        )
        return found[0] if found else None

    def own(self, question: Question) -> Proof | None:
        """In one round trip: the scope of the door, its question, the scope of the customer, theirs."""
        given, network_id = for_postgresql(question), str(question.network_id)

        def asked(connection: Any, told: int) -> tuple[Any, int]:
            with connection.pipeline():
                connection.execute(TELL, ["door", network_id, ""])
                door = connection.execute(PG_DOOR, given)
                connection.execute(TELL, ["customer", network_id, str(question.case_id)])
                case = connection.execute(PG_CASE, given)
                return (door.fetchone(), case.fetchone()), told

        door, case = self._own.ask(asked) or (None, None)
        return Proof(door, case) if door and case else None

    @property
    def first(self) -> VersionLookup:
        return self

    def close(self) -> None:
        self._public.close()
        self._own.close()
