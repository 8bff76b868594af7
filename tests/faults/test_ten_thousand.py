"""Ten thousand connections read one case through the recommended front while five people write and others trickle.

In the suite they are a few hundred; `make torture` brings all of them, and prints what the writers waited.
"""

from __future__ import annotations

import asyncio
import http.client
import itertools
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from portal.cases.models import Case
from tests.faults.crowd import Answers, Crowd
from tests.faults.test_web_killed import TORTURE, Writer, check, web
from tests.front import Front, fronting, with_nginx
from tests.worker.invariants import rows

pytestmark = [pytest.mark.database, pytest.mark.search, with_nginx]
READERS, TIMES, TRICKLERS = (10_000, 8, 500) if TORTURE else (300, 2, 20)
WRITERS = 5
HOST = "riverside.example"
ANSWERED = 0.999


class TimedWriter(Writer):
    """From an address of its own, since the front counts what one address sends."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(port, f"writer {number}")
        self._address = f"127.3.{number}.1"
        self.waited: list[float] = []

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(self._address, 0))

    def _send(self, form: dict[str, str]) -> str:
        began = time.monotonic()
        reference = super()._send(form)
        self.waited.append(time.monotonic() - began)
        return reference


@contextmanager
def writing(port: int) -> Iterator[list[TimedWriter]]:
    writers, enough, problems = [TimedWriter(port, each) for each in range(WRITERS)], threading.Event(), []

    def write(writer: TimedWriter) -> None:
        try:
            for number in itertools.count():
                writer.report(number)
                if enough.wait(0.1):
                    break
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=write, args=(each,)) for each in writers]
    for each in threads:
        each.start()
    try:
        yield writers
    finally:
        enough.set()
        for each in threads:
            each.join()
    assert problems == []


async def everybody(front: Front, reference: str) -> Answers:
    crowd, enough = Crowd(front.port, f"/cases/{reference}", HOST), asyncio.Event()
    tricklers = asyncio.create_task(crowd.trickle(TRICKLERS, enough))
    await crowd.read(READERS, TIMES)
    enough.set()
    await tricklers
    return crowd.answers


def test_all_are_answered(installation: Any, tmp_path_factory: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with installation.opened():
        reference = next(case.reference for case in rows(Case, "id") if case.visibility == "public")
    folder = tmp_path_factory.mktemp("front")
    with (
        web(installation) as (_serving, portal),
        fronting(folder, [f"127.0.0.1:{portal}"]) as front,
        writing(front.port) as writers,
    ):
        answers = asyncio.run(everybody(front, reference))
    waited = sorted(itertools.chain.from_iterable(each.waited for each in writers))
    answers.statuses += itertools.chain.from_iterable(each.answers for each in writers)
    with capsys.disabled():
        tell(answers, waited)
    assert share(answers) >= ANSWERED, (Counter(answers.statuses), answers.problems[:5])
    assert answers.open_at_once >= ANSWERED * READERS
    check(installation, writers)


def share(answers: Answers) -> float:
    """Of everything that anybody asked, with what it was for: 200 for readers, 201 for who reports."""
    asked = len(answers.statuses) + len(answers.problems)
    return sum(each in (200, 201) for each in answers.statuses) / asked


def tell(answers: Answers, waited: list[float]) -> None:
    p95 = statistics.quantiles(waited, n=20)[-1] if len(waited) > 1 else waited[0]
    print(  # noqa: T201 (a measure, for who looks)
        f"\n{answers.open_at_once} connections ({answers.opened_again} opened again), {share(answers):.4%} answered; "
        f"{len(waited)} reports, "
        f"half within {statistics.median(waited):.2f} s, 95 % within {p95:.2f} s"
    )
