"""Public pages are read from a database that follows the first, by everybody who has not just written something."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from portal import replica
from portal.config import Settings
from portal.replica import Replica
from portal.web import create_app
from tenants.scope import db
from tests.cast import Cast
from tests.conftest import ON_POSTGRESQL
from tests.pages.conftest import RIVERSIDE, Browser
from tests.servers import standby

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite is not followed by another"),
    pytest.mark.skipif("TEST_POSTGRESQL_URL" in os.environ, reason="a server of others is not copied"),
]


@pytest.fixture(scope="module")
def second_url(migrated: Settings) -> Iterator[str]:
    with standby() as address:
        yield address.format(make_url(migrated.database_url).database)


@pytest.fixture
def second(second_url: str) -> Iterator[psycopg.Connection[Any]]:
    plain = make_url(second_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_resume()")
        yield connection
        connection.execute("SELECT pg_wal_replay_resume()")


@pytest.fixture
def caught_up(second: psycopg.Connection[Any], migrated: Settings) -> Callable[[], None]:
    """Waits until the second has read all that the first has written."""
    plain = make_url(migrated.owner_url).set(drivername="postgresql").render_as_string(hide_password=False)

    def wait() -> None:
        with psycopg.connect(plain, autocommit=True) as first:
            (written,) = first.execute("SELECT pg_current_wal_insert_lsn()").fetchone()  # type: ignore[misc]
        for _glance in range(300):
            if second.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [written]).fetchone() == (True,):
                return
            time.sleep(0.05)
        raise AssertionError("the second database does not follow")

    return wait


@pytest.fixture
def followed(app: Flask, cast: Cast, migrated: Settings, second_url: str) -> Iterator[Flask]:
    """A portal with both."""
    both = create_app(migrated.model_copy(update={"database_replica_url": second_url}))
    both.testing = True
    yield both
    for holder in ("search", "keeper", "standby"):
        both.extensions[holder].close()
    with both.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(autouse=True)
def _look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "LOOK_EVERY", 0.0)


def test_strangers_read_behind_and_writers_do_not(
    followed: Flask, second: psycopg.Connection[Any], caught_up: Callable[[], None], report: Callable[..., Any]
) -> None:
    writer, stranger = Browser(followed.test_client(), RIVERSIDE), Browser(followed.test_client(), RIVERSIDE)
    caught_up()
    second.execute("SELECT pg_wal_replay_pause()")
    first = report(writer)[0]
    assert first in writer.get("/cases").text
    assert first not in stranger.get("/cases").text
    assert stranger.get(f"/cases/{first}").status_code == 404
    second.execute("SELECT pg_wal_replay_resume()")
    caught_up()
    assert first in stranger.get("/cases").text


def test_who_has_just_written_without_a_session_reads_the_first_too(
    followed: Flask, second: psycopg.Connection[Any], caught_up: Callable[[], None], report: Callable[..., Any]
) -> None:
    caught_up()
    reference = report(Browser(followed.test_client(), RIVERSIDE))[0]
    caught_up()
    second.execute("SELECT pg_wal_replay_pause()")
    tapping, stranger = Browser(followed.test_client(), RIVERSIDE), Browser(followed.test_client(), RIVERSIDE)
    before = stranger.get(f"/cases/{reference}").text
    answer = tapping.post(f"/ballot/cases/{reference}/me-too")
    assert answer.status_code < 400
    assert "wrote=1" in "".join(answer.headers.getlist("Set-Cookie"))
    assert stranger.get(f"/cases/{reference}").text == before != tapping.get(f"/cases/{reference}").text


def test_one_that_is_too_far_behind_is_not_asked(
    followed: Flask,
    second: psycopg.Connection[Any],
    caught_up: Callable[[], None],
    report: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stranger = Browser(followed.test_client(), RIVERSIDE)
    caught_up()
    second.execute("SELECT pg_wal_replay_pause()")
    first = report(Browser(followed.test_client(), RIVERSIDE))[0]
    assert first not in stranger.get("/cases").text
    monkeypatch.setattr(replica, "MOST_BEHIND", 0.0)
    assert first in stranger.get("/cases").text


def test_one_that_does_not_answer_is_not_asked(migrated: Settings) -> None:
    alone = Replica(migrated.database_url, migrated.database_url.replace("host=", "host=%2Fnowhere"))
    assert not alone.is_fit()
    alone.close()


def test_one_that_follows_nobody_is_not_asked(migrated: Settings) -> None:
    itself = Replica(migrated.database_url, migrated.database_url)
    assert not itself.is_fit()
    itself.close()


def test_without_one_nothing_is_remembered(report: Callable[..., Any], another: Callable[..., Browser]) -> None:
    reference, _key = report()
    answer = another().post(f"/ballot/cases/{reference}/me-too")
    assert answer.status_code < 400
    assert "wrote" not in "".join(answer.headers.getlist("Set-Cookie"))
