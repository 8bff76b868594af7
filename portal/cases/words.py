"""What a customer writes: masked where everybody reads it, and kept as written for the customer and the lead."""

from __future__ import annotations

from typing import Any

from portal.cases.masking import mask
from portal.cases.models import Case
from portal.events import kinds
from portal.events.record import record

FREE_FACTS = ("wish", "happened")
"""Facts in the customer's own words."""


def say(case: Case, kind: kinds.Kind, text: str, *, facts: dict[str, Any] | None = None) -> int:
    """Record the customer's words with personal data masked. Returns the event's id. The caller holds the case.

    If something was masked, another event that only the customer and the lead see keeps the words as they were; its
    fact `of` is the number of the first. A private case is masked as well: it may become public later, and others than
    the lead may come to work on it.
    """
    masked = mask(text)
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
