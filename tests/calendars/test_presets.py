"""Every preset against dates that were worked out by hand, and what holds for all of them on any calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.calendars.presets import BY_CODE, PRESETS, VERIFY, WHATS, kept_from, preset_of
from portal.calendars.targets import UNITS, Target
from portal.calendars.working_time import WorkingTime
from tests.calendars.test_working_time import DAYS, calendars

OFFICE = ((("09:00", "17:00"),),) * 5 + ((), ())
ZONE = {
    "daylight": "Europe/Vienna",
    "uk-fca": "Europe/London",
    "uk-housing": "Europe/London",
    "us-dot": "America/New_York",
    "cn-caac": "Asia/Shanghai",
    "cn-12315": "Asia/Shanghai",
    "cn-miit": "Asia/Shanghai",
    "cn-12345": "Asia/Shanghai",
    "tw-consumer": "Asia/Taipei",
    "eu-1177": "Europe/Lisbon",
    "foi": "Europe/London",
}
MAKE_UP_2026 = frozenset(date(2026, month, day) for month, day in [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)])


def office(zone, country="", **more):
    return WorkingTime(ZoneInfo(zone), more.pop("week", OFFICE), country=country, **more)


def at(text, time):
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=time.zone)


def due(code, what, start, **more):
    preset = BY_CODE[code]
    time = office(ZONE[code], preset.holidays, **more)
    return preset.targets()[what].after(at(start, time), time), time


# Monday 16 November 2026 at ten; Friday 20 November at six in the evening, when the office has been closed for an hour.
# What counts working days begins on Monday the 23rd at nine; what counts by the clock goes on from six.
TABLE = [
    ("daylight", "acknowledge", "2026-11-17 10:00", "2026-11-24 09:00"),
    ("daylight", "update", "2026-11-18 10:00", "2026-11-25 09:00"),
    ("daylight", "answer", "2026-11-23 10:00", "2026-11-30 09:00"),
    ("uk-fca", "acknowledge", "2026-11-17 10:00", "2026-11-24 09:00"),
    ("uk-fca", "answer", "2027-01-11 10:00", "2027-01-15 18:00"),
    ("uk-housing", "acknowledge", "2026-11-23 10:00", "2026-11-30 09:00"),
    ("uk-housing", "answer", "2026-11-30 10:00", "2026-12-07 09:00"),
    ("uk-housing", "second_stage", "2026-12-14 10:00", "2026-12-21 09:00"),
    ("us-dot", "acknowledge", "2026-12-16 10:00", "2026-12-20 18:00"),
    ("us-dot", "answer", "2027-01-15 10:00", "2027-01-19 18:00"),
    ("cn-caac", "acknowledge", "2026-11-17 10:00", "2026-11-24 09:00"),
    ("cn-caac", "answer", "2026-11-30 10:00", "2026-12-07 09:00"),
    ("cn-12315", "acknowledge", "2026-11-25 10:00", "2026-12-02 09:00"),
    ("cn-12315", "answer", "2027-01-19 10:00", "2027-01-26 09:00"),  # nine weeks, and New Year is a Friday
    ("cn-miit", "acknowledge", "2026-11-17 10:00", "2026-11-24 09:00"),
    ("cn-miit", "answer", "2026-12-01 10:00", "2026-12-05 18:00"),
    ("cn-12345", "acknowledge", "2026-11-17 10:00", "2026-11-21 18:00"),
    ("cn-12345", "answer", "2026-11-23 10:00", "2026-11-27 18:00"),
    ("tw-consumer", "acknowledge", "2026-11-17 10:00", "2026-11-24 09:00"),
    ("tw-consumer", "answer", "2026-12-01 10:00", "2026-12-05 18:00"),
    ("eu-1177", "acknowledge", "2026-12-16 10:00", "2026-12-20 18:00"),
    ("eu-1177", "answer", "2027-01-16 10:00", "2027-01-20 18:00"),
    ("foi", "acknowledge", "2026-11-17 10:00", "2026-11-24 09:00"),
    ("foi", "answer", "2026-12-14 10:00", "2026-12-21 09:00"),
    # Eight weeks, and three days off: 25 December (Friday), 28 December for Boxing Day (Monday), 1 January (Friday).
    ("foi", "second_stage", "2027-01-14 10:00", "2027-01-21 09:00"),
]


@pytest.mark.parametrize(("code", "what", "from_monday", "from_friday"), TABLE)
def test_from_a_monday_and_from_a_friday_evening(code, what, from_monday, from_friday):
    for start, end in (("2026-11-16 10:00", from_monday), ("2026-11-20 18:00", from_friday)):
        found, time = due(code, what, start)
        assert found == at(end, time)


def test_the_table_leaves_none_out():
    assert {(code, what) for code, what, *_ends in TABLE} == {
        (preset.code, what) for preset in PRESETS for what in preset.targets()
    }


@pytest.mark.parametrize(
    ("code", "what", "start", "end"),
    [
        # London: forward on 29 March 2026, back on 25 October.
        ("uk-fca", "answer", "2026-03-02 10:00", "2026-04-27T09:00+00:00"),
        ("uk-fca", "answer", "2026-09-07 10:00", "2026-11-02T10:00+00:00"),
        ("foi", "answer", "2026-03-16 10:00", "2026-04-14T09:00+00:00"),  # Good Friday is 3 April
        # New York: forward on 8 March 2026, back on 1 November.
        (
            "us-dot",
            "acknowledge",
            "2026-02-06 02:30",
            "2026-03-08T07:00+00:00",
        ),  # 02:30 is left out: when it is skipped
        ("us-dot", "answer", "2026-09-02 01:30", "2026-11-01T05:30+00:00"),  # 01:30 comes twice: the first
        ("us-dot", "acknowledge", "2026-10-10 10:00", "2026-11-09T15:00+00:00"),
        # Vienna and Lisbon change in the same nights as London.
        ("daylight", "acknowledge", "2026-10-23 10:00", "2026-10-26T09:00+00:00"),
        ("daylight", "acknowledge", "2026-03-27 10:00", "2026-03-30T08:00+00:00"),
        ("eu-1177", "acknowledge", "2026-03-15 10:00", "2026-04-15T09:00+00:00"),
        ("eu-1177", "acknowledge", "2026-10-10 10:00", "2026-11-10T10:00+00:00"),
    ],
)
def test_when_the_clocks_change_in_between(code, what, start, end):
    assert due(code, what, start)[0] == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    ("zone", "country", "ends"),
    [
        # From Thursday 24 December one working day; from Wednesday 30 December 2026 one, two and four.
        ("Europe/London", "GB", ("2026-12-29", "2026-12-31", "2027-01-04", "2027-01-06")),  # the 28th for Boxing Day
        ("Asia/Shanghai", "CN", ("2026-12-25", "2026-12-31", "2027-01-04", "2027-01-06")),
        ("Asia/Taipei", "TW", ("2026-12-28", "2026-12-31", "2027-01-04", "2027-01-06")),
        ("America/New_York", "US", ("2026-12-28", "2026-12-31", "2027-01-04", "2027-01-06")),
        ("Europe/Vienna", "AT", ("2026-12-28", "2026-12-31", "2027-01-04", "2027-01-07")),  # Epiphany
        ("Europe/Vienna", "", ("2026-12-25", "2026-12-31", "2027-01-01", "2027-01-05")),
    ],
)
def test_over_new_year(zone, country, ends):
    time = office(zone, country)
    starts = [("2026-12-24 10:00", 1), ("2026-12-30 10:00", 1), ("2026-12-30 10:00", 2), ("2026-12-30 10:00", 4)]
    for (start, days), end in zip(starts, ends, strict=True):
        assert Target(days).after(at(start, time), time) == at(f"{end} 10:00", time)


def test_a_new_year_that_is_kept_the_year_before():
    """1 January 2028 is a Saturday: in the United States the Friday before it is off."""
    time = office("America/New_York", "US")
    assert Target(1).after(at("2027-12-30 10:00", time), time) == at("2028-01-03 10:00", time)


@pytest.mark.parametrize(
    ("what", "start", "end"),
    [
        # Off in 2026: 1 to 3 January, 15 to 23 February, 1 to 5 May. Worked instead: the days of MAKE_UP_2026.
        ("acknowledge", "2025-12-31 10:00", "2026-01-04 10:00"),
        ("acknowledge", "2026-02-13 10:00", "2026-02-14 10:00"),
        ("acknowledge", "2026-02-14 16:00", "2026-02-24 16:00"),
        ("answer", "2026-02-13 10:00", "2026-03-05 10:00"),  # 14, 24 to 27, 28 February, 2 to 5 March
        ("acknowledge", "2026-05-08 10:00", "2026-05-09 10:00"),
        ("acknowledge", "2026-09-18 18:00", "2026-09-21 09:00"),  # begins on Sunday the 20th, which is worked
        ("answer", "2026-09-30 10:00", "2026-10-20 10:00"),  # 8, 9, 10, 12 to 16, 19, 20 October
    ],
)
def test_chinas_make_up_days_of_2026(what, start, end):
    found, time = due("cn-caac", what, start, extra=MAKE_UP_2026)
    assert found == at(end, time)


@pytest.mark.parametrize(
    ("week", "target", "start", "end"),
    [
        # Three spans, the last one until midnight; nothing at the weekend.
        ("day", Target(1), "2026-11-16 12:30", "2026-11-17 13:00"),
        ("day", Target(4, "working_hours"), "2026-11-20 16:00", "2026-11-20 23:00"),  # 16-17, 20-23
        (
            "day",
            Target(6, "working_hours"),
            "2026-11-20 16:00",
            "2026-11-23 09:00",
        ),  # 1 + 4 until 24:00, then Monday 8-9
        ("day", Target(5), "2026-11-20 23:59", "2026-11-27 23:59"),
        ("night", Target(2, "working_hours"), "2026-11-20 23:00", "2026-11-21 01:00"),  # through midnight
        ("night", Target(1), "2026-11-20 12:00", "2026-11-21 22:00"),
        ("always", Target(1), "2026-12-31 23:59", "2027-01-01 23:59"),
    ],
)
def test_several_spans_a_day_and_midnight(week, target, start, end):
    weeks = {
        "day": ((("08:00", "12:00"), ("13:00", "17:00"), ("20:00", "24:00")),) * 5 + ((), ()),
        "night": ((("00:00", "06:00"), ("22:00", "24:00")),) * 7,
        "always": ((("00:00", "24:00"),),) * 7,
    }
    time = office("Europe/Vienna", week=weeks[week])
    assert target.after(at(start, time), time) == at(end, time)


@pytest.mark.parametrize(
    ("what", "start", "end"),
    [
        ("acknowledge", "2027-01-31 10:00", "2027-02-28 10:00"),
        ("acknowledge", "2028-01-30 10:00", "2028-02-29 10:00"),
        ("answer", "2026-12-31 10:00", "2027-02-28 10:00"),
        (
            "acknowledge",
            "2026-02-28 10:00",
            "2026-03-28 10:00",
        ),  # the last day of a short month is no last day after it
        ("answer", "2026-11-30 10:00", "2027-01-30 10:00"),
    ],
)
def test_months_end_on_their_last_day(what, start, end):
    found, time = due("eu-1177", what, start)
    assert found == at(end, time)


# -- the table itself ------------------------------------------------------------------------------------------------


def test_every_preset_promises_a_plan_and_an_answer_and_says_whence():
    for preset in PRESETS:
        assert {"acknowledge", "answer"} <= set(preset.targets()) <= set(WHATS)
        assert str(preset.source) and str(preset.name)
        assert not preset.address or preset.address.startswith("https://")
        assert set(preset.ours) <= set(preset.targets())
    assert len(BY_CODE) == len(PRESETS) == 11
    assert VERIFY in [preset.remark for preset in PRESETS]


def test_as_a_calendar_keeps_it():
    kept = kept_from("uk-housing")
    assert kept == {
        "acknowledge": ["working_days", 5],
        "answer": ["working_days", 10],
        "second_stage": ["working_days", 20],
        "preset": "uk-housing",
    }
    assert preset_of(kept) is BY_CODE["uk-housing"]
    assert preset_of({}) is None and preset_of({"preset": "of-old"}) is None


# -- on any calendar -------------------------------------------------------------------------------------------------

targets = st.builds(Target, st.integers(1, 40), st.sampled_from(UNITS))


@given(calendars, targets, DAYS, st.integers(0, 1440), st.integers(0, 3 * 1440))
def test_never_before_it_began_never_earlier_for_what_came_later_and_inside_working_hours(
    calendar, target, day, begin, later
):
    assume(any(calendar.week))
    start = datetime.combine(day, datetime.min.time(), calendar.zone).astimezone(UTC) + timedelta(minutes=begin)
    after = start + timedelta(minutes=later)
    first, second = target.after(start, calendar), target.after(after, calendar)
    assert first > start and first.tzinfo is UTC
    if target.unit.startswith("working"):
        assert any(opens <= first <= closes for opens, closes in calendar.spans(_day_of(first, calendar)))
    if target.unit == "months":  # the 30th and the 31st both end on the 28th, each at its own time of day
        assert _local(first, calendar).date() <= _local(second, calendar).date()
    elif not _local(after, calendar).fold:  # in the hour that comes twice the same time of day comes twice
        assert first <= second


def _local(moment, calendar):
    return moment.astimezone(calendar.zone)


def _day_of(moment, calendar):
    """The local day whose work a moment ends; midnight may be the end of the day before."""
    day = _local(moment, calendar).date()
    if any(opens <= moment <= closes for opens, closes in calendar.spans(day)):
        return day
    return day - timedelta(days=1)
