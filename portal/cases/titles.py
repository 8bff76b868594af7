"""The title of a case: the beginning of what its customer wrote, as everybody may read it."""

from __future__ import annotations

import re
import unicodedata

from portal.cases.masking import BLOCK

LONGEST_TITLE = 90
LONGEST_HEADING = 140
"""The page of a case has room for a whole sentence."""
ENOUGH = 20
"""A title that was cut before a covered piece says at least so much, in Latin letters; a Chinese character is two."""
PAUSES = ",;:，；：、—–("
_PAUSE = re.compile(r"[，；：、。！？（]|[,;:.!?](?=\s)|(?<=\s)[—–(]")
_BETWEEN = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+")


def title_of(text: str, otherwise: str = "…", longest: int = LONGEST_TITLE) -> str:
    """The first sentence or line, cut where it is longer than `longest` characters: at a pause, else at a word.

    Nothing covered (`masking.mask`) stands in it: it ends before the first covered piece, or is the sentence after it
    if too little is left, or `otherwise` if no sentence says enough.
    """
    line = " ".join(text.split())
    title = _first_sentence(line)
    if BLOCK in title:
        return _uncovered(line, longest) or otherwise
    return _cut(title, longest)


def _first_sentence(line: str) -> str:
    for stop in ("。", "！", "？", ". ", "! ", "? "):
        head = line.split(stop, 1)[0]
        if 12 <= len(head) < len(line):
            line = head + (stop.strip() if stop.strip() in "。！？!?" else "")
    return line


def _uncovered(line: str, longest: int) -> str:
    before = line.split(BLOCK, 1)[0]
    pause = max(before.rfind(mark) for mark in PAUSES)
    for head in (before[: max(pause, 0)], before):
        if _width(head.strip()) >= ENOUGH:
            return _cut(head.rstrip(f" {PAUSES}。.") + "…", longest)
    whole = (sentence for sentence in _BETWEEN.split(line) if BLOCK not in sentence and _width(sentence) >= ENOUGH)
    return _cut(next(whole, "").rstrip("."), longest)


def _cut(line: str, longest: int) -> str:
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    third = longest * 2 // 3
    if pauses := [pause.start() for pause in _PAUSE.finditer(line[:longest]) if third <= pause.start() < longest]:
        cut = cut[: pauses[-1]]
    elif " " in cut[40:]:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:，；：—–(") + "…"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
