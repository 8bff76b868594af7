"""The words of time in which the demo's stories are written."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.demo.times import NotATime, Times

VIENNA = ZoneInfo("Europe/Vienna")
SUNDAY = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
TIMES = Times(SUNDAY, VIENNA)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("6w Tue 07:52", datetime(2026, 10, 6, 5, 52, tzinfo=UTC)),
        ("3d 21:40", datetime(2026, 11, 19, 20, 40, tzinfo=UTC)),
        ("now-95m", datetime(2026, 11, 22, 18, 25, tzinfo=UTC)),
    ],
)
def test_a_story_begins_counted_back_from_now(words: str, meant: datetime) -> None:
    assert TIMES.start(words) == meant


def test_an_act_follows_the_one_before() -> None:
    before = datetime(2026, 10, 24, 10, 0, tzinfo=UTC)
    assert TIMES.after("25m", before) == datetime(2026, 10, 24, 10, 25, tzinfo=UTC)
    assert TIMES.after("1d 12:00", before) == datetime(2026, 10, 25, 11, 0, tzinfo=UTC), "clocks went back that night"


def test_what_is_still_to_come_today_comes_before_midnight() -> None:
    assert TIMES.after("now+200m", SUNDAY) == datetime(2026, 11, 22, 22, 58, tzinfo=UTC)
    assert TIMES.after("now+100m", SUNDAY) == datetime(2026, 11, 22, 21, 40, tzinfo=UTC)


def test_other_words_mean_nothing() -> None:
    with pytest.raises(NotATime):
        TIMES.start("soon")
