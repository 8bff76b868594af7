"""One person, one vote: as a table, as random taps, and when thirty come at once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from portal.ideas import voting
from portal.ideas.models import Idea
from portal.ideas.voices import Voice
from portal.ideas.vote_models import IdeaVote
from tenants.scope import Scope, current, db, entered, writing
from tests.ideas.conftest import NIA, OLA, idea_row
from tests.play import at_once

pytestmark = pytest.mark.database

COUNTERS = ("votes", "votes_verified", "votes_anonymous", "votes_behalf", "votes_current", "fixed_yes", "fixed_no")


def as_door(cast: Any, act: Any, *given: Any, **more: Any) -> Any:
    with entered(Scope.door(cast.riverside)):
        return act(*given, **more)


def counted(cast: Any, idea_id: int) -> dict[str, int]:
    """What the rows say, counted anew."""
    votes = IdeaVote.__table__
    with entered(Scope.system(cast.riverside)):
        substance = db.session.scalar(select(Idea.substance).where(Idea.id == idea_id)) or 0
        rows = db.session.execute(current().select(votes).where(votes.c.idea_id == idea_id)).all()
    own = [row for row in rows if row.about == "idea"]
    fixed = [row.says_yes for row in rows if row.about == "fixed"]
    return {
        "votes": len(own),
        **{f"votes_{kind}": sum(row.kind == kind for row in own) for kind in ("verified", "anonymous", "behalf")},
        "votes_current": sum(row.revision >= substance for row in own),
        "fixed_yes": fixed.count(True),
        "fixed_no": fixed.count(False),
    }


def kept(cast: Any, idea_id: int) -> dict[str, int]:
    row = idea_row(cast, idea_id)
    return {name: getattr(row, name) for name in COUNTERS}


def test_a_vote_counts_once_and_is_taken_back(cast, proposed) -> None:
    idea = proposed()
    assert as_door(cast, voting.vote, idea, NIA)
    assert not as_door(cast, voting.vote, idea, NIA), "a double click is one tap"
    assert as_door(cast, voting.vote, idea, OLA)
    assert kept(cast, idea.id) == counted(cast, idea.id)
    assert kept(cast, idea.id)["votes_anonymous"] == 2
    assert as_door(cast, voting.take_back, idea, NIA)
    assert not as_door(cast, voting.take_back, idea, NIA)
    assert kept(cast, idea.id)["votes"] == 1


def test_who_signs_in_keeps_the_one_vote(cast, proposed) -> None:
    idea = proposed()
    as_door(cast, voting.vote, idea, NIA)
    signed_in = Voice(NIA.word, person_id=cast.ada)
    assert not as_door(cast, voting.vote, idea, signed_in)
    assert kept(cast, idea.id)["votes_verified"] == 1 and kept(cast, idea.id)["votes"] == 1
    elsewhere = Voice("ada-phone", person_id=cast.ada)
    assert not as_door(cast, voting.vote, idea, elsewhere), "one account, however many browsers"
    assert not as_door(cast, voting.vote, idea, NIA), "and the browser stays hers when she signs out"
    assert as_door(cast, voting.standing, idea, NIA).of_account
    assert not as_door(cast, voting.take_back, idea, NIA), "who sits there next does not take it back"
    assert kept(cast, idea.id)["votes"] == 1


def test_a_vote_from_a_phone_before_signing_in_is_not_a_second_one(cast, proposed) -> None:
    idea = proposed()
    as_door(cast, voting.vote, idea, Voice("ada-desk", person_id=cast.ada))
    as_door(cast, voting.vote, idea, Voice("ada-phone"))
    assert kept(cast, idea.id)["votes"] == 2, "nobody knows yet that it is she"
    as_door(cast, voting.vote, idea, Voice("ada-phone", person_id=cast.ada))
    assert kept(cast, idea.id) == counted(cast, idea.id)
    assert kept(cast, idea.id)["votes"] == 1


def test_two_accounts_at_one_browser_are_two_people(cast, proposed) -> None:
    idea = proposed()
    assert as_door(cast, voting.vote, idea, Voice("kiosk", person_id=cast.ada))
    assert as_door(cast, voting.vote, idea, Voice("kiosk", person_id=cast.hugo))
    assert kept(cast, idea.id)["votes_verified"] == 2


def test_is_it_fixed_has_one_answer_each_and_the_last_counts(cast, proposed) -> None:
    idea = proposed()
    for says in (True, False, False):
        as_door(cast, voting.say_fixed, idea, NIA, is_fixed=says)
    as_door(cast, voting.say_fixed, idea, OLA, is_fixed=True)
    assert kept(cast, idea.id) == counted(cast, idea.id)
    assert (kept(cast, idea.id)["fixed_yes"], kept(cast, idea.id)["fixed_no"]) == (1, 1)


def test_after_a_change_of_substance_votes_wait_to_be_confirmed(cast, proposed) -> None:
    idea = proposed()
    for who in (NIA, OLA):
        as_door(cast, voting.vote, idea, who)
    with entered(Scope.system(cast.riverside)), writing():
        held = db.session.get_one(Idea, idea.id)
        held.revision, held.substance = 2, 2
    assert (kept(cast, idea.id)["votes"], kept(cast, idea.id)["votes_current"]) == (2, 0)
    assert as_door(cast, voting.confirm, idea_row(cast, idea.id), OLA)
    assert not as_door(cast, voting.confirm, idea_row(cast, idea.id), OLA)
    assert kept(cast, idea.id) == counted(cast, idea.id)
    assert kept(cast, idea.id)["votes_current"] == 1


VOICES = [
    NIA, OLA, Voice("kiosk"), Voice("kiosk", person_id=1), Voice("nia-ballot", person_id=1), Voice("x", person_id=2),
]  # fmt: skip
TAPS = st.lists(st.tuples(st.sampled_from(("vote", "back", "confirm", "yes", "no")), st.integers(0, len(VOICES) - 1)))


@settings(suppress_health_check=list(HealthCheck), max_examples=25)
@given(taps=TAPS)
def test_whatever_is_tapped_counters_equal_rows(cast, proposed, taps) -> None:
    people = {1: cast.ada, 2: cast.hugo, None: None}
    idea = proposed()
    for act, who in taps:
        voice = Voice(VOICES[who].word, people[VOICES[who].person_id])
        if act in ("yes", "no"):
            as_door(cast, voting.say_fixed, idea, voice, is_fixed=act == "yes")
        else:
            verb = {"vote": voting.vote, "back": voting.take_back, "confirm": voting.confirm}[act]
            as_door(cast, verb, idea, voice)
        standing = as_door(cast, voting.standing, idea, voice)
        assert standing.voted or act != "vote"
        assert not standing.voted or standing.of_account or act != "back"
    assert kept(cast, idea.id) == counted(cast, idea.id)


def test_thirty_votes_of_one_person_at_once_are_one(app, cast, proposed) -> None:
    idea = proposed()
    results = at_once(app, [lambda: as_door(cast, voting.vote, idea, NIA)] * 30)
    assert results.count(True) == 1 and results.count(False) == 29
    assert kept(cast, idea.id) == counted(cast, idea.id)
    assert kept(cast, idea.id)["votes"] == 1


def test_taps_to_and_fro_at_once_end_consistent(app, cast, proposed) -> None:
    idea = proposed()
    ada = Voice("ada-desk", person_id=cast.ada)
    acts = [
        lambda voice=voice, verb=verb: as_door(cast, verb, idea, voice)
        for voice in (NIA, ada)
        for verb in (voting.vote, voting.take_back)
    ] * 6
    at_once(app, acts)
    assert kept(cast, idea.id) == counted(cast, idea.id)
    assert kept(cast, idea.id)["votes"] <= 2


def test_nobody_reads_who_voted(cast, proposed) -> None:
    idea = proposed()
    as_door(cast, voting.vote, idea, NIA)
    for scope in (cast.public, cast.as_ada, Scope.customer(cast.riverside, person_id=cast.ada)):
        with entered(scope):
            assert db.session.scalar(select(func.count()).select_from(IdeaVote)) == 0
