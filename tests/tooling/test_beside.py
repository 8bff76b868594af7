"""Programs that run beside the worker: one of each, not again at once, and no longer than the worker."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from portal import beside
from portal.beside import Beside
from tests.beside import recorded


def test_one_runs_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    started, program = recorded(monkeypatch), Beside("search", "make")
    assert program.start() and program.runs
    assert not program.start()
    started[0].ended = True
    assert not program.runs
    assert program.start()
    assert [each.argv[3:] for each in started] == [["portal", "search", "make", "--beside", str(os.getpid())]] * 2


def test_one_that_ends_is_not_started_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    started, program, now = recorded(monkeypatch), Beside("search", "make", pause=30), [0.0]
    monkeypatch.setattr(beside, "time", SimpleNamespace(monotonic=lambda: now[0]))
    assert program.start()
    started[0].ended = True
    now[0] = 29.0
    assert not program.start()
    now[0] = 30.0
    assert program.start()


WAITING = """
import click, sys, time
from portal.beside import ends_with_its_starter

@click.command()
@ends_with_its_starter
def wait():
    print("up", flush=True)
    time.sleep(20)
    print("on its own")

wait()
"""


def test_it_ends_with_the_one_that_started_it() -> None:
    """However that ends: here it is killed. What both write to stays open until the last of them is gone."""
    start = (
        "import os, subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', sys.argv[1], '--beside', str(os.getpid())])\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", start, WAITING], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "up\n"
        starter.kill()
        assert starter.stdout.read() == ""


def test_it_does_nothing_when_its_starter_is_gone_already() -> None:
    argv = [sys.executable, "-c", WAITING, "--beside", "1"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
