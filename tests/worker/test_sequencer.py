import threading

import pytest

from portal.cases.customer_verbs import write_to_business
from portal.cases.handling import note
from portal.events.models import Head
from portal.followers.base import catch_up
from portal.followers.registry import FOLLOWERS
from portal.worker.main import turn, until_idle
from portal.worker.sequencer import sequence
from tenants.scope import Scope, db, entered, writing
from tests.play import at_once, positions, reported
from tests.worker.invariants import check_all, check_positions

pytestmark = pytest.mark.database


def test_from_one_without_gaps_in_small_batches(cast):
    for _ in range(3):
        reported(cast)
    sizes = []
    while given := sequence(batch=5):
        sizes.append(given)
    assert sizes == [5, 5, 2]
    check_positions()
    reported(cast)
    assert sequence() == 4
    check_positions()


def test_what_was_rolled_back_leaves_no_gap(cast):
    made = reported(cast)

    def fail():
        with writing():
            note(made.case_id, text="Gone.", author="Ada")
            raise RuntimeError

    for _ in range(3):
        with entered(cast.as_ada), pytest.raises(RuntimeError):
            fail()
        with entered(cast.as_ada):
            note(made.case_id, text="Here.", author="Ada")
    sequence()
    check_positions()


def test_nothing_to_do_is_nothing_written(cast):
    until_idle()
    assert sequence() == 0 and positions() == []
    with entered(Scope.system()):
        assert db.session.get(Head, "positions") is None


def test_two_begin_at_once_on_an_empty_database(app, cast):
    """The counter's row does not exist yet: both want to make it."""
    for _ in range(4):
        reported(cast)
    results = at_once(app, [lambda: sequence(batch=3)] * 4)
    assert not [result for result in results if isinstance(result, Exception)]
    until_idle()
    check_positions()


@pytest.mark.parametrize("workers", [1, 3])
def test_writers_and_workers_at_once(app, desks, workers):
    """Four writers on four cases and on one that they share; meanwhile so many workers do everything they do."""
    shared = reported(desks).case_id
    done = threading.Event()
    busy = threading.Semaphore(0)

    def write(number):
        try:
            for each in range(6):
                own = reported(desks).case_id
                for case_id in (own, shared):
                    with entered(desks.as_ada):
                        note(case_id, text=f"note {number} {each}", author="Ada")
                    with entered(desks.customer(case_id)):
                        write_to_business(case_id, text=f"words {number} {each}")
        finally:
            busy.release()

    def work():
        while not done.is_set():
            turn()

    def finish():
        for _ in range(4):
            assert busy.acquire(timeout=60)
        done.set()

    writers = [lambda n=n: write(n) for n in range(4)]
    results = at_once(app, [*writers, finish, *([work] * workers)])
    assert not [result for result in results if isinstance(result, Exception)]
    until_idle()
    check_all()


def test_followers_begin_at_once(app, desks):
    """Two workers tell the same follower its first event: it hears each event once."""
    for _ in range(5):
        reported(desks)
    sequence()
    for follower in FOLLOWERS:
        results = at_once(app, [lambda f=follower: catch_up(f, batch=7)] * 3)
        assert not [result for result in results if isinstance(result, Exception)]
    until_idle()
    check_all()
