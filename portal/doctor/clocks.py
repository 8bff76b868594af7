"""Time: the database's clock, the machine's, and the last event's; and the data of time zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select

from portal.config import Settings
from portal.doctor.findings import Finding, by_age, failing, ok, span
from portal.events.models import Event
from tenants import clock
from tenants.models import Network
from tenants.scope import current, db

APART = (5.0, 60.0)
"""Seconds between two clocks: promises are told to the minute, and log entries are."""
AHEAD = timedelta(minutes=1)
SET = "timedatectl set-ntp true (on this machine and on the database's)"
MISSING = "apt-get install tzdata, or: pip install --force-reinstall tzdata; then start the portal again"


def of_database(settings: Settings) -> Iterator[Finding]:
    """The server and this machine agree on the time."""
    if not settings.on_postgresql:
        yield ok("clock", "The database has this machine's clock.")
        return
    apart = abs((_database_time() - datetime.now(UTC)).total_seconds())
    yield by_age("clock", f"The clocks of the database and of this machine are {span(apart)} apart.", apart, APART, SET)


def _database_time() -> datetime:
    at: datetime = db.session.scalar(select(func.clock_timestamp()))  # type: ignore[assignment]
    return at


def of_events(_settings: Settings) -> Iterator[Finding]:
    """Nothing has happened in the future: else a clock went back, and promises would fall due too late."""
    events = Event.__table__
    newest = db.session.scalar(current().select(events.c.at).order_by(events.c.id.desc()).limit(1))
    ahead = newest - clock.now() if newest is not None else timedelta(0)
    if ahead > AHEAD:
        words = f"The newest event is {span(ahead.total_seconds())} in the future: the clock was wrong then, or is now."
        yield failing("events", words, f"{SET}. If the clock is right now, what is ahead heals by waiting.")
    else:
        yield ok("events", "No event is in the future.")


def zone_data(_settings: Settings) -> Iterator[Finding]:
    """The data of time zones is there at all."""
    try:
        ZoneInfo("Europe/Vienna")
    except ZoneInfoNotFoundError:
        yield failing("zones", "The data of time zones is missing.", MISSING)
    else:
        yield ok("zones", "The data of time zones is there.")


def zones_of_networks(_settings: Settings) -> Iterator[Finding]:
    """Each network's zone is known."""
    for row in db.session.execute(select(Network.slug, Network.zone)):
        try:
            ZoneInfo(row.zone)
        except (ZoneInfoNotFoundError, ValueError):
            yield failing("zones", f"The time zone of {row.slug}, {row.zone}, is not known here.", MISSING)
