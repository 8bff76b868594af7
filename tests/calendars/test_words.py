"""A calendar in words."""

from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest

from portal.calendars import words
from portal.calendars.targets import UNITS, Target
from portal.calendars.working_time import WorkingTime
from portal.languages import LOCALES, speaking
from tests.cast import WEEK


def test_neighbouring_days_with_the_same_hours_stand_together():
    assert words.hours_words(WEEK) == [("Monday to Friday", "09:00–17:00"), ("Saturday and Sunday", "no work")]
    assert words.hours_words([[["00:00", "24:00"]]] * 7) == [("Every day", "day and night")]
    lunch = [["08:00", "12:00"], ["13:00", "17:00"]]
    mixed = [lunch, lunch, [["08:00", "12:00"]], lunch, lunch, [], []]
    assert words.hours_words(mixed)[:3] == [
        ("Monday and Tuesday", "08:00–12:00, 13:00–17:00"),
        ("Wednesday", "08:00–12:00"),
        ("Thursday and Friday", "08:00–12:00, 13:00–17:00"),
    ]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_unit_has_its_words_once_and_many_times(locale):
    with speaking(locale, UTC):
        said = {words.target_words(Target(number, unit)) for unit in UNITS for number in (1, 2)}
        assert len(said) == 2 * len(UNITS)
        assert [unit for unit, _name in words.unit_names()] == list(UNITS)


def test_days_off_to_come_are_those_on_which_the_week_would_work():
    time = WorkingTime(
        ZoneInfo("Europe/Vienna"),
        tuple(tuple(tuple(span) for span in spans) for spans in WEEK),
        "AT",
        frozenset({date(2026, 12, 24), date(2026, 12, 26)}),
    )
    found = words.days_that_differ(time, date(2026, 12, 1))
    assert found == [
        date(2026, 12, 8),
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2027, 1, 1),
        date(2027, 1, 6),
        date(2027, 3, 29),
    ]


def test_countries_are_named_in_the_readers_language():
    with speaking("zh_Hant", UTC):
        assert ("AT", "奧地利") in words.countries()
    assert ("AT", "Austria") in words.countries() and words.country_name("AT") == "Austria"
