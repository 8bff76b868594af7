"""How long a business takes at most for something it promises: a number and a unit, as data."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.calendars.working_time import WorkingTime

UNITS = ("working_hours", "working_days", "hours", "days", "weeks", "months")


class NotATarget(ValueError):
    """A calendar says something about its promises that nobody understands."""


@dataclass(frozen=True)
class Target:
    """`number` of `unit`. Working units count by the business's calendar; the others by the clock and the calendar of
    its zone, nights and holidays included."""

    number: int
    unit: str = "working_days"

    def __post_init__(self) -> None:
        if self.unit not in UNITS or not 0 < self.number <= 1000:
            raise NotATarget(f"{self.number} {self.unit}")

    @classmethod
    def read(cls, value: Any) -> Target:
        """From what a calendar keeps: `5` (working days) or `["weeks", 8]`."""
        if isinstance(value, int):
            return cls(value)
        if isinstance(value, list | tuple) and len(value) == 2:
            return cls(int(value[1]), str(value[0]))
        raise NotATarget(repr(value))

    def kept(self) -> list[Any]:
        """As a calendar keeps it."""
        return [self.unit, self.number]

    def after(self, start: datetime, time: WorkingTime) -> datetime:
        """When this much has passed since `start`, in UTC.

        Days, weeks and months end at the same local time of day; a month that is too short ends on its last day.
        """
        if self.unit == "working_hours":
            return time.after_minutes(start, self.number * 60)
        if self.unit == "working_days":
            return time.after_days(start, self.number)
        if self.unit == "hours":
            return start + timedelta(hours=self.number)
        local = start.astimezone(time.zone)
        if self.unit == "months":
            return time.first_moment(_months_later(local.replace(tzinfo=None), self.number))
        days = self.number * (7 if self.unit == "weeks" else 1)
        return time.first_moment(local.replace(tzinfo=None) + timedelta(days=days))


def _months_later(local: datetime, months: int) -> datetime:
    years, month = divmod(local.month - 1 + months, 12)
    year = local.year + years
    return local.replace(year=year, month=month + 1, day=min(local.day, monthrange(year, month + 1)[1]))
