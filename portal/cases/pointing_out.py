"""Pointing out personal data before a report is sent: once for each datum, then it is sent and masked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.cases.forms import channel_of
from portal.cases.masking import find, mask

REACH = ("email", "phone")
"""Kinds of data by which somebody can be reached."""


@dataclass(frozen=True)
class PointedOut:
    """What was found in one field: the kinds, each once, and the words as everybody will read them."""

    field: str
    kinds: tuple[str, ...]
    covered: str


@dataclass(frozen=True)
class Movable:
    """A datum by which the customer can be reached: it belongs to the contact details. `mark` names it in the form."""

    mark: str
    words: str


@dataclass(frozen=True)
class Review:
    """All that was found. `marks` comes back in the form, so that nothing is pointed out twice."""

    fields: tuple[PointedOut, ...]
    marks: str
    movable: tuple[Movable, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """What was found, each kind once."""
        return _once(kind for each in self.fields for kind in each.kinds)


@dataclass(frozen=True)
class Moved:
    """What became of the form: its values, and whether the contact details took the datum."""

    values: dict[str, str]
    to_contact: bool


def review(texts: Mapping[str, str], reviewed: str) -> Review | None:
    """What the customer has not been shown yet; None when there is nothing new. `reviewed` is `marks` of before."""
    found = {name: find(text) for name, text in texts.items()}
    marks = {_mark(texts[name][each.start : each.end]) for name, several in found.items() for each in several}
    if marks <= set(reviewed.split(".")):
        return None
    fields = [PointedOut(name, _once(each.kind for each in found[name]), mask(texts[name])) for name in texts]
    reach = (texts[name][each.start : each.end] for name in texts for each in found[name] if each.kind in REACH)
    movable = {_mark(words): Movable(_mark(words), words) for words in reach if channel_of(words)}
    return Review(tuple(each for each in fields if each.kinds), ".".join(sorted(marks)), tuple(movable.values()))


def move(values: Mapping[str, str], texts: Mapping[str, str], mark: str) -> Moved | None:
    """Take the datum that `mark` names out of all `texts`, and into the contact details if those are empty.

    `values` are all of the form. None when nothing in the texts has that mark.
    """
    taken, changed = "", dict(values)
    for name, text in texts.items():
        for each in reversed(find(text)):
            words = text[each.start : each.end]
            if each.kind in REACH and _mark(words) == mark and channel_of(words):
                taken = words
                text = _joined(text[: each.start], text[each.end :])
        changed[name] = text
    if not taken:
        return None
    is_empty = not changed.get("contact", "").strip()
    return Moved({**changed, "contact": taken} if is_empty else changed, is_empty)


def _joined(before: str, after: str) -> str:
    """The words around something that was taken out, without a blank that would stand twice or before a stop."""
    return before.rstrip(" ") + after if after[:1] in tuple(" ,.;，。；\n") or not after else before + after


def _mark(datum: str) -> str:
    return hashlib.sha256(datum.encode()).hexdigest()[:12]


def _once(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kinds))
