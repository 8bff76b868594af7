"""How far behind the portal is: what waits, for how long, and whether a worker lives.

One look serves the metrics and the doctor. Each question walks an index of what waits, and counts no further than MOST:
how much more than ten thousand wait tells nobody anything new.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select

from portal.events.models import Event, EventPosition, Head, NewEvent, Timer
from portal.followers.models import DEAD, QUEUED, Cursor, Delivery, WorkerRun
from portal.followers.registry import FOLLOWERS
from portal.search import editions
from portal.search.engine import NotReady, search_engine
from tenants import clock
from tenants.scope import current, db

MOST = 10_000
GIVEN_UP_LATELY = timedelta(days=14)
"""A delivery that was given up longer ago is history, not a matter for today."""


@dataclass(frozen=True)
class Waiting:
    """So many wait, the oldest for so many seconds."""

    count: int
    oldest: float = 0.0


@dataclass(frozen=True)
class Deliveries:
    """`due` could leave now, `claimed` are being sent, `failing` will be tried again, `dead` were given up lately."""

    due: Waiting
    claimed: int
    failing: int
    dead: int


@dataclass(frozen=True)
class Timers:
    due: Waiting
    failing: int


@dataclass(frozen=True)
class Search:
    """`behind` and `documents` are None when no index can be asked."""

    documents: int | None
    behind: int | None


def sequencer() -> Waiting:
    """Events that have no position yet."""
    waiting, events = NewEvent.__table__, Event.__table__
    count = _bounded(current().select(waiting.c.event_id))
    first = db.session.scalar(current().select(func.min(waiting.c.event_id), also=[waiting])) if count else None
    at = db.session.scalar(current().select(events.c.at).where(events.c.id == first)) if first is not None else None
    return Waiting(count, _age(at))


def followers() -> dict[str, Waiting]:
    """Events that each follower has not read."""
    last = editions.last_position()
    at = {row.follower: row.position for row in db.session.execute(select(Cursor.follower, Cursor.position))}
    return {each.name: _behind(last, at.get(each.name, 0)) for each in FOLLOWERS}


def _behind(last: int, position: int) -> Waiting:
    if position >= last:
        return Waiting(0)
    positions, events = EventPosition.__table__, Event.__table__
    joined = positions.join(events, events.c.id == positions.c.event_id)
    query = current().select(events.c.at, also=[positions]).select_from(joined)
    return Waiting(last - position, _age(db.session.scalar(query.where(positions.c.position == position + 1))))


def deliveries() -> Deliveries:
    now, table = clock.now(), Delivery.__table__
    queued = current().select(table.c.id).where(table.c.state == QUEUED)
    unheld = or_(table.c.leased_until.is_(None), table.c.leased_until <= now)
    due = (table.c.next_at <= now) & unheld
    first = current().select(func.min(table.c.next_at), also=[table]).where(table.c.state == QUEUED, due)
    given_up = current().select(table.c.id).where(table.c.state == DEAD, table.c.next_at > now - GIVEN_UP_LATELY)
    return Deliveries(
        due=Waiting(_bounded(queued.where(due)), _age(db.session.scalar(first))),
        claimed=_bounded(queued.where(table.c.leased_until > now)),
        failing=_bounded(queued.where(table.c.tries > 0)),
        dead=_bounded(given_up.where(or_(table.c.problem.is_(None), table.c.problem != "erased"))),
    )


def timers() -> Timers:
    table = Timer.__table__
    due = (table.c.done_at.is_(None), table.c.due_at < clock.now())
    first = db.session.scalar(current().select(func.min(table.c.due_at), also=[table]).where(*due))
    waiting = current().select(table.c.id).where(*due)
    return Timers(Waiting(_bounded(waiting), _age(first)), _bounded(waiting.where(table.c.tries > 0)))


def search() -> Search:
    edition = editions.whole()
    if edition is None:
        return Search(None, None)
    try:
        behind = max(0, editions.last_position() - search_engine().position(edition))
        return Search(search_engine().documents(edition), behind)
    except NotReady:
        return Search(None, None)


def leaves() -> int:
    """Entries of all networks' logs."""
    return int(db.session.scalar(select(func.sum(Head.value)).where(Head.name.like("log:%"))) or 0)


def last_seen() -> datetime | None:
    """When any worker was last heard of."""
    return db.session.scalar(select(func.max(WorkerRun.seen_at)))


def _bounded(query: Select[Any]) -> int:
    some = query.limit(MOST + 1).subquery()
    return min(MOST, db.session.scalar(select(func.count()).select_from(some)) or 0)


def _age(at: datetime | None) -> float:
    return max(0.0, (clock.now() - at).total_seconds()) if at is not None else 0.0
