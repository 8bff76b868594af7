"""What changed between two texts, word by word, and for Chinese character by character, so that a person can read it.

Chinese has no spaces between words: each character is a token of its own, and short scraps that happen to be the same
on both sides are told as changed, since "不能" against "可以能" reads better as one change than as two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

TOKEN = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]|\s+|[^\W_]+(?:['’-][^\W_]+)*|[\W_]"
)
SCRAP = 2
"""So many equal tokens between two changes at most are told as part of the change, if it is longer than they are."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`same`, `added` or `removed`, and its words."""

    kind: str
    text: str


def tokens(text: str) -> list[str]:
    """Words, single characters of scripts without spaces, blanks, and signs; together they are the text."""
    return TOKEN.findall(text)


def difference(before: str, after: str) -> list[Piece]:
    """The pieces in reading order: what was removed stands before what was added in its place.

    All `same` and `added` pieces make `after`, all `same` and `removed` ones `before`.
    """
    old, new = tokens(before), tokens(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    pieces: list[Piece] = []
    for removed, added, same in _runs(matcher.get_opcodes(), old, new):
        pieces += [Piece(kind, "".join(words)) for kind, words in _told(removed, added, same) if words]
    return pieces


def share_changed(before: str, after: str) -> float:
    """How much of a text became another, from 0 to 1: changed tokens of the longer side, blanks not counted."""
    old, new = ([token for token in tokens(text) if not token.isspace()] for text in (before, after))
    kept = sum(block.size for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks())
    longest = max(len(old), len(new))
    return 1 - kept / longest if longest else 0.0


Run = tuple[list[str], list[str], list[str]]


def _runs(opcodes: Sequence[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> list[Run]:
    """Changes, each with the equal tokens that follow it; scraps between two changes belong to both sides."""
    runs: list[Run] = [([], [], [])]
    for kind, i1, i2, j1, j2 in opcodes:
        if kind == "equal":
            runs[-1][2].extend(old[i1:i2])
            continue
        removed, added, same = runs[-1]
        if (removed or added) and len(same) <= SCRAP and len(same) < max(len(removed), len(added), i2 - i1, j2 - j1):
            removed.extend([*same, *old[i1:i2]])
            added.extend([*same, *new[j1:j2]])
            same.clear()
        else:
            runs.append((old[i1:i2], new[j1:j2], []))
    return runs


def _told(removed: list[str], added: list[str], same: list[str]) -> list[tuple[str, list[str]]]:
    return [("removed", removed), ("added", added), ("same", same)]
