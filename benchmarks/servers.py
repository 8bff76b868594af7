"""Starting and stopping what is measured: one server program with one set of options for hello and the portal."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from portal import paths
from portal.config import Settings
from portal.serving import web_server_options


@contextmanager
def serving(settings: Settings, environment: dict[str, str], *, hello: bool = False) -> Iterator[int]:
    """A web server until the block ends; gives its process number."""
    argv = [sys.executable, "-P", "-m", "granian", *web_server_options(settings)]
    if hello:
        argv[argv.index(f"{paths.wsgi()}:app")] = "benchmarks.hello:app"
        argv.remove("-P")
    process = subprocess.Popen(
        argv, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(settings.port)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def whole(environment: dict[str, str]) -> Iterator[int]:
    """`portal serve --with-worker`, as it is started in service; gives its process number. It may not answer yet."""
    argv = [sys.executable, "-P", "-m", "portal", "serve", "--with-worker"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(argv, env={**os.environ, **environment}, **quiet)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[int]:
    """The worker beside it, as in service; gives its process number."""
    process = subprocess.Popen([sys.executable, "-m", "portal", "worker"], env={**os.environ, **environment})
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def get(port: int, path: str, headers: dict[str, str], form: str | None = None) -> tuple[int, dict[str, str], bytes]:
    """One request, as the check before the measurement; with `form` it is posted."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET" if form is None else "POST", path, form, headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def wait_for(port: int) -> None:
    """Until it answers that it is well."""
    for _ in range(150):
        try:
            if get(port, "/healthz", {"Host": "bench.example"})[0] == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    raise RuntimeError(f"nothing answers on port {port}")
