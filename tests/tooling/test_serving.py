"""`portal serve` from outside: it announces itself when it answers, refuses a busy port, and stops when asked."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PORTAL = [sys.executable, "-m", "portal"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return os.environ | {"DATA_DIR": str(tmp_path / "data"), "PORT": str(port), "WEB_PROCESSES": "1"}


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    arguments = [*PORTAL, "serve", "--setup", "--with-worker"]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        if process.poll() is None:
            process.kill()


def wait_for_address(server: subprocess.Popen[str]) -> str:
    assert server.stdout
    for line in server.stdout:
        if "is answering at" in line:
            return line
    raise AssertionError("it ended without announcing itself")


@pytest.mark.parametrize("ask", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_when_it_says_so_and_stops_when_asked(
    server: subprocess.Popen[str], environment: dict[str, str], ask: signal.Signals
) -> None:
    assert f"http://localhost:{environment['PORT']}" in wait_for_address(server)
    connection = http.client.HTTPConnection("127.0.0.1", int(environment["PORT"]), timeout=10)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
    server.send_signal(ask)
    assert server.wait(timeout=30) == 0


def test_a_second_start_on_the_same_port_is_refused(server: subprocess.Popen[str], environment: dict[str, str]) -> None:
    wait_for_address(server)
    second = subprocess.run([*PORTAL, "serve"], env=environment, capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert "Set PORT" in second.stderr
