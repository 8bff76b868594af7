"""Removes what has had its time: expired sessions and form keys, old sign-in attempts."""

from __future__ import annotations

from datetime import timedelta

from tenants import clock
from tenants.models import BrowserSession, Key, SessionKey, SignInAttempt
from tenants.scope import Scope, current, db, entered, writing

ATTEMPTS_KEPT = timedelta(days=1)


def sweep() -> None:
    """Delete rows that nobody can use any more."""
    now = clock.now()
    sessions, held = BrowserSession.__table__, SessionKey.__table__
    keys, attempts = Key.__table__, SignInAttempt.__table__
    with entered(Scope.system()), writing():
        scope = current()
        expired = scope.select(sessions.c.id).where(sessions.c.expires_at < now)
        ids = list(db.session.scalars(expired))
        db.session.execute(scope.delete(held).where(held.c.session_id.in_(ids)))
        db.session.execute(scope.delete(sessions).where(sessions.c.id.in_(ids)))
        db.session.execute(scope.delete(keys).where(keys.c.purpose == "form", keys.c.expires_at < now))
        db.session.execute(scope.delete(attempts).where(attempts.c.at < now - ATTEMPTS_KEPT))
