"""Tries at the door, counted in the database and in Redis: the same promises, and what holds while Redis is away."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import func, select

from portal import measures, shared_tries
from portal.doctor import configuration
from portal.doctor.findings import State
from portal.shared_tries import SharedTries
from tenants import clock, signing_in
from tenants.models import SignInAttempt
from tenants.scope import Scope, db, entered
from tests.accounts.conftest import Browser
from tests.cast import Cast
from tests.doctor.conftest import is_well, look, only
from tests.play import at_once
from tests.redis_server import Store, storing, with_redis

pytestmark = pytest.mark.database
__all__ = ["look"]
SECRET = "s" * 40
MOST, FROM_ONE_PLACE = 3, 5


@pytest.fixture(scope="module")
def running() -> Iterator[Store]:
    with storing() as store:
        yield store


@pytest.fixture
def store(running: Store, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The installation counts in it; it is empty."""
    with Redis.from_url(running.url) as plain:
        plain.flushall()
    counter = SharedTries(running.url, SECRET)
    monkeypatch.setitem(app.extensions, "tries", counter)
    yield running
    counter.close()


@pytest.fixture(params=["database", pytest.param("store", marks=with_redis)])
def counted_in(request: pytest.FixtureRequest) -> str:
    if request.param == "store":
        request.getfixturevalue("store")
    return str(request.param)


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "TRIES_BY_ACCOUNT", MOST)
    monkeypatch.setattr(signing_in, "TRIES_BY_ADDRESS", FROM_ONE_PLACE)


def in_database() -> int:
    with entered(Scope.system()):
        return db.session.scalar(select(func.count()).select_from(SignInAttempt)) or 0


def tried(network: int, account: str = "ada", address: str = "198.51.100.1", what: str = "") -> Any:
    with entered(Scope.door(network)):
        return signing_in.begin_try(account, address, what=what)


def forgiven(network: int, attempt: signing_in.Try) -> None:
    with entered(Scope.door(network)):
        signing_in.forgive_try(attempt)


# -- the same promises ---------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("try"), st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from(["", "code"])),
        st.tuples(st.just("forgive"), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.integers(1, 10)),
    ),
    max_size=30,
)


class Ledger:
    """What has to be let through, by the plainest way of counting."""

    def __init__(self) -> None:
        self.counted: list[tuple[str, str, Any]] = []

    def lets(self, account: str, address: str) -> bool:
        late = [each for each in self.counted if each[2] > clock.now() - signing_in.THROTTLE]
        by_account, by_address = [sum(each[n] == (account, address)[n] for each in late) for n in (0, 1)]
        if by_account >= MOST or by_address >= FROM_ONE_PLACE:
            return False
        self.counted.append((account, address, clock.now()))
        return True


@given(steps=STEPS)
def test_whatever_is_tried_forgiven_and_waited_for(app, cast, hand, counted_in, steps) -> None:
    networks = (cast.riverside, cast.northport)
    hand.move(2 * signing_in.THROTTLE)  # the example before counts no more
    ledgers, let_in = {each: Ledger() for each in networks}, []
    for step in steps:
        if step[0] == "wait":
            hand.move(timedelta(minutes=step[1]))
        elif step[0] == "try":
            _, account, address, what = step
            for network in networks[: 1 if account == "c" else 2]:
                expected = ledgers[network].lets(f"{what} {account}", f"{what} {address}")
                attempt = tried(network, account, address, what)
                assert (attempt is not None) is expected
                if attempt:
                    let_in.append((network, attempt, ledgers[network].counted[-1]))
        elif let_in:
            network, attempt, entry = let_in.pop(step[1] % len(let_in))
            forgiven(network, attempt)
            ledgers[network].counted.remove(entry)


def test_of_many_at_once_no_more_than_the_limit(app: Flask, cast: Cast, counted_in: str) -> None:
    works = [lambda: tried(cast.riverside)] * 12
    found = at_once(app, works)
    assert not any(isinstance(each, Exception) for each in found)
    let_in = sum(each is not None for each in found)
    assert let_in <= MOST and (let_in == MOST or counted_in == "database")
    assert tried(cast.riverside) is None


# -- the store -----------------------------------------------------------------------------------------------------


@with_redis
def test_the_database_has_no_work_and_the_store_forgets(store: Store, cast: Cast, ada: str, browser: Browser) -> None:
    for _ in range(MOST):
        assert browser.sign_in(ada, "not the password").status_code == 422
    assert browser.sign_in(ada).status_code == 429
    assert in_database() == 0
    with Redis.from_url(store.url) as plain:
        keys = plain.keys()
        assert len(keys) == 2
        assert all(0 < plain.ttl(key) <= signing_in.THROTTLE.total_seconds() for key in keys)
        kept = repr([(key, plain.zrange(key, 0, -1)) for key in keys])
    assert "ada" not in kept and "127.0.0.1" not in kept


@with_redis
def test_installations_that_share_a_store_never_meet(store: Store, app: Flask, cast: Cast) -> None:
    for _ in range(MOST):
        tried(cast.riverside)
    assert tried(cast.riverside) is None
    app.extensions["tries"] = SharedTries(store.url, "t" * 40)
    assert tried(cast.riverside) is not None


# -- the store is away ---------------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again at once."""
    monkeypatch.setattr(shared_tries, "LEFT_ALONE", 0.0)


def counted_here() -> float:
    return measures.COUNTED_IN_DATABASE._value.get()


@with_redis
def test_while_it_is_away_the_database_counts(store: Store, quick: None, cast: Cast, caplog: Any) -> None:
    before = counted_here()
    with caplog.at_level(logging.INFO):
        assert tried(cast.riverside) is not None
        store.stop()
        try:
            assert [tried(cast.riverside) is not None for _ in range(MOST + 2)] == [True] * MOST + [False] * 2
        finally:
            store.start()
        assert (in_database(), counted_here() - before) == (MOST, MOST + 2)
        assert tried(cast.riverside) is not None
        assert in_database() == MOST
    assert [each.event for each in caplog.records if hasattr(each, "event")] == ["limits.away", "limits.back"]


@with_redis
def test_what_was_counted_in_one_is_forgiven_there(store: Store, quick: None, cast: Cast) -> None:
    in_store = tried(cast.riverside)
    store.stop()
    try:
        here = tried(cast.riverside)
        forgiven(cast.riverside, in_store)
        assert in_database() == 1
    finally:
        store.start()
    forgiven(cast.riverside, here)
    assert in_database() == 0


@with_redis
def test_one_that_hangs_is_waited_for_once(store: Store, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_tries, "PATIENCE", 0.05)
    monkeypatch.setattr(shared_tries, "LEFT_ALONE", 3600.0)
    asked = []
    connected = SharedTries._connected
    monkeypatch.setattr(SharedTries, "_connected", lambda each: asked.append(1) or connected(each))
    store.freeze()
    try:
        for _ in range(MOST):
            assert tried(cast.riverside) is not None
    finally:
        store.thaw()
    assert (len(asked), in_database()) == (1, MOST)


@with_redis
def test_one_that_is_full_or_may_not_be_written_lifts_no_limit(store: Store, quick: None, cast: Cast) -> None:
    with Redis.from_url(store.url) as plain:
        for what, value, before in (("maxmemory", "1", "0"), ("min-replicas-to-write", "1", "0")):
            plain.config_set(what, value)
            try:
                found = [tried(cast.riverside, what, what) is not None for _ in range(MOST + 2)]
                assert found == [True] * MOST + [False] * 2
            finally:
                plain.config_set(what, before)


@with_redis
def test_the_doctor_asks_it(store: Store, look: Any) -> None:
    assert is_well(look(configuration.limits))
    assert is_well(look(configuration.limits, limits_url=store.url))
    with Redis.from_url(store.url) as plain:
        plain.config_set("maxmemory", "100mb")
        plain.config_set("maxmemory-policy", "allkeys-lru")
        found = only(look(configuration.limits, limits_url=store.url), State.WARNING)
        assert "allkeys-lru" in found.words
        _, command, *words = found.mend.partition(";")[0].split()
        plain.execute_command("CONFIG", *words) if command == "CONFIG" else pytest.fail(found.mend)
        assert is_well(look(configuration.limits, limits_url=store.url))
        plain.config_set("maxmemory", "0")
    store.stop()
    try:
        assert "Start Redis" in only(look(configuration.limits, limits_url=store.url), State.WARNING).mend
    finally:
        store.start()
