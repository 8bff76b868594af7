"""Answers what is read again and again before the application is entered: one look at the database, then bytes.

It knows public pages, as one anonymous reader got them from the application, and pages of one's own, each for the one
session that got it: no other cookie but the language, GET only, and only what the application has marked with a note
(`kept_notes.py`). Before each answer it asks the database whether the note still holds; everything else goes on to the
application. What is kept dies at the next due time, and at midnight where the network is, since pages say "today".
Bounded in bytes, and never shared between host names.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, cast

from portal import languages
from portal.assets import takes_gzip
from portal.kept import Kept
from portal.kept_notes import NOTE, OWN_NOTE, STATE, Note, NoteOfOne
from portal.kept_readers import Reader, reader_of
from portal.measures import KEPT_PAGE_HIT, KEPT_PAGE_MADE
from portal.request_log import HEADER
from portal.version_lookup import VersionLookup
from tenants import clock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LONGEST = 60.0
"""Seconds after which an entry is made anew in any case; host names may have been given away meanwhile."""
LONGEST_QUERY = 200
VARIES = ("Accept-Encoding", "Accept-Language", "Cookie")

OWN_SHARE = 4
"""Which part of the memory is for pages of one's own, so that they never push out what many read."""
MOST_OWN = 4000
OWN = "/cases/"
"""Below this path the application may mark pages of one's own."""
WEIGHT_OF_PROOF = 4096

Key = tuple[str, str, str, bool, bytes]
"""Host, path with query, language, whether htmx asks for a part, and whose it is."""

NOT_KEPT_OF_ONE = {"Content-Length", "Date", HEADER}
NOT_KEPT = {"Content-Length", "Vary", "Date", HEADER}
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """One rendered page, ready to be sent."""

    note: Note
    etag: str
    """Empty where the browser keeps nothing."""
    headers: list[tuple[str, str]]
    plain: bytes
    fresh_until: float
    of_one: bool = False
    """Whether it is somebody's own: then it is never packed, since it holds their token beside what others wrote."""

    @cached_property
    def packed(self) -> bytes:
        """Compressed when somebody first asks for it: most pages are read once."""
        return gzip.compress(self.plain, 6, mtime=0)


class Keeper:
    """The layer in front of the application."""

    def __init__(
        self,
        application: WSGIApplication,
        versions: VersionLookup,
        *,
        limit: int,
        longest: float = LONGEST,
        session_cookie: str = "session",
    ) -> None:
        """Keep up to `limit` bytes of pages, each for `longest` seconds at most."""
        self._application = application
        self._versions = versions
        self._longest = longest
        self._pages: Kept[Page] = Kept(limit - limit // OWN_SHARE)
        self._own: Kept[Page] = Kept(limit // OWN_SHARE, MOST_OWN)
        self._defaults: dict[str, str] = {}
        self._session_cookie = session_cookie

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        reader = reader_of(environ.get("HTTP_COOKIE", ""), self._session_cookie) if _may_keep(environ) else None
        if reader is None:
            return self._application(environ, start_response)
        page = self._page(environ, reader)
        if page is None:
            return self._ask(environ, start_response, reader)
        KEPT_PAGE_HIT()
        return _answer(page, environ, start_response)

    def _page(self, environ: WSGIEnvironment, reader: Reader) -> Page | None:
        default = self._defaults.get(environ.get("HTTP_HOST", ""))
        if default is None:
            return None
        pages = self._pages_of(reader)
        locale = _locale(reader.language, environ.get("HTTP_ACCEPT_LANGUAGE", ""), default)
        key = _key(environ, locale, reader)
        page = pages.get(key)
        if page is None:
            return None
        if self._is_current(page):
            return page
        pages.drop(key)
        return None

    def _pages_of(self, reader: Reader) -> Kept[Page]:
        return self._own if reader.who else self._pages

    def _is_current(self, page: Page) -> bool:
        if time.monotonic() > page.fresh_until or clock.now() >= page.note.dies_at:
            return False
        return page.note.holds(self._versions)

    def _ask(self, environ: WSGIEnvironment, start_response: StartResponse, reader: Reader) -> Iterable[bytes]:
        """Let the application answer, and keep the answer if it says so."""
        if reader.who and self._may_be_own(environ):
            environ[STATE] = self._versions.first.state()
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def listen(status: str, headers: list[tuple[str, str]], *_error: Any) -> Any:
            said.append((status, headers))
            return _ignored

        answer = self._application(environ, listen)
        note, (status, headers) = environ.get(OWN_NOTE if reader.who else NOTE), said[-1]
        if note is None or not status.startswith("200") or any(name == "Set-Cookie" for name, _value in headers):
            start_response(status, headers)
            return answer
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        page = (self._made_for_one if reader.who else self._made)(note, headers, body)
        if not page.of_one or cast(NoteOfOne, note).begins(self._versions):
            self._defaults[environ.get("HTTP_HOST", "")] = note.network_locale
            weight = len(body) + WEIGHT_OF_PROOF if page.of_one else 2 * len(body)
            self._pages_of(reader).put(_key(environ, note.locale, reader), page, weight)
            KEPT_PAGE_MADE.inc()
        return _answer(page, environ, start_response, _own(headers))

    def _may_be_own(self, environ: WSGIEnvironment) -> bool:
        return bool(self._own.limit) and environ["PATH_INFO"].startswith(OWN) and not environ.get("QUERY_STRING")

    def _made(self, note: Note, headers: list[tuple[str, str]], body: bytes) -> Page:
        named = {name: value for name, value in headers if name not in NOT_KEPT}
        varies = [value for name, value in headers if name == "Vary" and value not in VARIES]
        etag = named.setdefault("ETag", f'"{hashlib.blake2s(body, digest_size=12).hexdigest()}"')
        return Page(
            note=note,
            etag=etag,
            headers=[*named.items(), ("Vary", ", ".join([*varies, *VARIES]))],
            plain=body,
            fresh_until=time.monotonic() + self._longest,
        )

    def _made_for_one(self, note: Note, headers: list[tuple[str, str]], body: bytes) -> Page:
        """Its headers stay as they are: what the browser may not keep it keeps no more than before."""
        return Page(
            note=note,
            etag=next((value for name, value in headers if name == "ETag"), ""),
            headers=[header for header in headers if header[0] not in NOT_KEPT_OF_ONE],
            plain=body,
            fresh_until=time.monotonic() + self._longest,
            of_one=True,
        )

    def state(self) -> str | None:
        """Of the database, as `VersionLookup.state` tells it; None where nothing is kept anyway."""
        return self._versions.state() if self._pages.limit else None

    def close(self) -> None:
        """Let go of the database, at the end of a process."""
        self._versions.close()

    def clear(self) -> None:
        """Forget everything, for tests."""
        self._pages.clear()
        self._own.clear()
        self._defaults.clear()


def _answer(page: Page, environ: WSGIEnvironment, start_response: StartResponse, own: Headers = ()) -> Iterable[bytes]:
    """The page, packed if the browser takes that, or 304 if the browser has it. `own` is of this answer alone."""
    if page.etag and page.etag in _asked(environ.get("HTTP_IF_NONE_MATCH", "")):
        start_response("304 Not Modified", [*own, *(header for header in page.headers if header[0] != "Content-Type")])
        return [b""]
    packed = not page.of_one and takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    body = page.packed if packed else page.plain
    encoding = [("Content-Encoding", "gzip")] if packed else []
    start_response("200 OK", [*page.headers, *own, *encoding, ("Content-Length", str(len(body)))])
    return [body]


def _own(headers: Headers) -> Headers:
    """What belongs to one answer, not to the page."""
    return [header for header in headers if header[0] == HEADER]


def _ignored(_data: bytes) -> None:
    """WSGI's old way of writing a body, which nothing of ours uses."""


def _may_keep(environ: WSGIEnvironment) -> bool:
    """Whether an answer to this request may be given again, as far as its head tells."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and len(environ.get("QUERY_STRING", "")) <= LONGEST_QUERY
        and "HTTP_HX_HISTORY_RESTORE_REQUEST" not in environ
    )


def _key(environ: WSGIEnvironment, locale: str, reader: Reader) -> Key:
    query = environ.get("QUERY_STRING", "")
    target = f"{environ['PATH_INFO']}?{query}" if query else environ["PATH_INFO"]
    return environ.get("HTTP_HOST", ""), target, locale, "HTTP_HX_REQUEST" in environ, reader.who


@lru_cache(maxsize=4096)
def _locale(cookie: str, accepted: str, default: str) -> str:
    return languages.choose(None, cookie or None, accepted or None, default)


@lru_cache(maxsize=1024)
def _asked(header: str) -> frozenset[str]:
    return frozenset(part.strip().removeprefix("W/") for part in header.split(","))
