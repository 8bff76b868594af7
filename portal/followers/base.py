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

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError

from portal.cases.models import Case
from portal.events.models import Event, EventPosition
from portal.followers.models import Cursor
from tenants.scope import Scope, current, db, entered, writing

BATCH = 500


class Nature(StrEnum):
    PROJECTION = "projection"
    EFFECT = "effect"
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class Told:
    """One event as followers are told it: the envelope, and what must be known of its case."""

    position: int
    event_id: int
    network_id: int
    case_id: int
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
    """Reads every event once, in the order of positions, inside a system scope."""

    name: str
    nature: Nature

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
                follower.follow(events)
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


def told_of_case(case_id: int, before: int) -> list[Told]:
    """The events of one case before a position, in order."""
    return _told((Event.__table__.c.case_id == case_id) & (EventPosition.__table__.c.position < before), None)


def _told(which: ColumnElement[bool], limit: int | None) -> list[Told]:
    positions, events, cases = EventPosition.__table__, Event.__table__, Case.__table__
    rows = db.session.execute(
        current()
        .select(
            positions.c.position,
            events.c.id,
            events.c.network_id,
            events.c.case_id,
            events.c.kind,
            events.c.audience,
            events.c.actor,
            events.c.tenant_id,
            events.c.at,
            events.c.commitments,
            cases.c.visibility,
            cases.c.reference,
            cases.c.origin,
        )
        .select_from(
            positions.join(events, events.c.id == positions.c.event_id).join(cases, cases.c.id == events.c.case_id)
        )
        .where(which)
        .order_by(positions.c.position)
        .limit(limit)
    )
    return [Told(*row) for row in rows]


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
