from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.calendars.working_time import NeverWorks, WorkingTime

VIENNA, SHANGHAI, NEW_YORK = ZoneInfo("Europe/Vienna"), ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
NINE_TO_FIVE = (("09:00", "17:00"),)
OFFICE = (NINE_TO_FIVE,) * 5 + ((), ())
WITH_LUNCH = ((("08:00", "12:00"), ("13:00", "17:00")),) * 5 + ((), ())
ALWAYS = ((("00:00", "24:00"),),) * 7
NIGHT = ((("00:00", "06:00"), ("22:00", "24:00")),) * 7


def at(text, zone=VIENNA):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def office(zone=VIENNA, week=OFFICE, **more):
    return WorkingTime(zone=zone, week=week, **more)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-16 10:00", 1, "2026-11-17 10:00"),  # Monday
        ("2026-11-16 10:00", 0, "2026-11-16 10:00"),
        ("2026-11-16 10:00", 5, "2026-11-23 10:00"),
        ("2026-11-16 07:00", 1, "2026-11-17 09:00"),  # before work: from nine
        ("2026-11-16 17:00", 1, "2026-11-18 09:00"),  # at the end of work: the next morning counts
        ("2026-11-16 16:59", 1, "2026-11-17 16:59"),
        ("2026-11-20 16:00", 1, "2026-11-23 16:00"),  # Friday to Monday
        ("2026-11-20 18:00", 1, "2026-11-24 09:00"),
        ("2026-11-21 12:00", 1, "2026-11-24 09:00"),  # Saturday noon: Tuesday morning
        ("2026-11-21 12:00", 0, "2026-11-23 09:00"),
        ("2026-12-31 16:00", 1, "2027-01-01 16:00"),  # without holidays the year's end is a day like any other
    ],
)
def test_working_days(start, days, end):
    assert office().after_days(at(start), days) == at(end)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-16 09:00", 60, "2026-11-16 10:00"),
        ("2026-11-16 11:30", 60, "2026-11-16 13:30"),  # over lunch
        ("2026-11-16 11:00", 60, "2026-11-16 12:00"),  # up to lunch, not past it
        ("2026-11-16 12:30", 30, "2026-11-16 13:30"),
        ("2026-11-16 08:00", 480, "2026-11-16 17:00"),
        ("2026-11-16 08:00", 481, "2026-11-17 08:01"),
        ("2026-11-20 16:30", 60, "2026-11-23 08:30"),  # over a weekend
        ("2026-11-16 08:00", 5 * 480, "2026-11-20 17:00"),
    ],
)
def test_working_minutes_with_lunch(start, minutes, end):
    calendar = office(week=WITH_LUNCH)
    assert calendar.after_minutes(at(start), minutes) == at(end)
    assert calendar.minutes_between(at(start), at(end)) == minutes


def test_lunch_moves_a_date_to_the_afternoon():
    calendar = office(week=(NINE_TO_FIVE, ((("09:00", "12:00")), ("14:00", "17:00")), *OFFICE[2:]))
    assert calendar.after_days(at("2026-11-16 12:30"), 1) == at("2026-11-17 14:00")
    assert calendar.after_days(at("2026-11-16 12:00"), 1) == at("2026-11-17 12:00")


def test_a_short_day_ends_the_promise_with_the_work():
    calendar = office(week=(*OFFICE[:4], (("09:00", "12:00"),), (), ()))
    assert calendar.after_days(at("2026-11-19 16:00"), 1) == at("2026-11-20 12:00")


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-16 23:00", 120, "2026-11-17 01:00"),  # through midnight without a gap
        ("2026-11-16 05:00", 120, "2026-11-16 23:00"),
        ("2026-12-31 23:30", 60, "2027-01-01 00:30"),
    ],
)
def test_nights_and_midnight(start, minutes, end):
    assert office(week=NIGHT).after_minutes(at(start), minutes) == at(end)


def test_the_zone_is_that_of_the_business():
    """17:30 in Vienna is 11:30 in New York and half past midnight in Shanghai."""
    moment = at("2026-11-16 17:30")
    assert office().next_moment(moment) == at("2026-11-17 09:00")
    assert office(NEW_YORK).next_moment(moment) == moment
    assert office(SHANGHAI).next_moment(moment) == at("2026-11-17 09:00", SHANGHAI)
    assert office(SHANGHAI).next_moment(moment).tzinfo is UTC


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        # In the night to 29 March 2026 the hour from two to three is left out, on 25 October it comes twice.
        ("2026-03-29 01:30", 60, "2026-03-29 03:30"),
        ("2026-03-29 00:00", 23 * 60, "2026-03-30 00:00"),
        ("2026-10-25 01:30", 120, "2026-10-25 02:30+01:00"),
        ("2026-10-25 00:00", 25 * 60, "2026-10-26 00:00"),
    ],
)
def test_the_days_when_clocks_change_are_as_long_as_they_are(start, minutes, end):
    expected = datetime.fromisoformat(end)
    expected = expected if expected.tzinfo else expected.replace(tzinfo=VIENNA)
    assert office(week=ALWAYS).after_minutes(at(start), minutes) == expected
    assert office(week=ALWAYS).minutes_between(at(start), expected) == minutes


def test_a_span_inside_the_hour_that_is_left_out_is_no_time_at_all():
    calendar = office(week=((("02:15", "02:45"), ("09:00", "10:00")),) * 7)
    assert calendar.minutes_between(at("2026-03-29 00:00"), at("2026-03-30 00:00")) == 60
    assert calendar.after_minutes(at("2026-03-29 00:00"), 30) == at("2026-03-29 09:30")


def test_a_span_that_begins_in_the_hour_that_is_left_out_begins_when_it_is_over():
    calendar = office(week=((("02:30", "03:15"),),) * 7)
    assert calendar.next_moment(at("2026-03-29 00:00")) == at("2026-03-29 03:00")
    assert calendar.after_minutes(at("2026-03-29 00:00"), 15) == at("2026-03-29 03:15")
    assert calendar.after_minutes(at("2026-03-29 00:00"), 16) == at("2026-03-30 02:31")


def test_a_working_day_over_the_change_keeps_the_time_of_day():
    calendar = office(week=ALWAYS)
    assert calendar.after_days(at("2026-03-28 10:00"), 1) == at("2026-03-29 10:00")
    assert calendar.after_days(at("2026-10-24 10:00"), 1) == at("2026-10-25 10:00")
    assert calendar.after_days(at("2026-03-28 02:30"), 1) == at("2026-03-29 03:00")


def test_holidays_of_the_country_and_days_of_the_business():
    calendar = office(country="AT", closed=frozenset({date(2026, 12, 24)}))
    # Christmas Eve closed by the business, the 25th and 26th by law, then a weekend.
    assert calendar.after_days(at("2026-12-23 10:00"), 1) == at("2026-12-28 10:00")
    assert calendar.after_days(at("2026-12-31 10:00"), 1) == at("2027-01-04 10:00")  # New Year is a Friday
    assert office().after_days(at("2026-12-23 10:00"), 1) == at("2026-12-24 10:00")


def test_chinas_make_up_days():
    """National Day 2025: 1 to 8 October are off; Sunday 28 September and Saturday 11 October are worked instead."""
    extra = frozenset({date(2025, 9, 28), date(2025, 10, 11)})
    calendar = office(SHANGHAI, country="CN", extra=extra)
    assert calendar.works_on(date(2025, 9, 28)) and calendar.works_on(date(2025, 10, 11))
    assert not any(calendar.works_on(date(2025, 10, day)) for day in range(1, 9))
    assert calendar.after_days(at("2025-09-26 10:00", SHANGHAI), 1) == at("2025-09-28 10:00", SHANGHAI)
    assert calendar.after_days(at("2025-09-30 10:00", SHANGHAI), 1) == at("2025-10-09 10:00", SHANGHAI)
    assert calendar.after_days(at("2025-10-10 16:00", SHANGHAI), 1) == at("2025-10-11 16:00", SHANGHAI)
    without = office(SHANGHAI, country="CN")
    assert without.after_days(at("2025-10-10 16:00", SHANGHAI), 1) == at("2025-10-13 16:00", SHANGHAI)


def test_a_calendar_without_work_says_so():
    never = office(week=((),) * 7)
    with pytest.raises(NeverWorks):
        never.next_moment(at("2026-11-16 10:00"))
    with pytest.raises(NeverWorks):
        never.after_days(at("2026-11-16 10:00"), 1)
    assert never.minutes_between(at("2026-11-16 10:00"), at("2026-11-20 10:00")) == 0


def test_backwards_is_no_time():
    assert office().minutes_between(at("2026-11-17 10:00"), at("2026-11-16 10:00")) == 0


# -- against a counter that looks at every minute ---------------------------------------------------------------------

QUARTERS = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, 24 * 60 + 1, 15)]


@st.composite
def spans(draw):
    borders = sorted(draw(st.sets(st.sampled_from(QUARTERS), max_size=4)))
    return tuple(pairwise(borders))[::2]


ZONES = st.sampled_from(["Europe/Vienna", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "America/Havana"])
DAYS = st.sampled_from(
    [date(2026, 3, 28), date(2026, 10, 24), date(2026, 3, 7), date(2026, 10, 31), date(2026, 4, 4), date(2026, 12, 31)]
)
"""Days before clocks change in one of these zones, and the end of a year."""
calendars = st.builds(
    WorkingTime,
    zone=ZONES.map(ZoneInfo),
    week=st.lists(spans(), min_size=7, max_size=7).map(tuple),
    closed=st.frozensets(DAYS.map(lambda day: day + timedelta(days=1)), max_size=2),
    extra=st.frozensets(DAYS, max_size=2),
)


def hours(calendar, day):
    if day in calendar.extra:
        return next((spans for spans in calendar.week if spans), ())
    return () if day in calendar.closed else calendar.week[day.weekday()]


def working_minutes(calendar, start, end):
    """Every working minute, found by walking through time: work goes on from when the clock first shows the beginning
    of a span (or later) until it first shows the end."""
    found, now = [], start.astimezone(UTC) - timedelta(days=2)
    shown = {}
    while now < end + timedelta(days=2):
        local = now.astimezone(calendar.zone)
        shown.setdefault(local.date(), []).append((now, f"{local:%H:%M}"))
        now += timedelta(minutes=1)
    days = sorted(shown)
    for day, tomorrow in pairwise(days):
        minutes = [*shown[day], (shown[tomorrow][0][0], "24:00")]
        for opens, closes in hours(calendar, day):
            first = next(moment for moment, clock_time in minutes if clock_time >= opens)
            last = next(moment for moment, clock_time in minutes if clock_time >= closes)
            while first < last:
                found.append(first)
                first += timedelta(minutes=1)
    return [minute for minute in found if start <= minute < end]


@given(calendars, DAYS, st.integers(0, 1440), st.integers(0, 4 * 1440))
def test_as_many_minutes_as_a_walk_through_time_counts(calendar, day, begin, length):
    start = datetime.combine(day, datetime.min.time(), calendar.zone).astimezone(UTC) + timedelta(minutes=begin)
    end = start + timedelta(minutes=length)
    minutes = working_minutes(calendar, start, end)
    assert calendar.minutes_between(start, end) == len(minutes)
    if minutes:
        assert calendar.next_moment(start) == minutes[0]
        assert calendar.after_minutes(start, len(minutes)) == minutes[-1] + timedelta(minutes=1)
        half = len(minutes) // 2
        if half:
            assert calendar.after_minutes(start, half) == minutes[half - 1] + timedelta(minutes=1)


@given(calendars, DAYS, st.integers(0, 1440), st.integers(1, 8))
def test_a_promise_falls_into_working_time_of_the_right_day(calendar, day, begin, days):
    if not any(calendar.week):
        return
    start = datetime.combine(day, datetime.min.time(), calendar.zone).astimezone(UTC) + timedelta(minutes=begin)
    end = calendar.after_days(start, days)
    first = calendar.next_moment(start).astimezone(calendar.zone).date()
    worked = [opened for number in range(1, 90) if hours(calendar, opened := first + timedelta(days=number))]
    assert end > start
    assert any(opens <= end <= closes for opens, closes in calendar.spans(worked[days - 1]))
    assert calendar.after_days(start, days + 1) > end
