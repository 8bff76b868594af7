"""Findings before outcomes, the three tests as a table, the customer's word on it, and the tasks that recur."""

from itertools import product

import pytest

from portal.cases import assessment, handling
from portal.cases.assessment import REASONS, NoReason, NothingChecked, Verdict
from portal.cases.holding import NoSuchCase, Stale
from portal.cases.states import WrongState
from portal.cases.work_models import TASKS
from tenants.permissions import Forbidden
from tenants.scope import Scope, entered
from tests.play import acknowledged, case_of, colleague, history, kinds_of, reported, snapshot

pytestmark = pytest.mark.database

UPHELD = Verdict(True, True, True, "upheld")
REFUSED = Verdict(True, False, True, "not_upheld", "outside_scope", "Terms 3.2")


def version_of(cast, case):
    return case_of(cast, case.case_id).state_version


def check(cast, case):
    with entered(cast.as_ada):
        assessment.find(
            case.case_id,
            version_of(cast, case),
            demand="Where was my case?",
            found="The belt stood for forty minutes.",
            source="Belt log",
            standard="Bags within 20 minutes",
            author="Ada",
        )


def decide(cast, case, verdict=REFUSED):
    with entered(cast.as_ada):
        assessment.assess(case.case_id, version_of(cast, case), verdict, explanation="Because.", author="Ada")


def fits(tests, outcome, reason, clause):
    """The rule, said once more by hand."""
    failed = [name for name, holds in zip(("factual", "in_scope", "can_act"), tests, strict=True) if not holds]
    if outcome == "upheld":
        return not failed and not reason
    if outcome not in ("partly_upheld", "not_upheld") or not failed:
        return False
    return any(reason in REASONS[test] for test in failed) and bool(clause or outcome == "partly_upheld")


ALL_REASONS = ["", "rude", *(reason for reasons in REASONS.values() for reason in reasons)]


def test_tests_outcome_and_reason_fit_together():
    wrong = 0
    for tests in product((True, False), repeat=3):
        for outcome, reason, clause in product(
            ("upheld", "partly_upheld", "not_upheld", "maybe"), ALL_REASONS, ("", "Terms 1")
        ):
            verdict = Verdict(*tests, outcome, reason, clause)
            if fits(tests, outcome, reason, clause):
                verdict.check()
            else:
                wrong += 1
                with pytest.raises(NoReason):
                    verdict.check()
    assert wrong > 300


def test_no_reason_is_about_the_person():
    words = {"rude", "abuse", "behaviour", "behavior", "repeat", "malice", "tone"}
    assert not {reason for reasons in REASONS.values() for reason in reasons} & words


def test_nothing_is_decided_before_something_was_checked(cast):
    case = acknowledged(cast)
    before = snapshot(cast)
    with pytest.raises(NothingChecked):
        decide(cast, case)
    assert snapshot(cast) == before
    check(cast, case)
    decide(cast, case)
    after = case_of(cast, case.case_id)
    assert (after.outcome, after.outcome_reason) == ("not_upheld", "outside_scope")


def test_the_public_reads_what_was_checked_and_why(cast):
    case = acknowledged(cast)
    check(cast, case)
    decide(cast, case)
    found, decided = history(cast, case.case_id, cast.public)[-2:]
    assert found.facts == {
        "demand": "Where was my case?",
        "source": "Belt log",
        "standard": "Bags within 20 minutes",
    }
    assert (decided.text, decided.facts["clause"]) == ("Because.", "Terms 3.2")


@pytest.mark.parametrize("who", ["as_hugo", "as_otto"])
def test_others_find_no_case(cast, who):
    case = acknowledged(cast)
    with entered(getattr(cast, who)), pytest.raises(NoSuchCase):
        assessment.find(case.case_id, 2, demand="", found="x", source="y", author="z")


def test_a_role_that_only_looks_on_does_not_decide(cast):
    case = acknowledged(cast)
    with entered(Scope.staff(cast.riverside, cast.meridian, cast.ada, "product")), pytest.raises(Forbidden):
        assessment.assess(case.case_id, 2, UPHELD, explanation="x", author="z")


def test_an_old_form_decides_nothing(cast):
    case = acknowledged(cast)
    check(cast, case)
    with entered(cast.as_ada), pytest.raises(Stale):
        assessment.assess(case.case_id, 2, UPHELD, explanation="x", author="Ada")


def test_the_customer_understands_or_disagrees(cast):
    case = acknowledged(cast)
    with entered(cast.customer(case.case_id)), pytest.raises(WrongState):
        assessment.understand(case.case_id, version_of(cast, case))
    check(cast, case)
    decide(cast, case)
    with entered(cast.customer(case.case_id)):
        assessment.disagree(case.case_id, version_of(cast, case), text="It was another belt.")
        assessment.understand(case.case_id, version_of(cast, case))
    assert kinds_of(cast, case.case_id)[-2:] == ["case.assessment.disputed", "case.assessment.understood"]
    with entered(cast.as_ada), pytest.raises(Forbidden):
        assessment.understand(case.case_id, version_of(cast, case))


def test_a_reason_that_recurs_at_a_place_raises_both_tasks_once(cast):
    for number in range(4):
        case = acknowledged(cast)
        check(cast, case)
        decide(cast, case)
        with entered(cast.as_ada):
            raised = [(task.kind, task.case_count) for task in assessment.tasks()]
        assert sorted(raised) == ([] if number < 2 else sorted((kind, number + 1) for kind in TASKS))


def test_another_place_or_reason_is_another_matter(cast):
    for place, reason in ((cast.gate, "outside_scope"), (cast.gate, "preference"), (cast.belt, "outside_scope")):
        case = acknowledged(cast, touchpoint_id=place)
        check(cast, case)
        decide(cast, case, Verdict(True, False, True, "not_upheld", reason, "Terms 3.2"))
    with entered(cast.as_ada):
        assert assessment.tasks() == []


def test_tasks_belong_to_their_business_and_are_finished_by_its_managers(cast):
    for _ in range(3):
        case = acknowledged(cast)
        check(cast, case)
        decide(cast, case)
    for scope in (cast.as_hugo, cast.as_otto, cast.as_greta):
        with entered(scope):
            assert assessment.tasks() == []
    with entered(cast.as_ada):
        task = assessment.tasks()[0]
        with pytest.raises(Forbidden):
            assessment.finish_task(task.id, note="A new sign.")
    with entered(cast.as_greta), pytest.raises(assessment.NoSuchTask):
        assessment.finish_task(task.id, note="A new sign.")
    with entered(Scope.staff(cast.riverside, cast.meridian, cast.ada, "manager")):
        assessment.finish_task(task.id, note="A new sign.")
        assessment.finish_task(task.id, note="Twice.")
        assert [(done.note, done.done_by) for done in assessment.tasks(done=True)] == [("A new sign.", cast.ada)]


def test_findings_of_an_earlier_round_do_not_count(cast):
    case = acknowledged(cast)
    check(cast, case)
    decide(cast, case)
    with entered(cast.as_ada):
        handling.answer(case.case_id, version_of(cast, case), text="No.", author="Ada")
    from portal.cases import second_look

    with entered(cast.customer(case.case_id)):
        second_look.appeal(case.case_id, version_of(cast, case), reason="Wrong log.")
    gwen = colleague(cast, cast.meridian, "gwen@example.com", "manager")
    assert reported(cast)
    with entered(gwen):
        handling.take_up(
            case.case_id,
            version_of(cast, case),
            plan="Anew.",
            answer_by=case_of(cast, case.case_id).reported_at.replace(year=2027),
            author="Gwen",
        )
        with pytest.raises(NothingChecked):
            assessment.assess(case.case_id, version_of(cast, case), UPHELD, explanation="Yes.", author="Gwen")
