"""From a text to the words that are kept and asked for. Both engines use the same ones.

Latin words are folded (case, accents, width) and stemmed as English. Chinese is folded from traditional to simplified
characters, phrase by phrase, and cut into pairs of characters: pairs need no dictionary and survive a wrong character.
Single characters are kept too, for questions of one character and for likeness.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import snowballstemmer
from opencc import OpenCC

SCHEMA = 2
"""Moves when the words of a text become others, or the index holds another kind of thing: every index of an older
schema is made again."""
LONGEST_WORD = 40
HAN = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Characters that are written without blanks between words."""
PIECE = re.compile(rf"([{HAN}]+)|([^\W_{HAN}]+(?:['’][^\W_{HAN}]+)?)")
WITHOUT_MEANING = frozenset(
    re.findall(
        r"\w+",
        """
    a an and are as at be been but by for from had has have he her him his i if in into is it its me my of on or our she
    so than that the their them then there they this to too us was we were what when which who will with would you your
        """,
    )
)


def fold(text: str) -> str:
    """The text as it is compared: one case, one width, no accents, simplified characters."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if not text.isascii():
        text = _simplified(_without_accents(text))
    return text


def words(text: str) -> Iterator[str]:
    """Every word that the index keeps of a text, in its order, repeated as it is repeated there."""
    for run, word in PIECE.findall(fold(text)):
        if run:
            yield from run
            yield from pairs(run)
        elif kept := stem(word):
            yield kept


def asked(text: str) -> list[str]:
    """The words that a question asks for, each once: pairs of characters, single ones only where one stands alone."""
    found: dict[str, None] = {}
    for run, word in PIECE.findall(fold(text)):
        for each in (pairs(run) or [run]) if run else [stem(word)]:
            if each:
                found[each] = None
    return list(found)


def pairs(run: str) -> list[str]:
    """Neighbouring characters, two by two."""
    return [run[place : place + 2] for place in range(len(run) - 1)]


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each word begins and ends in the text as it stands, for marking it; each character is folded by itself."""
    shape = "".join(_character(each) for each in text)
    for found in PIECE.finditer(shape):
        begin, end = found.span()
        if found.group(1):
            for place in range(begin, end):
                yield place, place + 1, shape[place]
                if place + 2 <= end:
                    yield place, place + 2, shape[place : place + 2]
        elif kept := stem(found.group(2)):
            yield begin, end, kept


def is_latin(word: str) -> bool:
    """Whether a word is one in which people mistype letters."""
    return len(word) > 3 and word.isascii() and not word.isdigit()


def weight(text: str) -> int:
    """How much has been said, for deciding whether it is enough to look for likeness: a character of Chinese is two."""
    return sum(2 if PIECE.fullmatch(each) and not each.isascii() else 1 for each in text.strip())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word; empty for one that says nothing by itself."""
    word = word.replace("’", "'").removesuffix("'s").replace("'", "")
    if word in WITHOUT_MEANING:
        return ""
    if word.isascii() and word.isalpha():
        with _stemming:
            word = _english().stemWord(word)
    return word[:LONGEST_WORD]


_stemming = threading.Lock()
"""A stemmer holds the word it works on."""


@cache
def _english() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


@cache
def _converter() -> OpenCC:
    """From Taiwan's words and characters to those of the mainland."""
    return OpenCC("tw2sp")


def _simplified(text: str) -> str:
    return _converter().convert(text) if PIECE.search(text) else text


def _without_accents(text: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(each for each in taken_apart if not unicodedata.combining(each)))


@lru_cache(maxsize=20_000)
def _character(each: str) -> str:
    """One character folded by itself, and kept one character."""
    folded = fold(each)
    return folded if len(folded) == 1 else each
