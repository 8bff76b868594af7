"""What waits, and for how long. All of it moves only while a worker lives."""

from __future__ import annotations

from collections.abc import Iterator

from portal.config import Settings
from portal.doctor.findings import Finding, by_age, failing, ok, span, warning
from portal.operations import standing
from tenants import clock

SOON = (120.0, 900.0)
"""Seconds: what takes a worker some seconds, and then something is wrong."""
LATER = (900.0, 7200.0)
"""Seconds for what may have to wait for others."""
START = "portal worker (or `portal serve --with-worker`); if one runs, its log says why it does not come to it"


def worker(_settings: Settings) -> Iterator[Finding]:
    """Somebody does the work."""
    seen = standing.last_seen()
    if seen is None:
        yield failing("worker", "No worker has ever run: no mail leaves and no promise falls due.", START)
        return
    ago = max(0.0, (clock.now() - seen).total_seconds())
    yield by_age("worker", f"A worker was last heard of {span(ago)} ago.", ago, SOON, START)


def sequencer(_settings: Settings) -> Iterator[Finding]:
    """Events get their position."""
    waiting = standing.sequencer()
    words = f"{waiting.count:,} events wait for their position, the oldest for {span(waiting.oldest)}."
    yield by_age("sequencer", words, waiting.oldest, SOON, START)


def followers(_settings: Settings) -> Iterator[Finding]:
    """Each follower has read what there is."""
    behind = {name: waiting for name, waiting in standing.followers().items() if waiting.oldest >= SOON[0]}
    for name, waiting in behind.items():
        words = f"The follower {name} is {waiting.count:,} events and {span(waiting.oldest)} behind."
        mend = f"{START}. There it says “follower.failed” with the place of the mistake."
        yield by_age("followers", words, waiting.oldest, SOON, mend)
    if not behind:
        yield ok("followers", "Every follower has read what there is.")


def timers(_settings: Settings) -> Iterator[Finding]:
    """What is due fires."""
    found = standing.timers()
    words = f"{found.due.count:,} timers are due, the oldest for {span(found.due.oldest)}."
    if found.failing:
        mend = "Look for “timer.failed” in the worker's log and mend what it names; it is tried again by itself."
        yield failing("timers", f"{words} {found.failing:,} of them failed.", mend)
    else:
        yield by_age("timers", words, found.due.oldest, SOON, START)


def deliveries(_settings: Settings) -> Iterator[Finding]:
    """Mail leaves."""
    found = standing.deliveries()
    words = f"{found.due.count:,} deliveries are due, the oldest for {span(found.due.oldest)}."
    if found.dead:
        mend = "portal deliveries list (says why), mend that, then: portal deliveries retry"
        yield failing("deliveries", f"{found.dead:,} deliveries were given up in the last 14 days.", mend)
    elif found.failing:
        mend = "portal deliveries list (says why); they are tried again by themselves for three days"
        yield warning("deliveries", f"{found.failing:,} deliveries failed and will be tried again.", mend)
    else:
        yield by_age("deliveries", words, found.due.oldest, LATER, START)
