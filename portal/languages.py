"""Which of the three languages a reader gets, and texts in it.

The source text is English; `translations/zh_Hans.po` and `zh_Hant.po` are read directly when the process starts, so
there is no compiled copy that could be stale. One context variable holds the reader's `Tongue` (language, messages,
time zone), bound once a request (`page_language.py`); a look-up is then one dictionary access. Times and numbers in
words are in `wording.py`. Knows nothing of networks, nor of Flask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from babel.support import LazyProxy
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

SOURCE = "en"
LOCALES = ("en", "zh_Hans", "zh_Hant")
OWN_NAMES = {"en": "English", "zh_Hans": "简体中文", "zh_Hant": "繁體中文"}
SHORT_NAMES = {"en": "English", "zh_Hans": "简体", "zh_Hant": "繁體"}
COOKIE = "lang"
FOLDER = Path(__file__).parent / "translations"

Messages = Mapping[str, str | tuple[str, ...]]


# -- Which language ----------------------------------------------------------------------------------------------------


def match(tag: str) -> str | None:
    """The locale for one language tag (`zh-TW`, `en_GB`, …), or None if we do not speak it.

    CLDR's likely scripts decide: Taiwan, Hong Kong and Macau write traditional characters, everybody else simplified.
    Flask-Babel's own negotiation never reaches zh_Hant from `zh-TW`, which is why this exists.
    """
    parts = tag.strip().replace("_", "-").lower().split("-")
    if parts[0] == "en":
        return "en"
    if parts[0] != "zh":
        return None
    if "hans" in parts:
        return "zh_Hans"
    return "zh_Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh_Hans"


def choose(query: str | None, cookie: str | None, header: str | None, default: str | None = None) -> str:
    """The reader's locale: asked for in the address, else chosen before, else what the browser prefers, else `default`.

    The cookie counts only if it is exactly one of the three names. The result is always one of `LOCALES`, never input.
    """
    if query and (asked := match(query)):
        return asked
    if cookie in LOCALES:
        return LOCALES[LOCALES.index(cookie)]
    if header:
        for tag, quality in parse_accept_header(header, LanguageAccept):
            if quality > 0 and (preferred := match(tag)):
                return preferred
    return default if default in LOCALES else SOURCE


def html_lang(locale: str) -> str:
    """The value of an element's `lang` attribute."""
    return locale.replace("_", "-")


# -- Messages ----------------------------------------------------------------------------------------------------------


def read_messages(locale: str, folder: Path = FOLDER) -> Messages:
    """All translated messages of a locale but fuzzy and empty ones; plural ones as a tuple under their singular."""
    if locale == SOURCE:
        return {}
    with (folder / f"{locale}.po").open("rb") as file:
        catalog = read_po(file, locale=locale)
    messages: dict[str, str | tuple[str, ...]] = {}
    for message in catalog:
        if not message.id or message.fuzzy or not message.string:
            continue
        singular = message.id[0] if isinstance(message.id, tuple | list) else message.id
        key = f"{message.context}\x04{singular}" if message.context else singular
        text = message.string
        messages[key] = text if isinstance(text, str) else tuple(text)
    return messages


@dataclass(frozen=True, slots=True)
class Tongue:
    """What a text is written in: the locale, its messages, and the time zone in which times are said."""

    locale: str
    zone: tzinfo
    messages: Messages


MESSAGES = {locale: read_messages(locale) for locale in LOCALES}
NOBODY = Tongue(SOURCE, UTC, MESSAGES[SOURCE])
_tongue: ContextVar[Tongue] = ContextVar("tongue", default=NOBODY)


def bind(tongue: Tongue) -> None:
    """Speak `tongue` from here on: for a request, whose context ends with it."""
    _tongue.set(tongue)


def current() -> Tongue:
    """What is being spoken now; English and UTC outside a request."""
    return _tongue.get()


@contextmanager
def speaking(locale: str, zone: tzinfo = UTC) -> Iterator[Tongue]:
    """Speak `locale` inside the block: for mail and other work outside a request."""
    token = _tongue.set(Tongue(locale, zone, MESSAGES[locale]))
    try:
        yield _tongue.get()
    finally:
        _tongue.reset(token)


def find(key: str, fallback: str) -> str:
    """The text of a catalogue's key in the reader's language, as it stands there."""
    text = _tongue.get().messages.get(key, fallback)
    return text if isinstance(text, str) else text[0]


def find_plural(key: str, singular: str, plural: str, number: int) -> str:
    """The same for a counted thing: the form for `number`."""
    forms = _tongue.get().messages.get(key)
    if forms is None:
        return singular if number == 1 else plural
    return forms if isinstance(forms, str) else forms[0]  # Chinese has one form


def gettext(message: str, **values: object) -> str:
    """The message in the reader's language, with `%(name)s` filled in."""
    text = find(message, message)
    return text % values if values or "%" in text else text


def pgettext(context: str, message: str, **values: object) -> str:
    """Like `gettext`, for one English word that needs two in Chinese; `context` says which."""
    text = find(f"{context}\x04{message}", message)
    return text % values if values or "%" in text else text


def ngettext(singular: str, plural: str, number: int, **values: object) -> str:
    """Like `gettext` for a counted thing; `%(num)s` is the number."""
    return find_plural(singular, singular, plural, number) % {"num": number, **values}


def lazy_gettext(message: str, **values: object) -> Any:
    """`gettext` when it is shown instead of now: for labels and errors that are written at import."""
    return LazyProxy(gettext, message, enable_cache=False, **values)
