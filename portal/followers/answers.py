"""Which answers are the first of their case: figures of cases count those, since a second look answers a case anew."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func

from portal.events import kinds
from portal.events.models import Event
from portal.followers.base import Told
from tenants.scope import current, db


def first_of_their_cases(answers: Sequence[Told]) -> list[Told]:
    """Of events of the kind `answered`, those that answer their case for the first time."""
    if not answers:
        return []
    events = Event.__table__
    query = (
        current()
        .select(events.c.case_id, func.min(events.c.id).label("first"))
        .where(events.c.kind == kinds.ANSWERED.name, events.c.case_id.in_({event.case_id for event in answers}))
        .group_by(events.c.case_id)
    )
    first = {row.case_id: row.first for row in db.session.execute(query)}
    return [event for event in answers if first[event.case_id] == event.event_id]
