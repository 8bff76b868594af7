"""A tap at a place, and why an unhappy one is not reported. Runs at the door: nobody has to be anybody."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.touchpoints.models import DISBELIEFS, MOODS, Mood, MoodDay
from tenants import clock
from tenants.ids import new_id
from tenants.scope import db, writing

ATTEMPTS = 3


@dataclass(frozen=True)
class Place:
    """The place of a tap, as its page knows it."""

    id: int
    tenant_id: int


def tap(place: Place, day: date, ballot: str, mood: str) -> None:
    """Count a mood; a second tap of the same browser on the same day replaces the first.

    Raises ValueError for a mood that is none of MOODS.
    """
    if mood not in MOODS:
        raise ValueError(mood)
    _change(place, day, ballot, mood=mood)


def say_why(place: Place, day: date, ballot: str, disbelief: str, line: str = "") -> bool:
    """Why it is not reported, a line for the business, or both. False when there was no tap before."""
    if disbelief and disbelief not in DISBELIEFS:
        raise ValueError(disbelief)
    return _change(place, day, ballot, disbelief=disbelief or None, line=line or None)


def _change(place: Place, day: date, ballot: str, **values: str | None) -> bool:
    for attempt in range(ATTEMPTS):
        try:
            with writing():
                return _write(place, day, _voter(ballot, day), values)
        except IntegrityError:  # the same browser, twice in one moment
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _write(place: Place, day: date, voter: bytes, values: dict[str, str | None]) -> bool:
    same = select(Mood).where(Mood.touchpoint_id == place.id, Mood.day == day, Mood.voter_hash == voter)
    known = db.session.scalars(same.with_for_update()).one_or_none()
    if known is None and "mood" not in values:
        return False
    count = _count_of(place, day)
    if known is None:
        known = Mood(
            id=new_id(),
            tenant_id=place.tenant_id,
            touchpoint_id=place.id,
            day=day,
            voter_hash=voter,
            mood=values["mood"],
            at=clock.now(),
        )
        db.session.add(known)
        _add(count, known.mood, 1)
        return True
    _take_out(count, known)
    if "mood" in values:
        known.mood = values["mood"] or known.mood
        known.disbelief = known.disbelief if known.mood == "bad" else None
    elif known.mood == "bad":
        known.disbelief = values["disbelief"] or known.disbelief
    if values.get("line"):
        known.line = values["line"]
    _add(count, known.mood, 1)
    if known.disbelief:
        _add(count, known.disbelief, 1)
    return True


def _take_out(count: MoodDay, known: Mood) -> None:
    _add(count, known.mood, -1)
    if known.disbelief:
        _add(count, known.disbelief, -1)


def _count_of(place: Place, day: date) -> MoodDay:
    """The counts of a place and day, locked: taps at one place wait for each other."""
    found = db.session.get(MoodDay, (place.id, day), with_for_update=True)
    if found is None:
        found = MoodDay(
            touchpoint_id=place.id, day=day, good=0, fair=0, bad=0, nothing_changes=0, too_much_effort=0, did_not_know=0
        )
        db.session.add(found)
        db.session.flush()
    return found


def _add(count: MoodDay, name: str, number: int) -> None:
    setattr(count, name, getattr(count, name) + number)


def _voter(ballot: str, day: date) -> bytes:
    key = (current_app.secret_key or "").encode()  # type: ignore[union-attr]
    return hmac.digest(key, f"mood:{day.isoformat()}:{ballot}".encode(), hashlib.sha256)
