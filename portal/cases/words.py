"""What a customer writes: masked where everybody reads it, and kept as written for the customer and the lead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from portal.cases.masking import mask
from portal.cases.models import Case
from portal.events import kinds
from portal.events.record import record
from portal.events.timeline import Entry

FREE_FACTS = ("wish", "happened")
"""Facts in the customer's own words."""


def say(case: Case, kind: kinds.Kind, text: str | None, *, facts: dict[str, Any] | None = None) -> int:
    """Record the customer's words with personal data masked. Returns the event's id. The caller holds the case.

    If something was masked, another event that only the customer and the lead see keeps the words as they were; its
    fact `of` is the number of the first. A private case is masked as well: it may become public later, and others than
    the lead may come to work on it.
    """
    masked = mask(text) if text is not None else None
    known = facts or {}
    covered = {name: mask(known[name]) for name in FREE_FACTS if known.get(name)}
    event_id = record(
        case, kind, text=masked, facts={**known, **covered} if facts is not None else None, actor="customer"
    )
    originals = {name: known[name] for name, words in covered.items() if words != known[name]}
    if masked != text or originals:
        record(
            case,
            kinds.ORIGINAL_KEPT,
            text=text if masked != text else None,
            facts={"of": case.last_seq, **originals},
            actor="customer",
        )
    return event_id


def as_written(entries: list[Entry]) -> list[Entry]:
    """The timeline with the customer's own words where the reader may see them, instead of the masked ones.

    What is shown so has the fact `covered`: other readers see it with personal data covered.
    """
    kept = [entry for entry in entries if entry.kind == kinds.ORIGINAL_KEPT.name]
    originals = {int(entry.facts["of"]): entry for entry in kept if "of" in entry.facts}
    return [
        _uncovered(entry, originals[entry.seq]) if entry.seq in originals else entry
        for entry in entries
        if entry.kind != kinds.ORIGINAL_KEPT.name
    ]


def _uncovered(entry: Entry, original: Entry) -> Entry:
    words = {name: original.facts[name] for name in FREE_FACTS if name in original.facts}
    text = original.text if original.text is not None else entry.text
    return replace(entry, text=text, facts={**entry.facts, **words, "covered": True})
