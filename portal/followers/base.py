"""What a follower is, and how one reads on from where it stopped.

Three natures. A *projection* can be cleared and told everything again. An *effect* reaches the outside and is never
replayed: it only writes deliveries, each with an id that stays the same. A *ledger* is never rewritten.
Whatever a follower writes commits together with its cursor, so each event counts once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError

from portal.cases.models import Case
from portal.events.models import Event, EventPosition
from portal.followers.models import Cursor
from portal.ideas.models import Idea
from tenants.scope import Scope, current, db, entered, writing

BATCH = 500
ENVELOPE = ("network_id", "case_id", "idea_id", "kind", "audience", "actor", "tenant_id", "at", "commitments")


class Nature(StrEnum):
    PROJECTION = "projection"
    EFFECT = "effect"
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class Told:
    """One event as followers are told it: the envelope, and what must be known of its case or idea.

    Of `case_id` and `idea_id` one is 0. `origin` is empty for an idea.
    """

    position: int
    event_id: int
    network_id: int
    case_id: int
    idea_id: int
    kind: str
    audience: str
    actor: str
    tenant_id: int | None
    at: datetime
    commitments: dict[str, str]
    visibility: str
    reference: str
    origin: str


class Follower(ABC):
    """Reads every event once, in the order of positions, inside a system scope.

    `of_ideas` says whether it is told what happens to ideas besides what happens to cases.
    """

    name: str
    nature: Nature
    of_ideas = False

    @abstractmethod
    def follow(self, events: Sequence[Told]) -> None:
        """Take these in. Runs inside the transaction that moves the cursor; must not reach outside."""

    def clear(self) -> None:
        """Forget everything, for a rebuild. Projections only."""
        raise NotReplayable(self.name)


class NotReplayable(RuntimeError):
    """Only a projection can be rebuilt: what was sent stays sent, what was written in the log stays written."""


def catch_up(follower: Follower, *, batch: int = BATCH) -> int:
    """Read one batch. Returns how many events were told; 0 means there is nothing new."""
    with entered(Scope.system()):
        if not _is_behind(follower):
            return 0
        with writing():
            cursor = _cursor(follower)
            events = told_after(cursor.position, batch)
            if events:
                follower.follow(events if follower.of_ideas else [each for each in events if each.case_id])
                cursor.position = events[-1].position
            return len(events)


def rebuild(follower: Follower) -> int:
    """Clear a projection and tell it everything again. Returns how many events that were."""
    if follower.nature is not Nature.PROJECTION:
        raise NotReplayable(follower.name)
    with entered(Scope.system()), writing():
        cursor = _cursor(follower)  # before clearing: a batch that is being told must not outlive it
        follower.clear()
        cursor.position = 0
    total = 0
    while told := catch_up(follower):
        total += told
    return total


def told_after(position: int, limit: int) -> list[Told]:
    """The next events after a position, in order."""
    return _told(EventPosition.__table__.c.position > position, limit)


def told_before(event: Told) -> list[Told]:
    """The events of the same case or idea before this one, in order."""
    events = Event.__table__.c
    same = events.case_id == event.case_id if event.case_id else events.idea_id == event.idea_id
    return _told(same & (EventPosition.__table__.c.position < event.position), None)


def _told(which: ColumnElement[bool], limit: int | None) -> list[Told]:
    positions, events = EventPosition.__table__, Event.__table__
    query = (
        current()
        .select(
            positions.c.position,
            events.c.id.label("event_id"),
            *(events.c[name] for name in ENVELOPE),
        )
        .select_from(positions.join(events, events.c.id == positions.c.event_id))
        .where(which)
        .order_by(positions.c.position)
        .limit(limit)
    )
    rows = db.session.execute(query).all()
    cases = _known(Case.__table__, {row.case_id for row in rows})
    ideas = _known(Idea.__table__, {row.idea_id for row in rows})
    return [_of(row, cases[row.case_id] if row.case_id else ideas[row.idea_id]) for row in rows]


def _known(table: Any, ids: set[int | None]) -> dict[int, Any]:
    """What must be known of these cases or ideas. (Not joined to the events: each event has one of the two.)"""
    columns = [table.c.id, table.c.visibility, table.c.reference, *([table.c.origin] if "origin" in table.c else [])]
    query = current().select(*columns).where(table.c.id.in_(ids - {None}))
    return {row.id: row for row in db.session.execute(query)} if ids - {None} else {}


def _of(row: Any, subject: Any) -> Told:
    values = {**row._mapping, "case_id": row.case_id or 0, "idea_id": row.idea_id or 0}
    origin = getattr(subject, "origin", "")
    return Told(**values, visibility=subject.visibility, reference=subject.reference, origin=origin)


def _cursor(follower: Follower) -> Cursor:
    """How far it has read, under a lock. Two workers may begin at once."""
    found = db.session.get(Cursor, follower.name, with_for_update=True)
    if found is None:
        with suppress(IntegrityError), db.session.begin_nested():
            db.session.add(Cursor(follower=follower.name, position=0))
        found = db.session.get_one(Cursor, follower.name, with_for_update=True)
    return found


def _is_behind(follower: Follower) -> bool:
    positions = EventPosition.__table__
    last = db.session.scalar(current().select(func.max(positions.c.position), also=[positions])) or 0
    at = db.session.scalar(select(Cursor.position).where(Cursor.follower == follower.name)) or 0
    db.session.rollback()
    return last > at
