"""Cases that tell of the same, and ideas that want the same: for somebody who is typing, for an agent, for duplicates.

The index gives candidates that share the rarest words; how alike each is, is then reckoned here from its text, so that
both engines say the same. Nothing is ever merged by it: on cases that only sound alike no measure is sure.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from portal.search import analysis, editions, ideas
from portal.search.cases import NAME as CASE
from portal.search.cases import said_in
from portal.search.documents import reader_of
from portal.search.engine import NotReady, Question, Reading, search_engine
from tenants.scope import current

ENOUGH = 12
"""What has to be said before it is compared: 12 letters, or 6 characters of Chinese."""
LONGEST = 2000
"""Characters that are compared."""
TELLING = 12
"""Words by which candidates are looked for: the rarest."""
CANDIDATES = 25
READ = 4000
"""How many documents a search for candidates may look at: very common words are left out."""
MOST_REASONS = 5
ALIKE = 0.24
"""From this measure on two cases are shown as alike. Chosen on the pairs in `tests/search/alike.tsv`."""


Texts = Callable[[Sequence[int]], Mapping[int, Sequence[Counter[str]]]]
"""The words of what each thing says, as far as the scope may read it; of several wordings the most alike counts."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A case or an idea that is like the text: 1 would be the same words."""

    id: int
    measure: float
    because: tuple[str, ...]
    """The words that tell most of what both share, as the index knows them."""


def alike(text: str, *, most: int = 3, without: Iterable[int] = (), least: float = ALIKE) -> list[Alike]:
    """The cases that the present scope may read and that are most like this text, the most alike first.

    Empty when too little is said, when nothing is alike, and while the index is being made.
    """
    return _asked(text, CASE, _reports, most, set(without), least)


def ideas_alike(text: str, *, most: int = 3, without: Iterable[int] = (), least: float = ALIKE) -> list[Alike]:
    """The same of ideas: what somebody types is compared with the title of each, and with all that stands there."""
    return _asked(text, ideas.NAME, _proposals, most, set(without), least)


def _asked(text: str, kind: str, texts: Texts, most: int, without: set[int], least: float) -> list[Alike]:
    edition = editions.whole()
    if edition is None or analysis.weight(text) < ENOUGH:
        return []
    try:
        reading = search_engine().read(edition, reader_of(current()))
        found = _alike(reading, text[:LONGEST], kind, texts, without)
    except NotReady:
        return []
    return sorted((each for each in found if each.measure >= least), key=lambda each: -each.measure)[:most]


def _alike(reading: Reading, text: str, kind: str, texts_of: Texts, without: set[int]) -> list[Alike]:
    mine = Counter(analysis.words(text))
    size = max(reading.size(), 1)
    telling = _telling(reading.frequencies(list(mine)), size)
    if not telling:
        return []
    groups = tuple((word,) for word in telling)
    question = Question(groups, kind, weights=telling, any_group=True, most=CANDIDATES + len(without))
    ids = [hit.thing.id for hit in reading.find(question) if hit.thing.id not in without][:CANDIDATES]
    texts = texts_of(ids) if ids else {}
    known = {word for theirs in texts.values() for each in theirs for word in each}
    weights = {word: weight(count, size) for word, count in reading.frequencies(list({*mine, *known})).items()}
    return [
        max((_measured(number, mine, each, weights) for each in theirs), key=lambda found: found.measure)
        for number, theirs in texts.items()
        if theirs
    ]


def _telling(counts: Mapping[str, int], size: int) -> dict[str, float]:
    """The rarest of the words that anybody else used, with what each tells; no more than can be read quickly."""
    chosen: dict[str, float] = {}
    read = 0
    for count, word in sorted((count, word) for word, count in counts.items() if count):
        read += count
        if len(chosen) == TELLING or (chosen and read > READ):
            break
        chosen[word] = weight(count, size)
    return chosen


def weight(documents: int, size: int) -> float:
    """What a word tells that stands in so many of so many documents (inverse document frequency)."""
    return math.log(1 + size / (1 + documents))


def _reports(ids: Sequence[int]) -> dict[int, list[Counter[str]]]:
    """The report that each case begins with, as far as the scope may read it; not the talk after it."""
    first: dict[int, list[Counter[str]]] = {}
    for case_id, text in said_in(ids):
        if case_id not in first:
            first[case_id] = [_counted(text[:LONGEST])]
    return first


def _proposals(ids: Sequence[int]) -> dict[int, list[Counter[str]]]:
    """Of each idea its title, and the title with the text that stands; not what was said about it."""
    return {
        row.id: [_counted(row.title), _counted(f"{row.title}\n{row.text}"[:LONGEST])]
        if row.text
        else [_counted(row.title)]
        for row in ideas.standing(ids)
        if row.title
    }


@lru_cache(maxsize=4000)
def _counted(text: str) -> Counter[str]:
    """The words of a text; the same candidates are compared again with each pause of somebody who types."""
    return Counter(analysis.words(text))


def _measured(number: int, mine: Counter[str], theirs: Counter[str], weights: Mapping[str, float]) -> Alike:
    """The cosine of both texts, each word by what it tells, and damped when it is repeated."""
    ours, others = _vector(mine, weights), _vector(theirs, weights)
    shared = {word: value * others[word] for word, value in ours.items() if word in others}
    length = math.sqrt(sum(v * v for v in ours.values()) * sum(v * v for v in others.values()))
    because = sorted(shared, key=lambda word: -shared[word])[:MOST_REASONS]
    return Alike(number, sum(shared.values()) / length if length else 0.0, tuple(because))


def _vector(words: Counter[str], weights: Mapping[str, float]) -> dict[str, float]:
    return {word: weights[word] * (1 + math.log(count)) for word, count in words.items()}
