"""PostgreSQL is stopped and started, and crashes, under a portal at work: what was acknowledged is there, once."""

from __future__ import annotations

import dataclasses
import random
import threading
import time
from typing import Any

import pytest
from sqlalchemy import make_url

from tests.conftest import ON_POSTGRESQL
from tests.faults.test_web_killed import TORTURE, check, web, write
from tests.servers import Server, restartable

pytestmark = [
    pytest.mark.database,
    pytest.mark.search,
    pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no server"),
]
RESTARTS = ["fast", "immediate"] * (10 if TORTURE else 1)


def restart(server: Server, enough: threading.Event) -> None:
    try:
        for mode in RESTARTS:
            time.sleep(0.5 + random.random())  # noqa: S311
            server.stop(mode)
            time.sleep(random.random())  # noqa: S311
            server.start()
    finally:
        enough.set()


@pytest.mark.long
def test_restarted_while_many_write(installation: Any) -> None:
    enough = threading.Event()
    with restartable() as server:
        database = make_url(installation.settings.database_url).database
        moved = installation.settings.model_copy(update={"database_url": server.address.format(database)})
        there = dataclasses.replace(installation, settings=moved)
        worker = there.start("portal", "worker")
        try:
            with web(there) as (_serving, port):
                restarting = threading.Thread(target=restart, args=(server, enough))
                restarting.start()
                writers = write(port, enough)
                restarting.join()
            assert worker.poll() is None, "the worker waits for a database that is away"
        finally:
            worker.kill()
            worker.wait()
        check(there, writers)
