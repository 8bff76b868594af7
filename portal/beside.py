"""Commands of this program that run beside the worker, each in a process of its own.

What takes long would hold up everything else that the worker does, and what needs much memory once would keep it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

import click

from portal.children import die_with_parent


class Beside:
    """One command: never twice at a time, and not again within `pause` seconds of its last start.

    It gets SIGTERM when the process that started it is gone, so it must be one that loses nothing by that; and it must
    take the option below.
    """

    def __init__(self, *arguments: str, pause: float = 0.0) -> None:
        self._arguments = arguments
        self._pause = pause
        self._started: float | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> bool:
        """Start it, unless it runs or has just been started. Returns whether it was."""
        now = time.monotonic()
        if self.runs or (self._started is not None and now - self._started < self._pause):
            return False
        self._started = now
        own = [sys.executable, "-P", "-m", "portal", *self._arguments, "--beside", str(os.getpid())]
        self._process = subprocess.Popen(own, process_group=0)  # noqa: S603 (own arguments)
        return True


def _live_with(_context: click.Context, _option: click.Parameter, starter: int | None) -> None:
    if starter is not None:
        die_with_parent(starter)


ends_with_its_starter = click.option(
    "--beside", type=int, hidden=True, expose_value=False, callback=_live_with, help="The process that started this."
)
"""The option that every command takes that is started so."""
