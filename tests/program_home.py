"""The process that programs of the tests are forked from: `python -m tests.program_home SOCKET`.

It loads the portal, opens no connection and begins no thread, and does what `programs.py` asks until nobody is there to
ask. A program begins where this one had come to, and then is on its own: it ends as the interpreter ends any other.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import signal
import socket
import sys
from typing import Any

LONGEST = 100_000
"""Bytes of one order."""


def load() -> None:
    """What the commands of `portal` load by themselves."""
    gc.disable()
    from sqlalchemy.orm import configure_mappers

    from portal import cli, installation, migrating, web, worker_process  # noqa: F401
    from portal.doctor import examining  # noqa: F401
    from portal.imports import importing, reading  # noqa: F401

    configure_mappers()
    gc.freeze()
    gc.enable()


def next_program(asked: socket.socket) -> dict[str, Any] | None:
    """Answers until nobody asks any more; in the child that a program is to become, gives what it is to be."""
    while True:
        message, files, _flags, _address = socket.recv_fds(asked, LONGEST, 2)
        if not message:
            return None
        order = json.loads(message)
        if "buried" in order:
            answer = os.waitstatus_to_exitcode(os.waitpid(order["buried"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                asked.close()
                settle(order, files)
                return dict(order)
            for file in files:
                os.close(file)
        asked.send(json.dumps(answer).encode())


def settle(order: dict[str, Any], files: list[int]) -> None:
    """The files, the folder, the environment and the arguments of the program."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in enumerate(files, 1):
        os.dup2(file, number)
    for file in files:
        os.close(file)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = order["argv"]


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that asks
    load()
    program = next_program(socket.socket(fileno=int(sys.argv[1])))
    if program is not None:
        runpy.run_module(program["argv"][0], run_name="__main__", alter_sys=True)
