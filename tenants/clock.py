"""The one clock of the application, so that tests and the demo can live through weeks in seconds.

Every time in the domain comes from `now()`; nothing else asks the machine. Times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


def _machine_time() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _machine_time


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _source()


class Hand:
    """A clock that moves only when told to."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware time")
        self.at = at.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, step: timedelta) -> datetime:
        self.at += step
        return self.at

    def set(self, at: datetime) -> datetime:
        self.at = at.astimezone(UTC)
        return self.at


@contextmanager
def held(at: datetime) -> Iterator[Hand]:
    """Hold the clock of the whole process at `at` and hand out the hand that moves it."""
    global _source
    before, hand = _source, Hand(at)
    _source = hand
    try:
        yield hand
    finally:
        _source = before
