"""Cases behind ideas that were merged count in the score of the one that goes on, each case once, whatever is done."""

from __future__ import annotations

from typing import Any

import pytest

from portal.ideas import answering, evidence
from portal.ideas.board import board
from portal.ideas.counters import differences, mend
from portal.ideas.models import Idea
from tenants.scope import Scope, db, entered, writing
from tests.ideas.conftest import OLA, idea_row
from tests.ideas.team_play import bring, product
from tests.ideas.test_merging import merge, unmerge
from tests.ideas.test_wanted import names_here
from tests.play import at_once, reported

pytestmark = pytest.mark.database


@pytest.fixture
def mia(cast: Any) -> Scope:
    return product(cast, cast.meridian)


def link(mia: Scope, idea: Any, *cases: int) -> None:
    for case_id in cases:
        with entered(mia):
            evidence.link(idea.id, case_id)


def unlink(mia: Scope, idea: Any, case_id: int) -> None:
    with entered(mia):
        evidence.unlink(idea.id, case_id, reason="It is about something else.")


def joined(cast: Any, idea: Any) -> int:
    """What the idea says, which must be what its rows say."""
    with entered(Scope.system(cast.riverside)):
        assert list(differences()) == []
    return int(idea_row(cast, idea.id).evidence_joined)


@pytest.fixture
def merged(cast: Any, mia: Any, proposed: Any) -> tuple[Any, Any, list[int]]:
    """Chairs went on in benches. Behind benches is the first case, behind chairs are the first two."""
    benches, chairs = proposed(title="Benches"), proposed(OLA, title="Chairs")
    cases = [reported(cast).case_id for _ in range(3)]
    link(mia, benches, cases[0])
    link(mia, chairs, *cases[:2])
    merge(cast, mia, chairs, benches)
    return benches, chairs, cases


def test_each_case_counts_once_whatever_is_linked_and_taken_out(cast, mia, merged) -> None:
    benches, chairs, cases = merged
    assert joined(cast, benches) == 1, "the first is behind both"
    link(mia, benches, cases[1])
    assert joined(cast, benches) == 0
    unlink(mia, benches, cases[1])
    assert joined(cast, benches) == 1
    unlink(mia, benches, cases[0])
    assert joined(cast, benches) == 2
    unlink(mia, chairs, cases[1])
    assert joined(cast, benches) == 1
    unmerge(cast, mia, chairs)
    assert joined(cast, benches) == joined(cast, chairs) == 0


def test_the_score_counts_them_on_its_page_and_on_the_board(cast, mia, merged, proposed, signed_in) -> None:
    benches, _chairs, _cases = merged
    other = proposed(title="Stools")
    for idea in (benches, other):
        bring(cast, mia, idea, "under_review")
        with entered(mia):
            answering.weigh(idea.id, idea_row(cast, idea.id).version, reach=2, effort=1)
    row = idea_row(cast, benches.id)
    assert (row.evidence, row.evidence_joined) == (1, 1)
    assert answering.score(row) == (row.wanted + 3 * 2) * 2
    desk = signed_in("mia")
    formula = "+ 3 × (1 linked case + 1 more of ideas merged into it)) × reach 2 ÷ effort 1"
    for path in (f"/desk/meridian/ideas/{benches.reference}", f"/ideas/{benches.reference}", "/desk/meridian/ideas"):
        assert formula in desk.get(path).text
    with entered(mia):
        found = board({}, names_here(), order="score").rows
    assert [each.idea.id for each in found][:2] == [benches.id, other.id]
    assert found[0].score == answering.score(row)


def test_a_wrong_count_is_found_and_set_right(cast, merged) -> None:
    benches, _chairs, _cases = merged
    with entered(Scope.system(cast.riverside)):
        with writing():
            db.session.get_one(Idea, benches.id).evidence_joined = 7
        assert [(each.counter, each.kept, each.counted) for each in differences()] == [("evidence_joined", 7, 1)]
        assert mend() == 1
    assert joined(cast, benches) == 1


def test_taking_out_and_unmerging_at_once_leaves_the_right_count(cast, mia, merged, app) -> None:
    benches, chairs, cases = merged
    at_once(app, [lambda: unlink(mia, chairs, cases[1]), lambda: unmerge(cast, mia, chairs)])
    assert joined(cast, benches) == 0
