"""Programs that tests start: `portal …`, or a module of the tests, each as a process of its own.

Loading the portal takes a second and more, and doing what most tests ask of a program takes less. So a process of this
kind is forked from one that has loaded everything and done nothing else (`program_home.py`): one for each process that
runs tests, from the first program on. It has its own arguments, environment and files, ends like any other program, and
`kill -9` reaches it. Where a test is about the start itself, or about `portal serve`, it starts the real program.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]


class Home:
    """The process that programs are forked from, and the way to ask it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        argv = [sys.executable, "-m", "tests.program_home", str(theirs.fileno())]
        self.process = subprocess.Popen(argv, cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()

    def ask(self, order: dict[str, Any], files: list[int]) -> Any:
        """Give an order of at most 100 kB, with open files; the answer."""
        with self._lock:
            socket.send_fds(self._socket, [json.dumps(order).encode()], files)
            return json.loads(self._socket.recv(1000))

    def close(self) -> None:
        self._socket.close()
        self.process.wait(20)


class Program:
    """One that was started. As subprocess.Popen, as far as tests ask it."""

    def __init__(self, home: Home, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._home, self._process = home, os.pidfd_open(pid)

    def poll(self) -> int | None:
        """How it ended (negative: by that signal), or None while it runs."""
        if self.returncode is None and select.select([self._process], [], [], 0)[0]:
            self.returncode = self._home.ask({"buried": self.pid}, [])
            os.close(self._process)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired after so many seconds."""
        if self.returncode is None:
            select.select([self._process], [], [], timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._process, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


_home: Home | None = None


def start(
    *argv: object, environment: Mapping[str, str], stdout: IO[Any] | int = 1, stderr: IO[Any] | int = 2
) -> Program:
    """As `python -m …`, at the top of the source tree, with nothing to read."""
    global _home
    _home = _home or Home()
    files = [each if isinstance(each, int) else each.fileno() for each in (stdout, stderr)]
    order = {"argv": [str(each) for each in argv], "environment": dict(environment), "folder": str(ROOT)}
    return Program(_home, _home.ask(order, files))


def run(*argv: object, environment: Mapping[str, str], timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Start it, and wait for its end. One that takes longer is killed, and TimeoutExpired raised."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        program = start(*argv, environment=environment, stdout=out, stderr=err)
        try:
            code = program.wait(timeout)
        finally:
            program.kill()
            program.wait(20)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess([*map(str, argv)], code, out.read(), err.read())


def end() -> None:
    """After the last test."""
    global _home
    if _home:
        _home.close()
        _home = None
