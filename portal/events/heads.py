"""Counters that move only under the lock of their own row."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.exc import IntegrityError

from portal.events.models import Head
from tenants.scope import db


def head(name: str) -> Head:
    """The counter of this name, locked until the transaction ends. Two may ask for a new one at once; it is 0."""
    found = db.session.get(Head, name, with_for_update=True)
    if found is None:
        with suppress(IntegrityError), db.session.begin_nested():
            db.session.add(Head(name=name, value=0))
        found = db.session.get_one(Head, name, with_for_update=True)
    return found
