"""The calendar that a business begins with, until it edits its own."""

from __future__ import annotations

from portal.calendars.models import ServiceCalendar
from tenants.scope import Scope, db, entered, writing

OFFICE_HOURS = [[["09:00", "17:00"]]] * 5 + [[], []]
"""Monday to Friday, nine to five."""


def give_standard_calendar(network_id: int, tenant_id: int, zone: str) -> None:
    """Office hours in the business's zone. One that has a calendar keeps it."""
    with entered(Scope.system(network_id)), writing():
        if db.session.get(ServiceCalendar, tenant_id) is None:
            calendar = ServiceCalendar(
                tenant_id=tenant_id, zone=zone, week=OFFICE_HOURS, closed=[], extra=[], targets={}
            )
            db.session.add(calendar)
