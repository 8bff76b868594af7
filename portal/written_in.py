"""Which of the portal's languages a text is written in: from its own characters, and from what others call it."""

from __future__ import annotations

import re
from functools import lru_cache

from portal.languages import match

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
LATIN = re.compile(r"[A-Za-z]")
LETTERS_OF_A_CHARACTER = 3
"""So many Latin letters say about as much as one Chinese character: names and numbers do not outweigh a sentence."""
ENOUGH_LETTERS = 12
"""With fewer letters a text does not tell: a flight number is no English."""


def language_of(text: str, otherwise: str) -> str:
    """The locale in which a text is written; `otherwise`, a locale, where the text does not tell."""
    characters, letters = len(HAN.findall(text)), len(LATIN.findall(text))
    if characters and characters * LETTERS_OF_A_CHARACTER >= letters:
        script = _script(text)
        return (("zh_Hans" if otherwise == "en" else otherwise), "zh_Hant", "zh_Hans")[(script > 0) - (script < 0)]
    return "en" if letters >= ENOUGH_LETTERS else otherwise


def locale_of(tag: str, text: str) -> str | None:
    """`en`, `zh_Hans` or `zh_Hant`, or None for a language that the portal does not speak.

    A tag that says Chinese and no script is decided by the text: traditional when it has more such characters.
    """
    locale = match(tag)
    if locale == "zh_Hans" and tag.strip().lower() == "zh" and _script(text) > 0:
        return "zh_Hant"
    return locale


def _script(text: str) -> int:
    """How many more characters of the text are only traditional than only simplified; negative for the contrary."""
    return sum(_leaning(character) for character in HAN.findall(text))


@lru_cache(maxsize=8192)
def _leaning(character: str) -> int:
    """1 for a character of Taiwan's national set alone, -1 for one of the mainland's alone, 0 for one of both."""
    return _is_in("big5", character) - _is_in("gb2312", character)


def _is_in(charset: str, character: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
