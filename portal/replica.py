"""A second PostgreSQL that follows the first and answers what everybody may read, as long as it keeps up.

It is asked only by readers whom nobody knows. Who has just written something carries a cookie for some seconds and
reads from the first, so that nobody misses their own words. Where it does not answer, or is too far behind, everything
is read from the first; a page taken back is therefore gone everywhere after `MOST_BEHIND` seconds at the latest.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, Protocol

import psycopg
from sqlalchemy import make_url

from portal.config import Settings
from portal.own_lookup import Proof, Question
from portal.version_lookup import PostgresqlVersions, Version, VersionLookup
from tenants.db import PLAN_ONCE
from tenants.rls import APP_ROLE

MOST_BEHIND = 5.0
"""Seconds that what it says may be old."""
LOOK_EVERY = 1.0
"""Seconds between two looks at how far it is."""
REACHED = "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() - '0/0'::pg_lsn"
PATIENCE = 2
"""Seconds to wait for either of them."""


class Standby(Protocol):
    """Says whether the second database may be asked now."""

    def is_fit(self) -> bool: ...

    def close(self) -> None: ...


class NoStandby:
    """There is one database only."""

    def is_fit(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is open."""


class Replica:
    """Compares how far the first has written with how far the second has got, once a second in each process.

    Both are asked here, instead of the second for its own opinion: one that has lost the first believes it is whole.
    """

    def __init__(self, first: str, second: str) -> None:
        self._urls = _plain(first), _plain(second)
        self._connections: list[Any] = []
        self._written: deque[tuple[float, int]] = deque()
        """When the first was at which position, the oldest first: those that the second has not reached yet."""
        self._looked = float("-inf")
        self._fit = False
        self._lock = threading.Lock()

    def is_fit(self) -> bool:
        if time.monotonic() - self._looked >= LOOK_EVERY and self._lock.acquire(blocking=False):
            try:
                self._fit = self._look()
                self._looked = time.monotonic()
            finally:
                self._lock.release()
        return self._fit

    def close(self) -> None:
        for each in self._connections:
            each.close()
        self._connections.clear()

    def _look(self) -> bool:
        try:
            for url in self._urls[len(self._connections) :]:
                self._connections.append(_connect(url))
            first, second = self._connections
            (follows, reached) = second.execute(REACHED).fetchone()
            (written,) = first.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
        except psycopg.Error:
            self.close()
            return False
        if not follows:
            return False
        now = time.monotonic()
        self._written.append((now, int(written)))
        while self._written and self._written[0][1] <= int(reached):
            self._written.popleft()
        return not self._written or now - self._written[0][0] < MOST_BEHIND


class FollowedVersions:
    """Looks versions up where the pages are read: in the second database while it keeps up, else in the first."""

    def __init__(self, first: VersionLookup, second: VersionLookup, standby: Standby) -> None:
        self.first, self._second, self._standby = first, second, standby

    def find(self, network_id: int, reference: str) -> Version | None:
        return self._asked().find(network_id, reference)

    def state(self) -> str | None:
        asked = self._asked()
        found = asked.state()
        return None if found is None else f"{'second' if asked is self._second else 'first'} {found}"

    def own(self, question: Question) -> Proof | None:
        return self.first.own(question)

    def close(self) -> None:
        self.first.close()
        self._second.close()

    def _asked(self) -> VersionLookup:
        return self._second if self._standby.is_fit() else self.first


def standby_of(settings: Settings) -> Standby:
    if settings.database_replica_url is None:
        return NoStandby()
    return Replica(settings.database_url, settings.database_replica_url)


def followed(settings: Settings, first: VersionLookup, standby: Standby) -> VersionLookup:
    """The look-ups of the keeper."""
    if settings.database_replica_url is None:
        return first
    return FollowedVersions(first, PostgresqlVersions(settings.database_replica_url), standby)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _connect(url: str) -> Any:
    options = f"-c role={APP_ROLE} -c statement_timeout={PATIENCE}s {PLAN_ONCE}"
    return psycopg.connect(url, autocommit=True, options=options, connect_timeout=PATIENCE)
