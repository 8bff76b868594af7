"""What an account takes away of ideas: all that it wrote, also what nobody reads any more, and nobody else's words."""

from __future__ import annotations

import pytest

from portal.ideas import commenting, export, moderating
from portal.ideas.voices import Voice
from tenants.scope import Scope, entered
from tests.ideas.conftest import idea_row
from tests.ideas.test_comments import team as team
from tests.ideas.test_removing import guests as guests
from tests.ideas.test_removing import planted as planted

pytestmark = pytest.mark.database


def test_what_was_taken_down_is_taken_away_as_well_and_says_so(cast, planted, guests, team) -> None:
    gus, gil = guests
    with entered(Scope.customer(cast.riverside, person_id=gil.person_id)):
        commenting.comment(planted.id, commenting.Said("Mine, and taken down.", "en"), gil)
    with entered(team):
        one = next(each for each in commenting.to_look_at("shown") if each.text == "Mine, and taken down.")
        commenting.hide(planted.id, one.id, reason="off_topic")
        moderating.hide(planted.id, idea_row(cast, planted.id).version, reason="abuse")
    taken = export.ideas_of(cast.riverside, gil.person_id)
    states = {each["text"]: (each["state"], each["reason"]) for each in taken["comments"]}
    assert states["Mine, and taken down."] == ("hidden", "off_topic")
    assert {each["idea"] for each in taken["comments"]} == {planted.reference}
    (own,) = export.ideas_of(cast.riverside, gus.person_id)["ideas"]
    assert own["hidden"] and own["title"]
    assert not export.ideas_of(cast.riverside, cast.hugo)["comments"], "nobody else's"


def test_what_was_written_at_work_stays_with_the_business(cast, proposed, team) -> None:
    proposed(Voice(person_id=team.person_id), scope=team, visibility="internal", title="For us")
    taken = export.ideas_of(cast.riverside, team.person_id)
    assert taken["ideas"] == taken["versions"] == []
