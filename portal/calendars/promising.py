"""From a business's service calendar to the date of a promise."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.calendars.models import ServiceCalendar
from portal.calendars.working_time import WorkingTime
from tenants.scope import db

DEFAULT_DAYS = {"acknowledge": 1, "answer": 5}
"""Working days, unless the business says otherwise: a plan within one, an answer within five."""


def due(tenant_id: int, what: str, start: datetime) -> datetime:
    """By when this business promises `what` (`acknowledge` or `answer`) for something that began at `start`."""
    calendar = db.session.get(ServiceCalendar, tenant_id)
    if calendar is None:
        raise LookupError(f"tenant {tenant_id} has no service calendar")
    days = calendar.targets.get(what, DEFAULT_DAYS[what])
    return working_time(calendar).after_days(start, int(days))


def working_time(calendar: ServiceCalendar) -> WorkingTime:
    return WorkingTime(
        zone=ZoneInfo(calendar.zone),
        week=tuple(tuple((start, end) for start, end in spans) for spans in calendar.week),
        country=calendar.holidays,
        closed=frozenset(date.fromisoformat(day) for day in calendar.closed),
        extra=frozenset(date.fromisoformat(day) for day in calendar.extra),
    )
