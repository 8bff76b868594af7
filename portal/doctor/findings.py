"""What a check says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from portal.config import Settings


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILING = "failing"
    SKIPPED = "not looked at"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `mend` says what to do, with the command, wherever it is not well."""

    check: str
    state: State
    words: str
    mend: str = ""


Check = Callable[[Settings], Iterator[Finding]]


def ok(check: str, words: str) -> Finding:
    return Finding(check, State.OK, words)


def warning(check: str, words: str, mend: str) -> Finding:
    return Finding(check, State.WARNING, words, mend)


def failing(check: str, words: str, mend: str) -> Finding:
    return Finding(check, State.FAILING, words, mend)


def by_age(check: str, words: str, seconds: float, limits: tuple[float, float], mend: str) -> Finding:
    """Well up to the first limit in seconds, failing from the second one on."""
    if seconds < limits[0]:
        return ok(check, words)
    return (failing if seconds >= limits[1] else warning)(check, words, mend)


def span(seconds: float) -> str:
    """A length of time in one unit, for reading."""
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"
