"""Reopening and appeals: by the customer, in time, once, and by somebody who did not decide."""

from datetime import timedelta

import pytest

from portal.cases import assessment, assignment, customer_verbs, handling, promises, second_look
from portal.cases.models import Access, Case
from portal.cases.states import WrongState
from portal.worker.main import until_idle
from tenants import clock
from tenants.models import User
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered, writing
from tests.play import (
    SOON,
    acknowledged,
    answered,
    at_once,
    case_of,
    colleague,
    history,
    kinds_of,
    promises_of,
    snapshot,
    wait_until,
)

pytestmark = pytest.mark.database


@pytest.fixture
def bob(cast):
    """A second agent of Meridian."""
    return colleague(cast, cast.meridian, "bob@example.com")


def closed(cast):
    case = answered(cast)
    with entered(cast.customer(case.case_id)):
        customer_verbs.accept_answer(case.case_id, case_of(cast, case.case_id).state_version)
    return case


def reopened(cast):
    case = closed(cast)
    with entered(cast.customer(case.case_id)):
        second_look.reopen(case.case_id, case_of(cast, case.case_id).state_version, reason="It is torn.")
    return case


def assessed(cast, **changes):
    case = acknowledged(cast, **changes)
    with entered(cast.as_ada):
        version = case_of(cast, case.case_id).state_version
        assessment.find(case.case_id, version, demand="", found="Belt stood.", source="Log", author="Ada")
        verdict = assessment.Verdict(True, False, True, "not_upheld", "outside_scope", "Terms 3.2")
        assessment.assess(case.case_id, version + 1, verdict, explanation="Not ours.", author="Ada")
    return case


def take_up(case, cast):
    handling.take_up(
        case.case_id,
        case_of(cast, case.case_id).state_version,
        plan="Anew.",
        answer_by=clock.now() + SOON,
        author="Somebody",
    )


def test_one_press_reopens_with_a_new_promise_and_nobodys_name_on_it(cast, bob):
    case = closed(cast)
    with entered(cast.as_ada):
        pass
    with entered(cast.customer(case.case_id)):
        second_look.reopen(case.case_id, case_of(cast, case.case_id).state_version)
    after = case_of(cast, case.case_id)
    assert (after.state, after.round, after.closed_at) == ("reopened", 2, None)
    assert promises_of(cast, case.case_id)["acknowledge"].state == "due"
    with entered(bob):
        access = db.session.get_one(Access, (case.case_id, cast.meridian))
        assert (access.assignee_id, access.is_open) == (None, True)


def test_who_answered_does_not_get_it_again(cast, bob):
    case = reopened(cast)
    before = snapshot(cast)
    with entered(cast.as_ada):
        for act in (lambda: take_up(case, cast), lambda: assignment.take(case.case_id, author="Ada")):
            with pytest.raises(second_look.SamePerson):
                act()
    assert snapshot(cast) == before
    with entered(bob):
        take_up(case, cast)
    assert case_of(cast, case.case_id).state == "in_progress"
    with entered(cast.as_ada), pytest.raises(second_look.SamePerson):
        handling.answer(case.case_id, case_of(cast, case.case_id).state_version, text="Again.", author="Ada")


def test_when_the_lead_has_nobody_else_the_host_takes_it(cast):
    case = reopened(cast)
    wait_until(clock.now())
    until_idle()
    after = case_of(cast, case.case_id)
    assert after.lead_tenant_id == cast.airport
    changed = history(cast, case.case_id)[-1]
    assert (changed.kind, changed.facts["because"]) == ("case.lead.changed", "second_person")
    with entered(Scope.system(cast.riverside)):
        levels = {
            tenant: db.session.get_one(Access, (case.case_id, tenant)).level for tenant in (cast.meridian, cast.airport)
        }
    assert levels == {cast.meridian: "past", cast.airport: "lead"}
    with entered(cast.as_greta):
        take_up(case, cast)
    assert case_of(cast, case.case_id).state == "in_progress"


def test_a_colleague_who_is_disabled_or_only_looks_on_is_nobody(cast):
    colleague(cast, cast.meridian, "pia@example.com", role="product")
    gone = colleague(cast, cast.meridian, "gus@example.com")
    with entered(Scope.system(cast.riverside)), writing():
        db.session.get_one(User, gone.person_id).disabled_at = clock.now()
    case = reopened(cast)
    wait_until(clock.now())
    until_idle()
    assert case_of(cast, case.case_id).lead_tenant_id == cast.airport


def test_when_there_is_nobody_at_all_whoever_is_there_may(cast):
    """The host leads, its only handler answered, and the customer is still owed an answer."""
    case = answered(cast)
    with entered(Scope.system(cast.riverside)), writing():
        from portal.cases.work_models import Decision

        held = db.session.get_one(Decision, (case.case_id, cast.ada, 1))
        db.session.delete(held)
        db.session.add(
            Decision(
                network_id=cast.riverside,
                tenant_id=cast.airport,
                case_id=case.case_id,
                user_id=cast.greta,
                round=1,
                at=clock.now(),
            )
        )
        db.session.get_one(Case, case.case_id).lead_tenant_id = cast.airport
    with entered(cast.customer(case.case_id)):
        customer_verbs.accept_answer(case.case_id, case_of(cast, case.case_id).state_version)
        second_look.reopen(case.case_id, case_of(cast, case.case_id).state_version)
    wait_until(clock.now())
    until_idle()
    assert case_of(cast, case.case_id).lead_tenant_id == cast.airport
    with entered(cast.as_greta):
        take_up(case, cast)
    assert case_of(cast, case.case_id).state == "in_progress"


@pytest.mark.parametrize(("days", "fine"), [(60, True), (61, False)])
def test_there_are_sixty_days(cast, hand, days, fine):
    case = closed(cast)
    hand.set(case_of(cast, case.case_id).closed_at + timedelta(days=days))
    before = snapshot(cast)
    with entered(cast.customer(case.case_id)):
        if fine:
            second_look.reopen(case.case_id, case_of(cast, case.case_id).state_version)
        else:
            with pytest.raises(second_look.TooLate):
                second_look.reopen(case.case_id, case_of(cast, case.case_id).state_version)
    assert (snapshot(cast) == before) is not fine


def test_an_appeal_goes_to_another_person_and_only_once(cast, bob):
    case = assessed(cast)
    with entered(cast.as_ada):
        handling.answer(case.case_id, case_of(cast, case.case_id).state_version, text="No.", author="Ada")
    with entered(cast.customer(case.case_id)):
        second_look.appeal(case.case_id, case_of(cast, case.case_id).state_version, reason="The log is of another day.")
    assert case_of(cast, case.case_id).state == "appealed"
    with entered(cast.as_ada), pytest.raises(second_look.SamePerson):
        take_up(case, cast)
    with entered(bob):
        take_up(case, cast)
        handling.answer(case.case_id, case_of(cast, case.case_id).state_version, text="Still no.", author="Bob")
    with entered(cast.customer(case.case_id)), pytest.raises(WrongState):
        second_look.appeal(case.case_id, case_of(cast, case.case_id).state_version, reason="Once more.")
    assert kinds_of(cast, case.case_id).count("case.appealed") == 1


def test_there_is_nothing_to_appeal_against_without_a_decision(cast):
    case = answered(cast)
    with entered(cast.customer(case.case_id)), pytest.raises(WrongState):
        second_look.appeal(case.case_id, case_of(cast, case.case_id).state_version, reason="I do not like it.")


def test_only_the_customer_begins_a_second_look(cast):
    case = closed(cast)
    for scope in (cast.as_ada, cast.public, Scope.remote(cast.riverside, cast.meridian)):
        with entered(scope), pytest.raises(Forbidden):
            second_look.reopen(case.case_id, case_of(cast, case.case_id).state_version)


def test_two_presses_at_once_reopen_once(app, cast):
    case = closed(cast)
    version = case_of(cast, case.case_id).state_version

    def press():
        with entered(cast.customer(case.case_id)):
            second_look.reopen(case.case_id, version)

    results = at_once(app, [press] * 4)
    assert [type(result) for result in results].count(type(None)) == 1
    assert kinds_of(cast, case.case_id).count("case.reopened") == 1
    assert case_of(cast, case.case_id).round == 2


def test_withdrawing_can_be_undone(cast):
    case = acknowledged(cast)
    with entered(cast.customer(case.case_id)):
        customer_verbs.withdraw(case.case_id, case_of(cast, case.case_id).state_version, reason="Found it.")
        second_look.reopen(case.case_id, case_of(cast, case.case_id).state_version)
    assert case_of(cast, case.case_id).state == "reopened"


def test_who_led_it_before_looks_on_and_keeps_their_own_promises_only(cast):
    case = answered(cast)
    with entered(cast.as_ada):
        promises.promise_more(case.case_id, "The refund.", clock.now() + SOON)
    mine = promises_of(cast, case.case_id)["other"]
    with entered(cast.customer(case.case_id)):
        customer_verbs.accept_answer(case.case_id, case_of(cast, case.case_id).state_version)
        second_look.reopen(case.case_id, case_of(cast, case.case_id).state_version)
    wait_until(clock.now())
    until_idle()
    assert case_of(cast, case.case_id).lead_tenant_id == cast.airport
    with entered(cast.as_greta):
        take_up(case, cast)
    theirs = promises_of(cast, case.case_id)["answer"]
    version = case_of(cast, case.case_id).state_version
    acts = (
        lambda: handling.reply(case.case_id, text="We?", author="Ada"),
        lambda: handling.answer(case.case_id, version, text="We.", author="Ada"),
        lambda: handling.ask(case.case_id, version, text="You?", author="Ada"),
        lambda: promises.promise_more(case.case_id, "More.", clock.now() + SOON),
        lambda: promises.keep(case.case_id, theirs.id),
        lambda: assignment.take(case.case_id, author="Ada"),
    )
    before = snapshot(cast)
    with entered(cast.as_ada):
        for act in acts:
            with pytest.raises(Forbidden):
                act()
        access = db.session.get_one(Access, (case.case_id, cast.meridian))
        assert (access.level, access.is_open) == ("past", False)
    assert snapshot(cast) == before
    with entered(cast.as_ada):
        handling.note(case.case_id, text="Good luck.", author="Ada")
        promises.keep(case.case_id, mine.id)
    assert promises_of(cast, case.case_id)["other"].state == "kept"
