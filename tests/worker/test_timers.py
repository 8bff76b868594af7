import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.events.models import Timer
from portal.events.record import set_timer
from portal.worker import timers
from portal.worker.main import until_idle
from portal.worker.timers import fire_due
from tenants import clock
from tenants.scope import Scope, current, db, entered, writing
from tests.play import acknowledged, at_once, kinds_of, reported, wait_until
from tests.worker.invariants import rows

pytestmark = pytest.mark.database


@pytest.fixture
def fired(monkeypatch):
    """A kind of timer that only remembers what it was called with."""
    called = []
    monkeypatch.setitem(timers.HANDLERS, "test", called.append)
    return called


def put(cast, subject, due_at, kind="test"):
    with entered(Scope.system(cast.riverside)), writing():
        set_timer(cast.riverside, kind, subject, due_at)


def test_fired_after_its_moment_once(cast, hand, fired):
    put(cast, 7, clock.now() + timedelta(hours=1))
    hand.move(timedelta(hours=1))
    assert (fire_due(), fired) == (0, [])
    hand.move(timedelta(microseconds=1))
    assert (fire_due(), fired) == (1, [7])
    assert (fire_due(), fired) == (0, [7])


def test_the_earliest_first_and_in_batches(cast, hand, fired):
    for subject in (3, 1, 2):
        put(cast, subject, clock.now() + timedelta(minutes=subject))
    hand.move(timedelta(hours=1))
    assert (fire_due(batch=2), fired) == (2, [1, 2])
    assert (fire_due(batch=2), fired) == (1, [1, 2, 3])


def test_fired_in_the_scope_of_its_own_network(cast, hand, monkeypatch):
    seen = []
    monkeypatch.setitem(timers.HANDLERS, "test", lambda _subject: seen.append(current().network_id))
    for network_id in (cast.riverside, cast.northport):
        with entered(Scope.system(network_id)), writing():
            set_timer(network_id, "test", 1, clock.now())
    hand.move(timedelta(seconds=1))
    fire_due()
    assert sorted(seen) == [cast.riverside, cast.northport]


def test_several_workers_break_each_promise_once(app, cast):
    cases = [reported(cast) for _ in range(8)]
    wait_until(clock.now() + timedelta(days=3))
    results = at_once(app, [fire_due] * 4)
    assert not [result for result in results if isinstance(result, Exception)]
    until_idle()
    assert [kinds_of(cast, case.case_id).count("case.promise.broken") for case in cases] == [1] * 8
    assert all(timer.done_at for timer in rows(Timer, "id"))


def test_several_workers_call_a_handler_once(app, cast, hand, monkeypatch):
    """Even one that takes its time and does not notice by itself that it has been called before."""
    called = []

    def slow(subject):
        called.append(subject)
        time.sleep(0.05)

    monkeypatch.setitem(timers.HANDLERS, "test", slow)
    for subject in range(5):
        put(cast, subject, clock.now())
    hand.move(timedelta(seconds=1))
    results = at_once(app, [fire_due] * 4)
    assert not [result for result in results if isinstance(result, Exception)]
    until_idle()
    assert sorted(called) == [0, 1, 2, 3, 4]


def test_what_fails_is_put_off_and_done_later_and_holds_nobody_up(cast, hand, monkeypatch, fired):
    failing = []

    def fail(subject):
        failing.append(subject)
        if len(failing) < 3:
            raise RuntimeError("not now")

    monkeypatch.setitem(timers.HANDLERS, "failing", fail)
    put(cast, 1, clock.now(), "failing")
    put(cast, 2, clock.now())
    hand.move(timedelta(seconds=1))
    assert fire_due() == 2 and fired == [2] and failing == [1]
    assert fire_due() == 0
    [timer] = [timer for timer in rows(Timer, "id") if timer.kind == "failing"]
    assert (timer.tries, timer.done_at, timer.problem) == (1, None, "RuntimeError")
    assert timer.due_at == hand.at - timedelta(seconds=1)
    for _ in range(2):
        hand.move(timers.LONGEST_WAIT)
        fire_due()
    assert failing == [1, 1, 1]
    [timer] = [timer for timer in rows(Timer, "id") if timer.kind == "failing"]
    assert timer.done_at == hand.at
    hand.move(timedelta(days=1))
    assert fire_due() == 0


def test_waits_grow_and_end_at_the_longest(cast, hand, monkeypatch):
    def fail(_subject):
        raise RuntimeError

    monkeypatch.setitem(timers.HANDLERS, "test", fail)
    put(cast, 1, clock.now())
    waits = []
    for _ in range(12):
        hand.move(timedelta(seconds=1))
        fire_due()
        [timer] = rows(Timer, "id")
        waits.append(timer.try_at - hand.at)
        hand.set(timer.try_at)
    assert waits == sorted(waits) and waits[0] == timedelta(minutes=1) and waits[-1] == timers.LONGEST_WAIT


def test_what_a_handler_wrote_before_it_failed_is_taken_back(cast, hand, monkeypatch):
    from portal.cases import promises

    made = acknowledged(cast)
    fall_due = promises.fall_due

    def fail(subject):
        fall_due(subject)
        raise RuntimeError("halfway")

    monkeypatch.setitem(timers.HANDLERS, promises.DUE, fail)
    wait_until(clock.now() + timedelta(days=4))
    until_idle()
    assert "case.promise.broken" not in kinds_of(cast, made.case_id)
    monkeypatch.undo()
    hand.move(timedelta(days=1))
    until_idle()
    assert kinds_of(cast, made.case_id).count("case.promise.broken") == 1


def test_a_clock_that_is_set_back_meanwhile_loses_no_timer(cast, hand, monkeypatch):
    due, said = clock.now() + timedelta(hours=1), []

    def handle(subject):
        hand.set(due - timedelta(minutes=30)) if not said else None
        said.append("early" if clock.now() <= due else "in time")

    monkeypatch.setitem(timers.HANDLERS, "test", handle)
    put(cast, 7, due)
    hand.set(due + timedelta(minutes=1))
    assert (fire_due(), fire_due()) == (1, 0)
    hand.set(due + timedelta(minutes=1))
    assert (fire_due(), fire_due()) == (1, 0)
    assert said == ["early", "in time"]


def test_a_kind_that_nobody_handles_is_kept(cast, hand):
    """Written by a newer version of the code, say: it waits until somebody can handle it."""
    put(cast, 1, clock.now(), "of the future")
    hand.move(timedelta(seconds=1))
    until_idle()
    [timer] = rows(Timer, "id")
    assert timer.done_at is None and "KeyError" in timer.problem


def test_a_timer_leaves_with_the_transaction_that_set_it(cast):
    def fail():
        with writing():
            set_timer(cast.riverside, "test", 1, clock.now())
            raise RuntimeError

    with entered(Scope.system(cast.riverside)), pytest.raises(RuntimeError):
        fail()
    with entered(Scope.system()):
        assert db.session.scalars(select(Timer)).all() == []
