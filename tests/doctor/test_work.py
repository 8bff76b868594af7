"""Clocks, queues, index, log and counters: each is broken once, named, and mended as the doctor says."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import timedelta

import pytest
from click.testing import CliRunner

from portal import installation
from portal.cli import main
from portal.doctor import clocks, counters, ledger, queues, searching
from portal.doctor.findings import State
from portal.events.models import Head
from portal.followers.figures import Figures
from portal.followers.models import Delivery
from portal.ideas.models import Idea
from portal.search import editions, keeping
from portal.search.documents import Thing
from portal.search.engine import search_engine
from portal.worker import timers
from portal.worker.heart import Heart
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import Scope, current, db, entered, writing
from tests.conftest import ON_POSTGRESQL
from tests.doctor.conftest import is_well, only
from tests.play import reported

pytestmark = pytest.mark.database
HOUR = timedelta(hours=1)


@pytest.fixture
def program(app, monkeypatch):
    """Runs a command on the database of the tests."""

    @contextmanager
    def opened():
        yield

    monkeypatch.setattr(installation, "opened", opened)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


# -- clocks --------------------------------------------------------------------------------------------------------


def test_a_clock_that_went_back(cast, look, hand):
    reported(cast)
    assert is_well(look(clocks.of_events))
    hand.move(-2 * HOUR)
    assert "2 hours in the future" in only(look(clocks.of_events), State.FAILING).words
    hand.move(2 * HOUR)
    assert is_well(look(clocks.of_events))


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has this machine's clock")
@pytest.mark.parametrize(("apart", "state"), [(30, State.WARNING), (3600, State.FAILING)])
def test_a_server_with_another_time(look, monkeypatch, apart, state):
    assert is_well(look(clocks.of_database))
    real = clocks._database_time
    monkeypatch.setattr(clocks, "_database_time", lambda: real() + timedelta(seconds=apart))
    assert "timedatectl" in only(look(clocks.of_database), state).mend


# -- queues --------------------------------------------------------------------------------------------------------


def test_no_worker(cast, look, hand):
    assert "portal worker" in only(look(queues.worker), State.FAILING).mend
    Heart().beat()
    assert is_well(look(queues.worker))
    hand.move(timedelta(minutes=5))
    assert "5 minutes ago" in only(look(queues.worker), State.WARNING).words
    hand.move(HOUR)
    only(look(queues.worker), State.FAILING)
    Heart().beat()
    assert is_well(look(queues.worker))


def test_events_that_wait(cast, look, hand):
    reported(cast)
    assert is_well(look(queues.sequencer))
    hand.move(HOUR)
    assert "portal worker" in only(look(queues.sequencer), State.FAILING).mend
    until_idle()
    assert is_well(look(queues.sequencer))


def test_a_follower_that_fails(cast, look, hand, monkeypatch):
    reported(cast)
    with monkeypatch.context() as broken:
        broken.setattr(Figures, "follow", _fail)
        until_idle()
        hand.move(HOUR)
        found = only(look(queues.followers), State.FAILING)
        assert "figures" in found.words and "follower.failed" in found.mend
    until_idle()
    assert is_well(look(queues.followers))


def _fail(*_given):
    raise ValueError("a mistake")


def test_a_timer_that_fails(cast, look, hand, monkeypatch):
    reported(cast)
    until_idle()
    hand.move(timedelta(days=60))
    assert "portal worker" in only(look(queues.timers), State.FAILING).mend
    with monkeypatch.context() as broken:
        broken.setattr(timers, "HANDLERS", dict.fromkeys(timers.HANDLERS, _fail))
        timers.fire_due()
        assert "timer.failed" in only(look(queues.timers), State.FAILING).mend
    hand.move(HOUR)
    until_idle()
    assert is_well(look(queues.timers))


def letter(cast, number, **values):
    row = {
        "effect_id": f"x:{number}",
        "channel": "mail",
        "address": "me@example.net",
        "message": {"subject": "s", "text": "t"},
        "network_id": cast.riverside,
        "next_at": clock.now(),
        **values,
    }
    with entered(Scope.system()), writing():
        db.session.execute(current().insert(Delivery.__table__), row)


def test_letters_that_were_given_up(cast, look, program):
    letter(cast, 1, state="dead", tries=9, problem="SMTPRecipientsRefused: 550")
    letter(cast, 2, state="dead", secret=True, message={}, problem="OSError")
    letter(cast, 3, state="dead", problem="erased")
    found = only(look(queues.deliveries), State.FAILING)
    assert found.words.startswith("2 deliveries were given up")
    said = program("deliveries", "list").output
    assert "SMTPRecipientsRefused: 550" in said and "example.net" not in said
    assert "1 deliveries are tried again; 1 had been wiped" in program("deliveries", "retry").output
    until_idle()
    assert is_well(look(queues.deliveries))
    assert program("deliveries", "list").output == "0 deliveries.\n"


def test_letters_that_fail_and_letters_that_wait(cast, look, hand):
    letter(cast, 1, tries=1, next_at=clock.now() + HOUR)
    assert "tried again by themselves" in only(look(queues.deliveries), State.WARNING).mend
    hand.move(HOUR)
    until_idle()
    assert is_well(look(queues.deliveries))
    letter(cast, 2)
    hand.move(HOUR)
    assert "portal worker" in only(look(queues.deliveries), State.WARNING).mend
    until_idle()
    assert is_well(look(queues.deliveries))


# -- the index -----------------------------------------------------------------------------------------------------


def rebuilt(program):
    assert program("search", "rebuild", "--no-wait").exit_code == 0
    while keeping.turn():
        pass


@pytest.mark.search
def test_no_index(cast, look, program):
    reported(cast)
    found = only(look(searching.index), State.FAILING)
    assert found.mend.startswith("portal search rebuild")
    program("search", "rebuild", "--no-wait")
    assert "Wait" in only(look(searching.index), State.WARNING).mend
    until_idle()
    assert is_well(look(searching.index))


@pytest.mark.search
@pytest.mark.skipif(ON_POSTGRESQL, reason="there are no files")
def test_an_index_whose_files_are_gone(cast, look, program, app):
    reported(cast)
    until_idle()
    app.extensions["search"].close()
    shutil.rmtree(app.config["SETTINGS"].data_dir / "search")
    (app.config["SETTINGS"].data_dir / "search").mkdir()
    only(look(searching.index), State.FAILING)
    rebuilt(program)
    assert is_well(look(searching.index))


@pytest.mark.search
def test_an_index_that_is_far_behind(cast, look, monkeypatch):
    reported(cast)
    until_idle()
    monkeypatch.setattr(searching, "MUCH", 1)
    assert is_well(look(searching.index))
    reported(cast)
    until_idle(searching=False)
    only(look(searching.index), State.WARNING)
    until_idle()
    assert is_well(look(searching.index))


@pytest.mark.search
def test_an_index_that_does_not_find(cast, look, program, app, report):
    report(what="A grey suitcase went astray between two terminals.", reviewed="1")
    until_idle()
    assert is_well(look(searching.sample))
    with entered(Scope.system()):
        edition = editions.whole()
        position = search_engine().position(edition)
        things = [Thing("case", each) for each in searching._newest(position)]
        assert things
        db.session.rollback()
        search_engine().write(edition, things, [], position)
    assert "not found" in only(look(searching.sample), State.FAILING).words
    rebuilt(program)
    assert is_well(look(searching.sample))


# -- the log -------------------------------------------------------------------------------------------------------


def test_a_log_that_lost_its_end(cast, look):
    reported(cast)
    until_idle()
    assert is_well(look(ledger.heads))
    name = f"log:{cast.riverside}"
    with entered(Scope.system()), writing():
        db.session.get_one(Head, name).value += 1
    assert "riverside" in only(look(ledger.heads), State.FAILING).words
    with entered(Scope.system()), writing():
        db.session.get_one(Head, name).value -= 1
    assert is_well(look(ledger.heads))


BREAKS = {
    "the bytes of an entry": "UPDATE log_entries SET leaf = {other}",
    "the content of an event": "UPDATE event_contents SET text = 'other words' WHERE text IS NOT NULL",
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_log_that_was_changed(cast, look, tables, what):
    reported(cast)
    until_idle()
    assert is_well(look(ledger.sample))
    other = "'\\x00'::bytea" if ON_POSTGRESQL else "x'00'"
    with _without_triggers(tables) as connection:
        connection.execute(BREAKS[what].format(other=other))
    assert "restore" in only(look(ledger.sample), State.FAILING).mend


@contextmanager
def _without_triggers(tables):
    """As somebody does it who has the database in their hands."""
    if ON_POSTGRESQL:
        tables.connection.execute("SET session_replication_role = replica")
        yield tables.connection
        tables.connection.execute("SET session_replication_role = DEFAULT")
        return
    made = tables.connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _sql in made:
        tables.connection.execute(f"DROP TRIGGER {name}")
    yield tables.connection
    for _name, sql in made:
        tables.connection.execute(sql)


# -- counters ------------------------------------------------------------------------------------------------------


def test_a_counter_that_is_wrong(cast, look, program, proposed):
    idea = proposed()
    assert is_well(look(counters.of_ideas))
    with entered(Scope.system(cast.riverside)), writing():
        db.session.get_one(Idea, idea.id).fixed_yes = 1
    found = only(look(counters.of_ideas), State.FAILING)
    assert found.mend == "portal ideas check --mend"
    assert program("ideas", "check").exit_code == 1
    mended = program(*found.mend.split()[1:])
    assert mended.exit_code == 0 and "1 counters were mended" in mended.output
    assert is_well(look(counters.of_ideas))


def test_there_is_not_always_time_for_all(cast, look, monkeypatch, proposed):
    proposed()
    monkeypatch.setattr(counters, "LONGEST", -1.0)
    assert "no time for more" in look(counters.of_ideas)[0].words
