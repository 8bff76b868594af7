"""From what somebody typed to a page of results.

The index gives numbers of things, best first; rows are loaded through the scope, and facets are counted among those
rows. So what has just become private is neither shown nor counted, even while the index still knows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from portal.cases.reading import PERIODS, ListedCase
from portal.cases.reading import listed as listed_cases
from portal.directory import Directory
from portal.ideas.reading import ListedIdea, by_ids
from portal.ideas.reading import listed as listed_ideas
from portal.search import analysis, editions
from portal.search.cases import NAME as CASE
from portal.search.documents import reader_of
from portal.search.engine import MOST, Hit, NotReady, Question, Reading, search_engine
from portal.search.excerpts import Excerpt, excerpts
from portal.search.ideas import NAME as IDEA
from portal.search.showing import FACETS, SHOWN, FoundRow, counted, facts_of, rows_of
from tenants import clock
from tenants.ids import first_id
from tenants.scope import current

PAGE = 20
LONGEST_QUESTION = 200
"""Characters of a question that are read."""
MOST_WORDS = 16
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
    """One case or idea among the results. `goes_on` is where a merged idea goes on."""

    case: ListedCase | None
    idea: ListedIdea | None
    excerpt: Excerpt | None
    goes_on: ListedIdea | None = None


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
    """Search cases and ideas as the present scope: the public's, or a business's own."""
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
    known = rows_of(hits, question.since if question else 0)
    rows = [row for row in known if row.fits(asked.facets, names)]
    if question is not None and asked.facets and len(hits) >= MOST:
        # There are more than were looked at: those that fit may be among the others.
        facts = facts_of(asked.facets, names)
        kind = facts.pop("thing", "") if facts is not None else ""
        hits = reading.find(replace(question, facts=facts, kind=kind)) if facts is not None else []
        rows = rows_of(hits, question.since)
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(asked.page, 1), pages)
    shown = rows[(page - 1) * PAGE : page * PAGE]
    return Results(
        question=asked.text,
        how=how,
        meant=_slips(asked.text, question) if how is How.SIMILAR else (),
        total=len(rows),
        more=len(hits) >= MOST,
        page=page,
        pages=pages,
        rows=_told(shown, _to_mark(asked.text, question), names),
        facets={name: counted(known, name, asked.facets, names) for name in FACETS},
    )


def _told(shown: Sequence[FoundRow], words: set[str], names: Directory) -> list[Found]:
    """The rows of a page as it shows them."""
    cases = [each.row for each in shown if each.thing == CASE]
    ideas = [each.row for each in shown if each.thing == IDEA]
    told_cases = dict(zip((row.id for row in cases), listed_cases(cases, names), strict=True))
    told_ideas = dict(zip((row.id for row in ideas), listed_ideas(ideas, names), strict=True))
    goes_on = {each.id: each for each in by_ids([row.merged_into_id for row in ideas if row.merged_into_id], names)}
    marked = {
        kind: excerpts(SHOWN[kind].said_in([row.id for row in rows]), words) if rows else {}
        for kind, rows in ((CASE, cases), (IDEA, ideas))
    }
    return [
        Found(
            case=told_cases.get(each.row.id) if each.thing == CASE else None,
            idea=told_ideas.get(each.row.id) if each.thing == IDEA else None,
            excerpt=marked[each.thing].get(each.row.id),
            goes_on=goes_on.get(each.row.merged_into_id) if each.thing == IDEA else None,
        )
        for each in shown
    ]


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
        exactly = Question(tuple((word,) for word in words), since=since, expected=min(counts.values()))
        if hits := reading.find(exactly):
            return exactly, hits, How.EXACTLY
    groups = tuple((word, *_meant(word, counts[word], reading)) for word in words)
    if any(len(group) > 1 for group in groups):
        similar = Question(groups, since=since)
        if hits := reading.find(similar):
            return similar, hits, How.SIMILAR
    known = tuple(group for group in groups if len(group) > 1 or counts[group[0]])
    if len(known) < len(words) * KNOWN:
        return None, [], How.EXACTLY
    weights = {word: 1.0 for group in known for word in group}
    nearly = Question(known, any_group=True, weights=weights, since=since)
    return nearly, _near_enough(reading.find(nearly)), How.NEARLY


def _meant(word: str, count: int, reading: Reading) -> list[str]:
    """Much commoner words that are a slip away from a word: what was meant, if the word is a slip."""
    near = reading.similar(word)
    return [each for each, often in reading.frequencies(near).items() if often >= max(1, RARER * count)] if near else []


def _near_enough(hits: list[Hit]) -> list[Hit]:
    """Without the long tail that shares one common word."""
    return [hit for hit in hits if hit.score >= NEARLY * hits[0].score] if hits else []
