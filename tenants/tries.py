"""Where tries at the door are counted: by account and by address, over the last minutes, before a secret is looked at.

Here it is rows of the database. Another counter may stand in for it (`app.extensions["tries"]`), as long as it promises
the same: of many tries at once no more than the limit are let through, one that is refused does not prolong the wait,
and one that turned out to be right does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, cast

from flask import current_app
from sqlalchemy import func, or_

from tenants import clock
from tenants.models import SignInAttempt
from tenants.scope import current, db, writing


@dataclass(frozen=True)
class Who:
    """By what a try is counted: hashes of the account that was named, and of the address that it came from."""

    account: bytes
    address: bytes


@dataclass(frozen=True)
class Limits:
    """How many tries of one account, and from one address, are let through within that time."""

    by_account: int
    by_address: int
    within: timedelta


@dataclass(frozen=True)
class Try:
    """One that was counted and let through, and where it was counted."""

    id: int
    who: Who
    counter: Counter


class Counter(Protocol):
    """Counts the tries at the door of the scope's network."""

    def begin(self, who: Who, limits: Limits) -> Try | None:
        """Count one more. None when there were too many."""

    def forgive(self, counted: Try) -> None:
        """Count it no more."""


class DatabaseTries:
    """A row for each try; the worker removes old ones.

    Counting first leaves no gap: of many tries at once, no more than the limit find a count below it.
    """

    def begin(self, who: Who, limits: Limits) -> Try | None:
        if _too_many(who, limits, 0):
            return None
        with writing():
            attempt = SignInAttempt(account_hash=who.account, address_hash=who.address, at=clock.now())
            db.session.add(attempt)
            db.session.flush()
            counted = Try(attempt.id, who, self)
        return None if _too_many(who, limits, 1) else counted

    def forgive(self, counted: Try) -> None:
        attempts = SignInAttempt.__table__
        with writing():
            db.session.execute(current().delete(attempts).where(attempts.c.id == counted.id))


def _too_many(who: Who, limits: Limits, of_ours: int) -> bool:
    attempts = SignInAttempt.__table__
    same_account, same_address = attempts.c.account_hash == who.account, attempts.c.address_hash == who.address
    row = db.session.execute(
        current()
        .select(func.count().filter(same_account), func.count().filter(same_address), also=[attempts])
        .select_from(attempts)
        .where(attempts.c.at > clock.now() - limits.within, or_(same_account, same_address))
    ).one()
    return bool(row[0] >= limits.by_account + of_ours or row[1] >= limits.by_address + of_ours)


IN_DATABASE = DatabaseTries()


def counter() -> Counter:
    """What this installation counts in."""
    return cast(Counter, current_app.extensions.get("tries", IN_DATABASE))
