"""Signing in at the door: a password's account, the throttle, and the sessions that begin and end with it.

Every question is answered alike for accounts that are unknown, disabled or without a password.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from tenants import clock, door
from tenants.door import CUSTOMER_SESSION, STAFF_SESSION, open_session
from tenants.ids import new_token, token_hash
from tenants.models import BrowserSession, Key, Membership, SessionKey, User
from tenants.scope import current, db, writing
from tenants.tries import Limits, Try, Who, counter

THROTTLE = timedelta(minutes=15)
TRIES_BY_ACCOUNT = 8
TRIES_BY_ADDRESS = 40
SECOND_STEP = timedelta(minutes=10)
"""How long somebody whose password was right has for the code."""


@dataclass(frozen=True)
class Credentials:
    user_id: int
    password_hash: str


@dataclass(frozen=True)
class Opened:
    """A session that has just begun: the token for its cookie, and for how long it lasts."""

    token: str
    lifetime: timedelta
    works_here: bool


def credentials(email: str) -> Credentials | None:
    """The stored password hash of an account that may sign in with one."""
    users = User.__table__
    row = db.session.execute(
        current()
        .select(users.c.id, users.c.password_hash)
        .where(users.c.email == email, users.c.disabled_at.is_(None), users.c.password_hash.is_not(None))
    ).one_or_none()
    return Credentials(row.id, row.password_hash) if row else None


def begin_try(account: str, address: str, *, what: str = "", by_account: int | None = None) -> Try | None:
    """Count a try to sign in before its secret is looked at; None when there were too many within `THROTTLE`.

    `what` keeps tries of different kinds apart; `by_account` is another limit than `TRIES_BY_ACCOUNT`.
    """
    account, address = (f"{what}\n{account}", f"{what}\n{address}") if what else (account, address)
    limits = Limits(TRIES_BY_ACCOUNT if by_account is None else by_account, TRIES_BY_ADDRESS, THROTTLE)
    return counter().begin(Who(token_hash(account), token_hash(address)), limits)


def forgive_try(counted: Try) -> None:
    """A try that turned out to be right does not count."""
    counted.counter.forgive(counted)


def confirm_password(proved: Credentials, newer_hash: str | None = None) -> bool:
    """Whether a password that was right still is, under a lock, inside `writing()`; its hash may be renewed."""
    users = User.__table__
    still = (users.c.id == proved.user_id, users.c.disabled_at.is_(None))
    locked = current().select(users.c.id).where(*still, users.c.password_hash == proved.password_hash)
    if db.session.execute(locked.with_for_update()).one_or_none() is None:
        return False
    if newer_hash is not None:
        db.session.execute(current().update(users).where(*still).values(password_hash=newer_hash))
    return True


def is_living(user_id: int) -> bool:
    """Whether an account is there and not disabled, under its lock, inside `writing()`."""
    users = User.__table__
    found = current().select(users.c.id).where(users.c.id == user_id, users.c.disabled_at.is_(None))
    return db.session.execute(found.with_for_update()).one_or_none() is not None


def replace_password(user_id: int, before: Credentials | None, password_hash: str) -> bool:
    """Give an account another password, inside `writing()`. False if it is not `before` any more."""
    users = User.__table__
    same = users.c.password_hash.is_(None) if before is None else users.c.password_hash == before.password_hash
    mine = current().update(users).where(users.c.id == user_id, users.c.disabled_at.is_(None), same)
    return bool(db.session.execute(mine.values(password_hash=password_hash)).rowcount)  # type: ignore[attr-defined]


def open_account(user_id: int, *, user_agent: str = "", instead_of: int | None = None) -> Opened | None:
    """Open a session for a person who has proved who they are, inside `writing()`. None for a disabled account.

    The session that the browser had before ends; the keys of cases that it held move on, so that nobody loses a case
    by signing in. Who works for a business is signed out sooner.
    """
    token, held = new_token(), SessionKey.__table__
    if not is_living(user_id):
        return None
    works_here = db.session.scalar(select(Membership.role).where(Membership.user_id == user_id).limit(1)) is not None
    lifetime = STAFF_SESSION if works_here else CUSTOMER_SESSION
    session_id = open_session(token, user_id, lifetime, user_agent)
    if instead_of is not None:
        moved = current().update(held).where(held.c.session_id == instead_of).values(session_id=session_id)
        db.session.execute(moved)
        end_session(instead_of)
    return Opened(token, lifetime, works_here)


# -- the second step -----------------------------------------------------------------------------------------------


def begin_second_step(user_id: int) -> str:
    """Remember, inside `writing()`, that the first proof was right. Returns the token for this browser's cookie."""
    return door.new_key("second_step", user_id, "", clock.now() + SECOND_STEP)


def forget_second_steps(user_id: int) -> None:
    """Nobody goes on with a proof that is no longer good, inside `writing()`."""
    keys = Key.__table__
    door.revoke((keys.c.purpose == "second_step") & (keys.c.subject_id == user_id))


# -- sessions ------------------------------------------------------------------------------------------------------


def sign_out(session_id: int) -> None:
    """End a session on the server, wherever its cookie may still lie."""
    with writing():
        end_session(session_id)


def sessions_of(user_id: int) -> list[BrowserSession]:
    """Where a person is signed in, the newest first."""
    mine = select(BrowserSession).where(BrowserSession.user_id == user_id, BrowserSession.expires_at > clock.now())
    return list(db.session.scalars(mine.order_by(BrowserSession.seen_at.desc(), BrowserSession.id.desc())))


def end_session_of(user_id: int, session_id: int) -> bool:
    """End one of a person's sessions. False if it is none of theirs."""
    sessions = BrowserSession.__table__
    with writing():
        mine = current().select(sessions.c.id).where(sessions.c.id == session_id, sessions.c.user_id == user_id)
        if db.session.execute(mine).one_or_none() is None:
            return False
        end_session(session_id)
        return True


def end_other_sessions(user_id: int, keep: int | None) -> int:
    """End all of a person's sessions but one, inside `writing()`; whoever was half-way in starts anew."""
    sessions = BrowserSession.__table__
    mine = current().select(sessions.c.id).where(sessions.c.user_id == user_id)
    others = [found for found in db.session.scalars(mine) if found != keep]
    for session_id in others:
        end_session(session_id)
    forget_second_steps(user_id)
    return len(others)


def end_session(session_id: int) -> None:
    """Remove a session with the keys that it held, inside `writing()`."""
    held, sessions = SessionKey.__table__, BrowserSession.__table__
    db.session.execute(current().delete(held).where(held.c.session_id == session_id))
    db.session.execute(current().delete(sessions).where(sessions.c.id == session_id))
