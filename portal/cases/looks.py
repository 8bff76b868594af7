"""The looks that were taken at a case, and since when it is in its state: read from its entries, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.events import kinds
from portal.events.timeline import Entry

INTO = {
    kinds.REPORTED.name: "received",
    kinds.ACKNOWLEDGED.name: "acknowledged",
    kinds.STARTED.name: "in_progress",
    kinds.QUESTION_ASKED.name: "waiting_for_customer",
    kinds.WENT_ON.name: "in_progress",
    kinds.TAKEN_UP.name: "in_progress",
    kinds.ANSWERED.name: "answered",
    kinds.CLOSED.name: "closed",
    kinds.WITHDRAWN.name: "withdrawn",
    kinds.REOPENED.name: "reopened",
    kinds.APPEALED.name: "appealed",
}
"""The state that an event leads to, wherever the case stood. A customer's word counts only where one is waited for."""
ENDS_AN_APPEAL = (kinds.ANSWERED.name, kinds.CLOSED.name, kinds.WITHDRAWN.name)


@dataclass(frozen=True)
class Look:
    """What one look at the case found and decided.

    `which` is empty for the only look, `under_review` while an appeal against it is open, else `first` or `second`.
    """

    which: str
    findings: tuple[Entry, ...]
    verdict: Entry | None


def looks_of(entries: Sequence[Entry]) -> tuple[Look, ...]:
    """The look that counts, and the one before an appeal below it; a look without result is none."""
    at = next((number for number, entry in enumerate(entries) if entry.kind == kinds.APPEALED.name), None)
    if at is None:
        return _with_result(_look("", entries))
    second = _look("second", entries[:at])
    is_reviewed = second.verdict is None and appeal_is_open(entries)
    return _with_result(second, _look("under_review" if is_reviewed else "first", entries[at + 1 :]))


def appeal_is_open(entries: Sequence[Entry]) -> bool:
    """Whether the customer has appealed and there is neither a second answer nor an end."""
    ends = (*ENDS_AN_APPEAL, kinds.APPEALED.name)
    return next((entry.kind for entry in entries if entry.kind in ends), "") == kinds.APPEALED.name


def since_of(entries: Sequence[Entry]) -> tuple[str, datetime] | None:
    """The state that the entries lead to, and since when; None where they do not tell."""
    found: tuple[str, datetime] | None = None
    for entry in reversed(entries):
        before = found[0] if found else ""
        into = INTO.get(entry.kind)
        if entry.kind == kinds.CUSTOMER_WROTE.name and before in ("waiting_for_customer", "answered"):
            into = "in_progress"
        if into is not None and into != before:
            found = (into, entry.at)
    return found


def rounds_of(entries: Sequence[Entry], promises: Iterable[Any]) -> dict[int, str]:
    """Which plans and answers belong to a later round: id of the promise → `reopened` or `appealed`, what began it."""
    begins = [entry for entry in entries if entry.kind in (kinds.REOPENED.name, kinds.APPEALED.name)]
    rounds = {}
    for promise in promises:
        begun = next((entry for entry in begins if promise.made_at >= entry.at), None)
        if begun is not None and promise.what in ("acknowledge", "answer"):
            rounds[promise.id] = INTO[begun.kind]
    return rounds


def findings_of(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """What was checked since the present round began, the first finding first."""
    found = []
    for entry in entries:
        if entry.kind in (kinds.REOPENED.name, kinds.APPEALED.name):
            break
        if entry.kind == kinds.FINDING_ADDED.name:
            found.append(entry)
    return tuple(reversed(found))


def _look(which: str, entries: Sequence[Entry]) -> Look:
    at = next((number for number, entry in enumerate(entries) if entry.kind == kinds.ASSESSED.name), len(entries))
    verdict = entries[at] if at < len(entries) else None
    return Look(which, findings_of(entries) or findings_of(entries[at:]), verdict)


def _with_result(*looks: Look) -> tuple[Look, ...]:
    return tuple(look for look in looks if look.findings or look.verdict)
