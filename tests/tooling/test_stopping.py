"""`portal serve` as an operator sees it: it drains before it stops, adds its processes' counts up, and logs as JSON."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from portal import run_folder
from portal.config import Settings
from tests.tooling.test_serving import PORTAL, environment, wait_for_address

__all__ = ["environment"]
BODY = b"what=" + b"x" * 1000


@pytest.fixture
def serving(environment: dict[str, str], blank: Settings, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """In a place that was set up before: `test_serving.py` begins with none."""
    shutil.copytree(blank.data_dir, environment["DATA_DIR"])
    own = {"LOG_FORMAT": "json", "DRAIN_SECONDS": "300", "WEB_PROCESSES": "2"}
    with (tmp_path / "log").open("w") as log:
        arguments = [*PORTAL, "serve", "--setup", "--with-worker"]
        with subprocess.Popen(
            arguments, env=environment | own, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process:
            wait_for_address(process)
            yield process
            if process.poll() is None:
                process.kill()


@pytest.fixture
def connect(environment: dict[str, str]):
    return lambda: http.client.HTTPConnection("127.0.0.1", int(environment["PORT"]), timeout=30)


@pytest.fixture
def get(connect):
    """Over a new connection each time."""

    def ask(path: str) -> tuple[int, str]:
        connection = connect()
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    return ask


def is_last(connection: http.client.HTTPConnection) -> bool:
    """Whether the portal closes the connection after its answer."""
    connection.request("GET", "/healthz")
    with connection.getresponse() as answer:
        answer.read()
        closes = answer.headers["Connection"] == "close"
    connection.close()
    return closes


@pytest.mark.long
def test_it_counts_over_processes_and_asked_to_stop_finishes_what_it_has(
    serving: subprocess.Popen[str], connect, get, tmp_path: Path
) -> None:
    assert get("/readyz")[0] == 200
    check_counts(get, tmp_path / "data" / "run")
    slow = connect()
    slow.putrequest("POST", "/cases")
    for name, value in {
        "Content-Length": str(len(BODY)),
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
    }.items():
        slow.putheader(name, value)
    slow.endheaders(BODY[:100])
    serving.send_signal(signal.SIGTERM)
    while get("/readyz")[0] == 200:
        pass
    status, text = get("/readyz")
    assert (status, "not stopping: failing" in text) == (503, True)
    while not is_last(connect()):  # each process looks ten times a second whether it is to stop
        pass
    assert get("/healthz")[0] == 200, "what comes all the same is answered"
    serving.send_signal(signal.SIGTERM)  # somebody is impatient: the draining ends, the open request does not
    slow.send(BODY[100:])
    assert slow.getresponse().status in (404, 421, 422)
    slow.close()
    assert serving.wait(timeout=60) == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {"web.draining", "worker.started", "worker.stopped", "request"} <= {line["event"] for line in lines}


def check_counts(get, folder: Path) -> None:
    """Whoever is asked knows what both processes have counted."""
    for _ in range(20):
        assert get("/healthz")[0] == 200
    lines = get("/metrics")[1].splitlines()
    [count] = [line for line in lines if line.startswith("daylight_http_requests_total") and "/healthz" in line]
    assert float(count.rpartition(" ")[2]) >= 21, "with the one by which it knew that it answers"
    assert len(list(folder.rglob("counter_*.db"))) >= 2


@pytest.mark.long
def test_a_process_of_the_web_server_that_dies_is_told_as_json(
    serving: subprocess.Popen[str], get, tmp_path: Path
) -> None:
    [server] = [each for each in psutil.Process(serving.pid).children() if each.name() == "web server"]
    worker = server.children()[0]
    worker.kill()
    path = tmp_path / "log"
    give_up = time.monotonic() + 120
    while "web.server" not in path.read_text():
        assert serving.poll() is None and time.monotonic() < give_up
    serving.send_signal(signal.SIGINT)
    assert serving.wait(timeout=60) == 0, "Ctrl-C does not drain"
    for line in path.read_text().splitlines():
        json.loads(line)


def test_the_folder_of_a_run_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (run_folder.VARIABLE, "PROMETHEUS_MULTIPROC_DIR"):
        monkeypatch.setenv(name, "")
    settings = Settings(data_dir=tmp_path, secret_key="s" * 32)
    folder = run_folder.make(settings)
    run_folder.begin_to_drain()
    assert run_folder.is_draining()
    assert run_folder.make(settings) == folder
    assert not run_folder.is_draining()
    assert run_folder.make(settings.model_copy(update={"port": 8001})) != folder


def test_the_process_that_starts_the_others_loads_no_database() -> None:
    """It is forked from; and it has nothing to do with anybody's data."""
    code = "import sys, portal.server_log; sys.exit('sqlalchemy' in sys.modules or 'flask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=os.environ, check=False).returncode == 0
