"""From "6w Tue 07:52" to a moment: the words of time in which the stories are written (see `script.py`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEK = re.compile(r"(\d+)w (\w{3}) (\d\d:\d\d)")
DAY = re.compile(r"(\d+)d (\d\d:\d\d)")
NOW = re.compile(r"now([+-]\d+)m")
LATER = re.compile(r"(\d+)([hm])")
ALMOST_MIDNIGHT = time(23, 58)


class NotATime(ValueError):
    """The words mean no moment."""


@dataclass(frozen=True)
class Times:
    """What the words mean in a network's zone, told at the moment `now`."""

    now: datetime
    zone: ZoneInfo

    def start(self, words: str) -> datetime:
        """When a story begins, counted back from now."""
        if at := self._from_now(words):
            return at
        today = self.now.astimezone(self.zone).date()
        if found := WEEK.fullmatch(words):
            monday = today - timedelta(days=today.weekday(), weeks=int(found[1]))
            return self._at(monday + timedelta(days=WEEKDAYS.index(found[2])), found[3])
        if found := DAY.fullmatch(words):
            return self._at(today - timedelta(days=int(found[1])), found[2])
        raise NotATime(words)

    def after(self, words: str, before: datetime) -> datetime:
        """When something happens, counted on from what happened before."""
        if at := self._from_now(words):
            return at
        if found := DAY.fullmatch(words):
            return self._at(before.astimezone(self.zone).date() + timedelta(days=int(found[1])), found[2])
        if found := LATER.fullmatch(words):
            return before + (timedelta(hours=int(found[1])) if found[2] == "h" else timedelta(minutes=int(found[1])))
        raise NotATime(words)

    def _from_now(self, words: str) -> datetime | None:
        """What is still to come has a round time, and comes before midnight however late the story is told."""
        found = NOW.fullmatch(words)
        if not found:
            return None
        at = self.now + timedelta(minutes=int(found[1]))
        if at <= self.now:
            return at
        at = at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)
        local = self.now.astimezone(self.zone)
        end = datetime.combine(local.date(), ALMOST_MIDNIGHT, self.zone)
        return min(at, end) if self.now < end else at

    def _at(self, day: date, clock_time: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(clock_time), self.zone)
