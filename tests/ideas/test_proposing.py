"""Proposing: who answers it, what is covered, whose it is, and forms that are sent twice."""

from __future__ import annotations

import pytest

from portal.events.timeline import timeline_of_idea
from portal.ideas.holding import NoSuchIdea
from portal.ideas.proposing import NoSuchProblem, Proposal, propose
from portal.ideas.reading import find_idea
from portal.ideas.voices import Voice
from tenants.scope import Scope, entered
from tests.ideas.conftest import NIA, OLA, TEXT, idea_row

pytestmark = pytest.mark.database


def test_an_idea_is_answered_by_who_has_the_place(cast, proposed) -> None:
    assert proposed().tenant_id == cast.meridian
    assert proposed(touchpoint_id=None).tenant_id == cast.airport, "the host, where nobody else"
    assert proposed(touchpoint_id=None, category_id=cast.luggage).tenant_id == cast.meridian, "by the rules of cases"


def test_personal_data_is_covered_everywhere(cast, proposed) -> None:
    idea = proposed(title="Call 0664 1234567", text="Write to nia@example.com")
    assert "1234567" not in idea.title
    with entered(cast.public):
        (entry,) = timeline_of_idea(idea.id)
        assert "nia@example.com" not in (entry.text or "") + str(entry.facts)


def test_the_same_form_makes_one_idea(cast) -> None:
    made = set()
    for title in ("Benches", "Benches", "Something else"):
        with entered(Scope.customer(cast.riverside)):
            made.add(propose(Proposal(title, TEXT, "en"), NIA, form="one-form").id)
    assert len(made) == 1
    assert idea_row(cast, made.pop()).title == "Benches"


def test_a_solution_inherits_from_its_problem(cast, proposed) -> None:
    problem = proposed(kind="problem", category_id=cast.delay)
    with entered(Scope.customer(cast.riverside)):
        made = propose(Proposal("Chairs", "Folding chairs", "en", problem_id=problem.id), OLA, form="f2")
        found = (made.problem_id, made.tenant_id, made.touchpoint_id, made.category_id)
    assert found == (problem.id, cast.meridian, cast.gate, cast.delay)


@pytest.mark.parametrize("wrong", ["solution", "nothing", "internal"])
def test_only_a_problem_that_one_may_read_can_be_solved(cast, proposed, wrong) -> None:
    problem_id = 123
    if wrong == "solution":
        problem_id = proposed().id
    if wrong == "internal":
        problem_id = proposed(Voice(), scope=cast.as_ada, kind="problem", visibility="internal").id
    with pytest.raises(NoSuchProblem), entered(Scope.customer(cast.riverside)):
        propose(Proposal("Chairs", "Folding chairs", "en", problem_id=problem_id), OLA, form="f3")


@pytest.mark.parametrize(
    ("visibility", "readers"),
    [("public", "public ada hugo greta"), ("network", "ada hugo greta"), ("internal", "ada")],
)
def test_who_reads_an_idea_of_the_front_line(cast, proposed, visibility, readers) -> None:
    idea = proposed(Voice(), scope=cast.as_ada, visibility=visibility)
    assert idea.proposer_tenant_id == cast.meridian
    scopes = {"public": cast.public, "ada": cast.as_ada, "hugo": cast.as_hugo, "greta": cast.as_greta}
    for name, scope in {**scopes, "otto": cast.as_otto}.items():
        with entered(scope):
            if name in readers.split():
                assert find_idea(idea.reference).id == idea.id
                assert timeline_of_idea(idea.id)
            else:
                with pytest.raises(NoSuchIdea):
                    find_idea(idea.reference)
                assert not timeline_of_idea(idea.id)


def test_nobody_from_outside_proposes_what_only_businesses_read(cast, proposed) -> None:
    assert proposed(visibility="internal").visibility == "public"
