"""Texts that tell of the same matter: groups of them, and the words by which they show it. Knows no cases.

Average link: two groups become one while the texts of one are, on average, alike to those of the other. So every group
is alike on average over all of its pairs, and a chain of texts that each resemble only the next does not become one.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from portal.search import analysis
from portal.search.likeness import LONGEST, weight

ALIKE = 0.2
"""The average from which on texts are one matter. A single pair is shown as alike from 0.24 on
(`portal/search/likeness.py`); many texts that agree need each a little less."""
MOST_WORDS = 6
IN_CASES = 3
"""In so many texts a word has to stand before it is told: a word of one customer stays with that customer."""

Vector = dict[str, float]


class Corpus:
    """Texts as vectors of length 1, each word by how much it tells among all of them."""

    def __init__(self, texts: Mapping[int, str]) -> None:
        self.texts = {key: text[:LONGEST] for key, text in texts.items()}
        counted = {key: Counter(analysis.words(text)) for key, text in self.texts.items()}
        self.documents = Counter(word for words in counted.values() for word in words)
        self.vectors = {key: self._vector(words) for key, words in counted.items()}

    def tells(self, word: str) -> float:
        return weight(self.documents[word], len(self.texts))

    def _vector(self, words: Counter[str]) -> Vector:
        raw = {word: self.tells(word) * (1 + math.log(count)) for word, count in words.items()}
        length = math.sqrt(sum(value * value for value in raw.values()))
        return {word: value / length for word, value in raw.items()} if length else {}

    def like(self, keys: Iterable[int], group: Sequence[int]) -> int:
        """How many of `keys` are alike, on average, to the texts of a group."""
        middle: dict[str, float] = defaultdict(float)
        for member in group:
            for word, value in self.vectors[member].items():
                middle[word] += value / len(group)
        return sum(product(self.vectors[key], middle) >= ALIKE for key in keys)

    def words_of(self, group: Sequence[int]) -> list[str]:
        """The words that tell most of what a group shares, as its texts write them, the most telling first."""
        inside = Counter(word for key in group for word in self.vectors[key] if len(word) > 1)
        shared = [word for word, count in inside.items() if count >= IN_CASES and 2 * count >= len(group)]
        shared.sort(key=lambda word: (-self.tells(word) * inside[word], word))
        return _as_written([self.texts[key] for key in group], shared[:MOST_WORDS])


def _as_written(texts: Iterable[str], words: list[str]) -> list[str]:
    """Each word in the form that these texts use most: the index knows only its stem."""
    forms: dict[str, Counter[str]] = {word: Counter() for word in words}
    for text in texts:
        for begin, end, word in analysis.spans(text):
            if word in forms:
                forms[word][text[begin:end].casefold()] += 1
    return [form.most_common(1)[0][0] for form in forms.values() if form]


def product(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The cosine of two vectors of length 1."""
    if len(one) > len(other):
        one, other = other, one
    return sum(value * other[word] for word, value in one.items() if word in other)


def groups(vectors: Mapping[int, Vector], least: int, threshold: float = ALIKE) -> list[list[int]]:
    """Average-link groups of at least `least` texts, the largest first. Texts in no group are left out."""
    members = {key: [key] for key in vectors}
    links = _links(vectors)
    waiting = [(-value, *pair) for pair, value in links.items() if value >= threshold]
    heapq.heapify(waiting)
    while waiting:
        value, one, other = heapq.heappop(waiting)
        if one not in members or other not in members or links[one, other] != -value:
            continue
        _join(one, other, members, links, waiting, threshold)
    return sorted((sorted(group) for group in members.values() if len(group) >= least), key=lambda g: (-len(g), g))


def _links(vectors: Mapping[int, Vector]) -> dict[tuple[int, int], float]:
    keys = sorted(vectors)
    return {
        (one, other): product(vectors[one], vectors[other])
        for place, one in enumerate(keys)
        for other in keys[place + 1 :]
    }


def _join(
    one: int,
    other: int,
    members: dict[int, list[int]],
    links: dict[tuple[int, int], float],
    waiting: list[tuple[float, int, int]],
    threshold: float,
) -> None:
    """`other` becomes part of `one`; its links are averaged by size."""
    mine, theirs = len(members[one]), len(members[other])
    members[one] += members.pop(other)
    for third in members:
        if third == one:
            continue
        pair = (min(one, third), max(one, third))
        gone = links.pop((min(other, third), max(other, third)))
        links[pair] = (mine * links[pair] + theirs * gone) / (mine + theirs)
        if links[pair] >= threshold:
            heapq.heappush(waiting, (-links[pair], *pair))
