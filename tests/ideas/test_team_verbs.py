"""Verbs of product teams as tables: act × state, role, business, staleness; and what each leaves behind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from portal.events.timeline import timeline_of_idea
from portal.ideas import answering, fixed, shipping, taking_part, voting
from portal.ideas.holding import NoSuchIdea, StaleIdea
from portal.ideas.official import official
from portal.ideas.states import STATES, TRANSITIONS, WrongIdeaState
from portal.worker.timers import fire_due
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Scope, entered
from tests.ideas.conftest import NIA, OLA, idea_row
from tests.ideas.team_play import STEPS, bring, change, do, product, proof

pytestmark = pytest.mark.database


def kinds_of(cast: Any, idea_id: int) -> list[str]:
    with entered(cast.public):
        return [entry.kind for entry in timeline_of_idea(idea_id)][::-1]


@pytest.mark.parametrize("act", [*STEPS, "ship"])
@pytest.mark.parametrize("state", STATES)
def test_steps_go_where_the_table_says_and_nowhere_else(cast, proposed, state, act) -> None:
    mia, idea = product(cast, cast.meridian), proposed()
    before = bring(cast, mia, idea, state)
    wanted = TRANSITIONS.get((state, act))
    if wanted is None:
        with pytest.raises(WrongIdeaState):
            do(cast, mia, idea, act)
        assert idea_row(cast, idea.id) == before, "nothing was written"
    else:
        do(cast, mia, idea, act)
        after = idea_row(cast, idea.id)
        assert (after.state, after.version) == (wanted, before.version + 1)
        assert (after.shipped_since is not None) == (wanted == "shipped")


VERBS = {
    "answer": lambda idea, version: answering.answer(idea.id, version, STEPS["plan"]),
    "schedule": lambda idea, version: answering.schedule(idea.id, version, "now"),
    "weigh": lambda idea, version: answering.weigh(idea.id, version, reach=3, effort=2),
    "ship": lambda idea, version: shipping.ship(idea.id, version, proof()),
    "ask_part": lambda idea, version: taking_part.ask_part(idea.id, version, tenant_id=1, what="Room"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", ["agent", "other", "otto", "customer", "public"])
def test_nobody_else_answers(cast, proposed, verb, who) -> None:
    idea = proposed()
    scopes = {"agent": cast.as_ada, "other": product(cast, cast.harbor, "hannah", "admin"), "otto": cast.as_otto}
    scopes |= {"customer": Scope.customer(cast.riverside), "public": cast.public}
    with entered(scopes[who]), pytest.raises((Forbidden, NoSuchIdea)) as refused:
        VERBS[verb](idea, idea.version)
    assert refused.type is (NoSuchIdea if who == "otto" else Forbidden)
    assert idea_row(cast, idea.id) == idea


@pytest.mark.parametrize("verb", VERBS)
def test_a_form_from_before_writes_nothing(cast, proposed, verb) -> None:
    mia, idea = product(cast, cast.meridian), proposed()
    before = bring(cast, mia, idea, "in_progress")
    with entered(mia), pytest.raises(StaleIdea):
        VERBS[verb](idea, before.version - 1)
    assert idea_row(cast, idea.id) == before


def test_a_no_needs_its_reason_and_what_would_change_it(cast, proposed) -> None:
    mia, idea = product(cast, cast.meridian), proposed()
    for field, wrong in (
        ("text", {"text": " "}),
        ("reason", {"reason": "because"}),
        ("would_change", {"would_change": ""}),
    ):
        given = {"text": "No.", "reason": "too_few", "would_change": "100 votes", **wrong}
        with entered(mia), pytest.raises(answering.NoReason) as missing:
            answering.answer(idea.id, 1, answering.Answer("decline", **given))
        assert missing.value.field == field
    do(cast, mia, idea, "decline")
    do(cast, mia, idea, "update")
    with entered(cast.public):
        said = official(idea_row(cast, idea.id), timeline_of_idea(idea.id))
    assert said.refusal is not None and said.refusal.facts["would_change"] == "A new gate."
    assert said.newest is not None and said.newest.text == "They are on a ship.", "a later word leaves the no as it is"


def test_answers_are_never_overwritten(cast, proposed) -> None:
    mia, idea = product(cast, cast.meridian), proposed()
    for act in ("review", "plan", "update", "update", "review", "decline"):
        do(cast, mia, idea, act)
    assert kinds_of(cast, idea.id) == ["idea.proposed", *["idea.moved"] * 6]


@pytest.mark.parametrize("state", STATES)
def test_the_roadmap_takes_what_is_planned(cast, proposed, state) -> None:
    mia, idea = product(cast, cast.meridian), proposed()
    row = bring(cast, mia, idea, state)
    with entered(mia):
        if state in ("planned", "in_progress"):
            answering.schedule(idea.id, row.version, "next")
        else:
            with pytest.raises(WrongIdeaState):
                answering.schedule(idea.id, row.version, "next")
    if state == "planned":
        do(cast, mia, idea, "review")
        assert idea_row(cast, idea.id).horizon is None, "what is looked at again is not on the roadmap"


def test_the_score_has_its_formula(cast, proposed) -> None:
    mia, idea = product(cast, cast.meridian), proposed()
    assert answering.score(idea) is None
    with entered(mia):
        answering.weigh(idea.id, 1, reach=4, effort=2)
        with pytest.raises(ValueError, match="1 to 5"):
            answering.weigh(idea.id, 2, reach=6, effort=2)
    change(cast, idea.id, evidence=5)
    assert answering.score(idea_row(cast, idea.id)) == (0 + 3 * 5) * 4 / 2


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("what", {"what": " "}), ("since", {"since": date(2026, 11, 18)}), ("since", {"since": date(2025, 11, 1)})],
)
def test_nothing_ships_without_proof(cast, proposed, field, wrong) -> None:
    mia, idea = product(cast, cast.meridian), proposed()
    before = bring(cast, mia, idea, "in_progress")
    with entered(mia), pytest.raises(shipping.NoProof) as missing:
        shipping.ship(idea.id, before.version, proof(**wrong))
    assert missing.value.field == field and idea_row(cast, idea.id) == before


def test_parts_of_several_businesses(cast, proposed, hand) -> None:
    mia, hannah = product(cast, cast.meridian), product(cast, cast.harbor, "hannah")
    idea = proposed()
    with entered(mia):
        for nobody in (cast.meridian, cast.elsewhere, 4711):
            with pytest.raises(NoSuchIdea):
                taking_part.ask_part(idea.id, 1, tenant_id=nobody, what="Room")
        taking_part.ask_part(idea.id, 1, tenant_id=cast.harbor, what="Room for ten benches")
        with pytest.raises(taking_part.AlreadyAsked):
            taking_part.ask_part(idea.id, 2, tenant_id=cast.harbor, what="Once more")
        with pytest.raises(NoSuchIdea):
            taking_part.answer_part(idea.id, state="done", reason="")
    asked = clock.now()
    hand.move(timedelta(days=3))
    with entered(cast.as_hugo), pytest.raises(Forbidden):
        taking_part.answer_part(idea.id, state="done", reason="")
    with entered(hannah):
        assert taking_part.blocking(taking_part.parts_of(idea.id))[0].since == asked
        with pytest.raises(taking_part.NoReason):
            taking_part.answer_part(idea.id, state="blocked", reason=" ")
        with pytest.raises(StaleIdea):
            taking_part.answer_part(idea.id, state="planned", reason="", version=1)
        taking_part.answer_part(idea.id, state="planned", reason="", version=2)
        (part,) = taking_part.parts_of(idea.id)
        assert (part.state, part.since) == ("planned", clock.now()) and not taking_part.blocking([part])
    assert kinds_of(cast, idea.id)[1:] == ["idea.part.asked", "idea.part.moved"]


@pytest.mark.parametrize("visibility", ["internal", "network"])
def test_only_what_others_read_asks_others(cast, proposed, visibility) -> None:
    mia = product(cast, cast.meridian)
    idea = proposed(NIA, scope=mia, visibility=visibility)
    with entered(mia):
        if visibility == "internal":
            with pytest.raises(Forbidden):
                taking_part.ask_part(idea.id, 1, tenant_id=cast.harbor, what="Room")
        else:
            taking_part.ask_part(idea.id, 1, tenant_id=cast.harbor, what="Room")


def test_taken_up_again_people_are_asked_anew(cast, proposed, hand) -> None:
    mia, idea = product(cast, cast.meridian), proposed()
    bring(cast, mia, idea, "shipped")
    with entered(Scope.door(cast.riverside)):
        voting.vote(idea, NIA)
        for who, says in ((NIA, False), (OLA, True)):
            voting.say_fixed(idea_row(cast, idea.id), who, is_fixed=says)
    assert fixed.share_of(idea_row(cast, idea.id)).percent == 50
    hand.move(timedelta(hours=1))
    do(cast, mia, idea, "reopen")
    with entered(cast.public):
        newest = timeline_of_idea(idea.id)[0]
    assert (newest.facts["fixed_yes"], newest.facts["fixed_no"]) == (1, 1), "what was said stays on record"
    hand.move(timedelta(minutes=1))
    do(cast, mia, idea, "ship")
    with entered(Scope.door(cast.riverside)):
        hand.move(timedelta(minutes=1))
        voting.say_fixed(idea_row(cast, idea.id), OLA, is_fixed=True)
    fire_due()
    row = idea_row(cast, idea.id)
    assert (row.fixed_yes, row.fixed_no, row.votes) == (1, 0, 1)
