"""Passwords: argon2id, with the same work whether or not an account exists.

Hashing takes tens of milliseconds on purpose, so it never happens inside a write transaction.
"""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 1000
"""Characters. Longer ones are not cut silently but refused, before any work is done on them."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
"""OWASP's minimum for argon2id: 19 MiB, two passes, one lane."""


class Unfit(ValueError):
    """This cannot be a password; the text says why."""


def new_password() -> str:
    """A password of 120 random bits, to be told once to the person it is for."""
    return secrets.token_urlsafe(15)


def hashed(password: str) -> str:
    """What is stored of a password. Raises Unfit."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Unfit(f"a password has {SHORTEST} to {LONGEST} characters")
    return _hasher.hash(_typed(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether this is the password behind `stored`. Without an account the answer is no, after the same work."""
    try:
        _hasher.verify(stored or _nobodys(), _typed(password[:LONGEST]))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None and len(password) <= LONGEST


def renewed(stored: str, password: str) -> str | None:
    """The hash under today's parameters, if `stored` was made with others."""
    return _hasher.hash(_typed(password)) if _hasher.check_needs_rehash(stored) else None


def _typed(password: str) -> str:
    """One spelling, because keyboards differ in how they compose the same letter."""
    return unicodedata.normalize("NFC", password)


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe())


_nobodys()  # made at start, so that the first unknown address does not answer more slowly than the rest
