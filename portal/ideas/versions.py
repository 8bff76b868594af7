"""Versions of an idea as pages show them: who wrote which, what changed, and one held against another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.ideas.wording_diff import Piece, difference, tokens


class NoSuchVersion(LookupError):
    """The idea has no version of this number (404)."""


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """One version in a list. `name` is its author's, empty for none; `added` and `removed` are counts of words.

    They are None for the first one, and where the words of it or of the one before were removed.
    """

    number: int
    at: datetime
    name: str
    is_substantial: bool
    amendment_id: int | None
    is_gone: bool
    added: int | None
    removed: int | None


@dataclass(frozen=True, slots=True)
class Redline:
    """One version held against another; None where the words of one of the two were removed."""

    title: list[Piece] | None
    text: list[Piece] | None


def shown(revisions: Sequence[Any], businesses: Mapping[int, str]) -> list[ShownVersion]:
    """The newest first. `revisions` come the oldest first."""
    made = []
    for place, each in enumerate(revisions):
        before = revisions[place - 1] if place else None
        added, removed = _counts(before, each) if before is not None else (None, None)
        made.append(
            ShownVersion(
                number=each.number,
                at=each.made_at,
                name=author_of(each, businesses),
                is_substantial=each.is_substantial and each.number > 1,
                amendment_id=each.amendment_id,
                is_gone=each.removed_at is not None,
                added=added,
                removed=removed,
            )
        )
    return made[::-1]


def author_of(row: Any, businesses: Mapping[int, str]) -> str:
    """The name beside a version, an amendment or a comment: the one given, else the business whose people wrote it."""
    return row.credit or businesses.get(row.tenant_id, "")


def numbered(revisions: Sequence[Any], number: int) -> Any:
    """Raises NoSuchVersion."""
    for each in revisions:
        if each.number == number:
            return each
    raise NoSuchVersion(number)


def redline(before: Any, after: Any) -> Redline:
    """What became of `before` in `after`."""
    if before.text is None or after.text is None:
        return Redline(None, None)
    return Redline(difference(before.title or "", after.title or ""), difference(before.text, after.text))


def _counts(before: Any, after: Any) -> tuple[int | None, int | None]:
    """Words that came and went, wherever they stand: cheap enough for a list."""
    if before.text is None or after.text is None:
        return None, None
    old, new = (
        Counter(each.word for each in tokens(f"{row.title}\n{row.text}") if each.word) for row in (before, after)
    )
    return (new - old).total(), (old - new).total()
