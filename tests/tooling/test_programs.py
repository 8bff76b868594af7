"""What the tests themselves stand on: programs that are forked, and are like started ones in all that a test asks."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests import programs

NOWHERE = "PROGRAM_OF_A_TEST"


def test_it_has_its_own_arguments_environment_and_files(tmp_path: Path) -> None:
    done = programs.run("portal", "settings", environment={**os.environ, "DATA_DIR": str(tmp_path), NOWHERE: "1"})
    assert (done.returncode, done.stderr) == (0, "") and "DATA_DIR" in done.stdout
    assert NOWHERE not in os.environ
    wrong = programs.run("portal", "doctor", "--wrong", environment=os.environ)
    assert wrong.returncode == 2 and "No such option" in wrong.stderr and not wrong.stdout


def test_each_is_a_process_that_can_be_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "SECRET_KEY": "s" * 40}
    assert programs.run("portal", "setup", environment=environment).returncode == 0
    first, second = (programs.start("portal", "worker", environment=environment) for _ in range(2))
    assert len({first.pid, second.pid, os.getpid()}) == 3
    with pytest.raises(subprocess.TimeoutExpired):
        first.wait(timeout=0.01)
    os.kill(first.pid, signal.SIGKILL)
    assert first.wait(20) == -signal.SIGKILL == first.poll()
    assert second.poll() is None
    second.kill()
    assert second.wait(20) == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        os.kill(second.pid, 0)
