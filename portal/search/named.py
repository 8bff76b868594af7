"""Businesses and places, found by their names. There are so few that no index is needed: the directory holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from portal.directory import Directory, Name
from portal.search import analysis
from portal.search.slips import distance, slips

MOST = 6


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name, and the address of its page. `owner` is the business of a place."""

    kind: str
    name: Name
    url: str
    owner: Name | None = None


def named(question: str, names: Directory) -> list[Named]:
    """The businesses and places whose names hold every word that was asked for, slips forgiven; the shortest first."""
    words = analysis.asked(question)
    if not words:
        return []
    found = [(len(held), order, each) for order, (each, held) in enumerate(_all(names)) if _holds(held, words)]
    return [each for _length, _order, each in sorted(found, key=lambda entry: entry[:2])][:MOST]


def _all(names: Directory) -> Iterator[tuple[Named, set[str]]]:
    for business in names.businesses.values():
        yield Named("business", business.name, f"/cases?business={business.slug}"), _words(business.name, business.slug)
    for place in names.places.values():
        held = _words(place.name, place.code)
        yield Named("place", place.name, f"/t/{place.code}", place.business.name), held


def _words(name: Mapping[str, str], code: str) -> set[str]:
    return {word for said in (*name.values(), code) for word in analysis.words(said)}


def _holds(held: set[str], words: Iterable[str]) -> bool:
    return all(word in held or _nearly(word, held) for word in words)


def _nearly(word: str, held: set[str]) -> bool:
    most = slips(word)
    return bool(most) and any(distance(word, each, most) <= most for each in held if analysis.is_latin(each))
