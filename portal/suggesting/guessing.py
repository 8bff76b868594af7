"""Guessing from what was learned: a sum over the words of a text, which can therefore say what it was because of."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.search import analysis
from portal.suggesting.models import Learned
from tenants.scope import current, db

LIKELY = 0.45
"""From this share on a guess is shown. Below, an agent would be misled more often than helped."""
MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The id of a topic, place or business; how sure it is, from 0 to 1; the words of the text it was because of."""

    label: int
    share: float
    because: tuple[str, ...]
    version: int


def suggest(text: str, target: str) -> Suggestion | None:
    """What the present business's own cases say that this text is about; None when they say nothing clear."""
    row = _newest(target)
    if row is None:
        return None
    label, share = likeliest(text, row.content)
    if share < LIKELY:
        return None
    _sums, told = _scores(text, row.content)
    at = row.content["labels"].index(label)
    telling = sorted((word for word in told if told[word][at] > 0), key=lambda word: -told[word][at])
    because = _as_typed(text, telling)
    return Suggestion(label, share, because, row.version) if because else None


def likeliest(text: str, content: Mapping[str, Any]) -> tuple[int, float]:
    """The label that a text fits best, and how sure that is, from 0 to 1."""
    scores, _told = _scores(text, content)
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    best = max(range(len(scores)), key=lambda at: shares[at])
    return content["labels"][best], shares[best] / sum(shares)


def _newest(target: str) -> Any:
    table = Learned.__table__
    mine = current().select(table).where(table.c.target == target, table.c.word_schema == analysis.SCHEMA)
    return db.session.execute(mine.order_by(table.c.version.desc()).limit(1)).one_or_none()


def _scores(text: str, content: Mapping[str, Any]) -> tuple[list[float], dict[str, list[float]]]:
    """The score of each label, and what each word gave to it."""
    counts = Counter(analysis.words(text[:2000]))
    values = {
        word: (1 + math.log(count)) * content["idf"][word] for word, count in counts.items() if word in content["idf"]
    }
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    told = {word: [weight * value / length for weight in content["weights"][word]] for word, value in values.items()}
    scores = [bias + sum(each[at] for each in told.values()) for at, bias in enumerate(content["bias"])]
    return scores, told


def _as_typed(text: str, words: list[str]) -> tuple[str, ...]:
    """The words as they stand in the text, each once; none that is a part of another."""
    found: list[str] = []
    spans = list(analysis.spans(text))
    for word in words:
        typed = next((text[begin:end] for begin, end, each in spans if each == word), "")
        if typed and not any(typed in each or each in typed for each in found):
            found.append(typed)
        if len(found) == MOST_WORDS:
            break
    return tuple(found)
