"""What the tests themselves stand on: tables that are emptied, and filled again as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from portal.cases.models import Case
from portal.events.models import Event
from portal.ideas.proposing import Proposal, propose
from portal.ideas.voices import Voice
from portal.ideas.voting import vote
from tenants.clock import Hand
from tenants.ids import new_token
from tenants.models import Network
from tenants.registry import owned
from tenants.scope import Scope, current, db, entered, writing
from tests.cast import _tenant, assemble
from tests.ideas.conftest import idea_row
from tests.play import at_once, reported
from tests.tables import Tables, beginning

pytestmark = pytest.mark.database


def rows(tables: Tables) -> dict[str, list[Any]]:
    each = {name: tables.connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables.names}  # noqa: S608
    return {name: sorted(found, key=repr) for name, found in each.items() if found}


def never() -> None:
    raise AssertionError("it was to be put back, not written")


def test_what_is_put_back_is_what_was_written(app: Flask, tables: Tables) -> None:
    cast = tables.once("here", assemble)
    written = rows(tables)
    assert {"networks", "tenants", "users", "memberships"} <= written.keys()
    tables.empty()
    assert rows(tables) == {}
    assert tables.once("here", never) == cast
    assert rows(tables) == written


def test_what_follows_gets_numbers_of_its_own(app: Flask, tables: Tables) -> None:
    tables.once("numbers", assemble)
    tables.empty()
    cast = tables.once("numbers", never)
    with entered(Scope.system(cast.riverside)), writing():
        assert _tenant(cast.riverside, "new", "New") > cast.elsewhere
    assert reported(cast).case_id


def test_what_is_there_already_is_not_taken_for_what_was_made(app: Flask, tables: Tables) -> None:
    cast = assemble()
    made: list[int] = []
    tables.once("more", lambda: made.append(1))
    tables.empty()
    tables.once("more", lambda: made.append(2))
    assert made == [1, 2] and cast


def test_history_is_emptied_and_stays_append_only(app: Flask, tables: Tables) -> None:
    for _ in range(2):
        reported(tables.once("history", assemble))
        for table in ("events", "event_contents"):
            with entered(Scope.system()), pytest.raises(DBAPIError, match="append-only"), writing():
                db.session.execute(current().delete(owned()[table].__table__))
        tables.empty()
        with entered(Scope.system()):
            assert db.session.query(Event).count() == db.session.query(Case).count() == 0


def test_what_was_written_one_after_the_other_is_put_back_so(app: Flask, tables: Tables) -> None:
    cast = tables.once("first", assemble)
    made = tables.once("second", lambda: reported(cast))
    written = rows(tables)
    for _ in range(2):
        tables.empty()
        assert tables.once("first", never) == cast
        assert tables.once("second", never) == made
        assert rows(tables) == written
        assert reported(cast).case_id > made.case_id


def test_what_triggers_have_counted_is_not_counted_again(app: Flask, tables: Tables) -> None:
    def idea_with_a_vote() -> int:
        what = Proposal("Benches", "There is nowhere to sit.", "en", "solution", touchpoint_id=cast.gate)
        with entered(Scope.customer(cast.riverside)):
            idea_id = propose(what, Voice("nia-ballot"), form=new_token()).id
        with entered(Scope.door(cast.riverside)):
            vote(idea_row(cast, idea_id), Voice("ola-ballot"))
        return idea_id

    cast = tables.once("voters", assemble)
    idea_id = tables.once("a vote", idea_with_a_vote)
    written = rows(tables)
    assert len(written["idea_votes"]) == 1
    tables.empty()
    tables.once("voters", never)
    assert tables.once("a vote", never) == idea_id
    assert rows(tables) == written


def test_after_anything_else_was_written_nothing_is_put_back(app: Flask, tables: Tables) -> None:
    cast = tables.once("alone", assemble)
    tables.once("more", lambda: reported(cast))
    tables.empty()
    tables.once("alone", never)
    other = reported(cast)
    tables.once("more", lambda: reported(cast))
    with entered(Scope.system()):
        assert db.session.query(Case).count() == 2 and db.session.get(Case, other.case_id)


def test_what_was_written_at_another_time_is_not_put_back(app: Flask, tables: Tables, hand: Hand) -> None:
    cast = tables.once("early", assemble)
    tables.once("then", lambda: reported(cast))
    tables.empty()
    tables.once("early", never)
    hand.move(timedelta(days=1))
    made = tables.once("then", lambda: reported(cast))
    with entered(Scope.system()):
        assert db.session.get_one(Case, made.case_id).reported_at == hand()


def test_nobody_spoils_it_for_the_next(app: Flask, tables: Tables) -> None:
    tables.once("a list", lambda: [assemble()]).clear()
    tables.empty()
    assert len(tables.once("a list", never)) == 1


def rezone(zone: str) -> None:
    with entered(Scope.system()), writing():
        db.session.query(Network).update({"zone": zone})


def played(tables: Tables, begun: Callable[..., Any], *more: Any) -> None:
    tables.once("who begins", assemble)
    begun("cast", *more)
    tables.empty()


@pytest.fixture
def begun(app: Flask) -> Iterator[tuple[Callable[..., Any], list[Any]]]:
    """A beginning, and what it was really played with."""
    times: list[Any] = []

    @beginning
    def write(_cast: Any, *more: Any) -> None:
        times.append(more)
        rezone("Europe/Paris")

    yield write, times
    assert app.extensions["tables"]


def test_a_beginning_is_put_back_from_its_third_time_on(tables: Tables, begun: Any) -> None:
    move, times = begun
    for _ in range(4):
        tables.once("who begins", assemble)
        move("cast")
        with entered(Scope.system()):
            assert {network.zone for network in db.session.query(Network)} == {"Europe/Paris"}
        tables.empty()
    assert len(times) == 2


def test_with_other_arguments_it_is_another_one(tables: Tables, begun: Any) -> None:
    move, times = begun
    for number in range(4):
        played(tables, move, number)
    assert times == [(0,), (1,), (2,), (3,)]


def test_in_another_thread_or_after_other_writes_it_is_played(app: Flask, tables: Tables, begun: Any) -> None:
    move, times = begun
    for _ in range(3):
        played(tables, lambda cast: at_once(app, [lambda: move(cast)]))
    for _ in range(3):
        played(tables, lambda cast: (rezone("Asia/Tokyo"), move(cast)))
    assert len(times) == 6


def test_what_replaces_something_plays_its_beginnings(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "tables" not in app.extensions
