"""Signing in at the door: a password's account, the throttle, and the sessions that begin and end with it.

Every question is answered alike for accounts that are unknown, disabled or without a password.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_

from tenants import clock
from tenants.door import STAFF_SESSION, open_session
from tenants.ids import new_token, token_hash
from tenants.models import BrowserSession, SessionKey, SignInAttempt, User
from tenants.scope import current, db, writing

THROTTLE = timedelta(minutes=15)
TRIES_BY_ACCOUNT = 8
TRIES_BY_ADDRESS = 40


@dataclass(frozen=True)
class Credentials:
    user_id: int
    password_hash: str


def credentials(email: str) -> Credentials | None:
    """The stored password hash of an account that may sign in with one."""
    users = User.__table__
    row = db.session.execute(
        current()
        .select(users.c.id, users.c.password_hash)
        .where(users.c.email == email, users.c.disabled_at.is_(None), users.c.password_hash.is_not(None))
    ).one_or_none()
    return Credentials(row.id, row.password_hash) if row else None


def begin_try(email: str, address: str) -> int | None:
    """Count a try to sign in before its password is looked at; None when there were too many within `THROTTLE`.

    Counting first leaves no gap: of many tries at once, no more than the limit find a count below it.
    """
    if _too_many(email, address, TRIES_BY_ACCOUNT, TRIES_BY_ADDRESS):
        return None
    with writing():
        attempt = SignInAttempt(account_hash=token_hash(email), address_hash=token_hash(address), at=clock.now())
        db.session.add(attempt)
        db.session.flush()
        attempt_id = attempt.id
    return None if _too_many(email, address, TRIES_BY_ACCOUNT + 1, TRIES_BY_ADDRESS + 1) else attempt_id


def forgive_try(attempt_id: int) -> None:
    """A try that turned out to be right does not count."""
    attempts = SignInAttempt.__table__
    with writing():
        db.session.execute(current().delete(attempts).where(attempts.c.id == attempt_id))


def _too_many(email: str, address: str, by_account: int, by_address: int) -> bool:
    attempts = SignInAttempt.__table__
    same_account, same_address = (
        attempts.c.account_hash == token_hash(email),
        attempts.c.address_hash == token_hash(address),
    )
    row = db.session.execute(
        current()
        .select(func.count().filter(same_account), func.count().filter(same_address), also=[attempts])
        .select_from(attempts)
        .where(attempts.c.at > clock.now() - THROTTLE, or_(same_account, same_address))
    ).one()
    return bool(row[0] >= by_account or row[1] >= by_address)


def sign_in(
    proved: Credentials, *, user_agent: str = "", instead_of: int | None = None, newer_hash: str | None = None
) -> str | None:
    """Open a session for a person who has proved who they are. Returns the token for the cookie.

    None if the account was disabled or its password changed since it was read. The session that the browser had
    before ends; the keys of cases that it held move on, so that nobody loses a case by signing in.
    """
    token, users, held = new_token(), User.__table__, SessionKey.__table__
    with writing():
        still = (users.c.id == proved.user_id, users.c.disabled_at.is_(None))
        unchanged = users.c.password_hash == proved.password_hash
        locked = current().select(users.c.id).where(*still, unchanged).with_for_update()
        if db.session.execute(locked).one_or_none() is None:
            return None
        if newer_hash is not None:
            db.session.execute(current().update(users).where(*still).values(password_hash=newer_hash))
        session_id = open_session(token, proved.user_id, STAFF_SESSION, user_agent)
        if instead_of is not None:
            moved = current().update(held).where(held.c.session_id == instead_of).values(session_id=session_id)
            db.session.execute(moved)
            _end_session(instead_of)
    return token


def sign_out(session_id: int) -> None:
    """End a session on the server, wherever its cookie may still lie."""
    with writing():
        _end_session(session_id)


def _end_session(session_id: int) -> None:
    held, sessions = SessionKey.__table__, BrowserSession.__table__
    db.session.execute(current().delete(held).where(held.c.session_id == session_id))
    db.session.execute(current().delete(sessions).where(sessions.c.id == session_id))
