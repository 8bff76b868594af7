"""What changed between two texts, word by word, and for Chinese character by character, so that a person can read it.

Chinese has no spaces between words: each character is a word of its own here. Blanks go with the word before them and
are not compared, so that two texts are never "alike" by their blanks. Scraps that happen to be the same on both sides
of a change are told as changed, since "不能" against "可以能" reads better as one change than as two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_SINGLE = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
"""Letters of scripts that put no blanks between words."""
_MORE = r"(?:\u200d\S|[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef])*"
"""What belongs to the sign before: accents, forms, tones of skin, and what is joined to it (a family, a flag)."""
_WORD = rf"[^\W_{_SINGLE}]+(?:['’-][^\W_{_SINGLE}]+)*"
_TOKEN = re.compile(rf"((?:[\U0001f1e6-\U0001f1ff]{{2}}|{_WORD}|\S){_MORE}|)(\s*)")
SCRAP = 2
"""So many equal words between two changes at most are told as part of the change, if it is longer than they are."""
MOST_WORK = 400_000
"""Pairs of equal words in two texts. A text that says one thing over and over would take minutes to compare: with more
pairs, everything between the common beginning and the common end is one change."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`same`, `added` or `removed`, and its words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Token:
    """A word (or a sign), and the blanks that follow it."""

    word: str
    blank: str

    @property
    def text(self) -> str:
        return self.word + self.blank


Run = tuple[str, list[Token], list[Token]]
"""`same` or `changed`, with the tokens of both sides."""


def tokens(text: str) -> list[Token]:
    """Words, single characters of scripts without blanks, and signs; together they are the text."""
    return [Token(*found) for found in _TOKEN.findall(text) if any(found)]


def difference(before: str, after: str) -> list[Piece]:
    """The pieces in reading order: what was removed stands before what was added in its place.

    All `same` and `added` pieces make `after`, all `same` and `removed` ones `before`.
    """
    pieces: list[Piece] = []
    for kind, old, new in _readable(_runs(tokens(before), tokens(after))):
        pieces += _same(old, new) if kind == "same" else _changed(old, new)
    return _joined(pieces)


def share_changed(before: str, after: str) -> float:
    """How much of a text became another, from 0 to 1: changed words of the longer side."""
    old, new = tokens(before), tokens(after)
    kept = sum(len(run_old) for kind, run_old, _new in _runs(old, new) if kind == "same")
    longest = max(len(old), len(new))
    return 1 - kept / longest if longest else 0.0


def _runs(old: list[Token], new: list[Token]) -> list[Run]:
    """The two texts side by side, as runs of words that are the same and of words that are not."""
    first, last = _common(old, new), 0
    while last < min(len(old), len(new)) - first and old[-1 - last].word == new[-1 - last].word:
        last += 1
    inner_old, inner_new = old[first : len(old) - last], new[first : len(new) - last]
    runs: list[Run] = [("same", old[:first], new[:first])]
    for kind, i1, i2, j1, j2 in _compared([each.word for each in inner_old], [each.word for each in inner_new]):
        runs.append(("same" if kind == "equal" else "changed", inner_old[i1:i2], inner_new[j1:j2]))
    runs.append(("same", old[len(old) - last :], new[len(new) - last :]))
    return [run for run in runs if run[1] or run[2]]


def _common(old: list[Token], new: list[Token]) -> int:
    """How many words both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((place for place, (one, other) in pairs if one.word != other.word), min(len(old), len(new)))


def _compared(old: list[str], new: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    counted = Counter(new)
    if sum(count * counted[word] for word, count in Counter(old).items()) > MOST_WORK:
        return [("replace", 0, len(old), 0, len(new))]
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _readable(runs: list[Run]) -> list[Run]:
    """Scraps between two changes belong to the change; what stands in different paragraphs is never put together."""
    told: list[Run] = []
    for at, (kind, old, new) in enumerate(runs):
        is_between = kind == "same" and 0 < at < len(runs) - 1
        if is_between and _is_scrap(old, runs[at - 1], runs[at + 1]):
            kind = "changed"
        if told and told[-1][0] == kind == "changed":
            told[-1] = (kind, [*told[-1][1], *old], [*told[-1][2], *new])
        else:
            told.append((kind, old, new))
    return told


def _is_scrap(same: list[Token], before: Run, after: Run) -> bool:
    longest = max(len(side) for run in (before, after) for side in run[1:])
    ends = [side[-1] for side in before[1:] if side]
    is_one_paragraph = not any("\n" in each.blank for each in [*ends, *same])
    return is_one_paragraph and len(same) <= SCRAP and len(same) < longest


def _same(old: list[Token], new: list[Token]) -> list[Piece]:
    """Equal words, whose blanks may differ all the same."""
    pieces: list[Piece] = []
    for one, other in zip(old, new, strict=True):
        pieces.append(Piece("same", one.word))
        if one.blank == other.blank:
            pieces.append(Piece("same", one.blank))
        else:
            pieces += [Piece("removed", one.blank), Piece("added", other.blank)]
    return pieces


def _changed(old: list[Token], new: list[Token]) -> list[Piece]:
    """What was removed, what was added; a blank that ends both stays outside, so that signs stand at the words."""
    removed, added = ("".join(each.text for each in side) for side in (old, new))
    blank = ""
    if old and new and old[-1].blank == new[-1].blank:
        blank = old[-1].blank
        removed, added = (text[: len(text) - len(blank)] for text in (removed, added))
    return [Piece("removed", removed), Piece("added", added), Piece("same", blank)]


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Neighbors of one kind as one piece, none of them empty."""
    told: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if told and told[-1].kind == piece.kind:
            told[-1] = Piece(piece.kind, told[-1].text + piece.text)
        else:
            told.append(piece)
    return told
