"""What is the most wanted: every list goes by the number that it shows, votes of merged ideas among them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from portal.directory import Directory, directory
from portal.ideas import answering, merging, reading
from portal.ideas.board import board
from portal.ideas.roadmap import columns
from portal.ideas.voices import Voice
from tenants import door
from tenants.scope import Scope, entered
from tests.ideas.conftest import OLA, idea_row
from tests.ideas.team_play import bring, product
from tests.ideas.test_merging import merge, unmerge, vote

pytestmark = pytest.mark.database


@pytest.fixture
def mia(cast: Any) -> Scope:
    return product(cast, cast.meridian)


def names_here() -> Directory:
    return directory(door.network_by_slug("riverside"))


@pytest.fixture
def two(cast: Any, proposed: Any, mia: Any) -> tuple[Any, Any]:
    """The first has one vote of its own and three of an idea that was merged into it; the second has two."""
    small, large, joined = proposed(title="Benches"), proposed(title="Chairs"), proposed(OLA, title="Stools")
    for idea, votes in ((small, 1), (large, 2), (joined, 3)):
        for number in range(votes):
            vote(cast, idea, Voice(f"{idea.id}-{number}"))
    merge(cast, mia, joined, small)
    return small, large


def test_one_with_few_votes_and_many_joined_stands_above(cast, mia, two) -> None:
    small, large = two
    assert [idea_row(cast, each.id).wanted for each in two] == [4, 2]
    for each in two:
        bring(cast, mia, each, "planned")
        with entered(mia):
            answering.schedule(each.id, idea_row(cast, each.id).version, "next")
    above = [small.id, large.id]
    with entered(cast.public):
        names = names_here()
        assert [row.id for row in reading.list_ideas({}, names).rows] == above
        assert [row.id for row in reading.list_ideas({"state": "planned"}, names).rows] == above
        assert [row.id for row in reading.most_wanted(names, 3, touchpoint_id=cast.gate)] == above
        assert [row.idea.id for row in columns(names)["next"]] == above
    with entered(mia):
        assert [row.idea.id for row in board({}, names, order="votes").rows] == above
        assert [row.idea.id for row in board({}, names, order="score").rows] == above
        assert [row.idea.id for row in columns(names, tenant_id=cast.meridian)["next"]] == above


def test_solutions_of_a_problem_too(cast, proposed, mia) -> None:
    problem = proposed(kind="problem", title="Nowhere to sit")
    few, more, joined = (proposed(problem_id=problem.id, title=title) for title in ("Few", "More", "Joined"))
    for idea, votes in ((few, 1), (more, 2), (joined, 2)):
        for number in range(votes):
            vote(cast, idea, Voice(f"{idea.id}-{number}"))
    merge(cast, mia, joined, few)
    with entered(cast.public):
        names = names_here()
        assert [row.title for row in reading.solutions_of(problem.id, names)] == ["Few", "More"]


def test_pages_of_the_list_go_on_where_the_last_one_ended(cast, two, browser, monkeypatch) -> None:
    """The token of a page holds the number that is shown: no idea is left out, and none comes twice."""
    monkeypatch.setattr(reading, "PAGE", 1)
    small, large = two
    first = browser.get("/ideas").text
    older = re.search(r'href="(/ideas\?[^"]*after=4\.[0-9a-f]+)"', first)
    assert older and f"/ideas/{small.reference}" in first and f"/ideas/{large.reference}" not in first
    second = browser.get(older[1].replace("&amp;", "&")).text
    assert f"/ideas/{large.reference}" in second and f"/ideas/{small.reference}" not in second


def test_taken_out_again_it_stands_below(cast, mia, two) -> None:
    small, large = two
    with entered(cast.public):
        (joined,) = merging.merged_into(small.id)
    unmerge(cast, mia, joined)
    with entered(cast.public):
        listed = [row.id for row in reading.list_ideas({}, names_here()).rows]
    assert listed == [joined.id, large.id, small.id]
