"""Slips of the pen in Latin words: how many are forgiven, and which known words are meant."""

from __future__ import annotations

from collections.abc import Iterable

from portal.search.analysis import is_latin

MOST = 6
"""Words that one mistyped word is taken for, at most."""


def slips(word: str) -> int:
    """How many letters of a word may be wrong: none in short ones, one up to six letters, two in longer ones."""
    if not is_latin(word):
        return 0
    return 1 if len(word) <= 6 else 2


def closest(word: str, candidates: Iterable[str]) -> list[str]:
    """Those that are within the slips of `word`, the closest first; alphabetical among equals."""
    most = slips(word)
    near = ((distance(word, each, most), each) for each in candidates if each != word and is_latin(each))
    return [each for far, each in sorted(near) if far <= most][:MOST]


def distance(one: str, other: str, most: int) -> int:
    """Letters added, left out, changed, or swapped with their neighbour; `most + 1` for anything further.

    The restricted Damerau-Levenshtein distance.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, against in enumerate(other, 1):
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != against))
            if before and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, above = above, line
    return above[-1]
