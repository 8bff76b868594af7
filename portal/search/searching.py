"""From what somebody typed to a page of results.

The index gives numbers of things, best first; rows are loaded through the scope, and facets are counted among those
rows. So what has just become private is neither shown nor counted, even while the index still knows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from portal.cases.models import Case
from portal.cases.reading import PERIODS, ListedCase, listed
from portal.directory import Directory
from portal.search import analysis, editions
from portal.search.cases import NAME as CASE
from portal.search.documents import reader_of
from portal.search.engine import MOST, Hit, NotReady, Question, Reading, search_engine
from portal.search.excerpts import Excerpt, excerpts
from tenants import clock
from tenants.ids import first_id
from tenants.scope import current, db

PAGE = 20
LONGEST_QUESTION = 200
"""Characters of a question that are read."""
MOST_WORDS = 16
FACETS = ("state", "business", "category", "touchpoint", "kind")
RARER = 5
"""How many times rarer than its neighbour a word must be to be taken for a slip."""
KNOWN = 0.3
"""Share of a question's words that must be known before some of them are enough."""
NEARLY = 0.5
"""Share of what a question's words tell that a document must have to be near it."""


class How(StrEnum):
    """How literally the results meet the question."""

    EXACTLY = "exactly"
    SIMILAR = "similar"
    """With words that are a slip or two away."""
    NEARLY = "nearly"
    """Not with all of the words."""


@dataclass(frozen=True, slots=True)
class Found:
    """One case among the results."""

    case: ListedCase
    excerpt: Excerpt | None


@dataclass(frozen=True)
class Results:
    """One page of them. `more` says that there are further ones that were not counted."""

    question: str
    how: How
    total: int
    more: bool
    page: int
    pages: int
    rows: Sequence[Found]
    meant: Sequence[str]
    """The words that were taken for slips, as they were typed."""
    facets: Mapping[str, Mapping[str, int]]
    """For each facet the values that occur, by how often; values as they stand in addresses."""


@dataclass(frozen=True, slots=True)
class Making:
    """There is nothing to ask yet: how far the index is."""

    done: int
    total: int


@dataclass(frozen=True)
class Asked:
    """What somebody wants to find: words, and one value of each facet that they chose."""

    text: str
    facets: Mapping[str, str] = field(default_factory=dict)
    period: str = ""
    page: int = 1


def search(asked: Asked, names: Directory) -> Results | Making:
    """Search cases as the present scope: the public's, or a business's own."""
    edition = editions.whole()
    if edition is None:
        return _making()
    try:
        return _results(search_engine().read(edition, reader_of(current())), asked, names)
    except NotReady:
        return _making()


def _making() -> Making:
    edition = editions.unfinished()
    return Making(edition.done, edition.total) if edition else Making(0, 0)


def _results(reading: Reading, asked: Asked, names: Directory) -> Results:
    question, hits, how = _find(reading, asked)
    known = _rows(hits, question.since if question else 0)
    rows = [row for row in known if _fits(row, asked.facets, names)]
    if question is not None and asked.facets and len(hits) >= MOST:
        # There are more than were looked at: those that fit may be among the others.
        facts = _facts(asked.facets, names)
        hits = reading.find(replace(question, facts=facts)) if facts is not None else []
        rows = _rows(hits, question.since)
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(asked.page, 1), pages)
    shown = rows[(page - 1) * PAGE : page * PAGE]
    marked = excerpts([row.id for row in shown], _to_mark(asked.text, question))
    return Results(
        question=asked.text,
        how=how,
        meant=_slips(asked.text, question) if how is How.SIMILAR else (),
        total=len(rows),
        more=len(hits) >= MOST,
        page=page,
        pages=pages,
        rows=[Found(case, marked.get(row.id)) for row, case in zip(shown, listed(shown, names), strict=True)],
        facets={name: _counted(known, name, asked.facets, names) for name in FACETS},
    )


def _to_mark(text: str, question: Question | None) -> set[str]:
    """What was asked for, and what was found instead of a slip."""
    groups = question.groups if question else ()
    # Phrases are folded as a whole in the index, but each character by itself where words are marked.
    typed = {word for begin, end, word in analysis.spans(text) if end - begin > 1 or len(text) == 1}
    return typed | {word for group in groups for word in group}


def _slips(text: str, question: Question | None) -> tuple[str, ...]:
    """The words of a question that were taken for slips, as they were typed."""
    groups = question.groups if question else ()
    slipped = {group[0] for group in groups if len(group) > 1}
    return tuple(dict.fromkeys(text[begin:end] for begin, end, word in analysis.spans(text) if word in slipped))


def _find(reading: Reading, asked: Asked) -> tuple[Question | None, list[Hit], How]:
    """First every word as it stands, then words that are nearly those, then not all of them."""
    words = analysis.asked(asked.text[:LONGEST_QUESTION])[:MOST_WORDS]
    if not words:
        return None, [], How.EXACTLY
    since = first_id(clock.now() - timedelta(days=PERIODS[asked.period])) if asked.period else 0
    counts = reading.frequencies(words)
    if all(counts.values()):
        exactly = Question(tuple((word,) for word in words), CASE, since=since, expected=min(counts.values()))
        if hits := reading.find(exactly):
            return exactly, hits, How.EXACTLY
    groups = tuple((word, *_meant(word, counts[word], reading)) for word in words)
    if any(len(group) > 1 for group in groups):
        similar = Question(groups, CASE, since=since)
        if hits := reading.find(similar):
            return similar, hits, How.SIMILAR
    known = tuple(group for group in groups if len(group) > 1 or counts[group[0]])
    if len(known) < len(words) * KNOWN:
        return None, [], How.EXACTLY
    weights = {word: 1.0 for group in known for word in group}
    nearly = Question(known, CASE, any_group=True, weights=weights, since=since)
    return nearly, _near_enough(reading.find(nearly)), How.NEARLY


def _meant(word: str, count: int, reading: Reading) -> list[str]:
    """Much commoner words that are a slip away from a word: what was meant, if the word is a slip."""
    near = reading.similar(word)
    return [each for each, often in reading.frequencies(near).items() if often >= max(1, RARER * count)] if near else []


def _near_enough(hits: list[Hit]) -> list[Hit]:
    """Without the long tail that shares one common word."""
    return [hit for hit in hits if hit.score >= NEARLY * hits[0].score] if hits else []


def _rows(hits: Sequence[Hit], since: int) -> list[Any]:
    """The rows that the scope may see and that are no older, in the order of the hits."""
    if not hits:
        return []
    cases = Case.__table__
    query = current().select(cases).where(cases.c.id.in_([hit.thing.id for hit in hits]))
    rows = {row.id: row for row in db.session.execute(query)}
    return [rows[hit.thing.id] for hit in hits if hit.thing.id in rows and hit.thing.id >= since]


def _counted(rows: Sequence[Any], facet: str, chosen: Mapping[str, str], names: Directory) -> dict[str, int]:
    """How often each value of a facet occurs among the rows that fit the other facets."""
    others = {name: value for name, value in chosen.items() if name != facet}
    values = (_value(row, facet, names) for row in rows if _fits(row, others, names))
    return dict(Counter(value for value in values if value is not None).most_common())


def _fits(row: Any, chosen: Mapping[str, str], names: Directory) -> bool:
    return all(_value(row, facet, names) == value for facet, value in chosen.items())


def _value(row: Any, facet: str, names: Directory) -> str | None:
    """A row's value of a facet, as it stands in addresses."""
    if facet == "business":
        return names.businesses[row.lead_tenant_id].slug
    if facet == "category":
        return names.categories[row.category_id].code if row.category_id is not None else None
    if facet == "touchpoint":
        return names.places[row.touchpoint_id].code if row.touchpoint_id is not None else None
    value: str = getattr(row, facet)
    return value


def _facts(chosen: Mapping[str, str], names: Directory) -> dict[str, str] | None:
    """The values of addresses as the index holds them; None when one names nothing."""
    facts: dict[str, str] = {}
    for name, value in chosen.items():
        found: Any = value
        if name == "business":
            found = names.business_by_slug(value)
        elif name == "category":
            found = names.category_by_code(value)
        elif name == "touchpoint":
            found = names.place_by_code(value)
        if found is None:
            return None
        facts[name] = found if isinstance(found, str) else str(found.id)
    return facts
