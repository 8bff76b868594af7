"""What the desk counts: on its queue, and in the frame of every page. One statement for each of the two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select

from portal.cases.models import Access, Case
from portal.clusters.models import Cluster
from portal.desk.reading import is_nobodys
from portal.handoffs.models import Handoff, UnitHandoff
from tenants import clock
from tenants.db import Id, UtcDateTime
from tenants.models import Membership
from tenants.prepared import prepared
from tenants.scope import Scope, current, db

MANY = 1000
"""More late cases than this are not counted to the last one."""
FEW = 100
"""Nor more than this that nobody has."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Of open cases: how many are late, have a promise that falls due later today, and are in nobody's hand."""

    late: int
    today: int
    nobodys: int
    in_unit: bool
    """Whether the present person is in a unit."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the frame tells: hand-offs that nobody has said yes or no to, and clusters that wait for a person."""

    handoffs: int
    clusters: int


def counts(zone: str) -> Counts:
    """Late and due up to MANY, nobody's up to FEW; the day ends in `zone`."""
    now = clock.now()
    local = now.astimezone(ZoneInfo(zone))
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    row = db.session.execute(_counts(), {"now": now, "midnight": midnight, **_who()}).one()
    return Counts(row.late, row.today, row.nobodys, row.unit_id is not None)


def waiting() -> Waiting:
    """Of other businesses, and of the person's own unit."""
    row = db.session.execute(_waiting(), _who()).one()
    return Waiting(row.offered + row.inside, row.suggested)


def _who() -> dict[str, int | None]:
    scope = current()
    return {"tenant": scope.tenant_id, "person": scope.person_id}


@prepared
def _counts(scope: Scope) -> Any:
    access, cases = Access.__table__, Case.__table__
    now, midnight = bindparam("now", type_=UtcDateTime()), bindparam("midnight", type_=UtcDateTime())
    is_open = scope.select(access.c.case_id).where(access.c.is_open)
    free = scope.select(access.c.case_id, also=[cases]).where(access.c.is_open)
    free = is_nobodys(free.select_from(access.join(cases, cases.c.id == access.c.case_id)))
    return select(
        _up_to(is_open.where(access.c.next_due_at < now), MANY).label("late"),
        _up_to(is_open.where(access.c.next_due_at >= now, access.c.next_due_at < midnight), MANY).label("today"),
        _up_to(free, FEW).label("nobodys"),
        _unit_of_person(scope).label("unit_id"),
    )


@prepared
def _waiting(scope: Scope) -> Any:
    legs, inside, clusters = Handoff.__table__, UnitHandoff.__table__, Cluster.__table__
    ours = scope.select(func.count(), also=[legs]).select_from(legs)
    units = scope.select(func.count(), also=[inside]).select_from(inside)
    found = scope.select(func.count(), also=[clusters]).select_from(clusters)
    return select(
        ours.where(legs.c.to_tenant_id == bindparam("tenant", type_=Id), legs.c.state == "offered")
        .scalar_subquery()
        .label("offered"),
        units.where(inside.c.to_unit_id == _unit_of_person(scope), inside.c.state == "offered")
        .scalar_subquery()
        .label("inside"),
        found.where(clusters.c.state == "suggested").scalar_subquery().label("suggested"),
    )


def _unit_of_person(scope: Scope) -> Any:
    mine = Membership.__table__.alias("mine")
    query = scope.select(mine.c.unit_id).where(
        mine.c.tenant_id == bindparam("tenant", type_=Id), mine.c.user_id == bindparam("person", type_=Id)
    )
    return query.scalar_subquery()


def _up_to(some: Any, most: int) -> Any:
    return select(func.count()).select_from(some.limit(most).subquery()).scalar_subquery()
