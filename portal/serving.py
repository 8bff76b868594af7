"""Runs the web server, and beside it the worker when asked, as one thing that starts and stops together.

This process touches no database and answers no request: it loads the program, starts, announces, restarts and stops.
Its children are forked, the web server (Granian, which forks its own processes in turn) and the worker: the program is
loaded once for all of them, and once in memory. So nothing here may open a connection or begin a thread.
"""

from __future__ import annotations

import gc
import http.client
import json
import logging
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from types import FrameType

import click

from portal import paths, run_folder, server_log
from portal.children import RestartedChild, stop
from portal.config import Settings
from portal.logs import fields

LOG = logging.getLogger(__name__)

HEALTH = "/healthz"
START_PATIENCE = 60.0
"""Seconds in which the web server has to answer after its start."""
STOP_PATIENCE = 15.0
"""Seconds for requests and tasks in hand to finish. Longer than the 10 s Granian gives to its own workers."""
GLANCE = 0.2
"""Seconds between two looks at the children."""

PORTAL = (sys.executable, "-P", "-m", "portal")
"""This program, as a child. -P: a folder named portal where somebody happens to stand is not it."""

EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (these are looked up, not bound)


def serve(settings: Settings, *, with_worker: bool) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code of the program."""
    run_folder.make(settings)
    asked_to_stop = Asked()
    _load()
    web = RestartedChild("web server", partial(_run_web_server, web_server_options(settings)))
    worker = RestartedChild("worker", _run_worker)
    children = [web, worker] if with_worker else [web]
    try:
        for child in children:
            child.start()
        code = _watch(settings, web, worker if with_worker else None, asked_to_stop.once)
        _drain(settings, asked_to_stop)
        return code
    finally:
        stop(children, STOP_PATIENCE)


def _load() -> None:
    """Load the program for all children.

    It is nothing that Python's search for garbage should go through again: that would also write to each page of
    memory, and end its being shared.
    """
    gc.disable()
    from granian import cli  # noqa: F401

    from portal import (
        web,  # noqa: F401
        worker_process,  # noqa: F401
    )

    gc.freeze()
    gc.enable()


def _run_web_server(options: list[str]) -> None:
    """Granian's own program, in this process."""
    from granian.cli import entrypoint

    # As it would by itself up to Python 3.13: its own processes then find everything loaded too.
    multiprocessing.set_start_method("fork", force=True)
    sys.argv = ["granian", *options]
    entrypoint()  # type: ignore[no-untyped-call]


def _run_worker() -> None:
    from portal.worker_process import work

    work()


def run_command(*arguments: str) -> None:
    """Run another command of this program to its end, outside this process. Exits like it when it fails."""
    done = subprocess.run([*PORTAL, *arguments], check=False)  # noqa: S603 (own arguments)
    if done.returncode:
        raise SystemExit(done.returncode)


def web_server_options(settings: Settings) -> list[str]:
    """What the web server is told, with the reason for each number."""
    options = {
        "interface": "wsgi",
        "host": settings.host,
        "port": settings.port,
        "http": "1",  # what every reverse proxy speaks; HTTP/2 without TLS would only be one more parser to attack
        "workers": settings.web_processes,
        "log-level": "debug" if settings.log_level == "DEBUG" else "error",  # it would warn of the threads below
        # Threads per process. A request keeps its thread while its body trickles in, and Granian has no limit of time
        # for that, so there are many. For the rate of pages their number made no difference (1 to 64, measured).
        # Idle threads end after half a minute. A reverse proxy that buffers bodies is the real answer.
        "blocking-threads": 64,
        # Granian's measure of open connections, idle ones too. It takes no further connection beyond it, so it must be
        # large: Rust holds a slow or idle client at almost no cost, and this is what keeps slow-loris outside.
        "backpressure": 4096,
        "backlog": 2048,
        # A browser sends its headers at once; half a minute, the default, only helps attackers.
        "http1-header-read-timeout": 10_000,
        # A worker that dies (out of memory, kill -9) is replaced, one second later, while the others go on.
        "respawn-interval": 1.0,
        "workers-kill-timeout": 10,
        **_log_options(settings),
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [*flags, "--no-ws", "--respawn-failed-workers", f"{paths.wsgi()}:app"]


def _log_options(settings: Settings) -> dict[str, str]:
    """Its own few lines as JSON too, where the log is."""
    folder = os.environ.get(run_folder.VARIABLE)
    if settings.log_format != "json" or folder is None:
        return {}
    path = Path(folder) / "server-log.json"
    path.write_text(json.dumps(server_log.CONFIGURATION), encoding="ascii")
    return {"log-config": str(path)}


def refuse_busy_port(settings: Settings) -> None:
    """Raise ClickException when something listens there already.

    Granian shares its port between its workers (SO_REUSEPORT), so that a second start by the same user would not fail
    but take half of the requests.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise click.ClickException(
                f"cannot listen on {settings.host} port {settings.port}: {error.strerror}. Set PORT or HOST."
            ) from error


def _watch(
    settings: Settings, web: RestartedChild, worker: RestartedChild | None, asked_to_stop: threading.Event
) -> int:
    """Until somebody asks to stop. One that never answered is wrongly set up; one that has answered is started again:
    Granian ends by itself when its processes die too quickly one after the other."""
    answering = False
    while not asked_to_stop.wait(GLANCE):
        if answering:
            web.look_after()
        elif (code := web.exit_code()) is not None:
            LOG.error("the web server ended by itself", extra=fields("web.ended", exit_code=code))
            return 1
        if worker:
            worker.look_after()
        if not answering:
            answering = _is_answering(settings)
            if answering:
                click.echo(f"Daylight is answering at {settings.public_url} (stop with Ctrl-C)")
                _introduce_demo(settings)
            elif time.monotonic() - web.started > START_PATIENCE:
                LOG.error("the web server did not answer", extra=fields("web.silent", seconds=START_PATIENCE))
                return 1
    return 0


def _introduce_demo(settings: Settings) -> None:
    """Where somebody is trying the portal out: what to open, and who may sign in. Nothing hangs on it."""
    if not settings.in_production:
        subprocess.run([*PORTAL, "demo", "--introduce"], check=False)  # noqa: S603 (own arguments)


def _is_answering(settings: Settings) -> bool:
    connection = http.client.HTTPConnection(EVERY_ADDRESS.get(settings.host, settings.host), settings.port, timeout=2)
    try:
        connection.request("GET", HEALTH)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _drain(settings: Settings, asked: Asked) -> None:
    """After SIGTERM: still answer everything, but say at /readyz that others should be asked. Not after Ctrl-C."""
    if asked.signal == signal.SIGTERM and settings.drain_seconds:
        run_folder.begin_to_drain()
        LOG.info("asked to stop", extra=fields("web.draining", seconds=settings.drain_seconds))
        asked.again.wait(settings.drain_seconds)


class Asked:
    """Whether this process was asked to stop, how, and whether somebody is impatient."""

    def __init__(self) -> None:
        self.once, self.again = threading.Event(), threading.Event()
        self.signal: int | None = None
        signal.signal(signal.SIGTERM, self._hear)
        signal.signal(signal.SIGINT, self._hear)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if self.once.is_set():
            self.again.set()
        self.signal = number
        self.once.set()
