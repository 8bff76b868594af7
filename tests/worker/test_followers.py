import json
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread

import pytest
from hypothesis import given
from sqlalchemy import select
from sqlalchemy.event import listen, remove

from portal.cases.handling import note
from portal.followers import base
from portal.followers.base import Follower, Nature, NotReplayable, catch_up, rebuild, told_after
from portal.followers.figures import Figures
from portal.followers.log.follower import Log
from portal.followers.log.models import LogEntry
from portal.followers.models import Cursor, Delivery
from portal.followers.registry import FOLLOWERS, named
from portal.worker import main
from portal.worker.main import until_idle
from portal.worker.sequencer import sequence
from tenants.scope import Scope, db, entered, writing
from tests.conftest import ON_POSTGRESQL
from tests.play import acknowledged, answered, reported
from tests.worker.invariants import check_all, check_figures, figures, rows
from tests.worker.verbs import Life, steps

pytestmark = pytest.mark.database


class Listener(Follower):
    """Remembers what it was told; may be made to fail."""

    name = "listener"
    nature = Nature.EFFECT

    def __init__(self):
        self.told, self.fails = [], False

    def follow(self, events):
        if self.fails:
            raise RuntimeError("deaf")
        self.told += [event.position for event in events]


@given(steps)
def test_whatever_happens_all_that_follows_it_agrees(desks, hand, played):
    """And a projection that is told everything again ends up as the one that ran along."""
    Life(desks, hand).play(played)
    until_idle()
    check_all()
    along = figures()
    rebuild(Figures())
    assert figures() == along
    check_all()


def test_each_event_is_told_once_in_order(cast):
    listener = Listener()
    for _ in range(3):
        reported(cast)
        sequence()
        while catch_up(listener, batch=3):
            pass
    assert listener.told == list(range(1, 13))


def test_what_fails_is_told_again_and_holds_nobody_up(desks, monkeypatch):
    listener = Listener()
    monkeypatch.setattr(main, "FOLLOWERS", [listener, *FOLLOWERS])
    reported(desks)
    listener.fails = True
    until_idle()
    assert listener.told == [] and len(rows(LogEntry, "number")) > 0 and len(rows(Delivery, "id")) == 1
    listener.fails = False
    until_idle()
    assert listener.told == [1, 2, 3, 4]


def test_what_a_follower_wrote_before_it_failed_is_taken_back(cast, monkeypatch):
    figures_follower, follow = Figures(), Figures.follow

    def fail(self, events):
        follow(self, events)
        raise RuntimeError("halfway")

    reported(cast)
    sequence()
    monkeypatch.setattr(Figures, "follow", fail)
    with pytest.raises(RuntimeError):
        catch_up(figures_follower)
    assert figures() == {}
    monkeypatch.undo()
    until_idle()
    check_figures()


@pytest.mark.parametrize("follower", [f for f in FOLLOWERS if f.nature is not Nature.PROJECTION], ids=lambda f: f.name)
def test_what_was_sent_or_sealed_is_never_told_again(desks, follower):
    reported(desks)
    until_idle()
    before = rows(LogEntry, "number"), rows(Delivery, "id")
    with pytest.raises(NotReplayable):
        rebuild(follower)
    with pytest.raises(NotReplayable), entered(Scope.system()), writing():
        follower.clear()
    until_idle()
    assert (rows(LogEntry, "number"), rows(Delivery, "id")) == before


def test_the_registry_names_each_follower_once():
    assert len({follower.name for follower in FOLLOWERS}) == len(FOLLOWERS)
    assert all(named(follower.name) is follower for follower in FOLLOWERS)


def test_rebuilding_one_that_never_ran(cast):
    reported(cast)
    sequence()
    assert rebuild(Figures()) == 4
    check_figures()


@pytest.mark.skipif(not ON_POSTGRESQL, reason="on SQLite a rebuild waits for whoever writes")
def test_a_rebuild_waits_for_a_batch_that_is_being_told(app, cast, monkeypatch):
    """What such a batch writes must not outlive the clearing, or it would count twice."""
    for _ in range(3):
        reported(cast)
    sequence()
    assert catch_up(Figures(), batch=1) and figures() == {}
    written, go_on = Flag(), Flag()
    follow = Figures.follow

    def slowly(self, events):
        follow(self, events)
        written.set()
        assert go_on.wait(30)

    def tell():
        with app.app_context():
            catch_up(slow, batch=4)

    def build():
        with app.app_context():
            rebuild(Figures())

    slow = Figures()
    slow.follow = slowly.__get__(slow)
    telling, building = Thread(target=tell), Thread(target=build)
    telling.start()
    assert written.wait(30)
    building.start()
    building.join(0.5)
    go_on.set()
    telling.join(30)
    building.join(30)
    until_idle()
    check_figures()


# -- the ledger ----------------------------------------------------------------------------------------------------


def test_the_log_holds_what_is_public_and_no_text(cast):
    secret = "Suitcase 4711 of Mrs. Doe"
    public, private = acknowledged(cast, text=secret), acknowledged(cast, text=secret, visibility="private")
    with entered(cast.as_ada):
        note(public.case_id, text=secret, author="Ada")
    until_idle()
    entries = rows(LogEntry, "number")
    assert {entry.case_id for entry in entries} == {public.case_id}
    assert [json.loads(entry.entry)["kind"] for entry in entries] == [
        "case.reported", "case.routed", "case.promise.made", "case.acknowledged", "case.promise.kept",
        "case.promise.made",
    ]  # fmt: skip
    said = b"".join(bytes(entry.entry) for entry in entries)
    for word in (secret, "4711", "Ada", "We look for it.", str(private.case_id), "due"):
        assert word.encode() not in said


def test_networks_have_logs_of_their_own(cast):
    from portal.cases.opening import Report
    from portal.cases.reporting import report
    from tenants.ids import new_token

    reported(cast)
    report(cast.northport, Report(text="No trolleys.", language="en", visibility="public"), form=new_token())
    reported(cast)
    until_idle()
    numbers = {}
    for entry in rows(LogEntry, "network_id", "number"):
        numbers.setdefault(entry.network_id, []).append(entry.number)
    assert numbers == {cast.riverside: list(range(6)), cast.northport: list(range(3))}
    check_all()


def test_a_large_pile_is_read_in_batches(cast, monkeypatch):
    monkeypatch.setattr(base, "BATCH", 7)
    for _ in range(4):
        answered(cast)
    until_idle()
    check_all()


@pytest.mark.parametrize("follower", [Log(), Figures()], ids=lambda follower: follower.name)
def test_a_batch_takes_no_more_statements_than_an_event(cast, follower):
    """The database is locked meanwhile: on SQLite nobody else can write."""
    catch_up(follower)

    def statements(cases):
        for _ in range(cases):
            reported(cast)
        sequence()
        with counted() as made:
            catch_up(follower)
        return len(made)

    statements(1)
    assert statements(1) == statements(12)


@contextmanager
def counted():
    """The statements that all engines run in this block."""
    made = []

    def note_it(_connection, _cursor, sql, *_):
        made.append(sql)

    for engine in db.engines.values():
        listen(engine, "before_cursor_execute", note_it)
    try:
        yield made
    finally:
        for engine in db.engines.values():
            remove(engine, "before_cursor_execute", note_it)


# -- effects -------------------------------------------------------------------------------------------------------


def test_the_desk_is_told_of_a_new_case_and_not_what_it_says(desks):
    made = reported(desks, text="Suitcase 4711", address="cleo@example.com", channel="email")
    until_idle()
    [delivery] = [each for each in rows(Delivery, "id") if each.effect_id.startswith("desk-mail:")]
    assert (delivery.address, delivery.channel) == (f"desk-{desks.meridian}@example.com", "mail")
    assert made.reference in str(delivery.message) and "/desk/meridian/cases/" in delivery.message["text"]
    for word in ("4711", "cleo", made.key):
        assert word not in str(delivery.message)


def test_a_business_without_an_address_is_not_mailed(cast):
    reported(cast)
    until_idle()
    assert rows(Delivery, "id") == []


def test_told_after_gives_the_next_ones_in_order(cast):
    made = reported(cast)
    sequence()
    with entered(Scope.system()):
        told = told_after(1, 2)
        assert [event.position for event in told] == [2, 3]
        assert {(event.case_id, event.reference, event.visibility) for event in told} == {
            (made.case_id, made.reference, "public")
        }
        assert db.session.scalars(select(Cursor)).all() == []
