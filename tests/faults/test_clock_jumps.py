"""The clock of a machine jumps, forward and back and over a change to summer time, under web and worker at work.

Whatever was acknowledged is there, every promise that has passed is broken once, a letter is sent again only if it was
in somebody's hands at the jump, and a session lives as long as the clock says.
"""

from __future__ import annotations

import http.client
import itertools
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from portal.accounts import passwords
from portal.cases.models import Case, Promise
from portal.events.models import Event
from portal.followers.models import Delivery
from portal.worker.main import until_idle
from tenants import administration, clock
from tests.faults.jumping import JumpingClock, taking_mail, with_jumps
from tests.faults.test_web_killed import TORTURE, Writer, wait_for
from tests.front import free_port
from tests.worker.invariants import check_all, rows

pytestmark = [pytest.mark.database, pytest.mark.search, with_jumps]
SUMMER_TIME = datetime(2027, 3, 28, 1, tzinfo=UTC)
"""When Vienna's clocks go from 2:00 to 3:00."""
HOUR = timedelta(hours=1)
JUMPS = [HOUR, timedelta(days=2), -HOUR]
ROUNDS = 8 if TORTURE else 1
WORKERS = 2
PASSWORD = "a fine long password"


class Machine:
    """`portal serve` with one process, and two workers, all under one clock that jumps."""

    def __init__(self, installation: Any, jumping: JumpingClock, mail_url: str, log: Path) -> None:
        self.port = free_port()
        more = {"PORT": str(self.port), "WEB_PROCESSES": "1", "MAIL_URL": mail_url, "LOG_LEVEL": "WARNING"}
        every = {**installation.environment, **more}
        self._environments = {"serve": every | jumping.of_web, "worker": every | jumping.of_worker}
        self._log = log

    @contextmanager
    def running(self, workers: int = WORKERS) -> Iterator[None]:
        with ExitStack() as stack:
            for name in ("serve", *["worker"] * workers):
                stack.callback(self._end, self._start(name))
            wait_for(self.port)
            try:
                yield
            except Exception as problem:
                problem.add_note(f"said in the log: {self._log.read_text()[-8000:]}")
                raise

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "portal", name]
        with self._log.open("ab") as log:
            return subprocess.Popen(argv, env=self._environments[name], stdout=log, stderr=log)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


class Agent:
    """Somebody at a desk, signed in."""

    def __init__(self, port: int) -> None:
        self.port = port
        status, cookies = self._ask("POST", "/sign-in", {"email": "ada@example.com", "password": PASSWORD})
        assert status == 303
        self.cookie = cookies

    def is_in(self) -> bool:
        status, _cookies = self._ask("GET", "/desk/meridian", None, Cookie=self.cookie)
        return status in (200, 301, 308)

    def _ask(self, method: str, path: str, form: dict[str, str] | None, **headers: str) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            given = {"Host": "riverside.example", "Sec-Fetch-Site": "same-origin", **headers}
            if form is not None:
                given["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, urlencode(form) if form else None, given)
            answer = connection.getresponse()
            cookie = SimpleCookie(answer.headers.get("Set-Cookie", ""))
            return answer.status, "; ".join(f"{name}={each.value}" for name, each in cookie.items())


class Writers:
    """People who report one trouble after the other. Nobody dies here, so each is answered at once."""

    def __init__(self, port: int) -> None:
        self.all = [Writer(port, f"writer {each}", once=True) for each in range(3)]
        self._threads = [threading.Thread(target=self._write, args=(each,)) for each in self.all]
        self._enough, self._reported = threading.Event(), threading.Semaphore(0)
        self._problems: list[Exception] = []

    def __enter__(self) -> Writers:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for each in self._threads:
            each.join()

    def wait_for(self, reports: int) -> None:
        for _report in range(reports):
            assert self._reported.acquire(timeout=60) and not self._problems, self._problems

    def _write(self, writer: Writer) -> None:
        try:
            for number in itertools.count():
                if self._enough.is_set():
                    break
                writer.report(number)
                self._reported.release()
        except Exception as problem:
            self._problems.append(problem)
            self._reported.release()


def jump_around(jumping: JumpingClock, port: int) -> list[Writer]:
    """Each jump happens while people write; some reports are acknowledged between two of them."""
    with Writers(port) as writers:
        for by in JUMPS * ROUNDS:
            writers.wait_for(4)
            jumping.jump(by)
        writers.wait_for(4)
    return writers.all


@pytest.fixture
def jumping(tmp_path: Path) -> JumpingClock:
    """Half a minute before summer time begins."""
    made = JumpingClock(tmp_path)
    made.jump(SUMMER_TIME - timedelta(seconds=30) - datetime.now(UTC))
    return made


@pytest.mark.long
def test_web_and_worker_live_through_jumps(installation: Any, jumping: JumpingClock, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with taking_mail() as (box, url):
        machine = Machine(installation, jumping, url, log)
        with machine.running():
            writers = jump_around(jumping, machine.port)
        assert not re.search(r"worker\.failed|timer\.failed|follower\.failed|request\.error", log.read_text())
        installation.settings = installation.settings.model_copy(update={"mail_url": url})
        with installation.opened(jumping.off + timedelta(days=10)):
            until_idle()
            check_all()
            check_promises()
            check_letters(box.taken)
            check_journal(writers)


def check_promises() -> None:
    """What has passed is broken, and told once."""
    told = Counter(event.case_id for event in rows(Event, "id") if event.kind == "case.promise.broken")
    broken = Counter(each.case_id for each in rows(Promise, "id") if each.state == "broken")
    assert told == broken and broken
    assert not [each for each in rows(Promise, "id") if each.state == "due" and each.due_at < clock.now()]


def check_letters(taken: Counter[str]) -> None:
    deliveries = rows(Delivery, "id")
    assert {each.state for each in deliveries} == {"sent"}
    assert len(taken) == len(deliveries)
    in_hand = WORKERS * sum(by > timedelta(0) for by in JUMPS) * ROUNDS
    assert taken.total() - len(taken) <= in_hand, "only what somebody was sending as its lease ended"


def check_journal(writers: list[Writer]) -> None:
    """Everything that was acknowledged is there once, and no two events have one id."""
    journal = dict(entry for writer in writers for entry in writer.journal)
    found = [(case.title, case.reference) for case in rows(Case, "id") if case.title in journal]
    assert sorted(found) == sorted(journal.items())
    ids = [event.id for event in rows(Event, "id")]
    assert len(ids) == len(set(ids))


def test_a_session_lives_as_long_as_the_clock_says(installation: Any, tmp_path: Path) -> None:
    jumping = JumpingClock(tmp_path)
    with installation.opened():
        administration.set_password("riverside", "ada@example.com", passwords.hashed(PASSWORD))
    machine = Machine(installation, jumping, "file:", tmp_path / "log")
    with machine.running(workers=0):
        agent, stays = Agent(machine.port), []
        for by in (timedelta(), HOUR, -HOUR, -HOUR, timedelta(days=2), -HOUR, HOUR):
            jumping.jump(by)
            stays.append(agent.is_in())
        assert stays == [True, True, True, True, False, False, False]
        assert Agent(machine.port).is_in()
