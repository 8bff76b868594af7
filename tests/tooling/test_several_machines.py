"""Two machines that share one database: restarted behind the front without a failed request; one limit for both."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from portal.cases.models import Case
from portal.config import Settings
from portal.web import create_app
from tenants import signing_in
from tenants.models import SignInAttempt
from tenants.scope import db
from tests.cast import assemble
from tests.conftest import ON_POSTGRESQL
from tests.faults.test_web_killed import Writer, wait_for
from tests.front import Front, free_port, fronting, with_nginx
from tests.redis_server import storing, with_redis
from tests.servers import postgresql_url
from tests.worker.invariants import rows

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(not ON_POSTGRESQL, reason="several machines need PostgreSQL"),
]
ADDRESSES = ["127.0.0.2", "127.0.0.3"]
"""Each stands for a machine."""


class Machine:
    """One `portal serve` with a data folder of its own."""

    def __init__(self, folder: Path, address: str, url: str, **more: str) -> None:
        self.address, self.port = address, free_port()
        self._environment = os.environ | {
            "DATA_DIR": str(folder),
            "DATABASE_URL": url,
            "SECRET_KEY": "s" * 40,
            "HOST": address,
            "PORT": str(self.port),
            "TRUSTED_PROXIES": "1",
            "WEB_PROCESSES": "1",
            "DRAIN_SECONDS": "2",
            "LOG_LEVEL": "ERROR",
            **more,
        }

    def start(self) -> None:
        argv = [sys.executable, "-m", "portal", "serve"]
        self.process = subprocess.Popen(argv, env=self._environment, stdout=subprocess.DEVNULL)
        wait_for(self.port, self.address)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0


@contextmanager
def installed(folder: Path, name: str, **more: str) -> Iterator[tuple[Settings, list[Machine]]]:
    """Set up, with a machine on each address; `more` are settings of both."""
    from portal.migrating import setup

    with postgresql_url(name) as url, ExitStack() as running:
        settings = Settings(data_dir=folder / "here", secret_key="s" * 40, database_url=url)
        setup(settings)
        with within(settings):
            assemble()
        machines = [Machine(folder / each, each, url, **more) for each in ADDRESSES]
        for each in machines:
            each.start()
            running.callback(each.stop)
        yield settings, machines


@contextmanager
def within(settings: Settings) -> Iterator[None]:
    app = create_app(settings)
    with app.app_context():
        yield
        for engine in db.engines.values():
            engine.dispose()
    for holder in ("search", "keeper"):
        app.extensions[holder].close()


def write(front: Front, writer: Writer, enough: threading.Event, failed: list[object]) -> None:
    number = 0
    try:
        while not enough.is_set():
            writer.report(number)
            number += 1
    except Exception as problem:
        failed.append(problem)


def read(front: Front, enough: threading.Event, statuses: list[int]) -> None:
    while not enough.is_set():
        statuses.append(front.ask(f"/cases?state=received&order={len(statuses)}", Host="riverside.example")[0])
        statuses.append(front.ask("/desk/meridian", Host="riverside.example")[0])


def wrong_password(machine: Machine, account: str) -> int:
    with closing(http.client.HTTPConnection(machine.address, machine.port, timeout=20)) as connection:
        headers = {
            "Host": "riverside.example",
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", "/sign-in", urlencode({"email": account, "password": "wrong"}), headers)
        return connection.getresponse().status


@with_redis
def test_they_share_one_limit_also_while_the_store_is_away(tmp_path: Path, worker_id: str) -> None:
    most = signing_in.TRIES_BY_ACCOUNT
    with storing() as store, installed(tmp_path, f"limits_{worker_id}", LIMITS_URL=store.url) as (settings, machines):
        for account, rows_of_it in (("ada@example.com", 0), ("hugo@example.com", most)):
            found = [wrong_password(machines[each % 2], account) for each in range(most + 2)]
            assert found == [422] * most + [429] * 2
            with within(settings):
                assert len(rows(SignInAttempt, "id")) == rows_of_it
            store.stop()


@with_nginx
def test_restarted_one_after_the_other_without_a_failed_request(tmp_path: Path, worker_id: str) -> None:
    enough, failed, statuses = threading.Event(), [], []
    with installed(tmp_path, f"machines_{worker_id}") as (settings, machines):
        portals = [f"{each.address}:{each.port}" for each in machines]
        quicker = {"rate=10r/s": "rate=1000r/s", "keepalive_timeout 3s": "keepalive_timeout 1s"}
        with fronting(tmp_path, portals, "1s", **quicker) as front:
            writers = [Writer(front.port, f"writer {each}", once=True) for each in range(3)]
            threads = [threading.Thread(target=write, args=(front, each, enough, failed)) for each in writers]
            threads.append(threading.Thread(target=read, args=(front, enough, statuses)))
            for each in threads:
                each.start()
            try:
                for each in machines:
                    time.sleep(2)  # nginx asks again one that had failed
                    each.stop()
                    each.start()
                time.sleep(1)
            finally:
                enough.set()
                for thread in threads:
                    thread.join()
        assert failed == []
        assert set(statuses) <= {200, 302} and len(statuses) > 20
        journal = {entry for writer in writers for entry in writer.journal}
        assert len(journal) > 10
        with within(settings):
            found = [(case.title, case.reference) for case in rows(Case, "id")]
        assert sorted(found) == sorted(journal)
