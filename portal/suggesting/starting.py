"""Starts learning once a day, in a process of its own: the library would stay in the worker's memory."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import timedelta

from sqlalchemy import func

from portal.suggesting.models import Learned
from tenants import clock
from tenants.scope import Scope, current, db, entered

LOG = logging.getLogger(__name__)
ONCE = timedelta(days=1)
_running: list[subprocess.Popen[bytes]] = []


def start_if_due() -> bool:
    """Start `portal search learn` when nothing was learned for a day. Returns whether it was started."""
    if any(process.poll() is None for process in _running) or not _is_due():
        return False
    _running[:] = [subprocess.Popen([sys.executable, "-m", "portal", "search", "learn", "--quiet"])]
    return True


def _is_due() -> bool:
    table = Learned.__table__
    with entered(Scope.system()):
        last = db.session.scalar(current().select(func.max(table.c.learned_at), also=[table]))
    return last is None or clock.now() - last >= ONCE
