"""Merging, a reversible link: whatever is merged, taken out and voted for, nothing is lost, and counters equal rows."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.events.timeline import timeline_of_idea
from portal.ideas import answering, merging, voting
from portal.ideas.counters import differences
from portal.ideas.holding import Merged, NoSuchIdea, StaleIdea
from portal.ideas.voices import Voice
from tenants.permissions import Forbidden
from tenants.scope import Scope, entered
from tests.ideas.conftest import NIA, OLA, idea_row
from tests.ideas.team_play import STEPS, bring, change, product
from tests.ideas.test_team_pages import desk as desk
from tests.ideas.test_team_pages import mia as mia
from tests.ideas.test_voting import counted, kept
from tests.play import at_once

pytestmark = pytest.mark.database


def merge(cast: Any, who: Scope, idea: Any, into: Any) -> None:
    version = idea_row(cast, idea.id).version
    with entered(who):
        merging.merge(idea.id, version, into=into.reference, reason="The same.")


def unmerge(cast: Any, who: Scope, idea: Any) -> None:
    version = idea_row(cast, idea.id).version
    with entered(who):
        merging.unmerge(idea.id, version, reason="It is not.")


def vote(cast: Any, idea: Any, voice: Voice) -> None:
    with entered(Scope.door(cast.riverside)):
        voting.vote(idea_row(cast, idea.id), voice)


def test_both_keep_their_votes_and_one_person_counts_once(cast, proposed) -> None:
    mia, one, two = product(cast, cast.meridian), proposed(), proposed(title="Chairs")
    ada = Voice("ada-desk", person_id=cast.ada)
    for idea, voices in ((one, (NIA, ada)), (two, (OLA, ada))):
        for voice in voices:
            vote(cast, idea, voice)
    merge(cast, mia, one, two)
    with entered(cast.public):
        joined = merging.merged_into(two.id)
        together = merging.together(cast.riverside, idea_row(cast, two.id), joined)
    assert [row.id for row in joined] == [one.id]
    assert (together.votes, together.twice, together.people) == (4, 1, 3)
    assert (idea_row(cast, two.id).votes_joined, idea_row(cast, one.id).votes_joined) == (1, 0)
    assert kept(cast, one.id)["votes"] == kept(cast, two.id)["votes"] == 2


def test_the_score_counts_people_of_merged_ideas_and_says_so(cast, desk, mia, proposed, browser) -> None:
    one, two, three = (proposed(title=f"Idea {n}") for n in range(3))
    for idea, voices in ((one, (NIA, OLA)), (two, (NIA,)), (three, (NIA, OLA))):
        for voice in voices:
            vote(cast, idea, voice)
    for idea in (two, three):
        change(cast, idea.id, reach=2, effort=1)
    before = idea_row(cast, two.id)
    merge(cast, mia, one, two)
    assert (answering.score(before), answering.score(idea_row(cast, two.id))) == (2.0, 6.0)
    board = desk.get("/desk/meridian/ideas").text
    assert board.index("Idea 1") < board.index("Idea 2"), "six against four"
    for page in (
        board,
        desk.get(f"/desk/meridian/ideas/{two.reference}").text,
        browser.get(f"/ideas/{two.reference}").text,
    ):
        assert "<b>6.0</b> = (1 vote + 2 more of ideas merged into it +" in page
    unmerge(cast, mia, one)
    assert answering.score(idea_row(cast, two.id)) == 2.0


def test_taken_out_all_is_as_it_was(cast, proposed) -> None:
    mia, one, two = product(cast, cast.meridian), proposed(), proposed(title="Chairs")
    bring(cast, mia, one, "planned")
    change(cast, one.id, horizon="next")
    vote(cast, one, NIA)
    before = idea_row(cast, one.id)
    merge(cast, mia, one, two)
    with entered(mia), pytest.raises(merging.NotMergeable):
        merging.unmerge(two.id, idea_row(cast, two.id).version, reason="It is not merged.")
    unmerge(cast, mia, one)
    after = idea_row(cast, one.id)
    moved = {"version", "last_seq", "public_version", "customer_version", "shared_version"}
    assert {k: v for k, v in after._mapping.items() if k not in moved} == {
        k: v for k, v in before._mapping.items() if k not in moved
    }
    with entered(cast.public):
        assert [e.kind for e in timeline_of_idea(two.id)][:2] == ["idea.lost", "idea.gained"]


@pytest.mark.parametrize("wrong", ["itself", "merged", "others", "hidden", "carries", "nothing"])
def test_what_does_not_go_together(cast, proposed, wrong) -> None:
    mia, one, two, three = product(cast, cast.meridian), proposed(), proposed(title="Two"), proposed(title="Three")
    into = two.reference
    if wrong == "itself":
        into = one.reference
    elif wrong == "merged":
        merge(cast, mia, two, three)
    elif wrong == "others":
        into = proposed(touchpoint_id=cast.belt).reference
    elif wrong == "hidden":
        into = proposed(Voice(), scope=mia, visibility="internal").reference
    elif wrong == "carries":
        merge(cast, mia, three, one)
    else:
        into = "RIV-0000-0000"
    before = idea_row(cast, one.id)
    with entered(mia), pytest.raises(NoSuchIdea if wrong == "nothing" else merging.NotMergeable):
        merging.merge(one.id, before.version, into=into, reason="The same.")
    assert idea_row(cast, one.id) == before


def test_who_may_and_from_which_form(cast, proposed) -> None:
    mia, one, two = product(cast, cast.meridian), proposed(), proposed(title="Two")
    for nobody in (cast.as_ada, product(cast, cast.harbor, "hannah")):
        with entered(nobody), pytest.raises(Forbidden):
            merging.merge(one.id, 1, into=two.reference, reason="The same.")
    with entered(mia), pytest.raises(StaleIdea):
        merging.merge(one.id, 0, into=two.reference, reason="The same.")
    merge(cast, mia, one, two)
    with entered(mia), pytest.raises(Merged):
        merging.merge(one.id, idea_row(cast, one.id).version, into=two.reference, reason="Again.")


def test_merges_that_cross_end_with_one_link(app, cast, proposed) -> None:
    mia, one, two = product(cast, cast.meridian), proposed(), proposed(title="Two")
    for _round in range(5):
        works = [lambda a=a, b=b: merge(cast, mia, a, b) for a, b in ((one, two), (two, one)) * 2]
        results = at_once(app, works, patience=20)
        assert results.count(None) == 1, results
        assert all(isinstance(each, (merging.NotMergeable, Merged, StaleIdea)) for each in results if each), results
        links = [idea_row(cast, each.id).merged_into_id for each in (one, two)]
        assert sorted(link is None for link in links) == [False, True]
        unmerge(cast, mia, one if links[0] else two)


PEOPLE = [NIA, OLA, Voice("kiosk"), Voice("ada-desk", person_id=1), Voice("kiosk", person_id=1)]
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), st.integers(0, 2), st.integers(0, 2)),
        st.tuples(st.just("unmerge"), st.integers(0, 2), st.just(0)),
        st.tuples(st.sampled_from(["vote", "back"]), st.integers(0, 2), st.integers(0, len(PEOPLE) - 1)),
    ),
    max_size=12,
)


@settings(suppress_health_check=list(HealthCheck), max_examples=15)
@given(acts=ACTS)
def test_whatever_is_merged_and_voted_counters_equal_rows(cast, proposed, acts) -> None:
    mia, ideas = product(cast, cast.meridian), [proposed(title=f"Idea {n}") for n in range(3)]
    for act, at, other in acts:
        if act in ("merge", "unmerge"):
            with suppress(merging.NotMergeable, Merged):
                merge(cast, mia, ideas[at], ideas[other]) if act == "merge" else unmerge(cast, mia, ideas[at])
        else:
            person = PEOPLE[other]
            voice = Voice(person.word, cast.ada if person.person_id else None)
            with entered(Scope.door(cast.riverside)):
                (voting.vote if act == "vote" else voting.take_back)(idea_row(cast, ideas[at].id), voice)
    rows = [idea_row(cast, idea.id) for idea in ideas]
    merged = {row.id for row in rows if row.merged_into_id is not None}
    for row in rows:
        assert kept(cast, row.id) == counted(cast, row.id)
        assert row.merged_into_id not in merged, "a link leads to where it goes on, and no further"
        with entered(cast.public):
            joined = merging.merged_into(row.id)
            together = merging.together(cast.riverside, row, joined)
        assert together.votes == row.votes + sum(each.votes for each in joined)
        assert 0 <= together.twice <= together.votes
        assert row.votes + row.votes_joined == together.people, "the score counts each person once"
    with entered(Scope.system()):
        assert list(differences()) == []


def test_no_step_is_made_with_what_goes_on_elsewhere(cast, proposed) -> None:
    mia, one, two = product(cast, cast.meridian), proposed(), proposed(title="Two")
    merge(cast, mia, one, two)
    with entered(mia), pytest.raises(Merged):
        answering.answer(one.id, idea_row(cast, one.id).version, STEPS["review"])
