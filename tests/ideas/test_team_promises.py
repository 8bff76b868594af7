"""Promised dates of ideas with the held clock: kept, broken, moved, and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.events.timeline import timeline_of_idea
from portal.ideas import promising, taking_part
from portal.ideas.official import ahead_by_idea, moves_before, next_promise
from portal.ideas.states import STATES, WrongIdeaState
from portal.worker.timers import fire_due
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import entered
from tests.ideas.conftest import idea_row
from tests.ideas.team_play import bring, do, product, soon

pytestmark = pytest.mark.database


@pytest.fixture
def promised(cast, proposed) -> tuple[Any, Any, int]:
    """A planned idea of Meridian with a promise for in a week: who promised, the idea, the promise."""
    mia, idea = product(cast, cast.meridian), proposed()
    row = bring(cast, mia, idea, "planned")
    with entered(mia):
        return mia, idea, promising.promise(idea.id, row.version, sentence="Ten benches", due_at=soon())


def states(cast: Any, idea_id: int) -> list[str]:
    """Of all promises, in the order in which they were made."""
    with entered(cast.public):
        return [one.state for one in sorted(promising.promises_of(idea_id), key=lambda one: one.id)]


def told(cast: Any, idea_id: int) -> list[str]:
    with entered(cast.public):
        return [e.kind[13:] for e in timeline_of_idea(idea_id)[::-1] if e.kind.startswith("idea.promise.")]


def test_kept_in_time(cast, promised, hand) -> None:
    mia, idea, one = promised
    with entered(mia):
        promising.keep(idea.id, one, text="They stand there.")
        with pytest.raises(promising.PromiseSettled):
            promising.keep(idea.id, one, text="Again.")
    hand.move(timedelta(days=8))
    fire_due()
    assert states(cast, idea.id) == ["kept"] and told(cast, idea.id) == ["made", "kept"]


def test_it_breaks_by_itself_after_its_moment(cast, promised, hand) -> None:
    _mia, idea, _one = promised
    hand.move(timedelta(days=7))
    fire_due()
    assert states(cast, idea.id) == ["due"], "at its moment it is not late"
    hand.move(timedelta(seconds=1))
    version = idea_row(cast, idea.id).version
    fire_due()
    assert states(cast, idea.id) == ["broken"]
    assert idea_row(cast, idea.id).version == version, "what somebody types meanwhile is not refused for it"


@pytest.mark.parametrize("fired", [True, False])
def test_kept_late_it_stays_broken(cast, promised, hand, fired) -> None:
    mia, idea, one = promised
    hand.move(timedelta(days=8))
    if fired:
        fire_due()
    with entered(mia):
        promising.keep(idea.id, one, text="At last.")
    fire_due()
    assert states(cast, idea.id) == ["broken"] and told(cast, idea.id) == ["made", "broken", "kept"]


@pytest.mark.parametrize("fired", [True, False])
def test_moved_after_its_date_it_stays_broken_and_has_a_new_one(cast, promised, hand, fired) -> None:
    mia, idea, one = promised
    hand.move(timedelta(days=8))
    if fired:
        fire_due()
    with entered(mia):
        with pytest.raises(promising.PromiseInThePast):
            promising.postpone(idea.id, one, due_at=clock.now() - timedelta(hours=1), reason="No.")
        promising.postpone(idea.id, one, due_at=soon(), reason="The ship is late.")
        with pytest.raises(promising.PromiseSettled):
            promising.postpone(idea.id, one, due_at=soon(9), reason="Once more.")
        assert next_promise(idea_row(cast, idea.id), promising.promises_of(idea.id)).due_at == soon()
    assert states(cast, idea.id) == ["broken", "due"]
    assert told(cast, idea.id) == ["made", "broken", "moved", "made"]
    fire_due()
    assert states(cast, idea.id) == ["broken", "due"], "its old timer finds nothing to do"


def test_moved_in_time_shows_both_dates(cast, promised) -> None:
    mia, idea, one = promised
    with entered(mia):
        promising.postpone(idea.id, one, due_at=soon(14), reason="The ship is late.")
    with entered(cast.public):
        moved = next(each for each in promising.promises_of(idea.id) if each.id == one)
        assert (moved.state, moved.due_at, moved.moved_to) == ("moved", soon(7), soon(14))


def test_what_was_moved_is_told_with_each_date_before(cast, promised, hand) -> None:
    mia, idea, one = promised
    with entered(mia):
        promising.promise(idea.id, idea_row(cast, idea.id).version, sentence="Arms", due_at=soon(28))
        promising.postpone(idea.id, one, due_at=soon(14), reason="The ship is late.")
        second = next(each.id for each in promising.promises_of(idea.id) if each.due_at == soon(14))
        hand.move(timedelta(days=15))
        promising.postpone(idea.id, second, due_at=soon(13), reason="It sank.")
    with entered(cast.public):
        promises = promising.promises_of(idea.id)
        ahead, other = sorted(promises[:2], key=lambda each: each.sentence, reverse=True)
        assert ahead.due_at == other.due_at == soon(13), "both are owed"
        moves = moves_before(ahead, promises)
        assert [(each.state, each.reason) for each in moves] == [("moved", "The ship is late."), ("broken", "It sank.")]
        assert moves_before(other, promises) == [], "of the same business and for the same moment, but another one"
        assert ahead_by_idea([idea.id])[idea.id].promise.id in (ahead.id, other.id)
        assert ahead_by_idea([4711]) == {}


def test_only_who_promised_settles_it(cast, promised) -> None:
    mia, idea, one = promised
    hannah = product(cast, cast.harbor, "hannah")
    with entered(mia):
        version = idea_row(cast, idea.id).version
        taking_part.ask_part(idea.id, version, tenant_id=cast.harbor, what="Room")
    with entered(hannah):
        version = idea_row(cast, idea.id).version
        own = promising.promise(idea.id, version, sentence="Room", due_at=soon())
        with pytest.raises(Forbidden):
            promising.keep(idea.id, one, text="Not mine.")
        with pytest.raises(promising.NoSuchPromise):
            promising.keep(idea.id, 4711, text="None.")
    with entered(mia), pytest.raises(Forbidden):
        promising.postpone(idea.id, own, due_at=soon(9), reason="Not mine.")
    greta = product(cast, cast.airport, "greta", "manager")
    with entered(greta), pytest.raises(Forbidden):
        promising.promise(idea.id, idea_row(cast, idea.id).version, sentence="No part", due_at=soon())


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_promised_where_all_is_said(cast, proposed, state) -> None:
    mia, idea = product(cast, cast.meridian), proposed()
    row = bring(cast, mia, idea, state)
    with entered(mia):
        if state in ("shipped", "declined"):
            with pytest.raises(WrongIdeaState):
                promising.promise(idea.id, row.version, sentence="Ten", due_at=soon())
        else:
            assert promising.promise(idea.id, row.version, sentence="Ten", due_at=soon())


def test_declined_it_is_owed_no_more_but_what_was_late_stays_broken(cast, promised, hand) -> None:
    mia, idea, _one = promised
    hand.move(timedelta(days=8))
    with entered(mia):
        promising.promise(idea.id, idea_row(cast, idea.id).version, sentence="More", due_at=soon())
    do(cast, mia, idea, "decline")
    assert states(cast, idea.id) == ["broken", "released"]
    with entered(cast.public):
        assert next_promise(idea_row(cast, idea.id), promising.promises_of(idea.id)) is None


def test_shipping_keeps_what_was_promised(cast, promised) -> None:
    mia, idea, _one = promised
    do(cast, mia, idea, "ship")
    assert states(cast, idea.id) == ["kept"]
