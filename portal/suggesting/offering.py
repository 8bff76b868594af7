"""What is suggested for one case on the desk that has it, in names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.directory import Directory, Name
from portal.search.cases import said_in
from portal.suggesting.guessing import Suggestion, suggest


@dataclass(frozen=True, slots=True)
class Guess:
    """A name, and the words of the report that it was because of."""

    name: Name
    because: tuple[str, ...]


def guesses(row: Any, names: Directory) -> dict[str, Guess]:
    """Topic, place and business that the report sounds like, as far as that is clear and not what is known already."""
    text = next((said for _case_id, said in said_in([row.id])), "")
    if not text:
        return {}
    known = {"category": row.category_id, "touchpoint": row.touchpoint_id, "lead": row.lead_tenant_id}
    found = {target: suggest(text, target) for target in known}
    return {
        target: Guess(name, guess.because)
        for target, guess in found.items()
        if guess is not None and guess.label != known[target] and (name := _name(target, guess, names)) is not None
    }


def _name(target: str, guess: Suggestion, names: Directory) -> Name | None:
    kept: Any = {"category": names.categories, "touchpoint": names.places, "lead": names.businesses}[target]
    return kept[guess.label].name if guess.label in kept else None
