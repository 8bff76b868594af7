"""Votes that staff give for customers, and votes through a case: one person, one vote, whoever comes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.cases.holding import NoSuchCase
from portal.ideas import behalf, merging, voting
from portal.ideas.counters import differences
from portal.ideas.holding import Merged, NoSuchIdea
from portal.ideas.models import Idea
from portal.ideas.states import WrongIdeaState
from portal.ideas.voices import Voice
from portal.ideas.vote_models import IdeaVote
from tenants.permissions import Forbidden
from tenants.scope import Scope, current, db, entered, writing
from tests.cast import Cast
from tests.ideas.conftest import NIA, idea_row
from tests.ideas.team_play import change
from tests.ideas.test_evidence import counts, own
from tests.ideas.test_voting import as_door, counted, kept
from tests.play import at_once, colleague, reported

pytestmark = pytest.mark.database
Proposed = Callable[..., Any]


def carriers(idea_id: int) -> list[int | None]:
    """The accounts that the votes of an idea carry."""
    votes = IdeaVote.__table__
    return list(db.session.scalars(current().select(votes.c.person_id).where(votes.c.idea_id == idea_id)))


def given_by(scope: Scope, verb: Callable[..., Any], *given: Any) -> Any:
    with entered(scope):
        return verb(*given)


def test_staff_vote_once_for_the_customer_of_a_case(cast: Cast, proposed: Proposed) -> None:
    idea, case_id = proposed(), reported(cast, visibility="private").case_id
    given_by(cast.as_ada, behalf.vote_for, idea.id, case_id)
    assert kept(cast, idea.id) == counted(cast, idea.id)
    assert (kept(cast, idea.id)["votes"], kept(cast, idea.id)["votes_behalf"]) == (1, 1)
    assert counts(cast, idea.id) == (1, 1), "the case is behind it"
    with pytest.raises(behalf.HasVoted):
        given_by(cast.as_ada, behalf.vote_for, idea.id, case_id)
    assert given_by(cast.as_ada, behalf.given_for, case_id, [idea.id]) == {idea.id}
    assert given_by(cast.as_hugo, behalf.given_for, case_id, [idea.id]) == set()
    assert given_by(cast.as_ada, behalf.take_back, idea.id, case_id)
    assert not given_by(cast.as_ada, behalf.take_back, idea.id, case_id)
    assert kept(cast, idea.id)["votes"] == 0
    assert counts(cast, idea.id) == (1, 1), "what was said in the case stays behind it"


def test_who_has_not_the_case_votes_for_nobody(cast: Cast, proposed: Proposed) -> None:
    idea, public, private = proposed(), reported(cast).case_id, reported(cast, visibility="private").case_id
    inside = proposed(scope=cast.as_hugo, visibility="internal", touchpoint_id=cast.belt)
    for case_id in (public, private):
        for scope in (cast.as_hugo, cast.as_otto):
            with pytest.raises(NoSuchCase):
                given_by(scope, behalf.vote_for, idea.id, case_id)
            with pytest.raises(NoSuchCase):
                given_by(scope, behalf.take_back, idea.id, case_id)
    with pytest.raises(NoSuchIdea):
        given_by(cast.as_ada, behalf.vote_for, inside.id, public)
    for scope in (cast.public, cast.customer(public), Scope.remote(cast.riverside, cast.meridian)):
        with pytest.raises(Forbidden):
            given_by(scope, behalf.vote_for, idea.id, public)
    assert kept(cast, idea.id)["votes"] == kept(cast, inside.id)["votes"] == idea_row(cast, idea.id).evidence == 0
    given_by(cast.as_ada, behalf.vote_for, idea.id, public)
    with pytest.raises(NoSuchCase):
        given_by(cast.as_hugo, behalf.take_back, idea.id, public)
    assert kept(cast, idea.id)["votes"] == 1


def test_a_customer_who_has_voted_is_not_counted_again(cast: Cast, proposed: Proposed) -> None:
    idea, other = proposed(), proposed(title="More benches")
    case_id = reported(cast).case_id
    own(cast, case_id)
    as_door(cast, voting.vote, idea, Voice("ada-desk", person_id=cast.ada))
    with pytest.raises(behalf.HasVoted):
        given_by(cast.as_ada, behalf.vote_for, idea.id, case_id)
    second = reported(cast).case_id
    as_door(cast, voting.vote, other, NIA, case_id=second)
    with pytest.raises(behalf.HasVoted):
        given_by(cast.as_ada, behalf.vote_for, other.id, second)
    assert kept(cast, idea.id)["votes"] == kept(cast, other.id)["votes"] == 1


@pytest.mark.parametrize("kept_first", [True, False])
def test_a_customer_who_votes_after_staff_did_makes_the_vote_their_own(
    cast: Cast, proposed: Proposed, kept_first: bool
) -> None:
    idea, case_id, ada = proposed(), reported(cast).case_id, Voice("ada-desk", person_id=cast.ada)
    if kept_first:
        own(cast, case_id)
    given_by(cast.as_ada, behalf.vote_for, idea.id, case_id)
    (carried,) = as_door(cast, carriers, idea.id)
    assert carried == (cast.ada if kept_first else None), "so the database refuses her second vote, whoever is quicker"
    own(cast, case_id)
    assert as_door(cast, voting.standing, idea, ada).voted
    assert not as_door(cast, voting.vote, idea, ada)
    assert kept(cast, idea.id) == counted(cast, idea.id)
    assert kept(cast, idea.id)["votes"] == 1
    assert as_door(cast, voting.take_back, idea, ada), "whose vote it is takes it back"
    assert kept(cast, idea.id)["votes"] == 0


def test_what_is_over_or_goes_on_elsewhere_takes_no_votes(cast: Cast, proposed: Proposed) -> None:
    idea, other, case_id = proposed(), proposed(title="More benches"), reported(cast).case_id
    with entered(Scope.system(cast.riverside)), writing():
        db.session.get_one(Idea, idea.id).state = "declined"
        db.session.get_one(Idea, other.id).merged_into_id = idea.id
    with pytest.raises(WrongIdeaState):
        given_by(cast.as_ada, behalf.vote_for, idea.id, case_id)
    with pytest.raises(Merged):
        given_by(cast.as_ada, behalf.vote_for, other.id, case_id)
    assert counts(cast, idea.id) == counts(cast, other.id) == (0, 0), "nor is the case linked by it"


def test_through_a_case_and_then_from_the_browser_is_one_vote(cast: Cast, proposed: Proposed) -> None:
    idea, case_id = proposed(), reported(cast).case_id
    assert as_door(cast, voting.vote, idea, NIA, case_id=case_id)
    assert kept(cast, idea.id)["votes_verified"] == 1, "the key of the case says who it is"
    assert not as_door(cast, voting.vote, idea, NIA)
    assert not as_door(cast, voting.vote, idea, Voice("nia-phone"), case_id=case_id), "nor from another browser"
    assert kept(cast, idea.id) == counted(cast, idea.id)
    assert kept(cast, idea.id)["votes"] == 1


def test_from_the_browser_and_then_through_the_case_is_one_vote(cast: Cast, proposed: Proposed) -> None:
    idea, case_id = proposed(), reported(cast).case_id
    as_door(cast, voting.vote, idea, NIA)
    assert not as_door(cast, voting.vote, idea, NIA, case_id=case_id)
    assert (kept(cast, idea.id)["votes"], kept(cast, idea.id)["votes_verified"]) == (1, 1)
    with pytest.raises(behalf.HasVoted):
        given_by(cast.as_ada, behalf.vote_for, idea.id, case_id)


def test_two_ideas_that_become_one_count_their_customers_once(cast: Cast, proposed: Proposed) -> None:
    idea, other = proposed(), proposed(title="More benches")
    in_account, without = reported(cast).case_id, reported(cast).case_id
    own(cast, in_account)
    for each in (idea, other):
        for case_id in (in_account, without):
            given_by(cast.as_ada, behalf.vote_for, each.id, case_id)
    both = merging.together(cast.riverside, idea_row(cast, idea.id), [idea_row(cast, other.id)])
    assert (both.votes, both.people) == (4, 2)
    change(cast, other.id, merged_into_id=idea.id)
    assert idea_row(cast, idea.id).votes_joined == 0, "both support the one that stays"
    for case_id, more in ((without, 1), (in_account, 2)):
        given_by(cast.as_ada, behalf.take_back, idea.id, case_id)
        assert idea_row(cast, idea.id).votes_joined == more
    with entered(Scope.system()):
        assert list(differences()) == []


def test_twenty_at_once_are_one(app: Any, cast: Cast, proposed: Proposed) -> None:
    idea, case_id = proposed(), reported(cast).case_id
    own(cast, case_id)
    pia = colleague(cast, cast.meridian, "pia@example.com")
    staff = [lambda scope=scope: given_by(scope, behalf.vote_for, idea.id, case_id) for scope in (cast.as_ada, pia)]
    ada = Voice("ada-desk", person_id=cast.ada)
    results = at_once(app, [*(staff * 8), *[lambda: as_door(cast, voting.vote, idea, ada)] * 4])
    assert all(each in (None, True, False) or isinstance(each, behalf.HasVoted) for each in results), results
    assert kept(cast, idea.id) == counted(cast, idea.id)
    assert kept(cast, idea.id)["votes"] == 1


ACTS = st.lists(
    st.tuples(
        st.sampled_from(("browser", "account", "case", "behalf", "back", "staff back", "keep")), st.integers(0, 1)
    )
)


@settings(suppress_health_check=list(HealthCheck), max_examples=20)
@given(acts=ACTS)
def test_whoever_votes_in_whatever_order_counters_equal_rows(cast: Cast, proposed: Proposed, acts: Any) -> None:
    idea, cases = proposed(), [reported(cast).case_id for _number in range(2)]
    for act, number in acts:
        case_id, voice = cases[number], Voice(f"browser-{number}")
        account = Voice(voice.word, person_id=cast.ada)
        if act == "keep":
            own(cast, case_id)
        elif act == "behalf":
            try:
                given_by(cast.as_ada, behalf.vote_for, idea.id, case_id)
            except behalf.HasVoted:
                assert kept(cast, idea.id)["votes"]
        elif act == "staff back":
            given_by(cast.as_ada, behalf.take_back, idea.id, case_id)
        elif act == "back":
            as_door(cast, voting.take_back, idea, account)
        else:
            as_door(cast, voting.vote, idea, account if act == "account" else voice,
                    case_id=case_id if act == "case" else None)  # fmt: skip
    assert kept(cast, idea.id) == counted(cast, idea.id)
    counts(cast, idea.id)
