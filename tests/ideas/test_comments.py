"""Comments: shown at once or held, released, taken down and let back; what is not shown is nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.events.timeline import timeline_of_idea
from portal.ideas import amending, commenting
from portal.ideas.amending import NoSuchAmendment
from portal.ideas.commenting import CommentMoved, NoSuchComment, Said, TooManyHeld
from portal.ideas.talk_models import IdeaComment
from portal.ideas.voices import Voice
from tenants.permissions import Forbidden
from tenants.scope import Scope, current, db, entered
from tests.cast import Cast
from tests.ideas.conftest import NIA, OLA, idea_row
from tests.play import colleague

pytestmark = pytest.mark.database

SAID = "I have stood there for an hour."


@pytest.fixture
def team(cast: Cast) -> Scope:
    return colleague(cast, cast.meridian, "pia@example.com", "product")


@pytest.fixture
def guest(cast: Cast) -> Voice:
    """A customer with an account."""
    from tenants.models import User
    from tenants.scope import writing

    with entered(Scope.system(cast.riverside)), writing():
        user = User(network_id=cast.riverside, email="gus@example.com", name="Gus")
        db.session.add(user)
        db.session.flush()
        return Voice("gus-ballot", user.id, "Gus")


def say(cast: Cast, idea: Any, voice: Voice, text: str = SAID, **more: Any) -> bool:
    with entered(Scope.customer(cast.riverside, person_id=voice.person_id)):
        return commenting.comment(idea.id, Said(text, "en", **more), voice)


def rows(cast: Cast, idea: Any) -> list[Any]:
    table = IdeaComment.__table__
    with entered(Scope.system(cast.riverside)):
        query = current().select(table).where(table.c.idea_id == idea.id).order_by(table.c.id)
        return list(db.session.execute(query))


def read_by(cast: Cast, idea: Any, scope: Scope) -> str:
    """Everything that a reader meets of what was said."""
    with entered(scope):
        told = [f"{each.text} {each.facts}" for each in timeline_of_idea(idea.id)]
        return "\n".join([*told, *(str(each) for each in commenting.comments_of(idea.id))])


def counts(cast: Cast, idea: Any) -> tuple[int, int]:
    row = idea_row(cast, idea.id)
    return row.comments, row.comments_held


def test_an_account_is_read_at_once(cast, proposed, guest) -> None:
    idea = proposed()
    assert say(cast, idea, guest, "Write to gus@example.com. " + SAID)
    assert counts(cast, idea) == (1, 0)
    assert SAID in read_by(cast, idea, cast.public) and "gus@example" not in read_by(cast, idea, cast.public)


def test_somebody_without_one_is_held_and_met_by_nobody(cast, proposed, team, guest, hand, browser) -> None:
    idea = proposed()
    assert not say(cast, idea, OLA)
    assert counts(cast, idea) == (0, 1)
    for scope in (cast.public, Scope.customer(cast.riverside), cast.as_hugo, team):
        assert SAID not in read_by(cast, idea, scope)
    with entered(team):
        (held,) = commenting.to_look_at("held")
        assert held.text == SAID and held.reference == idea.reference
        hand.move(timedelta(days=2))
        commenting.release(idea.id, held.id)
    assert counts(cast, idea) == (1, 0)
    assert SAID in read_by(cast, idea, cast.public)
    say(cast, idea, guest, "So do I.")
    with entered(cast.public):
        at_once, let_through = timeline_of_idea(idea.id)[:2]
        assert let_through.facts["said"] == held.said_at.isoformat() and "said" not in at_once.facts
    told = browser.get(f"/ideas/{idea.reference}").text.split("What has happened</h2>")[1]
    assert "and the team let everybody read it" in told, "so that the date there and the one beside it do not clash"


def test_taken_down_it_leaves_the_history_and_can_come_back(cast, proposed, guest, team) -> None:
    idea = proposed()
    say(cast, idea, guest)
    (one,) = rows(cast, idea)
    with entered(team):
        commenting.hide(idea.id, one.id, reason="abuse")
        assert [each.text for each in commenting.to_look_at("hidden")] == [SAID]
    assert counts(cast, idea) == (0, 0)
    for scope in (cast.public, cast.as_hugo, Scope.system(cast.riverside)):
        assert SAID not in read_by(cast, idea, scope)
    with entered(cast.public):
        newest = timeline_of_idea(idea.id)[0]
        assert (newest.kind, newest.facts["reason"]) == ("idea.comment.hidden", "abuse")
    with entered(team):
        commenting.release(idea.id, one.id)
    assert counts(cast, idea) == (1, 0) and SAID in read_by(cast, idea, cast.public)


@pytest.mark.parametrize("act", ["release", "hide"])
def test_of_two_colleagues_the_second_is_told(cast, proposed, guest, team, act) -> None:
    idea = proposed()
    say(cast, idea, guest if act == "hide" else OLA)
    (one,) = rows(cast, idea)
    verbs = {
        "release": lambda: commenting.release(idea.id, one.id),
        "hide": lambda: commenting.hide(idea.id, one.id, reason="abuse"),
    }
    with entered(team):
        verbs[act]()
        with pytest.raises(CommentMoved):
            verbs[act]()


@pytest.mark.parametrize("who", ["ada", "hugo", "greta"])
def test_only_the_team_that_answers_it_moderates(cast, proposed, guest, who) -> None:
    idea = proposed()
    say(cast, idea, guest)
    (one,) = rows(cast, idea)
    scope = {"ada": cast.as_ada, "hugo": cast.as_hugo, "greta": cast.as_greta}[who]
    with pytest.raises(Forbidden), entered(scope):
        commenting.hide(idea.id, one.id, reason="abuse")
    assert rows(cast, idea)[0].state == "shown"


def test_the_same_said_twice_is_one(cast, proposed, guest) -> None:
    idea = proposed()
    for voice in (guest, guest, OLA, OLA, NIA):
        say(cast, idea, voice)
    assert counts(cast, idea) == (1, 2)


def test_too_many_wait(cast, proposed, guest, monkeypatch) -> None:
    monkeypatch.setattr(commenting, "MOST_HELD", 2)
    idea = proposed()
    for text in ("one", "two"):
        say(cast, idea, OLA, text)
    with pytest.raises(TooManyHeld):
        say(cast, idea, NIA, "three")
    assert say(cast, idea, guest, "an account is not held")


def test_an_amendment_has_a_discussion_of_its_own(cast, proposed, guest) -> None:
    idea, other = proposed(), proposed()
    with entered(Scope.customer(cast.riverside)):
        made = amending.amend(idea.id, amending.Wording(1, 0, "Nowhere."), OLA)
    say(cast, idea, guest, amendment_id=made)
    with entered(cast.public):
        assert not commenting.comments_of(idea.id) and commenting.discussed(idea.id) == {made: 1}
        assert [each.text for each in commenting.comments_of(idea.id, amendment_id=made)] == [SAID]
    with pytest.raises(NoSuchAmendment):
        say(cast, other, guest, "of another idea", amendment_id=made)


def test_a_comment_is_found_on_its_own_idea_only(cast, proposed, guest, team) -> None:
    idea, other = proposed(), proposed()
    say(cast, idea, guest)
    with pytest.raises(NoSuchComment), entered(team):
        commenting.hide(other.id, rows(cast, idea)[0].id, reason="abuse")
