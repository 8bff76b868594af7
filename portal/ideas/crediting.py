"""Credits: who wrote which sentence of an idea, told from its versions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.ideas.revising import split

_ENDS = re.compile(r"[。！？]+[”’」』）)]*|[.!?]+[”’\"')]*(?=\s|$)|\n+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the version that stands, and who wrote it.

    `name` is that of the person or the business, empty for nobody in particular; `number` the version that brought it.
    `is_known` is false where a version was removed that may have had it before.
    """

    text: str
    name: str
    number: int
    is_known: bool = True


@dataclass
class Credits:
    """Paragraphs of sentences; everybody whose words are in them, in the order of their first words.

    `others` says that somebody without a name wrote some of it.
    """

    paragraphs: list[list[Sentence]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    others: bool = False


def credits_of(revisions: Sequence[Any], businesses: Mapping[int, str]) -> Credits:
    """Who wrote which sentence: the version since which it has stood there without a break. The oldest comes first."""
    told = Credits()
    newest = revisions[-1] if revisions else None
    if newest is None or newest.text is None:
        return told
    texts = [None if each.text is None else set(sentences(each.text)) for each in revisions]
    for paragraph in split(newest.text):
        told.paragraphs.append([_credited(each, revisions, texts, businesses) for each in sentences(paragraph)])
    everything = [sentence for part in told.paragraphs for sentence in part if sentence.is_known]
    told.names = list(dict.fromkeys(each.name for each in everything if each.name))
    told.others = any(not each.name for each in everything)
    return told


def _credited(
    sentence: str, revisions: Sequence[Any], texts: Sequence[set[str] | None], businesses: Mapping[int, str]
) -> Sentence:
    since, is_known = len(revisions) - 1, True
    for place in range(len(revisions) - 2, -1, -1):
        known = texts[place]
        if known is None:
            is_known = False
        elif sentence in known:
            since, is_known = place, True
        else:
            break
    by = revisions[since]
    name = by.credit or businesses.get(by.tenant_id, "")
    return Sentence(sentence, name if is_known else "", by.number, is_known)


def sentences(text: str) -> list[str]:
    """A text sentence by sentence, in English and in Chinese; "B4.1" and "v2.0" are no ends."""
    found, start = [], 0
    for end in _ENDS.finditer(text):
        found.append(text[start : end.end()])
        start = end.end()
    return [each.strip() for each in [*found, text[start:]] if each.strip()]
