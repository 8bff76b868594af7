"""Arithmetic of working time: pure functions over the working hours of one business.

Days are those of the business's own zone; moments are aware and come out in UTC. On the day when clocks change a span
is as long as it really is: both its ends are put into UTC before anything is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

Span = tuple[datetime, datetime]
LOOK_AHEAD = 730
"""Days to look for working time before giving up: a calendar without any is a mistake."""


class NeverWorks(ValueError):
    """A calendar without working time in the next two years."""


@dataclass(frozen=True)
class WorkingTime:
    """Working hours: seven lists of spans in local time, Monday first, and the days that differ.

    `extra` days work although they are a weekend or a holiday (make-up days), with the hours of the week's first
    working day.
    """

    zone: ZoneInfo
    week: tuple[tuple[tuple[str, str], ...], ...]
    country: str = ""
    closed: frozenset[date] = field(default_factory=frozenset)
    extra: frozenset[date] = field(default_factory=frozenset)

    def spans(self, day: date) -> Sequence[Span]:
        """The working spans that begin on a local day, in UTC, in order."""
        if day in self.extra:
            hours = next((spans for spans in self.week if spans), ())
        elif day in self.closed or day in _holidays(self.country, day.year):
            hours = ()
        else:
            hours = self.week[day.weekday()]
        return [(self._moment(day, start), self._moment(day, end)) for start, end in hours]

    def works_on(self, day: date) -> bool:
        return bool(self.spans(day))

    def first_moment(self, local: datetime) -> datetime:
        """When the clocks of the zone first show this naive local time, or skip it; in UTC."""
        return _first(local.replace(tzinfo=self.zone))

    def _moment(self, day: date, clock_time: str) -> datetime:
        """When the clocks of the zone first show this time, or a later one where it is skipped (in spring)."""
        if clock_time == "24:00":
            day, clock_time = day + timedelta(days=1), "00:00"
        return _first(datetime.combine(day, time.fromisoformat(clock_time), self.zone))

    def _spans_from(self, moment: datetime) -> Iterator[Span]:
        moment = moment.astimezone(UTC)  # Python adds wall time, not real time, to what is in a zone
        first = moment.astimezone(self.zone).date() - timedelta(days=1)
        for number in range(LOOK_AHEAD):
            for start, end in self.spans(first + timedelta(days=number)):
                if end > moment:
                    yield max(start, moment), end
        raise NeverWorks(f"no working time within {LOOK_AHEAD} days")

    def next_moment(self, moment: datetime) -> datetime:
        """`moment` itself when it is within working hours, else the next time that work begins."""
        return next(self._spans_from(moment))[0]

    def after_minutes(self, moment: datetime, minutes: int) -> datetime:
        """The moment by which `minutes` of working time have passed."""
        left = timedelta(minutes=minutes)
        for start, end in self._spans_from(moment):
            if end - start >= left:
                return start + left
            left -= end - start
        raise AssertionError("the spans never end")

    def after_days(self, moment: datetime, days: int) -> datetime:
        """The same time of day, `days` working days later, moved into that day's hours where it lies outside.

        What comes in outside working hours counts from when work next begins: Saturday noon plus one is Tuesday
        morning, Friday 16:00 plus one is Monday 16:00.
        """
        start = self.next_moment(moment)
        local = start.astimezone(self.zone)
        day = local.date()
        for _ in range(days):
            day = self._next_working_day(day)
        spans = self.spans(day)
        if not days:
            return start
        wanted = _first(datetime.combine(day, local.time(), self.zone))
        for opens, closes in spans:
            if wanted <= closes:
                return max(opens, wanted)
        return spans[-1][1]

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole minutes of working time from `start` to `end`; 0 when `end` is not later."""
        worked, start, end = timedelta(), start.astimezone(UTC), end.astimezone(UTC)
        day, last = start.astimezone(self.zone).date() - timedelta(days=1), end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self.spans(day):
                worked += max(timedelta(), min(closes, end) - max(opens, start))
            day += timedelta(days=1)
        return int(worked.total_seconds() // 60)

    def _next_working_day(self, day: date) -> date:
        for number in range(1, LOOK_AHEAD):
            candidate = day + timedelta(days=number)
            if self.works_on(candidate):
                return candidate
        raise NeverWorks(f"no working day within {LOOK_AHEAD} days")


def _first(local: datetime) -> datetime:
    """A local time in UTC. One that the clocks skip is the moment at which they skip it."""
    moment = local.astimezone(UTC)
    if moment.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None, fold=0):
        return moment
    before, after = local.replace(fold=1).astimezone(UTC), moment
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        is_before = middle.astimezone(local.tzinfo).replace(tzinfo=None) < local.replace(tzinfo=None)
        before, after = (middle, after) if is_before else (before, middle)
    return after.replace(microsecond=0)


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    """Public holidays. The library counts China's moved rest days as holidays and leaves its make-up days out."""
    if not country:
        return frozenset()
    return frozenset(holidays.country_holidays(country, years=year))
