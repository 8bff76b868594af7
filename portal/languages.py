"""Which of the three languages a reader gets, and words in it: gettext, times, durations.

The source text is English; `translations/zh_Hans.po` and `zh_Hant.po` are read directly when the process starts, so
there is no compiled copy that could be stale. One context variable holds the reader's `Tongue` (language, messages,
time zone), bound once a request; a look-up is then one dictionary access. Knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from babel import Locale
from babel.messages.pofile import read_po
from babel.support import LazyProxy
from flask import request
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

if TYPE_CHECKING:
    from flask import Flask, Response

SOURCE = "en"
LOCALES = ("en", "zh_Hans", "zh_Hant")
OWN_NAMES = {"en": "English", "zh_Hans": "简体中文", "zh_Hant": "繁體中文"}
SHORT_NAMES = {"en": "English", "zh_Hans": "简体", "zh_Hant": "繁體"}
COOKIE = "lang"
YEAR = 365 * 24 * 3600
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


def _find(key: str, fallback: str) -> str:
    text = _tongue.get().messages.get(key, fallback)
    return text if isinstance(text, str) else text[0]


def _find_plural(key: str, singular: str, plural: str, number: int) -> str:
    forms = _tongue.get().messages.get(key)
    if forms is None:
        return singular if number == 1 else plural
    return forms if isinstance(forms, str) else forms[0]  # Chinese has one form


def gettext(message: str, **values: object) -> str:
    """The message in the reader's language, with `%(name)s` filled in."""
    text = _find(message, message)
    return text % values if values or "%" in text else text


def pgettext(context: str, message: str, **values: object) -> str:
    """Like `gettext`, for one English word that needs two in Chinese; `context` says which."""
    text = _find(f"{context}\x04{message}", message)
    return text % values if values or "%" in text else text


def ngettext(singular: str, plural: str, number: int, **values: object) -> str:
    """Like `gettext` for a counted thing; `%(num)s` is the number."""
    return _find_plural(singular, singular, plural, number) % {"num": number, **values}


def lazy_gettext(message: str, **values: object) -> Any:
    """`gettext` when it is shown instead of now: for labels and errors that are written at import."""
    return LazyProxy(gettext, message, enable_cache=False, **values)


# -- Times and durations -----------------------------------------------------------------------------------------------

_CLDR = {locale: Locale.parse(locale) for locale in LOCALES}
_MONTHS = {locale: cldr.months["format"]["abbreviated"] for locale, cldr in _CLDR.items()}
# CLDR's wide month is 十一月 in one Chinese and 11月 in the other; with a year in figures both want the short one.
_LONG_MONTHS = {**_MONTHS, SOURCE: _CLDR[SOURCE].months["format"]["wide"]}
_WEEKDAYS = {locale: cldr.days["format"]["wide"] for locale, cldr in _CLDR.items()}


def when_text(moment: datetime, now: datetime) -> str:
    """A moment as people say it, in the current tongue's zone: "today 18:00", "yesterday 08:12", "19 Nov, 21:40".

    Both arguments must carry a zone. The year is said when it is not the present one.
    """
    tongue = current()
    local = moment.astimezone(tongue.zone)
    today = now.astimezone(tongue.zone)
    time = f"{local:%H:%M}"
    days = (local.date() - today.date()).days
    if days == 0:
        return gettext("today %(time)s", time=time)
    if days == -1:
        return gettext("yesterday %(time)s", time=time)
    if days == 1:
        return gettext("tomorrow %(time)s", time=time)
    month = _MONTHS[tongue.locale][local.month]
    if local.year == today.year:
        return gettext("%(day)s %(month)s, %(time)s", day=local.day, month=month, time=time)
    return gettext("%(day)s %(month)s %(year)s, %(time)s", day=local.day, month=month, year=local.year, time=time)


def full_text(moment: datetime) -> str:
    """A moment with weekday, year and offset, for a title: "Thursday 19 November 2026, 21:40 (UTC+1)"."""
    tongue = current()
    local = moment.astimezone(tongue.zone)
    offset = local.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes >= 0 else "−"
    zone = f"UTC{sign}{hours}{f':{rest:02d}' if rest else ''}" if minutes else "UTC"
    return gettext(
        "%(weekday)s %(day)s %(month)s %(year)s, %(time)s (%(zone)s)",
        weekday=_WEEKDAYS[tongue.locale][local.weekday()],
        day=local.day,
        month=_LONG_MONTHS[tongue.locale][local.month],
        year=local.year,
        time=f"{local:%H:%M}",
        zone=zone,
    )


def utc_stamp(moment: datetime) -> str:
    """The moment for a machine: `2026-11-19T20:40:00Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def when(moment: datetime, now: datetime) -> Markup:
    """The `<time>` element of a moment; the script says it again in the reader's own zone.

    The words depend on the day: whoever keeps a rendered page must drop it at the zone's next midnight.
    """
    tongue = current()
    return _time_element(moment, now.astimezone(tongue.zone).date(), tongue.locale, tongue.zone)


@lru_cache(maxsize=8192)
def _time_element(moment: datetime, today: date, _locale: str, zone: tzinfo) -> Markup:
    """Kept by everything that it depends on: a page names the same few moments again and again.

    The texts are our own and the rest are digits, so nothing needs escaping.
    """
    noon = datetime.combine(today, time(12), zone)
    words = f'<time datetime="{utc_stamp(moment)}" title="{full_text(moment)}">{when_text(moment, noon)}</time>'
    return Markup(words)  # noqa: S704


def duration(seconds: float) -> str:
    """A span as people say it: "46 min", "3 h 20 min", "1 day 4 h", "2 days". Rounded down; negative counts as none."""
    minutes = max(0, int(seconds)) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days >= 2 or (days == 1 and not hours_left):
        return ngettext("%(num)s day", "%(num)s days", days)
    if days == 1:
        return gettext("1 day %(hours)s h", hours=hours_left)
    if hours and minutes:
        return gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
    if hours:
        return gettext("%(hours)s h", hours=hours)
    if minutes:
        return gettext("%(minutes)s min", minutes=minutes)
    return gettext("less than a minute")


def moment_of(value: datetime | str) -> datetime:
    """A moment, also from the ISO 8601 text in which an event keeps it."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def local(names: Mapping[str, str] | str) -> str:
    """A name in the reader's language from a name in several; English, else any, if that one is missing."""
    if isinstance(names, str):
        return names
    locale = current().locale
    return names.get(locale) or names.get(SOURCE) or next(iter(names.values()), "")


def number(value: int) -> str:
    """A count with its thousands set apart: 12,408 (the same in all three languages)."""
    return f"{value:,}"


# -- Flask -------------------------------------------------------------------------------------------------------------


def enter(default: str | None = None, zone: tzinfo = UTC) -> Tongue:
    """Bind the reader's language for this request. The door calls it again once it knows the network."""
    locale = choose(
        request.args.get(COOKIE), request.cookies.get(COOKIE), request.headers.get("Accept-Language"), default
    )
    tongue = Tongue(locale, zone, MESSAGES[locale])
    _tongue.set(tongue)
    return tongue


def language_links() -> list[dict[str, object]]:
    """One link for each language to the present page in it: locale, lang, name, short, url, current."""
    here = current().locale
    others = [(key, value) for key, value in request.args.items(multi=True) if key != COOKIE]
    return [
        {
            "locale": locale,
            "lang": html_lang(locale),
            "name": OWN_NAMES[locale],
            "short": SHORT_NAMES[locale],
            "url": f"{request.path}?{urlencode([*others, (COOKIE, locale)])}",
            "current": locale == here,
        }
        for locale in LOCALES
    ]


def _remember(response: Response) -> Response:
    """Say what the page was written in, and keep a language that was asked for in the address."""
    if response.mimetype != "text/html":
        return response
    response.headers["Content-Language"] = html_lang(current().locale)
    response.vary.update(["Accept-Language", "Cookie"])
    if chosen := match(request.args.get(COOKIE, "")):
        response.set_cookie(COOKIE, chosen, max_age=YEAR, secure=request.is_secure, httponly=True, samesite="Lax")
    return response


_marked: dict[str, Markup] = {}
"""The texts of the catalogues as markup: made once each, since a page says the same few dozen."""


def _markup(text: str) -> Markup:
    """A translation is trusted as markup; what is filled into it is escaped. Every template of ours escapes."""
    known = _marked.get(text)
    if known is None:
        known = _marked[text] = Markup(text)  # noqa: S704
    return known


def _in_template(function: Callable[..., str]) -> Callable[..., str]:
    """A gettext function for Jinja."""

    def translate(*message: Any, **values: object) -> str:
        text = _markup(function(*message))
        return text % values if values or "%" in text else text

    return translate


def _plural_in_template(singular: str, plural: str, number: int, **values: object) -> str:
    return _markup(_find_plural(singular, singular, plural, number)) % {"num": number, **values}


def init_languages(app: Flask, now: Callable[[], datetime]) -> None:
    """Teach the app's templates the reader's language: `_`, `ngettext`, `pgettext`, `when`, `duration` and friends.

    `now` is the application's clock. Call it before the door is registered, so that a refused host has a language too.
    """
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    translate = _in_template(lambda message: _find(message, message))
    env.globals.update(
        {
            "_": translate,
            "gettext": translate,
            "pgettext": _in_template(lambda context, message: _find(f"{context}\x04{message}", message)),
            "ngettext": _plural_in_template,
            "locale": lambda: current().locale,
            "html_lang": lambda: html_lang(current().locale),
            "language_links": language_links,
        }
    )
    env.newstyle_gettext = True  # type: ignore[attr-defined]
    env.filters.update(
        {
            "when": lambda moment: when(moment_of(moment), now()),
            "when_text": lambda moment: when_text(moment_of(moment), now()),
            "duration": duration,
            "utc_stamp": lambda moment: utc_stamp(moment_of(moment)),
            "local": local,
            "number": number,
        }
    )

    @app.before_request
    def bind() -> None:
        enter()

    app.after_request(_remember)
