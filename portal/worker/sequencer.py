"""Gives committed events their positions: from 1, without gaps, each event once.

The database's own counters cannot serve: a lower id may become visible after a higher one, and a rollback leaves a gap.
Positions are given under the lock of one row, so that two sequencers do no harm.
"""

from __future__ import annotations

from sqlalchemy import func

from portal.events.heads import head
from portal.events.models import EventPosition, NewEvent
from tenants.scope import Scope, current, db, entered, writing

BATCH = 1000
HEAD = "positions"


def sequence(batch: int = BATCH) -> int:
    """Give positions to one batch of events that wait. Returns how many."""
    waiting, positions = NewEvent.__table__, EventPosition.__table__
    with entered(Scope.system()):
        some = db.session.scalar(current().select(func.min(waiting.c.event_id), also=[waiting]))
        if some is None:
            return 0
        with writing():
            counter = head(HEAD)
            rows = db.session.execute(
                current().select(waiting.c.event_id, waiting.c.network_id).order_by(waiting.c.event_id).limit(batch)
            ).all()
            if not rows:
                return 0
            given = [
                {"position": counter.value + number, "event_id": row.event_id, "network_id": row.network_id}
                for number, row in enumerate(rows, start=1)
            ]
            db.session.execute(current().insert(positions), given)
            ids = [row.event_id for row in rows]
            db.session.execute(current().delete(waiting).where(waiting.c.event_id.in_(ids)))
            counter.value += len(rows)
            return len(rows)
