"""Editing a service calendar: reading the hours that somebody types, what a draft would mean, and keeping it.

Promises that were made keep their dates: only what is promised from then on follows the new calendar.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import select

from portal.calendars.models import ServiceCalendar
from portal.calendars.presets import WHATS
from portal.calendars.promising import promised, working_time
from portal.calendars.working_time import NeverWorks
from tenants import clock
from tenants.permissions import require
from tenants.scope import current, db, writing

FARTHEST = timedelta(days=731)
"""No calendar promises anything for later than two years."""
MOST_SPANS = 6
MOST_DAYS = 200
SPAN = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*(?:-|to|至|到)\s*(\d{1,2})(?:[:.](\d\d))?")
OLD_ZONES = ("Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")


class NotHours(ValueError):
    """Nobody understands these hours. `piece` is the part that was not understood."""

    def __init__(self, piece: str) -> None:
        super().__init__(piece)
        self.piece = piece


class EndsFirst(NotHours):
    """A span ends before it begins, or when it begins."""


class Overlap(NotHours):
    """A span begins before the one before it is over."""


class TooMany(NotHours):
    """More spans than a day can sensibly have."""


class TooFar(ValueError):
    """What is promised lies more than two years away. `what` says which."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Changed(RuntimeError):
    """Somebody else has changed the calendar since the form was shown (409)."""


@dataclass(frozen=True)
class Draft:
    """A calendar as it would be kept; the fields are those of `ServiceCalendar`."""

    zone: str
    week: list[list[list[str]]]
    holidays: str
    closed: list[str]
    extra: list[str]
    targets: dict[str, Any]


def spans_typed(text: str) -> list[list[str]]:
    """The hours of one day from `09:00-12:00, 13:00-17:00`, in order; `9-17` and full-width signs are understood too.

    Empty is a day off. Raises NotHours, or one of its kinds.
    """
    text = re.sub("[–—−~～〜]", "-", unicodedata.normalize("NFKC", text)).lower()
    pieces = [piece.strip() for piece in re.split(r"[,;、\n]", text) if piece.strip()]
    if len(pieces) > MOST_SPANS:
        raise TooMany(text)
    spans = sorted(_span(piece) for piece in pieces)
    for (_start, end), (start, later) in pairwise(spans):
        if start < end:
            raise Overlap(f"{start}-{later}")
    return [[start, end] for start, end in spans]


def _span(piece: str) -> tuple[str, str]:
    found = SPAN.fullmatch(piece)
    if found is None:
        raise NotHours(piece)
    start, end = _clock_time(found[1], found[2], piece), _clock_time(found[3], found[4], piece)
    if start >= end:
        raise EndsFirst(piece)
    return start, end


def _clock_time(hours: str, minutes: str | None, piece: str) -> str:
    hour, minute = int(hours), int(minutes or 0)
    if minute > 59 or hour * 60 + minute > 24 * 60:
        raise NotHours(piece)
    return f"{hour:02}:{minute:02}"


@cache
def zones() -> tuple[str, ...]:
    """The names of time zones that a business may choose: places, and UTC."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith(OLD_ZONES))
    return ("UTC", *sorted(places))


def meaning(draft: Draft, now: datetime) -> dict[str, datetime]:
    """By when each promise would fall due for something that begins now, in UTC.

    Raises NeverWorks for a calendar without working time, TooFar for a promise beyond two years.
    """
    calendar = ServiceCalendar(**asdict(draft))
    time = working_time(calendar)
    time.next_moment(now)
    found = {}
    for what in WHATS:
        target = promised(calendar, what)
        if target is None:
            continue
        try:
            found[what] = target.after(now, time)
        except NeverWorks:
            raise TooFar(what) from None
        if found[what] > now + FARTHEST:
            raise TooFar(what)
    return found


def edit(draft: Draft, made_from: str) -> None:
    """Keep the draft as the calendar of the business that the present person works for.

    `made_from` is the fingerprint of what the form was filled with; a draft that is kept already may come again, as
    after a double click. Raises Forbidden, NeverWorks, TooFar, or Changed.
    """
    require(current(), "calendar.edit")
    meaning(draft, clock.now())
    with writing() as session:
        query = select(ServiceCalendar).where(ServiceCalendar.tenant_id == current().tenant_id).with_for_update()
        calendar = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        before = fingerprint(calendar)
        if before == fingerprint(draft):
            return
        if before != made_from:
            raise Changed
        if calendar is None:
            calendar = ServiceCalendar()
            session.add(calendar)
        for name, value in asdict(draft).items():
            setattr(calendar, name, value)


def own() -> ServiceCalendar | None:
    """The calendar of the business that the present person works for."""
    return db.session.get(ServiceCalendar, current().tenant_id)


def fingerprint(calendar: ServiceCalendar | Draft | None) -> str:
    """A short name for exactly this content: a form that carries it notices when somebody else was quicker."""
    if calendar is None:
        return ""
    kept: Sequence[Any] = [getattr(calendar, name) for name in Draft.__dataclass_fields__]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]
