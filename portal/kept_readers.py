"""Who asks, as far as the keeper needs to know: which language was chosen, and by which session, if there is one.

A session is remembered by a hash under a key of this process alone, never by its cookie.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from portal import languages

_SECRET = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class Reader:
    """`who` is empty for whom nobody knows."""

    language: str = ""
    who: bytes = b""


ANYBODY = Reader()


def reader_of(cookies: str, session_cookie: str) -> Reader | None:
    """Who sends this header. None when it says anything besides: then only the application understands it."""
    if not cookies:
        return ANYBODY
    said: dict[str, str] = {}
    for part in cookies.split(";"):
        name, _, value = part.strip().partition("=")
        if name in said:
            return None
        said[name] = value
    language, session = said.pop(languages.COOKIE, ""), said.pop(session_cookie, "")
    if said or (language and language not in languages.LOCALES):
        return None
    return Reader(language, hashlib.blake2s(session.encode(), key=_SECRET).digest() if session else b"")
