"""What pages of an idea show of its business: what it says, what is promised, whose part it is, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.directory import Directory
from portal.events.timeline import Entry
from portal.ideas.answering import CASE_WEIGHT, score
from portal.ideas.fixed import may_be_asked, share_of
from portal.ideas.merging import merged_into, together
from portal.ideas.official import is_late, moves_before, next_promise, official
from portal.ideas.promising import promises_of
from portal.ideas.reading import listed
from portal.ideas.taking_part import blocking, parts_of
from portal.ideas.unfinished import missing_here, parts_left
from portal.ideas.watching import FEW, public_effect


def team_parts(row: Any, names: Directory, entries: Sequence[Entry]) -> dict[str, Any]:
    """Everything that `_answer`, `_promises`, `_parts`, `_together`, `_score`, `_fixed` and `_effect` need.

    `entries` is the history of the idea.
    """
    promises, parts, joined = promises_of(row.id), parts_of(row.id), merged_into(row.id)
    ahead, said = next_promise(row, promises), official(row, entries)
    left = parts_left(parts, promises, names.names())
    return {
        "official": said,
        "proof_place": _place(said.proof.facts if said.proof else {}, names),
        "ahead": ahead,
        "ahead_late": ahead is not None and is_late(ahead),
        "ahead_moves": moves_before(ahead, promises) if ahead else [],
        "idea_promises": promises,
        "idea_parts": parts,
        "blocks": blocking(parts),
        "parts_left": left,
        "missing": missing_here(row, left),
        "merged_here": listed(joined, names),
        "together": together(row.network_id, row, joined),
        "score": score(row),
        "case_weight": CASE_WEIGHT,
        "share": share_of(row),
        "asks_fixed": may_be_asked(row),
        "effect": public_effect(row),
        "few": FEW,
    }


def _place(facts: dict[str, Any], names: Directory) -> Any:
    place = names.places.get(int(facts.get("touchpoint", 0)))
    return place.name if place else None
