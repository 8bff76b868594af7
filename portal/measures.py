"""What each process counts while it works: requests, kept pages, errors of the database.

Under `portal serve` every process writes its counts into files of one folder (`PROMETHEUS_MULTIPROC_DIR`), and
whichever is asked for `/metrics` adds them up. Without that folder a process counts for itself. Labels are templates of
addresses and codes, never anything that a visitor can choose.
"""

from __future__ import annotations

import itertools
import os
import threading
import time

import psycopg
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError

from portal import run_folder

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds. Pages are meant to take some milliseconds; from a second on it matters little by how much."""
EVERY = 1.0
"""Seconds between two times that a tally is handed on."""
BUSY = {"40001", "40P01", "55P03"}
"""PostgreSQL: serialization failure, deadlock, lock not available."""
AWAY = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_READONLY")

disable_created_metrics()  # type: ignore[no-untyped-call]
_registry = CollectorRegistry()

REQUESTS = Counter(
    "daylight_http_requests",
    "Requests that the application answered, by route template, method and class of status.",
    ["route", "method", "status"],
    registry=_registry,
)
DURATION = Histogram(
    "daylight_http_request_duration_seconds",
    "How long the application took until an answer began.",
    ["route", "method"],
    buckets=BUCKETS,
    registry=_registry,
)
KEPT_PAGES = Counter(
    "daylight_kept_pages",
    "Pages answered from memory (hit), or made and kept (miss).",
    ["result"],
    registry=_registry,
)
DATABASE_ERRORS = Counter(
    "daylight_database_errors",
    "Statements that the database refused: busy (no lock in time), away, or other. Constraints do not count.",
    ["kind"],
    registry=_registry,
)
COUNTED_IN_DATABASE = Counter(
    "daylight_limits_in_database",
    "Tries that the database counted because the store of LIMITS_URL did not answer.",
    registry=_registry,
)


def answered(route: str, method: str, status: int, seconds: float) -> None:
    method = method if method in METHODS else "other"
    REQUESTS.labels(route, method, f"{status // 100}xx").inc()
    DURATION.labels(route, method).observe(seconds)


class Tally:
    """Counts what happens ten thousand times a second: in memory, and handed on to a counter once a second.

    Calling it costs a tenth of what the counter costs. What a process counted in its last second before it fell silent
    is handed on with its next request, or when it is asked for the figures itself.
    """

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._numbers = itertools.count(1)  # one step of it is one step of the interpreter: no lock is needed
        self._newest = self._given = 0
        self._due = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> None:
        self._newest = next(self._numbers)
        if time.monotonic() >= self._due:
            self.hand_on()

    def hand_on(self) -> None:
        with self._lock:
            self._due = time.monotonic() + EVERY
            new = self._newest - self._given
            if new > 0:
                self._counter.inc(new)
                self._given += new


KEPT_PAGE_HIT = Tally(KEPT_PAGES.labels("hit"))
KEPT_PAGE_MADE = KEPT_PAGES.labels("miss")


def watch(engine: Engine) -> None:
    """Count what goes wrong on an engine."""

    @event.listens_for(engine, "handle_error")
    def count(context: object) -> None:
        if not isinstance(getattr(context, "sqlalchemy_exception", None), IntegrityError):
            DATABASE_ERRORS.labels(_kind(getattr(context, "original_exception", None))).inc()


def _kind(problem: object) -> str:
    state = getattr(problem, "sqlstate", None)
    name = str(getattr(problem, "sqlite_errorname", ""))
    if state in BUSY or name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "busy"
    if isinstance(problem, psycopg.OperationalError) or name.startswith(AWAY):
        return "away"
    return "other"


def counted(*also: Collector) -> CollectorRegistry:
    """All that was counted, by every process where they share a folder, and what others collect when asked."""
    KEPT_PAGE_HIT.hand_on()
    found = CollectorRegistry()
    if os.environ.get(run_folder.COUNTS):
        MultiProcessCollector(found)  # type: ignore[no-untyped-call]
    else:
        found.register(_registry)
    for each in also:
        found.register(each)
    return found
