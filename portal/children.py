"""Child processes that live and die with this one.

Each is forked, so that what this process has loaded need not be loaded again and is in memory once. That asks of this
process what `fork` asks of everybody: no threads, and no connections, when a child begins.

Each is the leader of its own process group, so that Ctrl-C in a terminal reaches only the parent, which then stops its
children in order; and Linux sends them SIGTERM if the parent is killed, so that no orphan keeps the port or the lease.
"""

import ctypes
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkProcess

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

ASKING = (signal.SIGTERM, signal.SIGINT)
"""Signals that ask a process to stop."""
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
_libc = ctypes.CDLL(None)


class Child:
    """One child process. `run` is what it does; its exit code is 0 at the end, 1 after an error, or as it says."""

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self.name = name
        self.started = 0.0
        self.process: ForkProcess | None = None
        self._run = run

    def start(self) -> None:
        """Start it. Raises OSError when there is no room for another process."""
        self.started = time.monotonic()
        process = multiprocessing.get_context("fork").Process(target=_begin, args=(os.getpid(), self.name, self._run))
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ASKING)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self.process = process

    def exit_code(self) -> int | None:
        """How it ended (negative: by that signal), or None while it runs or has not been started."""
        return self.process.exitcode if self.process else None

    def ask_to_stop(self) -> None:
        """Send SIGTERM, if it still runs."""
        if self.process and self.process.is_alive():
            self.process.terminate()

    def wait_or_kill(self, deadline: float) -> None:
        """Wait for its end until `deadline` (of time.monotonic), then kill it."""
        if not self.process:
            return
        self.process.join(max(0.0, deadline - time.monotonic()))
        if self.process.exitcode is None:
            LOG.warning("a process did not stop in time and is killed", extra=fields("child.killed", child=self.name))
            self.process.kill()
            self.process.join()


def _begin(parent: int, name: str, run: Callable[[], None]) -> None:
    """The first that a child does: it drops what it has of its parent and must not keep.

    Signals wait until then, or one for the child would be heard by what the parent has set up for its own.
    """
    os.setpgid(0, 0)
    _libc.prctl(PR_SET_NAME, name.encode()[:15])  # what `top` and `ps -o comm` show: the command line is the parent's
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    die_with_parent(parent)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKING)
    run()


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
