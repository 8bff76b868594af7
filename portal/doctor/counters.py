"""The counters of ideas against the rows that they count, for as long as there is time."""

from __future__ import annotations

import time
from collections.abc import Iterator

from portal.config import Settings
from portal.doctor.findings import Finding, failing, ok
from portal.ideas.counters import chunks

LONGEST = 10.0
"""Seconds. `portal ideas check` takes as long as it needs."""


def of_ideas(_settings: Settings) -> Iterator[Finding]:
    """The newest ideas first."""
    until, looked = time.monotonic() + LONGEST, 0
    for ideas, wrong in chunks(newest_first=True):
        looked += ideas
        if wrong:
            words = f"The counter {wrong[0].counter} of {wrong[0].reference} is wrong, and {len(wrong) - 1} others are."
            yield failing("counters", words, "portal ideas check --mend")
            return
        if time.monotonic() > until:
            yield ok("counters", f"The counters of the newest {looked:,} ideas are right; there was no time for more.")
            return
    yield ok("counters", f"The counters of all {looked:,} ideas are right.")
