"""The reader's language in requests and templates: chosen, remembered in a cookie, and given to every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup

from portal.languages import (
    COOKIE,
    LOCALES,
    MESSAGES,
    OWN_NAMES,
    SHORT_NAMES,
    Tongue,
    bind,
    choose,
    current,
    find,
    find_plural,
    html_lang,
    match,
)
from portal.wording import (
    day_text,
    duration,
    full_text,
    late_text,
    local,
    moment_of,
    number,
    utc_stamp,
    when,
    when_text,
    zone_name,
)

if TYPE_CHECKING:
    from flask import Flask, Response

YEAR = 365 * 24 * 3600


def enter(default: str | None = None, zone: tzinfo = UTC) -> Tongue:
    """Bind the reader's language for this request. The door calls it again once it knows the network."""
    locale = choose(
        request.args.get(COOKIE), request.cookies.get(COOKIE), request.headers.get("Accept-Language"), default
    )
    tongue = Tongue(locale, zone, MESSAGES[locale])
    bind(tongue)
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
    return _markup(find_plural(singular, singular, plural, number)) % {"num": number, **values}


def init_languages(app: Flask, now: Callable[[], datetime]) -> None:
    """Teach the app's templates the reader's language: `_`, `ngettext`, `pgettext`, `when`, `duration` and friends.

    `now` is the application's clock. Call it before the door is registered, so that a refused host has a language too.
    """
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    translate = _in_template(lambda message: find(message, message))
    env.globals.update(
        {
            "_": translate,
            "gettext": translate,
            "pgettext": _in_template(lambda context, message: find(f"{context}\x04{message}", message)),
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
            "full_time": lambda moment: full_text(moment_of(moment)),
            "when_text": lambda moment: when_text(moment_of(moment), now()),
            "day": lambda day: day_text(date.fromisoformat(day) if isinstance(day, str) else day),
            "duration": duration,
            "late": lambda moment: late_text(moment_of(moment), now()),
            "utc_stamp": lambda moment: utc_stamp(moment_of(moment)),
            "local": local,
            "number": number,
            "zone_name": zone_name,
        }
    )

    @app.before_request
    def speak() -> None:
        enter()

    app.after_request(_remember)
