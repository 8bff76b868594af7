"""A piece of what was written, with the words marked that were asked for: read through the scope, not the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from portal.search import analysis

WIDTH = 180
"""Characters of an excerpt."""
LONGEST_READ = 6000
"""Characters of one entry that are looked at."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Pieces of text one after the other, and whether each is a word that was asked for."""

    pieces: tuple[tuple[str, bool], ...]
    cut_before: bool
    cut_after: bool


def excerpts(said: Iterable[tuple[int, str]], words: set[str]) -> dict[int, Excerpt]:
    """For each thing the place that says most of these words; nothing for one where none of them is found.

    `said` is what was written in which thing, as the scope reads it.
    """
    best: dict[int, tuple[int, Excerpt]] = {}
    for number, text in said:
        found = _best_of(text[:LONGEST_READ], words)
        if found is not None and found[0] > best.get(number, (0, None))[0]:
            best[number] = found
    return {number: excerpt for number, (_count, excerpt) in best.items()}


def _best_of(text: str, words: set[str]) -> tuple[int, Excerpt] | None:
    """How many different words the best window has, and that window."""
    marks = [(begin, end, word) for begin, end, word in analysis.spans(text) if word in words]
    best: tuple[int, int] = (0, 0)
    for place, (begin, _end, _word) in enumerate(marks):
        inside = {word for _begin, end, word in marks[place:] if end <= begin + WIDTH}
        best = max(best, (len(inside), -begin))
    if not best[0]:
        return None
    first = -best[1]
    begin, end = _window(text, first)
    pieces = tuple(_pieces(text, begin, end, [(left, right) for left, right, _word in marks]))
    return best[0], Excerpt(pieces, begin > 0, end < len(text.rstrip()))


def _window(text: str, first: int) -> tuple[int, int]:
    """From a little before the first mark on, beginning and ending between words where words have blanks."""
    begin = max(0, first - WIDTH // 5)
    if begin and text[begin - 1].isascii():
        begin = text.find(" ", begin, first) + 1 or begin
    end = min(len(text), begin + WIDTH)
    if end < len(text) and text[end].isascii():
        end = max(text.rfind(" ", first + WIDTH // 2, end), first + WIDTH // 2) if " " in text[begin:end] else end
    return begin, end


def _pieces(text: str, begin: int, end: int, marks: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at = begin
    for left, right in _joined(marks):
        left, right = max(left, at), min(right, end)
        if right <= left:
            continue
        if left > at:
            yield text[at:left], False
        yield text[left:right], True
        at = right
    if at < end:
        yield text[at:end].rstrip(), False


def _joined(marks: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Marks that touch or overlap, as one."""
    run: tuple[int, int] | None = None
    for left, right in sorted(marks):
        if run is not None and left <= run[1]:
            run = (run[0], max(run[1], right))
            continue
        if run is not None:
            yield run
        run = (left, right)
    if run is not None:
        yield run
