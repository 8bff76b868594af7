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


_COMMON = """
123456789012 1234567890123 12345678901234 123456789012345 1234567890123456 012345678901 111111111111
000000000000 aaaaaaaaaaaa 123123123123 121212121212 112233445566 147258369147 987654321098 098765432109
abcdefghijkl abcdefghijklm abcd12345678 abc123456789 a1b2c3d4e5f6 1q2w3e4r5t6y 1qaz2wsx3edc 1qaz2wsx3edc4rfv
qwertyuiop12 qwertyuiop123 qwertyuiop[] qwertyuiopas qwertyuiopasdfghjkl qwerty123456 qwerty1234567 qwertyqwerty
qwerty12345678 asdfghjkl123 asdfghjklasdf zxcvbnmasdfg zxcvbnm12345 qazwsxedcrfv q1w2e3r4t5y6 qwe123qwe123
password1234 password12345 password123456 password1234567 passwordpassword password123! password1234!
passw0rd1234 p@ssw0rd1234 p@ssword1234 mypassword123 mypassword12 newpassword1 newpassword123 letmein12345
letmeinletmein welcome12345 welcome123456 welcomewelcome administrator administrator1 admin1234567 admin12345678
adminadmin123 changeme1234 changemechangeme changeme12345 iloveyou1234 iloveyou12345 iloveyouiloveyou
iloveyousomuch iloveyouforever correcthorsebatterystaple monkey123456 dragon123456 football1234 baseball1234
superman1234 sunshine1234 princess1234 michael12345 trustno1trustno1 secret123456 master123456 shadow123456
computer1234 internet1234 samsung12345 woaini1314520 woaini520520 5201314520131 woaiwojia123 aini13145201
a123456789012
"""
REFUSED = frozenset(_COMMON.split())
"""Passwords of twelve characters and more that lists of leaked ones begin with, in lower case."""


class Unfit(ValueError):
    """This cannot be a password; the text says why, and `reason` is 'length' or 'common'."""

    def __init__(self, words: str, reason: str) -> None:
        super().__init__(words)
        self.reason = reason


def new_password() -> str:
    """A password of 120 random bits, to be told once to the person it is for."""
    return secrets.token_urlsafe(15)


def hashed(password: str) -> str:
    """What is stored of a password. Raises Unfit."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Unfit(f"a password has {SHORTEST} to {LONGEST} characters", "length")
    if password.lower() in REFUSED or len(set(password)) < 4:
        raise Unfit("this password is among the first that are tried", "common")
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
