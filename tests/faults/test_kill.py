"""A worker that is killed at every point of its work, and at random ones: nothing is lost, nothing happens twice."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from portal.cases.models import Case
from portal.events.models import EventPosition
from portal.worker.main import turn, until_idle
from tests.faults.child import DIED, POINTS
from tests.worker.invariants import rows

pytestmark = [pytest.mark.database, pytest.mark.search]

KILLS = 50 if os.environ.get("HYPOTHESIS_PROFILE") == "torture" else 4
TIMES = (1, 2, 5, 17) if os.environ.get("HYPOTHESIS_PROFILE") == "torture" else (2,)


def test_undisturbed(installation):
    """What the other tests compare with: an installation with work for every part of the worker."""
    installation.finish()
    with installation.opened():
        assert {case.state for case in rows(Case, "id")} == {"received", "acknowledged", "closed"}


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("point", POINTS)
def test_killed_at(installation, point, times):
    worker = installation.start("tests.faults.child", point, str(times))
    assert worker.wait(timeout=60) in ((DIED,) if times <= 2 and once_more_often(point) else (DIED, 0))
    installation.finish()


def once_more_often(point):
    """Whether a single run comes to this point twice: the rest happens once for each batch."""
    return point not in ("positions inserted", "waiting removed", "figures told", "log told", "desk told", "claimed")


@pytest.mark.parametrize("point", ["positions inserted", "waiting removed", "figures told", "log told", "desk told"])
def test_killed_in_the_first_batch(installation, point):
    worker = installation.start("tests.faults.child", point, "1")
    assert worker.wait(timeout=60) == DIED
    installation.finish()


@pytest.mark.long
def test_killed_at_random_moments_while_others_write(installation):
    """Every case that was acknowledged to its reporter is there at the end, with all that follows from it."""
    acknowledged = []
    for _ in range(KILLS):
        before = positions(installation)
        worker = installation.start("portal", "worker")
        acknowledged += installation.leave_work(3)
        wait_for_work(installation, before)
        time.sleep(random.random() * 0.3)  # noqa: S311
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    installation.finish()
    with installation.opened():
        assert set(acknowledged) <= {case.id for case in rows(Case, "id")}


def positions(installation):
    with installation.opened():
        return len(rows(EventPosition, "position"))


def wait_for_work(installation, before=0, patience=20.0):
    """Until the process has begun to do something: there are more positions than before."""
    with installation.opened():
        until = time.monotonic() + patience
        while len(rows(EventPosition, "position")) <= before and time.monotonic() < until:
            time.sleep(0.02)


def test_asked_to_stop_it_ends_well(installation):
    worker = installation.start("portal", "worker")
    wait_for_work(installation)
    maps = Path(f"/proc/{worker.pid}/maps").read_text()
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    assert "sqlite3\n" not in maps, "the file that it has read has become its memory"
    installation.finish()


def test_two_processes_share_the_work(installation):
    workers = [installation.start("portal", "worker") for _ in range(2)]
    try:
        installation.leave_work(6)
        wait_for_work(installation)
        with installation.opened():
            for _ in range(3):
                turn()
            until_idle()
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    installation.finish()
