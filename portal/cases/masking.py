"""Personal data in what people write: found, and masked before everybody may read it.

Recognises forms (`personal_data.py`), not meaning: names and addresses pass. Historic cases from published sources are
not masked: they stay as they were published.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.cases.personal_data import BESIDE, FORMS, SURE, Beside, Form

BLOCK = "▇▇▇▇"
"""Stands for every datum alike: neither its kind nor its length is given away."""
WINDOW = 44
"""Characters after a word in which the number that it announces is looked for."""
DASHES = "‐‑‒–—―−﹘﹣－"

_LITTLE = (
    r"number|no|nr|num|code|id|is|was|are|were|my|me|our|us|the|on|at|to|under|for|and|or|called|of|ref|reference|"
    r"confirmation"
)
_TIGHT = re.compile(
    rf"(?:[\s:;,.#=()\[\]「」『』“”\"'<>《》-]|(?<![a-z])(?:{_LITTLE})(?![a-z])|"
    r"[号號码碼编編是为為叫我的请請加和及与與或、])*",
    re.IGNORECASE,
)
_LOOSE = re.compile(r"[^0-9!?;。！？；\n▇]*", re.IGNORECASE)
_TIGHT_BEFORE = re.compile(
    r"[\s,()=:-]*(?:(?:that|this|which|and)\s+)?(?:(?:is|was|as|being|这是|這是|是|为|為)\s*)?"
    r"(?:(?:my|our|the|a|his|her|我的|我们的|我們的)\s*)?(?:(?:new|old|real)\s+)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, order=True)
class Found:
    """One datum, from `start` up to but not including `end`, counted in characters of the text as it was given."""

    start: int
    end: int
    kind: str


def find(text: str) -> list[Found]:
    """Every personal datum that is recognised in `text`, in its order and without overlaps."""
    if not text:
        return []
    plain, places = fold(text)
    taken: list[tuple[int, int, str]] = []
    covered = bytearray(len(plain))
    for start, end, kind in _candidates(plain):
        if not any(covered[start:end]):
            covered[start:end] = b"\1" * (end - start)
            taken.append((start, end, kind))
    return sorted(Found(places[start], places[end - 1] + 1, kind) for start, end, kind in taken)


def mask(text: str) -> str:
    """The text with every personal datum that was recognised replaced by blocks."""
    parts, at = [], 0
    for found in find(text):
        parts += [text[at : found.start], BLOCK]
        at = found.end
    return "".join([*parts, text[at:]])


# -- parts -----------------------------------------------------------------------------------------------------------


class _Fold(dict[int, "str | None"]):
    """Character → its plain form, learned as characters come: width and dashes go, marks without width vanish."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        plain: str | None = unicodedata.normalize("NFKC", letter)
        if unicodedata.category(letter) == "Cf":
            plain = None
        elif letter in DASHES:
            plain = "-"
        elif letter.isdecimal():
            plain = str(unicodedata.decimal(letter))
        elif len(plain or "") != 1:
            plain = letter
        if len(self) < 100_000:
            self[code] = plain
        return plain


_fold = _Fold()


def fold(text: str) -> tuple[str, range | list[int]]:
    """The text in plain width, and for each of its characters the place in the text as it was."""
    if text.isascii():
        return text, range(len(text))
    plain = text.translate(_fold)
    if len(plain) == len(text):
        return plain, range(len(text))
    return plain, [place for place, letter in enumerate(text) if _fold[ord(letter)] is not None]


def _candidates(plain: str) -> Iterator[tuple[int, int, str]]:
    """What might be a datum, the surest first."""
    yield from _of_form(plain, SURE)
    for beside in BESIDE:
        yield from _before(plain, beside) if beside.before else _after(plain, beside)
    yield from _of_form(plain, FORMS)


def _of_form(plain: str, forms: Iterable[Form]) -> Iterator[tuple[int, int, str]]:
    for form in forms:
        for match in form.shape.finditer(plain):
            if form.check is None or form.check(match[0]):
                yield match.start(), match.end(), form.kind


def _after(plain: str, beside: Beside) -> Iterator[tuple[int, int, str]]:
    """Numbers that follow a word, one or several ("tags 0220123456 and 0220123457")."""
    for said in beside.said.finditer(plain):
        gap, at, end = _LOOSE if beside.loose else _TIGHT, said.end(), said.end() + WINDOW
        while match := beside.shape.search(plain, at, end + WINDOW):
            if match.start() > end or not gap.fullmatch(plain, at, match.start()):
                break
            if beside.check is not None and not beside.check(match[0]):
                break
            yield match.start(), match.end(), beside.kind
            gap, at, end = _TIGHT, match.end(), match.end() + 8


def _before(plain: str, beside: Beside) -> Iterator[tuple[int, int, str]]:
    """A number that a word follows ("ABC123 is my booking reference")."""
    for match in beside.shape.finditer(plain):
        gap = _TIGHT_BEFORE.match(plain, match.end(), match.end() + 24)
        at = gap.end() if gap else match.end()
        if beside.said.match(plain, at) and (beside.check is None or beside.check(match[0])):
            yield match.start(), match.end(), beside.kind
