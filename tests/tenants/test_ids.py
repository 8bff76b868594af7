"""Ids that the application makes itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from tenants import clock
from tenants.ids import first_id, new_id, week_of

AT = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def test_ids_of_one_moment_never_meet_and_keep_their_order() -> None:
    with clock.held(AT):
        made = [new_id() for _number in range(20_000)]
    assert made == sorted(set(made))


def test_threads_make_no_two_alike() -> None:
    with clock.held(AT), ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _number: new_id(AT), range(20_000)))
    assert len(set(made)) == len(made)


def test_ids_sort_by_time() -> None:
    before, after = new_id(AT), new_id(AT + timedelta(milliseconds=1))
    assert first_id(AT) <= before < first_id(AT + timedelta(milliseconds=1)) <= after


def test_weeks_follow_each_other() -> None:
    assert week_of(new_id(AT + timedelta(days=7))) == week_of(new_id(AT)) + 1
