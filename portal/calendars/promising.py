"""From a business's service calendar to the date of a promise."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam

from portal.calendars.models import ServiceCalendar
from portal.calendars.targets import Target
from portal.calendars.working_time import WorkingTime
from tenants.prepared import prepared
from tenants.scope import Scope, db

DEFAULTS = {"acknowledge": Target(1), "answer": Target(5)}
"""Unless the business says otherwise: a plan within one working day, an answer within five, no news in between."""


def due(tenant_id: int, what: str, start: datetime) -> datetime:
    """By when this business promises `what` (one of `presets.WHATS`) for something that began at `start`.

    A plan announces the answer, so it never falls due after it, whatever the calendar says.
    """
    calendar = _calendar(tenant_id)
    whats = ("acknowledge", "answer") if what == "acknowledge" else (what,)
    targets = [target for each in whats if (target := promised(calendar, each))]
    if not targets:
        raise LookupError(f"tenant {tenant_id} promises no {what}")
    return min(target.after(start, working_time(calendar)) for target in targets)


def target(tenant_id: int, what: str) -> Target | None:
    """How long this business takes at most for `what`; None when it promises nothing of the kind."""
    return promised(_calendar(tenant_id), what)


def working_time_of(tenant_id: int) -> WorkingTime:
    return working_time(_calendar(tenant_id))


def zone_of(tenant_id: int) -> str | None:
    """The zone in which a business keeps its hours; None while it has no calendar."""
    zone: str | None = db.session.execute(_zone_of(), {"tenant": tenant_id}).scalar()
    return zone


def working_time(calendar: ServiceCalendar) -> WorkingTime:
    return WorkingTime(
        zone=ZoneInfo(calendar.zone),
        week=tuple(tuple((start, end) for start, end in spans) for spans in calendar.week),
        country=calendar.holidays,
        closed=frozenset(date.fromisoformat(day) for day in calendar.closed),
        extra=frozenset(date.fromisoformat(day) for day in calendar.extra),
    )


def promised(calendar: ServiceCalendar, what: str) -> Target | None:
    """How long a calendar gives `what` at most; None when it promises nothing of the kind."""
    kept = calendar.targets.get(what)
    return DEFAULTS.get(what) if kept is None else Target.read(kept)


def _calendar(tenant_id: int) -> Any:
    calendar = db.session.execute(_calendar_of(), {"tenant": tenant_id}).one_or_none()
    if calendar is None:
        raise LookupError(f"tenant {tenant_id} has no service calendar")
    return calendar


@prepared
def _calendar_of(scope: Scope) -> Any:
    calendars = ServiceCalendar.__table__
    return scope.select(calendars).where(calendars.c.tenant_id == bindparam("tenant"))


@prepared
def _zone_of(scope: Scope) -> Any:
    calendars = ServiceCalendar.__table__
    return scope.select(calendars.c.zone).where(calendars.c.tenant_id == bindparam("tenant"))
