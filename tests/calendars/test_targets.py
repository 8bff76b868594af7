"""How long something takes at most, in every unit, against tables that were worked out by hand."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.calendars.targets import NotATarget, Target
from portal.calendars.working_time import WorkingTime

WEEK = ((("09:00", "12:00"), ("13:00", "17:00")),) * 5 + ((), ())
VIENNA = WorkingTime(ZoneInfo("Europe/Vienna"), WEEK)
SHANGHAI = WorkingTime(ZoneInfo("Asia/Shanghai"), WEEK, country="CN", extra=frozenset({date(2026, 10, 10)}))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("target", "start", "end"),
    [
        # Vienna: UTC+1 in winter. Clocks go forward on 29 March 2026 at 01:00 UTC, back on 25 October 2026.
        (Target(3, "working_hours"), "2026-11-16T10:00", "2026-11-16T14:00"),  # 11:00, one hour of lunch in between
        (
            Target(8, "working_hours"),
            "2026-11-20T15:00",
            "2026-11-23T16:00",
        ),  # Friday 16:00, 1 + 3 + 4 hours → Monday 17:00
        (Target(2), "2026-11-20T09:00", "2026-11-24T09:00"),  # Friday → Tuesday
        (Target(48, "hours"), "2026-03-28T09:00", "2026-03-30T09:00"),  # hours are hours
        (Target(2, "days"), "2026-03-28T09:00", "2026-03-30T08:00"),  # 10:00 stays 10:00 over the change
        (Target(1, "weeks"), "2026-10-21T08:00", "2026-10-28T09:00"),
        (Target(8, "weeks"), "2026-11-16T09:00", "2027-01-11T09:00"),  # over the end of the year
        (Target(1, "months"), "2027-01-31T09:00", "2027-02-28T09:00"),
        (Target(1, "months"), "2028-01-31T09:00", "2028-02-29T09:00"),
        (Target(2, "months"), "2026-12-15T09:00", "2027-02-15T09:00"),
        (Target(1, "days"), "2026-03-28T01:30", "2026-03-29T01:00"),  # 02:30 does not exist: when it is skipped
    ],
)
def test_in_vienna(target: Target, start: str, end: str) -> None:
    assert target.after(utc(start), VIENNA) == utc(end)


@pytest.mark.parametrize(
    ("target", "start", "end"),
    [
        # National day holidays 1 to 7 October 2026 (Thursday to Wednesday); Saturday the 10th is made up.
        (Target(1), "2026-09-30T02:00", "2026-10-08T02:00"),
        (Target(3), "2026-09-30T02:00", "2026-10-10T02:00"),
        (Target(4), "2026-09-30T02:00", "2026-10-12T02:00"),
        (Target(7, "days"), "2026-09-30T02:00", "2026-10-07T02:00"),
    ],
)
def test_in_shanghai(target: Target, start: str, end: str) -> None:
    assert target.after(utc(start), SHANGHAI) == utc(end)


def test_as_a_calendar_keeps_it() -> None:
    assert Target.read(5) == Target(5, "working_days")
    assert Target.read(["weeks", 8]) == Target(8, "weeks")
    assert Target.read(Target(3, "hours").kept()) == Target(3, "hours")


@pytest.mark.parametrize("value", [None, "5", [], ["weeks"], ["fortnights", 2], 0, -1, ["days", 1001], {"days": 1}])
def test_nonsense_is_refused(value: object) -> None:
    with pytest.raises(NotATarget):
        Target.read(value)
