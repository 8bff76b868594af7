"""Ideas are found by whoever may read them, and by nobody else: words, counts, hints, facets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.directory import _read
from portal.ideas import answering, commenting, merging
from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.reading import by_ids
from portal.ideas.talk_models import IdeaComment
from portal.ideas.voices import Voice
from portal.search import editions
from portal.search.idea_offering import ideas_for_case, ideas_like, planned_like
from portal.search.likeness import ideas_alike
from portal.search.searching import Results
from tenants import clock, door
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast
from tests.ideas.conftest import idea_row
from tests.play import case_of, colleague, reported
from tests.search.conftest import ask, found, keep_up
from tests.search.test_readers import readers, who_finds

pytestmark = pytest.mark.database
Proposed = Callable[..., Any]
CROWD = ("The coffee at the gate was cold.", "Security took my water bottle.", "The escalator is broken for weeks.",
         "There is no plug for a laptop anywhere.", "The bus to the city left early.")  # fmt: skip


def network(cast: Cast) -> door.NetworkCard:
    with entered(Scope.door()):
        card = door.network_by_slug("riverside")
    assert card is not None
    return card


def hints(cast: Cast, text: str) -> list[str]:
    return [each.title for each in ideas_like(network(cast), text)]


def change(cast: Cast, idea: Any, **values: Any) -> None:
    """As a verb would; the event that a verb records is told with it."""
    with entered(Scope.system(cast.riverside)), writing():
        row = db.session.get_one(Idea, idea.id)
        for name, value in values.items():
            setattr(row, name, value)


def told(cast: Cast, idea: Any, text: str) -> None:
    """Something that happens to the idea, so that the index looks at it again."""
    with entered(Scope.customer(cast.riverside, person_id=cast.ada)):
        commenting.comment(idea.id, commenting.Said(text, "en"), Voice("ada", person_id=cast.ada))
    keep_up()


# -- readers -----------------------------------------------------------------------------------------------------------


def test_a_public_idea_is_everybodys_and_on_the_desk_of_who_answers_it(cast: Cast, proposed: Proposed) -> None:
    proposed(title="Zanzibar benches", text="Ten of them")
    keep_up()
    assert who_finds(cast, "zanzibar") == {"public", "lead"}
    assert who_finds(cast, "ten benches zanzibar") == {"public", "lead"}


def test_an_internal_idea_is_its_business_alone(cast: Cast, proposed: Proposed) -> None:
    proposed(scope=cast.as_ada, title="Zanzibar benches", visibility="internal")
    keep_up()
    assert who_finds(cast, "zanzibar") == {"lead"}
    assert who_finds(cast, "zanzibra") == {"lead"}, "a slip leads to no word that only others wrote"


def test_an_idea_of_the_network_is_its_businesses(cast: Cast, proposed: Proposed) -> None:
    proposed(scope=cast.as_ada, title="Zanzibar benches", visibility="network")
    keep_up()
    assert who_finds(cast, "zanzibar") == {"lead", "another", "host"}


def test_what_was_taken_down_is_found_by_nobody(cast: Cast, proposed: Proposed) -> None:
    idea = proposed(title="Zanzibar benches")
    keep_up()
    change(cast, idea, visibility="hidden")
    assert who_finds(cast, "zanzibar") == set(), "before the index knows"
    assert ask(cast.as_ada, "zanzibar").total == 0  # type: ignore[union-attr]
    with entered(Scope.system()):
        editions.ask_for("asked")
    keep_up()
    assert who_finds(cast, "zanzibar") == set()
    assert hints(cast, "Zanzibar benches please") == []


def test_a_comment_is_found_once_it_is_shown_and_no_longer_when_it_is_not(cast: Cast, proposed: Proposed) -> None:
    idea = proposed()
    told(cast, idea, "Pomegranate in the corner")
    with entered(Scope.system(cast.riverside)), writing():
        row = db.session.scalars(select(IdeaComment)).one()
        row.state, comment_id = "held", row.id
    told(cast, idea, "Something else altogether")
    assert who_finds(cast, "pomegranate") == set()
    for state, finders in (("shown", {"public", "lead"}), ("hidden", set())):
        with entered(Scope.system(cast.riverside)), writing():
            db.session.get_one(IdeaComment, comment_id).state = state
        told(cast, idea, f"And more, {state}")
        assert who_finds(cast, "pomegranate") == finders, state


def test_removed_words_and_older_versions_are_not_found(cast: Cast, proposed: Proposed) -> None:
    idea = proposed(title="Zanzibar", text="Pomegranate juice")
    keep_up()
    assert who_finds(cast, "pomegranate") == {"public", "lead"}
    with entered(Scope.system(cast.riverside)), writing():
        first = db.session.get_one(IdeaRevision, (idea.id, 1))
        first.title = first.text = None
        first.removed_at = clock.now()
        db.session.get_one(Idea, idea.id).title = ""
    told(cast, idea, "Anything")
    assert who_finds(cast, "pomegranate") == who_finds(cast, "zanzibar") == set()


def test_what_a_business_answers_is_found(cast: Cast, proposed: Proposed) -> None:
    idea = proposed()
    with entered(colleague(cast, cast.meridian, "pia@example.com", role="product")):
        answering.answer(idea.id, idea.version, answering.Answer("plan", "Pomegranate wood it will be."))
    keep_up()
    assert who_finds(cast, "pomegranate") == {"public", "lead"}
    (row,) = ask(cast.public, "pomegranate").rows  # type: ignore[union-attr]
    assert row.idea is not None and row.idea.state == "planned"
    assert row.excerpt is not None and ("Pomegranate", True) in row.excerpt.pieces


# -- searching ---------------------------------------------------------------------------------------------------------


def test_cases_and_ideas_stand_side_by_side_with_facets(cast: Cast, proposed: Proposed) -> None:
    proposed(title="Benches at the gate")
    for _number in range(2):
        reported(cast, text="No benches anywhere")
    keep_up()
    results = ask(cast.public, "benches")
    assert isinstance(results, Results)
    assert results.facets["thing"] == {"case": 2, "idea": 1}
    assert results.facets["state"] == {"received": 2, "new": 1}
    only = ask(cast.public, "benches", facets={"thing": "idea"})
    assert isinstance(only, Results)
    assert [(row.case, row.idea.title if row.idea else "") for row in only.rows] == [(None, "Benches at the gate")]
    assert only.facets["thing"] == {"case": 2, "idea": 1}
    assert ask(cast.public, "benches", facets={"thing": "nonsense"}).total == 0  # type: ignore[union-attr]


@pytest.mark.parametrize("question", ["登机口长椅", "登機門長椅", "登機口長椅", "长椅"])
def test_chinese_ideas_are_found_in_either_script(cast: Cast, proposed: Proposed, question: str) -> None:
    proposed(title="登机口要有长椅", text="现在没有地方坐。", language="zh_Hans")
    keep_up()
    assert found(cast.public, question) == ["登机口要有长椅"]


def test_slips_are_forgiven_in_ideas_too(cast: Cast, proposed: Proposed) -> None:
    proposed(title="Wheelchairs at the gate")
    keep_up()
    assert found(cast.public, "wheelchiar") == ["Wheelchairs at the gate"]


def test_a_merged_idea_leads_to_where_it_goes_on(cast: Cast, proposed: Proposed) -> None:
    idea, other = proposed(title="Zanzibar benches"), proposed(title="Seats for everyone", text="Everywhere")
    with entered(colleague(cast, cast.meridian, "pia@example.com", role="product")):
        merging.merge(idea.id, idea.version, into=other.reference, reason="The same")
    keep_up()
    (row,) = ask(cast.public, "zanzibar").rows  # type: ignore[union-attr]
    assert row.goes_on is not None and row.goes_on.reference == other.reference
    assert hints(cast, "Zanzibar benches for all") == ["Seats for everyone"], "and is offered as that one"


def test_an_index_that_is_made_anew_has_the_ideas(cast: Cast, proposed: Proposed) -> None:
    proposed(title="Zanzibar benches")
    keep_up()
    with entered(Scope.system()):
        assert editions.ask_for("asked").id
    keep_up()
    assert who_finds(cast, "zanzibar") == {"public", "lead"}
    proposed(title="Zanzibar trees")
    keep_up()
    assert len(found(cast.public, "zanzibar")) == 2


# -- likeness ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(cast: Cast, proposed: Proposed) -> None:
    for text in CROWD:
        reported(cast, text=text)
        proposed(title=text, text=f"{text} Please do something.")


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("More benches at the gates", "benches at gates"),
        ("More benches at the gates", "There should be more benches where people wait at the gate"),
        ("登机口多放一些长椅", "登機口沒有長椅"),
    ],
)
def test_similar_ideas_are_offered_whatever_became_of_them(
    cast: Cast, proposed: Proposed, crowd: None, title: str, typed: str
) -> None:
    idea = proposed(title=title, text="Nobody can sit down." if title.isascii() else "没有地方坐。")
    keep_up()
    for state in ("new", "declined"):
        change(cast, idea, state=state)
        assert hints(cast, typed)[:1] == [title], state
    change(cast, idea, state="shipped", shipped_since=clock.now().date())
    assert hints(cast, typed)[:1] == [title]
    assert hints(cast, "Pilots should sing during landing") == []


def test_hints_show_nothing_that_the_reader_may_not_see(cast: Cast, proposed: Proposed, crowd: None) -> None:
    for visibility in ("internal", "network"):
        proposed(scope=cast.as_ada, title=f"Zanzibar benches, {visibility}", visibility=visibility)
    keep_up()
    assert hints(cast, "Zanzibar benches") == planned_like(network(cast), "Zanzibar benches") == []
    offered: dict[str, set[str]] = {}
    for name, scope in readers(cast).items():
        with entered(scope):
            ids = [each.id for each in ideas_alike("Zanzibar benches", most=20)]
            shown = by_ids(ids, _read())
        offered[name] = {each.title.split()[-1] for each in shown if each.title.startswith("Zanzibar")}
    assert offered["lead"] == {"internal", "network"}
    assert offered["another"] == offered["host"] == {"network"}
    assert offered["public"] == offered["elsewhere"] == offered["public elsewhere"] == set()


def test_what_is_planned_is_offered_to_who_complains(cast: Cast, proposed: Proposed, crowd: None) -> None:
    idea = proposed(title="More benches at the gates", text="Nobody can sit down.")
    keep_up()
    typed = "I had to stand for hours at the gate, there are no benches"
    assert planned_like(network(cast), typed) == []
    change(cast, idea, state="planned")
    assert [each.reference for each in planned_like(network(cast), typed)] == [idea.reference]
    assert idea_row(cast, idea.id).votes == 0, "it is offered, and nothing done"


def test_ideas_for_a_case_leave_out_those_that_it_is_behind(cast: Cast, proposed: Proposed, crowd: None) -> None:
    idea = proposed(title="More benches at the gates", text="Nobody can sit down.")
    case = case_of(cast, reported(cast, text="There are no benches at the gates, nobody can sit").case_id)
    keep_up()
    with entered(cast.as_ada):
        names = _read()
        assert [each.id for each in ideas_for_case(case, names, ())] == [idea.id]
        assert ideas_for_case(case, names, [idea.id]) == []
