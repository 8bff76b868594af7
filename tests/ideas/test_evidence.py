"""Cases behind ideas: who may link them, and that one person counts once whatever is linked, taken out and closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.accounts.keeping import keep
from portal.cases import customer_verbs, erasure, second_look, visibility
from portal.cases.holding import NoSuchCase
from portal.cases.models import Contact
from portal.events.timeline import timeline_of_idea
from portal.ideas import evidence
from portal.ideas.holding import Merged, NoSuchIdea
from portal.ideas.models import Idea
from portal.ideas.team_models import IdeaEvidence
from portal.worker.timers import fire_due
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Scope, current, db, entered, writing
from tests.cast import Cast
from tests.ideas.conftest import idea_row
from tests.play import answered, at_once, case_of, colleague, reported, wait_until

pytestmark = pytest.mark.database
Proposed = Callable[..., Any]


def own(cast: Cast, case_id: int) -> None:
    """The case is kept in Ada's account."""
    with entered(Scope.door(cast.riverside)), writing():
        keep(cast.ada, case_id, "RIV-X")


def confirm_address(cast: Cast, case_id: int) -> None:
    with entered(Scope.system(cast.riverside)), writing():
        for contact in db.session.scalars(select(Contact).where(Contact.case_id == case_id)):
            contact.confirmed_at = clock.now()


def rows_of(cast: Cast, idea_id: int) -> list[Any]:
    rows = IdeaEvidence.__table__
    with entered(Scope.system(cast.riverside)):
        return list(db.session.execute(current().select(rows).where(rows.c.idea_id == idea_id)))


def counts(cast: Cast, idea_id: int) -> tuple[int, int]:
    """How many there are, and how many of them are open, as everybody reads it; the rows must say the same."""
    idea, live = idea_row(cast, idea_id), [row for row in rows_of(cast, idea_id) if row.removed_at is None]
    counted = [row for row in live if row.is_counted]
    still_open = [row for row in counted if case_of(cast, row.case_id).state not in ("closed", "withdrawn")]
    assert len(counted) == len({bytes(row.person_hash) for row in live}), "one for each person, and for each person one"
    assert (idea.evidence, idea.evidence_open) == (len(counted), len(still_open))
    return idea.evidence, idea.evidence_open


def as_ada(cast: Cast, verb: Callable[..., Any], *given: Any, **more: Any) -> Any:
    with entered(cast.as_ada):
        return verb(*given, **more)


def test_a_case_is_linked_once_taken_out_with_a_reason_and_linked_again(cast: Cast, proposed: Proposed) -> None:
    idea, case_id = proposed(), reported(cast).case_id
    assert as_ada(cast, evidence.link, idea.id, case_id)
    assert not as_ada(cast, evidence.link, idea.id, case_id)
    assert counts(cast, idea.id) == (1, 1)
    with pytest.raises(evidence.NoReason):
        as_ada(cast, evidence.unlink, idea.id, case_id, reason=" ")
    as_ada(cast, evidence.unlink, idea.id, case_id, reason="It is about the shop, write to a@b.example")
    assert counts(cast, idea.id) == (0, 0)
    (row,) = rows_of(cast, idea.id)
    assert row.removed_at == clock.now() and row.reason.startswith("It is about the shop") and "@" not in row.reason
    with pytest.raises(evidence.NotLinked):
        as_ada(cast, evidence.unlink, idea.id, case_id, reason="again")
    assert as_ada(cast, evidence.link, idea.id, case_id)
    assert counts(cast, idea.id) == (1, 1)


def test_the_history_says_how_many_and_never_which(cast: Cast, proposed: Proposed) -> None:
    idea, case = proposed(), reported(cast, visibility="private")
    as_ada(cast, evidence.link, idea.id, case.case_id)
    as_ada(cast, evidence.unlink, idea.id, case.case_id, reason="Not about this")
    with entered(cast.public):
        told = {entry.kind: entry for entry in timeline_of_idea(idea.id)}
    linked, removed = told["idea.evidence.linked"], told["idea.evidence.removed"]
    assert (linked.facts, removed.facts) == ({"count": 1}, {"count": 0})
    assert (linked.text, removed.text, linked.names) == (None, None, {})
    assert (linked.actor, linked.tenant_id) == ("staff", cast.meridian)


def test_its_customer_links_their_own_case_and_no_other(cast: Cast, proposed: Proposed) -> None:
    idea, mine, other = proposed(), reported(cast, visibility="private").case_id, reported(cast).case_id
    with entered(cast.customer(mine)):
        assert evidence.link(idea.id, mine)
        with pytest.raises(NoSuchCase):
            evidence.link(idea.id, other)
    assert [row.tenant_id for row in rows_of(cast, idea.id)] == [None]
    assert counts(cast, idea.id) == (1, 1)


def test_nobody_else_links_or_takes_out(cast: Cast, proposed: Proposed) -> None:
    idea, case_id = proposed(), reported(cast).case_id
    inside = proposed(scope=cast.as_hugo, visibility="internal", touchpoint_id=cast.belt)
    with entered(cast.as_hugo), pytest.raises(NoSuchCase):
        evidence.link(idea.id, case_id)  # Harbor does not have the case, although everybody may read it
    with entered(cast.as_otto), pytest.raises(NoSuchCase):
        evidence.link(idea.id, case_id)
    with entered(cast.as_ada), pytest.raises(NoSuchIdea):
        evidence.link(inside.id, case_id)
    with entered(cast.customer(case_id)), pytest.raises(NoSuchIdea):
        evidence.link(inside.id, case_id)
    with entered(cast.public), pytest.raises(Forbidden):
        evidence.link(idea.id, case_id)
    with entered(Scope.remote(cast.riverside, cast.meridian)), pytest.raises(Forbidden):
        evidence.link(idea.id, case_id)
    assert rows_of(cast, idea.id) == rows_of(cast, inside.id) == []
    as_ada(cast, evidence.link, idea.id, case_id)
    with entered(cast.as_hugo), pytest.raises(NoSuchCase):
        evidence.unlink(idea.id, case_id, reason="no")
    assert counts(cast, idea.id) == (1, 1)


def test_what_goes_on_in_another_idea_takes_no_cases(cast: Cast, proposed: Proposed) -> None:
    idea, other, case_id = proposed(), proposed(title="More benches"), reported(cast).case_id
    as_ada(cast, evidence.link, idea.id, case_id)
    with entered(Scope.system(cast.riverside)), writing():
        db.session.get_one(Idea, idea.id).merged_into_id = other.id
    with pytest.raises(Merged):
        as_ada(cast, evidence.link, idea.id, reported(cast).case_id)
    as_ada(cast, evidence.unlink, idea.id, case_id, reason="It was a mistake")
    assert counts(cast, idea.id) == (0, 0)


def test_an_account_and_a_confirmed_address_are_one_person_each(cast: Cast, proposed: Proposed) -> None:
    idea = proposed()
    kept = [reported(cast).case_id for _number in range(2)]
    for case_id in kept:
        own(cast, case_id)
    written = [reported(cast, channel="email", address="yvonne@example.net").case_id for _number in range(3)]
    for case_id in written[:2]:
        confirm_address(cast, case_id)
    for case_id in (*kept, *written):
        as_ada(cast, evidence.link, idea.id, case_id)
    assert counts(cast, idea.id) == (3, 3), "the account, the address, and what nobody has confirmed"


def test_cases_that_came_into_an_account_later_are_one_person_once_another_is_linked(
    cast: Cast, proposed: Proposed
) -> None:
    idea, cases = proposed(), [reported(cast).case_id for _number in range(3)]
    for case_id in cases[:2]:
        as_ada(cast, evidence.link, idea.id, case_id)
    assert counts(cast, idea.id) == (2, 2), "nobody knows yet"
    for case_id in cases:
        own(cast, case_id)
    as_ada(cast, evidence.link, idea.id, cases[2])
    assert counts(cast, idea.id) == (1, 1)


def test_when_the_counted_one_is_taken_out_another_of_the_person_counts(cast: Cast, proposed: Proposed) -> None:
    """Also where whoever takes it out may not see the other."""
    idea, mine, theirs = proposed(), reported(cast).case_id, reported(cast, category_id=None, touchpoint_id=cast.belt)
    for case_id in (mine, theirs.case_id):
        own(cast, case_id)
    with entered(cast.customer(mine)):
        evidence.link(idea.id, mine)
    with entered(cast.as_hugo):
        assert evidence.link(idea.id, theirs.case_id)
    assert counts(cast, idea.id) == (1, 1)
    as_ada(cast, evidence.unlink, idea.id, mine, reason="Another matter")
    assert counts(cast, idea.id) == (1, 1)
    assert [row.case_id for row in rows_of(cast, idea.id) if row.is_counted] == [theirs.case_id]


def test_twenty_links_at_once_count_once(app: Any, cast: Cast, proposed: Proposed) -> None:
    idea, cases = proposed(), [reported(cast).case_id for _number in range(4)]
    for case_id in cases:
        own(cast, case_id)
    results = at_once(app, [lambda c=case_id: as_ada(cast, evidence.link, idea.id, c) for case_id in cases * 5])
    assert (results.count(True), results.count(False)) == (4, 16), results
    assert counts(cast, idea.id) == (1, 1)


def test_a_case_that_becomes_private_stays_in_the_number(cast: Cast, proposed: Proposed) -> None:
    idea, case_id = proposed(), reported(cast).case_id
    as_ada(cast, evidence.link, idea.id, case_id)
    with entered(cast.customer(case_id)):
        visibility.make_private(case_id)
    assert counts(cast, idea.id) == (1, 1)


def test_who_is_erased_stays_in_the_number_without_a_name(cast: Cast, proposed: Proposed) -> None:
    idea = proposed()
    cases = [reported(cast, channel="email", address="yvonne@example.net").case_id for _number in range(2)]
    for case_id in cases:
        confirm_address(cast, case_id)
        as_ada(cast, evidence.link, idea.id, case_id)
    before = {row.case_id: bytes(row.person_hash) for row in rows_of(cast, idea.id)}
    assert len(set(before.values())) == 1
    with entered(cast.customer(cases[0])):
        erasure.erase_customer(cases[0])
    wait_until(clock.now())
    fire_due()
    assert idea_row(cast, idea.id).evidence == 1
    after = {row.case_id: (bytes(row.person_hash), row.is_counted) for row in rows_of(cast, idea.id)}
    assert after[cases[0]][0] != before[cases[0]] and not after[cases[0]][1]
    assert after[cases[1]] == (before[cases[1]], True)


STEPS = st.lists(
    st.tuples(st.sampled_from(("link", "unlink", "close", "reopen")), st.integers(0, 3)), min_size=3, max_size=12
)


@settings(suppress_health_check=list(HealthCheck), max_examples=12)
@given(steps=STEPS)
def test_whatever_happens_counters_equal_rows(cast: Cast, proposed: Proposed, steps: list[tuple[str, int]]) -> None:
    idea, cases = proposed(), [answered(cast).case_id for _number in range(4)]
    for case_id in cases[:3]:
        own(cast, case_id)
    linked: set[int] = set()
    for act, number in steps:
        case_id = cases[number]
        case = case_of(cast, case_id)
        if act == "link":
            assert as_ada(cast, evidence.link, idea.id, case_id) == (case_id not in linked)
            linked.add(case_id)
        elif act == "unlink" and case_id in linked:
            as_ada(cast, evidence.unlink, idea.id, case_id, reason="No")
            linked.discard(case_id)
        elif act == "close" and case.state == "answered":
            with entered(cast.customer(case_id)):
                customer_verbs.accept_answer(case_id, case.state_version)
        elif act == "reopen" and case.state == "closed":
            with entered(cast.customer(case_id)):
                second_look.reopen(case_id, case.state_version, reason="It broke again")
    people = {0 if case_id in cases[:3] else case_id for case_id in linked}
    assert counts(cast, idea.id)[0] == len(people)


def test_any_role_of_a_business_links(cast: Cast, proposed: Proposed) -> None:
    idea, case_id = proposed(), reported(cast).case_id
    with entered(colleague(cast, cast.meridian, "pia@example.com", role="product")):
        assert evidence.link(idea.id, case_id)
