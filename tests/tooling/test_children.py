"""Child processes: they end when asked or when their parent dies, and the worker comes back with growing pauses."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from portal import children
from portal.children import Child, RestartedChild

# The program itself has no threads when it forks; whoever runs the tests has.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")


def sleep() -> None:
    time.sleep(60)


def be_deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)


def nothing() -> None: ...


@pytest.mark.parametrize(("run", "code"), [(nothing, 0), (lambda: sys.exit(3), 3), (lambda: 1 / 0, 1)])
def test_how_a_child_ended(run: Callable[[], None], code: int) -> None:
    child = Child("short one", run)
    assert child.exit_code() is None
    child.start()
    child.wait_or_kill(time.monotonic() + 10)
    assert child.exit_code() == code


def test_a_child_hears_nothing_of_what_its_parent_has_set_up() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
    try:
        child = Child("sleeper", sleep)
        child.start()
        child.ask_to_stop()
        child.wait_or_kill(time.monotonic() + 10)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert child.exit_code() == -signal.SIGTERM
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set(), "the parent hears again"


def test_a_child_has_its_own_name_and_group() -> None:
    child = Child("sleeper", sleep)
    child.start()
    assert child.process and child.process.pid
    until = time.monotonic() + 10
    while psutil.Process(child.process.pid).name() != "sleeper" and time.monotonic() < until:
        time.sleep(0.01)
    assert os.getpgid(child.process.pid) == child.process.pid
    children.stop([child], patience=10)


def test_stop_ends_a_child_with_sigterm() -> None:
    child = Child("sleeper", sleep)
    child.start()
    children.stop([child], patience=10)
    assert child.exit_code() == -signal.SIGTERM


def test_a_child_that_will_not_stop_is_killed_in_time() -> None:
    child = Child("deaf one", be_deaf)
    child.start()
    time.sleep(0.5)  # until it ignores the signal
    began = time.monotonic()
    children.stop([child], patience=0.5)
    assert child.exit_code() == -signal.SIGKILL
    assert time.monotonic() - began < 5


def test_restarts_pause_longer_each_time_while_the_child_dies_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(children, "LONGEST_PAUSE", 0.2)
    child = RestartedChild("short one", nothing)
    child.start()
    pauses: list[float] = []
    until = time.monotonic() + 20
    while len(pauses) < 4 and time.monotonic() < until:
        child.look_after()
        if child.restart_at and (not pauses or child.pause != pauses[-1] or child.pause == 0.2):
            pauses.append(child.pause)
            while child.restart_at:
                child.look_after()
        time.sleep(0.01)
    children.stop([child], patience=5)
    assert pauses == [0.05, 0.1, 0.2, 0.2]


def test_children_die_with_a_parent_that_is_killed() -> None:
    code = "import time; from portal.children import Child; c = Child('x', lambda: time.sleep(60)); c.start()"
    code += "; print(c.process.pid, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    gone, _ = psutil.wait_procs([child], timeout=10)
    assert gone


def test_one_whose_parent_was_killed_before_it_could_ask_ends_too() -> None:
    code = """
import os, sys
from portal.children import die_with_parent
parent = os.getpid()
if os.fork():
    os._exit(0)
while os.getppid() == parent:
    pass
die_with_parent(parent)
print("it lives on")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == ""
