"""Starts learning once a day, in a process of its own: the library would stay in the worker's memory."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func

from portal.beside import Beside
from portal.suggesting.models import Learned
from tenants import clock
from tenants.scope import Scope, current, db, entered

ONCE = timedelta(days=1)
LEARNING = Beside("search", "learn", "--quiet")


def start_if_due() -> bool:
    """Start `portal search learn` when nothing was learned for a day. Returns whether it was started."""
    return not LEARNING.runs and _is_due() and LEARNING.start()


def _is_due() -> bool:
    table = Learned.__table__
    with entered(Scope.system()):
        last = db.session.scalar(current().select(func.max(table.c.learned_at), also=[table]))
    return last is None or clock.now() - last >= ONCE
