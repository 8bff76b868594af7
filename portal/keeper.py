"""Answers a public case that many read at once before the application is entered: one look at its version, then bytes.

It knows nothing but public pages of cases, as one anonymous reader got them from the application: no cookie but the
language, no query, GET only. Before each answer it asks the database whether the case is still public and at the same
version; everything else goes on to the application. What is kept dies at the next due time, and at midnight where the
network is, since pages say "today". Bounded in bytes, and never shared between host names.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from portal import languages
from portal.assets import takes_gzip
from portal.kept import Kept
from portal.measures import KEPT_PAGE_HIT, KEPT_PAGE_MADE
from portal.request_log import HEADER
from portal.version_lookup import VersionLookup
from tenants import clock, door

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LONGEST = 60.0
"""Seconds after which an entry is made anew in any case; host names may have been given away meanwhile."""
NOTE = "daylight.keep"
"""Where in a request's environment the application says that its answer may be kept, and for how long it is true."""

NOT_KEPT = {"Content-Length", "Vary", "Date", HEADER}

Key = tuple[str, str, str]
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Note:
    """What an answer was made from: it is true as long as the case is public and at this version."""

    network_id: int
    network_version: int
    network_locale: str
    reference: str
    version: int
    others: int
    locale: str
    dies_at: datetime


@dataclass(frozen=True)
class Page:
    """One rendered page, ready to be sent."""

    note: Note
    etag: str
    headers: list[tuple[str, str]]
    plain: bytes
    fresh_until: float

    @cached_property
    def packed(self) -> bytes:
        """Compressed when somebody first asks for it: most pages are read once."""
        return gzip.compress(self.plain, 6, mtime=0)


class Keeper:
    """The layer in front of the application."""

    def __init__(
        self, application: WSGIApplication, versions: VersionLookup, *, limit: int, longest: float = LONGEST
    ) -> None:
        """Keep up to `limit` bytes of pages, each for `longest` seconds at most."""
        self._application = application
        self._versions = versions
        self._longest = longest
        self._pages: Kept[Page] = Kept(limit)
        self._defaults: dict[str, str] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        page = self._page(environ)
        if page is None:
            return self._ask(environ, start_response)
        KEPT_PAGE_HIT()
        return _answer(page, environ, start_response)

    def _page(self, environ: WSGIEnvironment) -> Page | None:
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return None
        path = environ["PATH_INFO"]
        if not path.startswith("/cases/"):
            return None
        cookie = environ.get("HTTP_COOKIE", "")
        language = _only_language(cookie) if cookie else ""
        if language is None:
            return None
        host = environ.get("HTTP_HOST", "")
        default = self._defaults.get(host)
        if default is None:
            return None
        locale = _locale(language, environ.get("HTTP_ACCEPT_LANGUAGE", ""), default)
        key = (host, path, locale)
        page = self._pages.get(key)
        if page is None:
            return None
        if self._is_current(page):
            return page
        self._pages.drop(key)
        return None

    def _is_current(self, page: Page) -> bool:
        note = page.note
        if time.monotonic() > page.fresh_until or clock.now() >= note.dies_at:
            return False
        now = self._versions.find(note.network_id, note.reference)
        return now == (note.version, "public", note.network_version, note.others)

    def _ask(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let the application answer, and keep the answer if it says so."""
        if not _may_keep(environ):
            return self._application(environ, start_response)
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def listen(status: str, headers: list[tuple[str, str]], *_error: Any) -> Any:
            said.append((status, headers))
            return _ignored

        answer = self._application(environ, listen)
        note, (status, headers) = environ.get(NOTE), said[-1]
        if note is None or not status.startswith("200") or any(name == "Set-Cookie" for name, _value in headers):
            start_response(status, headers)
            return answer
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        page = self._keep((environ.get("HTTP_HOST", ""), environ["PATH_INFO"], note.locale), note, headers, body)
        KEPT_PAGE_MADE.inc()
        return _answer(page, environ, start_response, _own(headers))

    def _keep(self, key: Key, note: Note, headers: list[tuple[str, str]], body: bytes) -> Page:
        kept = [(name, value) for name, value in headers if name not in NOT_KEPT]
        page = Page(
            note=note,
            etag=next(value for name, value in headers if name == "ETag"),
            headers=[*kept, ("Vary", "Accept-Encoding, Accept-Language, Cookie")],
            plain=body,
            fresh_until=time.monotonic() + self._longest,
        )
        self._defaults[key[0]] = note.network_locale
        self._pages.put(key, page, 2 * len(body))
        return page

    def close(self) -> None:
        """Let go of the database, at the end of a process."""
        self._versions.close()

    def clear(self) -> None:
        """Forget everything, for tests."""
        self._pages.clear()
        self._defaults.clear()


def _answer(page: Page, environ: WSGIEnvironment, start_response: StartResponse, own: Headers = ()) -> Iterable[bytes]:
    """The page, packed if the browser takes that, or 304 if the browser has it. `own` is of this answer alone."""
    if page.etag in _asked(environ.get("HTTP_IF_NONE_MATCH", "")):
        start_response("304 Not Modified", [*own, *(header for header in page.headers if header[0] != "Content-Type")])
        return [b""]
    packed = takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    body = page.packed if packed else page.plain
    encoding = [("Content-Encoding", "gzip")] if packed else []
    start_response("200 OK", [*page.headers, *own, *encoding, ("Content-Length", str(len(body)))])
    return [body]


def _own(headers: Headers) -> Headers:
    """What belongs to one answer, not to the page."""
    return [header for header in headers if header[0] == HEADER]


def _ignored(_data: bytes) -> None:
    """WSGI's old way of writing a body, which nothing of ours uses."""


def note_for(row: Any, card: door.NetworkCard, others: int) -> Note:
    """What the route of a public case says about its answer. `others` is how many others the case happened to."""
    return Note(
        network_id=card.id,
        network_version=card.version,
        network_locale=card.locale,
        reference=row.reference,
        version=row.public_version,
        others=others,
        locale=languages.current().locale,
        dies_at=_dies_at(row.next_due_at, card.zone),
    )


def _may_keep(environ: WSGIEnvironment) -> bool:
    """Whether an answer to this request may be given to another reader of the same language."""
    cookie = environ.get("HTTP_COOKIE", "")
    return (
        environ["REQUEST_METHOD"] == "GET"
        and not environ.get("QUERY_STRING")
        and (not cookie or _only_language(cookie) is not None)
    )


def _dies_at(next_due: datetime | None, zone: str) -> datetime:
    local = clock.now().astimezone(ZoneInfo(zone))
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(next_due, midnight) if next_due is not None and next_due > clock.now() else midnight


@lru_cache(maxsize=256)
def _only_language(cookie: str) -> str | None:
    """The language that a cookie header chooses, or None when it says anything else besides."""
    name, _, value = cookie.partition("=")
    return value if name.strip() == languages.COOKIE and value in languages.LOCALES else None


@lru_cache(maxsize=4096)
def _locale(cookie: str, accepted: str, default: str) -> str:
    return languages.choose(None, cookie or None, accepted or None, default)


@lru_cache(maxsize=1024)
def _asked(header: str) -> frozenset[str]:
    return frozenset(part.strip().removeprefix("W/") for part in header.split(","))
