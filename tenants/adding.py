"""Adding a row that somebody else may be adding in the same moment."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import IntegrityError

from tenants.scope import db


def added(thing: Any) -> bool:
    """Add a row, inside `writing()`. False if one of the same key was there first: nothing else is undone by that."""
    try:
        with db.session.begin_nested():
            db.session.add(thing)
            db.session.flush()
    except IntegrityError:
        return False
    return True
