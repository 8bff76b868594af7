"""Child processes that live and die with this one.

Each is the leader of its own process group, so that Ctrl-C in a terminal reaches only the parent, which then stops its
children in order; and Linux sends them SIGTERM if the parent is killed, so that no orphan keeps the port or the lease.
"""

import ctypes
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from functools import partial

from portal.logs import fields

LOG = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
"""Seconds before the first restart; doubled by each further one."""
LONGEST_PAUSE = 60.0
HEALTHY_AFTER = 60.0
"""Seconds of life after which an earlier death no longer counts."""
FOLLOWED_EVERY = 0.5
"""Seconds between two looks whether the parent still lives."""
STOPS_WITHIN = 10
"""Seconds in which one that was left alone finishes the requests in hand."""

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class Child:
    """One child process. `argv` is run as it is, without a shell."""

    def __init__(self, name: str, argv: Sequence[str]) -> None:
        self.name = name
        self.argv = argv
        self.started = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it. Raises OSError when the program cannot be run."""
        self.started = time.monotonic()
        die = partial(die_with_parent, os.getpid())
        self.process = subprocess.Popen(self.argv, process_group=0, preexec_fn=die)  # noqa: S603 (own argv)

    def exit_code(self) -> int | None:
        """How it ended (negative: by that signal), or None while it runs or has not been started."""
        return self.process.poll() if self.process else None

    def ask_to_stop(self) -> None:
        """Send SIGTERM, if it still runs."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait_or_kill(self, deadline: float) -> None:
        """Wait for its end until `deadline` (of time.monotonic), then kill it."""
        if not self.process:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            LOG.warning("a process did not stop in time and is killed", extra=fields("child.killed", child=self.name))
            self.process.kill()
            self.process.wait()


class RestartedChild(Child):
    """A child that is started again when it ends, after a pause that grows while it keeps dying early."""

    pause = 0.0
    restart_at: float | None = None

    def look_after(self) -> None:
        """Call often: notices an end, and restarts when the pause is over."""
        now = time.monotonic()
        if self.restart_at is None and (code := self.exit_code()) is not None:
            lived = now - self.started
            self.pause = FIRST_PAUSE if lived > HEALTHY_AFTER else min(max(FIRST_PAUSE, self.pause * 2), LONGEST_PAUSE)
            self.restart_at = now + self.pause
            values = {"child": self.name, "exit_code": code, "lived": round(lived), "again_in": round(self.pause)}
            LOG.error("a process ended and is started again", extra=fields("child.ended", **values))
        elif self.restart_at is not None and now >= self.restart_at:
            self.restart_at = None
            self.start()


def stop(children: Sequence[Child], patience: float) -> None:
    """Ask all of them to stop, wait `patience` seconds in all, and kill what is left."""
    deadline = time.monotonic() + patience
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.wait_or_kill(deadline)


def die_with_parent(parent: int) -> None:
    """Linux sends this process SIGTERM when the one that started it is gone, however that ended.

    Of one that is gone by now it would never tell. Nothing has begun yet, so this process ends at once.
    """
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def follow(parent: int) -> None:
    """End this process soon after `parent` is no longer its parent: in order when it can, else by the kernel.

    For one that somebody else's program forks. It comes here late, when the parent may be gone already, so that the
    single signal of `die_with_parent` could be missed; and a Granian worker that is asked to stop while all its threads
    are busy may hold the interpreter and wait for them forever, where no Python code can help any more.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(FOLLOWED_EVERY)
        signal.alarm(STOPS_WITHIN)  # nobody handles it: the kernel ends the process
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="follow", daemon=True).start()
