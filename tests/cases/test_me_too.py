"""Me too: each browser once, on public cases, and the count is what is there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func

from portal.cases import me_too
from portal.cases.me_too_models import MeToo
from tenants.scope import Scope, current, db, entered
from tests.cast import Cast
from tests.play import at_once, reported

pytestmark = pytest.mark.database


def others(cast: Cast, case_id: int, scope: Scope | None = None) -> int:
    with entered(scope or cast.public):
        return me_too.others_of([case_id])[case_id]


def rows() -> int:
    table = MeToo.__table__
    with entered(Scope.system()):
        return db.session.scalar(current().select(func.count(), also=[table]).select_from(table)) or 0


def test_a_browser_counts_once(cast: Cast) -> None:
    case_id = reported(cast).case_id
    with entered(Scope.door(cast.riverside)):
        assert me_too.join(case_id, "a")
        assert not me_too.join(case_id, "a")
        assert me_too.join(case_id, "b")
    assert others(cast, case_id) == 2
    with entered(Scope.door(cast.riverside)):
        assert me_too.leave(case_id, "a")
        assert not me_too.leave(case_id, "a")
    assert others(cast, case_id) == 1


@settings(max_examples=25)
@given(taps=st.lists(st.tuples(st.booleans(), st.sampled_from("abc")), max_size=12))
def test_the_count_is_the_number_of_people(cast: Cast, taps: list[tuple[bool, str]]) -> None:
    case_id, people = reported(cast).case_id, set()
    for joins, who in taps:
        with entered(Scope.door(cast.riverside)):
            (me_too.join if joins else me_too.leave)(case_id, who)
        (people.add if joins else people.discard)(who)
    assert others(cast, case_id) == len(people)


def test_many_at_once_are_all_counted(app, cast: Cast) -> None:
    case_id = reported(cast).case_id

    def tap(who: str):
        def run() -> bool:
            with entered(Scope.door(cast.riverside)):
                return me_too.join(case_id, who)

        return run

    results = at_once(app, [tap(who) for who in "aabbcdef"])
    assert sorted(results) == [False, False, True, True, True, True, True, True]
    assert others(cast, case_id) == rows() == 6


def test_only_readers_of_a_case_know_its_count(cast: Cast) -> None:
    case_id = reported(cast, visibility="private").case_id
    with entered(Scope.door(cast.riverside)):
        me_too.join(case_id, "a")
    for scope, seen in (
        (cast.public, 0),
        (cast.customer(case_id), 1),
        (cast.as_ada, 1),
        (cast.as_hugo, 0),
        (cast.as_otto, 0),
    ):
        assert others(cast, case_id, scope) == seen
