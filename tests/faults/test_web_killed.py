"""Web processes that are killed while people write: whatever was acknowledged is there, exactly once.

The people are threads outside the portal. Each keeps a journal of the numbers that it was told; a form whose answer
never came is sent again, as a browser would, and must not make a second case.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest

from portal.cases.models import Case
from tests.worker.invariants import rows

pytestmark = [pytest.mark.database, pytest.mark.search]

TORTURE = os.environ.get("HYPOTHESIS_PROFILE") == "torture"
KILLS = 50 if TORTURE else 3
WRITERS = 16
EACH = 40 if TORTURE else 3
"""Cases that each writer reports, at least."""
PATIENCE = 3000
"""Times that a writer sends one form before it gives up: what keeps dying is started again later and later."""


class Away(Exception):
    """Nobody answered: nobody knows what became of it."""


class Writer:
    """Somebody who reports one trouble after the other, and writes down each number."""

    def __init__(self, port: int, name: str, *, once: bool = False) -> None:
        """`once`: a form is sent once, and a failure is a failure."""
        self.port, self.name, self.times = port, name, 1 if once else PATIENCE
        self.journal: list[tuple[str, str]] = []
        self.answers: list[int] = []

    def report(self, number: int) -> None:
        """Report one trouble until it is acknowledged."""
        what = f"Trouble {number} of {self.name}"
        nonce = self._until(lambda: self._nonce())
        form = {"nonce": nonce, "what": what, "visibility": "public", "language": "en", "category": "lost-luggage"}
        reference = self._until(lambda: self._send(form))
        self.journal.append((what, reference))

    def _until(self, act: Any) -> Any:
        problem: Exception | None = None
        for _time in range(self.times):
            try:
                return act()
            except (OSError, http.client.HTTPException, Away) as away:
                problem = away
                time.sleep(0.1)
        raise AssertionError(f"{self.name} was never answered; after {self.answers[-1:]} {problem!r}")

    def _nonce(self) -> str:
        _status, page = self._ask("GET", "/report", None)
        found = re.search(r'name="nonce" value="([^"]+)"', page)
        if found is None:
            raise Away(page[:200])
        return found[1]

    def _send(self, form: dict[str, str]) -> str:
        status, page = self._ask("POST", "/cases", urlencode(form))
        found = re.search(r"RIV-\w{4}-\w{4}", page)
        if status != 201 or found is None:
            raise Away(page[:200])
        return found[0]

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        with closing(self._connection()) as connection:
            headers = {"Host": "riverside.example", "Sec-Fetch-Site": "same-origin"}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
            self.answers.append(answer.status)
            return answer.status, page


@contextmanager
def web(installation: Any) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**installation.environment, "PORT": str(port), "WEB_PROCESSES": "2"}
    serving = subprocess.Popen([sys.executable, "-m", "portal", "serve"], env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield serving, port
    finally:
        serving.terminate()
        serving.wait(40)
    _gone, left = psutil.wait_procs([each for each in psutil.process_iter() if port_of(each) == str(port)], 20)
    assert left == [], "nobody outlives the one that started it"


def port_of(process: psutil.Process) -> str:
    try:
        return process.environ().get("PORT", "")
    except psutil.Error:
        return ""


def wait_for(port: int, address: str = "127.0.0.1") -> None:
    for _glance in range(900):
        try:
            with closing(http.client.HTTPConnection(address, port, timeout=5)) as connection:
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    raise AssertionError("nothing answers")


def write(port: int, enough: threading.Event) -> list[Writer]:
    """All of them at once, each at least EACH, and until `enough`."""

    def work(writer: Writer) -> Writer:
        number = 0
        while number < EACH or not enough.is_set():
            writer.report(number)
            number += 1
        return writer

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(work, [Writer(port, f"writer {each}") for each in range(WRITERS)]))


def kill_at_random(serving: subprocess.Popen[bytes], enough: threading.Event) -> None:
    """Kill one of the processes that answer, or the one that looks after them, again and again."""
    try:
        for _kill in range(KILLS):
            time.sleep(0.2 + random.random() * 2)  # noqa: S311
            found = psutil.Process(serving.pid).children(recursive=True)
            if found:
                with suppress(psutil.NoSuchProcess):
                    random.choice(found).kill()  # noqa: S311
    finally:
        enough.set()


def check(installation: Any, writers: list[Writer]) -> None:
    journal = dict(entry for writer in writers for entry in writer.journal)
    assert len(journal) == sum(len(writer.journal) for writer in writers)
    installation.finish()
    with installation.opened():
        found = [(case.title, case.reference) for case in rows(Case, "id") if case.title in journal]
    assert sorted(found) == sorted(journal.items())


@pytest.mark.long
def test_killed_while_many_write(installation: Any) -> None:
    enough = threading.Event()
    with web(installation) as (serving, port):
        killer = threading.Thread(target=kill_at_random, args=(serving, enough))
        killer.start()
        writers = write(port, enough)
        killer.join()
    check(installation, writers)


@pytest.mark.long
def test_sixteen_at_once_are_all_answered(installation: Any) -> None:
    """Nobody is told that the database is locked."""
    enough = threading.Event()
    enough.set()
    with web(installation) as (_serving, port):
        writers = write(port, enough)
    assert {status for writer in writers for status in writer.answers} == {200, 201}
    check(installation, writers)
