"""An idea that comes of a case: what its form begins with.

Of a public case the words that everybody reads, with personal data covered. Of a private one nothing: its customer sees
beside the form what they wrote, and what they type into it is all that anybody will read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.cases.masking import mask
from portal.cases.reading import find_case
from portal.directory import Directory
from portal.events import kinds
from portal.events.timeline import timeline
from portal.ideas.proposing import LONGEST_TEXT, LONGEST_TITLE
from tenants.scope import Scope, entered


@dataclass(frozen=True)
class OwnCase:
    """A case that is open to this browser. `words` is what its customer reported, as they may read it themselves."""

    id: int
    reference: str
    is_public: bool
    language: str
    words: str
    scope: Scope
    begins: dict[str, str] = field(default_factory=dict)
    """The values that the form begins with."""


def own_case(scope: Scope, reference: str, names: Directory) -> OwnCase:
    """The case for its customer, in whose `scope` it is read. Raises NoSuchCase."""
    with entered(scope):
        row = find_case(reference)
        words = _reported(row.id)
    public = row.visibility == "public"
    begins = {"kind": "problem", **_place(row, names)}
    if public:
        with entered(Scope.public(row.network_id)):
            text = mask(_reported(row.id))[:LONGEST_TEXT]
        begins |= {"title": mask(row.title)[:LONGEST_TITLE], "text": text}
    return OwnCase(row.id, row.reference, public, row.language, words, scope, begins)


def _reported(case_id: int) -> str:
    """The report, as the present scope reads it."""
    return next((entry.text or "" for entry in timeline(case_id) if entry.kind == kinds.REPORTED.name), "")


def _place(row: Any, names: Directory) -> dict[str, str]:
    place, topic = names.places.get(row.touchpoint_id), names.categories.get(row.category_id)
    return {"touchpoint": place.code if place else "", "category": topic.code if topic else ""}
