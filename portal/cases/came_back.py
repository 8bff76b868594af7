"""Who had what came back: an event that says how the attempt before ended does not say again whose it was."""

from __future__ import annotations

from collections.abc import Iterable

from portal.events import kinds
from portal.events.timeline import Entry

GIVES = (
    *(each.name for each in (kinds.HANDED_ON, kinds.HOST_ASSIGNED)),
    *(kinds.INSIDE[each.name].name for each in (kinds.HANDED_ON, kinds.HOST_ASSIGNED)),
)
"""What names who has it from then on."""


def who_came_back(entries: Iterable[Entry]) -> dict[int, int]:
    """For each entry that tells how the attempt before ended, by its number: whose it was (a business, or a unit)."""
    asked: dict[tuple[str, str], int] = {}
    found: dict[int, int] = {}
    for entry in sorted(entries, key=lambda entry: entry.seq):
        inside = "unit" if entry.kind.startswith("case.unit.") else "tenant"
        key = (inside, str(entry.facts.get("part") or ""))
        if entry.facts.get("after") and key in asked:
            found[entry.seq] = asked[key]
        if entry.kind in GIVES and entry.facts.get(inside):
            asked[key] = int(entry.facts[inside])
    return found
