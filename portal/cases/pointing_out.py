"""Pointing out personal data before a report is sent: once for each datum, then it is sent and masked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.cases.masking import find, mask


@dataclass(frozen=True)
class PointedOut:
    """What was found in one field: the kinds, each once, and the words as everybody will read them."""

    field: str
    kinds: tuple[str, ...]
    covered: str


@dataclass(frozen=True)
class Review:
    """All that was found. `marks` comes back in the form, so that nothing is pointed out twice."""

    fields: tuple[PointedOut, ...]
    marks: str


def review(texts: Mapping[str, str], reviewed: str) -> Review | None:
    """What the customer has not been shown yet; None when there is nothing new. `reviewed` is `marks` of before."""
    found = {name: find(text) for name, text in texts.items()}
    marks = {_mark(texts[name][each.start : each.end]) for name, several in found.items() for each in several}
    if marks <= set(reviewed.split(".")):
        return None
    fields = [PointedOut(name, _once(each.kind for each in found[name]), mask(texts[name])) for name in texts]
    return Review(tuple(each for each in fields if each.kinds), ".".join(sorted(marks)))


def _mark(datum: str) -> str:
    return hashlib.sha256(datum.encode()).hexdigest()[:12]


def _once(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kinds))
