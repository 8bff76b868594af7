"""Identifiers that the application makes itself: row ids in the order of time, and secret tokens."""

from __future__ import annotations

import hashlib
import secrets
import threading
from datetime import UTC, datetime

from tenants import clock

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 22
_one_at_a_time = threading.Lock()
_last = [0]
"""The newest id that this process has made."""


def new_id(at: datetime | None = None) -> int:
    """A 63-bit id: milliseconds since 2000 above 22 random bits, so that sorting by id is sorting by time.

    Known before the row is written, which lets somebody be the owner of a row that does not exist yet. Within one
    millisecond a process counts on from the id before, so that its own never meet.
    """
    milliseconds = max(0, int(((at or clock.now()) - _EPOCH).total_seconds() * 1000))
    with _one_at_a_time:
        if milliseconds == _last[0] >> _RANDOM_BITS:
            _last[0] += 1 + secrets.randbits(3)
        else:  # begins in the lower half, so that there is room to count on
            _last[0] = (milliseconds << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS - 1)
        return _last[0]


def first_id(at: datetime) -> int:
    """The smallest id that `new_id` can make at `at`: the border of a period in a list sorted by id."""
    return max(0, int((at - _EPOCH).total_seconds() * 1000)) << _RANDOM_BITS


def week_of(row_id: int) -> int:
    """In which week since the year 2000 `new_id` made an id; weeks begin on Saturdays, as that year did."""
    return (row_id >> _RANDOM_BITS) // (7 * 24 * 3600 * 1000)


def new_token() -> str:
    """A secret of 160 bits in 27 characters that are safe in a URL and in a mail."""
    return secrets.token_urlsafe(20)


def token_hash(token: str) -> bytes:
    """What we store of a token. A plain hash is enough: nobody can guess through 160 random bits."""
    return hashlib.sha256(token.encode()).digest()
