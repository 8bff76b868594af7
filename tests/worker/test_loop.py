import logging
import threading
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from portal.worker import main
from portal.worker.main import run, until_idle
from tests.play import reported
from tests.worker.invariants import check_all

pytestmark = pytest.mark.database
MANY = 100
"""Turns after which a worker that has nothing to do would have noticed."""


@pytest.mark.parametrize(
    "trouble", [OperationalError("SELECT 1", {}, Exception("database is locked")), RuntimeError("a mistake")]
)
def test_the_worker_lives_on_after_trouble(app, desks, monkeypatch, caplog, trouble):
    """A database that is away, or a mistake in one part: it waits a little and goes on."""
    reported(desks)
    stop, turns, turn = threading.Event(), [], main.turn

    def troubled(**how):
        turns.append(1)
        if len(turns) == MANY:
            stop.set()
        if len(turns) < 3:
            raise trouble
        done = turn(**how)
        if not done:
            stop.set()
        return done

    monkeypatch.setattr(main, "turn", troubled)
    monkeypatch.setattr(main, "PAUSE_AFTER_TROUBLE", 0.01)
    monkeypatch.setattr(main, "IDLE", 0.01)
    with caplog.at_level(logging.CRITICAL, "portal.worker.main"):
        run(app, stop)
    assert len(turns) < MANY
    check_all()


def test_asked_to_stop_it_stops_after_the_turn_in_hand(app, cast, monkeypatch):
    stop, turns = threading.Event(), []

    def only(**_how):
        turns.append(1)
        stop.set()
        return 1

    monkeypatch.setattr(main, "turn", only)
    run(app, stop)
    assert turns == [1]


def test_work_that_never_ends_is_noticed(app, monkeypatch):
    monkeypatch.setattr(main, "turn", lambda **_how: 1)
    with pytest.raises(RuntimeError, match="never came to an end"):
        until_idle(limit=5)


def test_other_processes_are_looked_after_every_ten_minutes_and_not_at_once(app, cast, monkeypatch):
    """A turn takes a minute here, and the worker is asked to stop after the last."""
    turns, looked_after, stop = [], [], threading.Event()

    def turn(**_how):
        turns.append(1)
        if len(turns) == 40:
            stop.set()
        return 1

    monkeypatch.setattr(main, "time", SimpleNamespace(monotonic=lambda: len(turns) * 60.0))
    monkeypatch.setattr(main, "turn", turn)
    run(app, stop, beside=lambda: looked_after.append(len(turns)))
    assert looked_after == [11, 22, 33]
