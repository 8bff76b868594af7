"""Removes what has had its time: expired sessions, keys and links, old attempts, customers of old cases, lost files."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app

from portal.cases.erasure import retain
from portal.files import adding, staging
from portal.files.storage import storage
from portal.search import keeping
from tenants import clock
from tenants.account_models import MailLink
from tenants.models import BrowserSession, Key, SessionKey, SignInAttempt
from tenants.scope import Scope, current, db, entered, writing

ATTEMPTS_KEPT = timedelta(days=1)
SHORT_LIVED = ("form", "sign_in", "second_step", "passkey", "new_passkey", "invitation")
"""Purposes of keys that nobody asks about any more once they have expired."""


def sweep() -> None:
    """Delete rows that nobody can use any more, and forget the customers of cases that ended long ago."""
    days = current_app.config["SETTINGS"].retention_days
    while days and retain(days):
        pass
    now = clock.now()
    sessions, held = BrowserSession.__table__, SessionKey.__table__
    keys, attempts, links = Key.__table__, SignInAttempt.__table__, MailLink.__table__
    with entered(Scope.system()), writing():
        scope = current()
        expired = scope.select(sessions.c.id).where(sessions.c.expires_at < now)
        ids = list(db.session.scalars(expired))
        db.session.execute(scope.delete(held).where(held.c.session_id.in_(ids)))
        db.session.execute(scope.delete(sessions).where(sessions.c.id.in_(ids)))
        db.session.execute(scope.delete(keys).where(keys.c.purpose.in_(SHORT_LIVED), keys.c.expires_at < now))
        db.session.execute(scope.delete(links).where(links.c.asked_at < now - ATTEMPTS_KEPT))
        db.session.execute(scope.delete(attempts).where(attempts.c.at < now - ATTEMPTS_KEPT))
    staging.sweep(storage())
    adding.sweep(storage())
    keeping.forget_what_was_removed()
