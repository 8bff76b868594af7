"""Who reads an idea: taken down, shown again, published; and what the log seals."""

from __future__ import annotations

from typing import Any

import pytest

from portal.directory import directory
from portal.events.timeline import timeline_of_idea
from portal.followers.log.models import LogEntry
from portal.ideas import commenting, moderating
from portal.ideas.holding import NoSuchIdea, StaleIdea
from portal.ideas.moderating import WrongReach
from portal.ideas.reading import find_idea, list_ideas
from portal.ideas.revising import revisions_of
from portal.ideas.voices import Voice
from portal.worker.main import until_idle
from tenants import door
from tenants.permissions import Forbidden
from tenants.scope import Scope, current, db, entered
from tests.cast import Cast
from tests.ideas.conftest import idea_row
from tests.play import colleague

pytestmark = pytest.mark.database


@pytest.fixture
def team(cast: Cast) -> Scope:
    return colleague(cast, cast.meridian, "pia@example.com", "product")


def is_read(cast: Cast, idea: Any, scope: Scope) -> bool:
    """One answer for the idea, its versions, its history: or they would tell of each other."""
    with entered(scope):
        try:
            find_idea(idea.reference)
            found = True
        except NoSuchIdea:
            found = False
        assert bool(revisions_of(idea.id)) is found is bool(timeline_of_idea(idea.id))
        return found


def sealed(cast: Cast, idea: Any) -> list[str]:
    until_idle()
    entries = LogEntry.__table__
    with entered(Scope.system(cast.riverside)):
        query = current().select(entries.c.entry).where(entries.c.idea_id == idea.id).order_by(entries.c.number)
        return [row.entry.decode().split('"kind":"')[1].split('"')[0] for row in db.session.execute(query)]


def test_an_abusive_idea_is_taken_down_and_let_back(cast, proposed, team) -> None:
    idea = proposed()
    with entered(team):
        moderating.hide(idea.id, idea.version, reason="abuse")
    everybody = (cast.public, Scope.customer(cast.riverside), cast.as_hugo, cast.as_greta)
    assert not any(is_read(cast, idea, scope) for scope in everybody)
    assert is_read(cast, idea, team)
    assert sealed(cast, idea) == [], "nothing of it had been sealed"
    with entered(team):
        moderating.show_again(idea.id, idea_row(cast, idea.id).version)
    assert all(is_read(cast, idea, scope) for scope in everybody)
    assert sealed(cast, idea) == ["idea.proposed", "idea.shown"], "what happened meanwhile is sealed with it"


def test_it_is_in_no_list_and_takes_no_word(cast, proposed, team) -> None:
    idea = proposed()
    with entered(team):
        moderating.hide(idea.id, idea.version, reason="abuse")
    with entered(cast.public):
        network = door.network_by_slug("riverside")
        assert not list_ideas({}, directory(network)).rows
    with pytest.raises(NoSuchIdea), entered(Scope.customer(cast.riverside)):
        commenting.comment(idea.id, commenting.Said("x", "en"), Voice("x"))


@pytest.mark.parametrize("visibility", ["internal", "network"])
def test_publishing_opens_the_history_and_the_log_seals_it(cast, proposed, team, visibility) -> None:
    idea = proposed(Voice(person_id=team.person_id), scope=team, visibility=visibility)
    assert not is_read(cast, idea, cast.public) and sealed(cast, idea) == []
    assert is_read(cast, idea, cast.as_hugo) is (visibility == "network")
    with entered(team):
        moderating.publish(idea.id, idea.version)
        with pytest.raises(WrongReach):
            moderating.publish(idea.id, idea_row(cast, idea.id).version)
    assert is_read(cast, idea, cast.public)
    assert sealed(cast, idea) == ["idea.proposed", "idea.published"]


@pytest.mark.parametrize("act", ["hide", "publish", "show_again"])
def test_only_the_team_that_answers_it_and_only_what_they_saw(cast, proposed, team, act) -> None:
    idea = proposed(Voice(person_id=team.person_id), scope=team, visibility="public" if act == "hide" else "network")
    more = {"reason": "abuse"} if act == "hide" else {}
    for scope in (cast.as_ada, cast.as_hugo):
        with pytest.raises(Forbidden), entered(scope):
            getattr(moderating, act)(idea.id, idea.version, **more)
    with pytest.raises(StaleIdea), entered(team):
        getattr(moderating, act)(idea.id, idea.version + 1, **more)
    assert idea_row(cast, idea.id).visibility == idea.visibility
