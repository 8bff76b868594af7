"""The sign of life of a worker: a row that it brings up to date while it works.

Anybody who can read the database sees whether a worker lives, on whatever machine.
"""

from __future__ import annotations

import secrets
import time
from datetime import timedelta

from sqlalchemy import select

from portal.followers.models import WorkerRun
from tenants import clock
from tenants.scope import Scope, db, entered, writing

EVERY = 15.0
"""Seconds between two beats: each is a commit."""
KEPT = timedelta(days=30)


class Heart:
    """One life of a worker. `run` is its name in the log."""

    def __init__(self) -> None:
        self.run = secrets.token_hex(4)
        self._next: float | None = None

    def beat(self) -> None:
        """Call often: writes when it is time."""
        if self._next is not None and time.monotonic() < self._next:
            return
        with entered(Scope.system()), writing():
            self._row().seen_at = clock.now()
        self._next = time.monotonic() + EVERY

    def stop(self) -> None:
        """The last word of a worker that was asked to stop."""
        with entered(Scope.system()), writing():
            row = self._row()
            row.seen_at = row.stopped_at = clock.now()

    def _row(self) -> WorkerRun:
        """One's own row. Making it also forgets lives of long ago."""
        row = db.session.get(WorkerRun, self.run)
        if row is None:
            for old in db.session.scalars(select(WorkerRun).where(WorkerRun.seen_at < clock.now() - KEPT)):
                db.session.delete(old)
            row = WorkerRun(id=self.run, started_at=clock.now())
            db.session.add(row)
        return row
