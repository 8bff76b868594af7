from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.cases import opening
from portal.cases.handling import acknowledge, answer
from portal.cases.holding import NoSuchCase, held
from portal.cases.models import Access
from portal.cases.promises import (
    NoSuchPromise,
    NotByHand,
    PromiseInThePast,
    PromiseSettled,
    exceed,
    fall_due,
    keep,
    make,
    move,
    promise_more,
)
from portal.worker.main import until_idle
from portal.worker.timers import fire_due
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered
from tests.play import (
    SOON,
    acknowledged,
    at_once,
    case_of,
    history,
    kinds_of,
    promises_of,
    reported,
    snapshot,
    wait_until,
)

pytestmark = pytest.mark.database
REFUND = "Your refund is on your account."


@pytest.fixture
def case(cast):
    """An acknowledged case with a promise in Ada's own words, due in two days."""
    made = acknowledged(cast)
    with entered(cast.as_ada):
        promise_more(made.case_id, REFUND, clock.now() + timedelta(days=2))
    return made


def other(cast, case):
    return promises_of(cast, case.case_id)["other"]


def told(cast, case, kind):
    return [entry for entry in history(cast, case.case_id, cast.public) if entry.kind == kind]


def test_a_clock_that_is_set_while_somebody_reports_refuses_nothing(cast, hand, monkeypatch):
    reckoned = opening.due

    def jumps_then(*given):
        at = reckoned(*given)
        hand.move(timedelta(days=9))
        return at

    monkeypatch.setattr(opening, "due", jumps_then)
    made = reported(cast)
    until_idle()
    assert promises_of(cast, made.case_id)["acknowledge"].state == "broken"


def test_made_in_public_with_its_words_and_date(cast, case):
    promise = other(cast, case)
    made = told(cast, case, "case.promise.made")[-1]
    assert (made.text, made.facts["due"], made.tenant_id) == (REFUND, promise.due_at.isoformat(), cast.meridian)
    assert promise.state == "due" and case_of(cast, case.case_id).next_promise_id == promise.id


def test_the_earliest_one_is_the_next(cast, case):
    with entered(cast.as_ada):
        promise_more(case.case_id, "We call you.", clock.now() + timedelta(hours=1))
        promise_more(case.case_id, "We write to you.", clock.now() + timedelta(days=9))
    assert case_of(cast, case.case_id).next_due_at == clock.now() + timedelta(hours=1)


def test_kept(cast, case):
    before = case_of(cast, case.case_id).state_version
    with entered(cast.as_ada):
        keep(case.case_id, other(cast, case).id)
    promise, after = other(cast, case), case_of(cast, case.case_id)
    assert (promise.state, promise.settled_at, promise.fulfilled_at) == ("kept", clock.now(), clock.now())
    assert len(told(cast, case, "case.promise.kept")) == 2  # the acknowledgement was promised too
    assert after.state_version == before + 1
    assert after.next_promise_id == promises_of(cast, case.case_id)["answer"].id


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("what", ["acknowledge", "update", "answer"])
def test_a_plan_news_and_an_answer_are_not_kept_by_saying_so(cast, case, what, late):
    case_id = reported(cast).case_id if what == "acknowledge" else case.case_id
    if what == "update":
        with entered(Scope.system(cast.riverside)), held(case_id) as mine:
            make(mine, "update", clock.now() + timedelta(hours=1), actor="system")
    made = promises_of(cast, case_id)[what]
    if late:
        wait_until(made.due_at)
        until_idle()
    before = snapshot(cast)
    for by_hand in (lambda: keep(made.case_id, made.id), lambda: exceed(made.case_id, made.id, text="More.")):
        with entered(cast.as_ada), pytest.raises(NotByHand):
            by_hand()
    assert snapshot(cast) == before
    with entered(cast.as_otto), pytest.raises((Forbidden, NoSuchCase)):
        keep(made.case_id, made.id)


def test_kept_at_the_very_moment_it_is_due_is_kept(cast, case, hand):
    promise = other(cast, case)
    hand.set(promise.due_at)
    until_idle()
    assert other(cast, case).state == "due"
    with entered(cast.as_ada):
        keep(case.case_id, promise.id)
    assert other(cast, case).state == "kept"
    hand.move(timedelta(seconds=1))
    until_idle()
    assert other(cast, case).state == "kept" and not told(cast, case, "case.promise.broken")


def test_broken_by_itself_and_still_owed(cast, case):
    promise = other(cast, case)
    wait_until(promise.due_at + timedelta(hours=5))
    until_idle()
    until_idle()
    [event] = told(cast, case, "case.promise.broken")
    assert (event.actor, event.due_at, event.at) == ("system", promise.due_at, clock.now())
    assert event.tenant_id == cast.meridian
    assert other(cast, case).state == "broken" and other(cast, case).fulfilled_at is None
    assert case_of(cast, case.case_id).next_promise_id == promise.id


def test_fulfilled_late_stays_broken_although_the_worker_was_down(cast, case):
    promise = other(cast, case)
    wait_until(promise.due_at)
    with entered(cast.as_ada):
        keep(case.case_id, promise.id)
    late = other(cast, case)
    assert (late.state, late.fulfilled_at) == ("broken", clock.now())
    assert case_of(cast, case.case_id).next_promise_id != promise.id
    until_idle()
    assert len(told(cast, case, "case.promise.broken")) == 1
    assert other(cast, case).state == "broken"


def test_fulfilled_after_the_worker_said_it_was_broken(cast, case):
    promise = other(cast, case)
    wait_until(promise.due_at)
    until_idle()
    with entered(cast.as_ada):
        keep(case.case_id, promise.id)
    late = other(cast, case)
    assert (late.state, late.fulfilled_at) == ("broken", clock.now())
    assert len(told(cast, case, "case.promise.broken")) == 1
    with entered(cast.as_ada), pytest.raises(PromiseSettled):
        keep(case.case_id, promise.id)


def test_moved_shows_both_dates_and_why(cast, case):
    promise, later = other(cast, case), clock.now() + timedelta(days=8)
    with entered(cast.as_ada):
        move(case.case_id, promise.id, later, "The bank is closed.")
    [event] = told(cast, case, "case.promise.moved")
    assert (event.text, event.facts["due"], event.facts["new_due"]) == (
        "The bank is closed.", promise.due_at.isoformat(), later.isoformat(),
    )  # fmt: skip
    new = other(cast, case)
    assert (new.state, new.due_at, new.sentence) == ("due", later, REFUND)
    wait_until(promise.due_at)
    until_idle()
    assert not told(cast, case, "case.promise.broken")
    wait_until(later)
    until_idle()
    assert len([e for e in told(cast, case, "case.promise.broken") if e.facts["promise"] == str(new.id)]) == 1


def test_moved_too_late_is_broken_first(cast, case):
    promise = other(cast, case)
    wait_until(promise.due_at)
    with entered(cast.as_ada):
        move(case.case_id, promise.id, clock.now() + SOON, "Sorry.")
    assert len(told(cast, case, "case.promise.broken")) == 1
    until_idle()
    assert len(told(cast, case, "case.promise.broken")) == 1
    assert other(cast, case).state == "due"


def test_nobody_can_promise_or_move_to_the_past(cast, case):
    new = reported(cast)
    before = snapshot(cast)
    for at in (clock.now(), clock.now() - timedelta(seconds=1)):
        with entered(cast.as_ada), pytest.raises(PromiseInThePast):
            promise_more(case.case_id, "Yesterday.", at)
        with entered(cast.as_ada), pytest.raises(PromiseInThePast):
            move(case.case_id, other(cast, case).id, at, "Yesterday.")
    with entered(cast.as_ada), pytest.raises(PromiseInThePast):
        acknowledge(new.case_id, 1, plan="Plan", answer_by=clock.now(), author="Ada")
    assert snapshot(cast) == before


@pytest.mark.parametrize("end", ["kept", "moved"])
def test_settled_is_settled(cast, case, end):
    promise = other(cast, case)
    with entered(cast.as_ada):
        if end == "kept":
            keep(case.case_id, promise.id)
        else:
            move(case.case_id, promise.id, clock.now() + SOON, "Later.")
    before = snapshot(cast)
    with entered(cast.as_ada), pytest.raises(PromiseSettled):
        keep(case.case_id, promise.id)
    with entered(cast.as_ada), pytest.raises(PromiseSettled):
        move(case.case_id, promise.id, clock.now() + SOON, "Later.")
    assert snapshot(cast) == before


def test_a_promise_of_another_case_is_unknown(cast, case):
    elsewhere = acknowledged(cast)
    with entered(cast.as_ada), pytest.raises(NoSuchPromise):
        keep(elsewhere.case_id, other(cast, case).id)


@pytest.mark.parametrize("who", ["as_hugo", "as_greta", "as_otto"])
def test_strangers_find_no_case(cast, case, who):
    before, promise = snapshot(cast), other(cast, case)
    for act in (
        lambda: keep(case.case_id, promise.id),
        lambda: move(case.case_id, promise.id, clock.now() + SOON, "No."),
        lambda: promise_more(case.case_id, "No.", clock.now() + SOON),
    ):
        with entered(getattr(cast, who)), pytest.raises(NoSuchCase):
            act()
    assert snapshot(cast) == before


def test_customers_and_the_public_promise_nothing(cast, case):
    before, promise = snapshot(cast), other(cast, case)
    for scope in (cast.public, cast.customer(case.case_id)):
        with entered(scope), pytest.raises(Forbidden):
            keep(case.case_id, promise.id)
    assert snapshot(cast) == before


def test_two_people_keep_it_at_once(app, cast, case):
    promise = other(cast, case)

    def try_it():
        with entered(cast.as_ada):
            keep(case.case_id, promise.id)

    results = at_once(app, [try_it] * 6)
    assert sorted(type(result).__name__ for result in results) == ["NoneType"] + ["PromiseSettled"] * 5
    assert [e.facts["promise"] for e in told(cast, case, "case.promise.kept")].count(str(promise.id)) == 1


def test_a_timer_and_a_person_at_once_leave_one_end(app, cast, case):
    """At a moment when it is overdue: whoever is first, it is broken once and fulfilled."""
    promise = other(cast, case)
    wait_until(promise.due_at)

    def keep_it():
        with entered(cast.as_ada):
            keep(case.case_id, promise.id)

    results = at_once(app, [keep_it, fire_due, fire_due])
    assert not [result for result in results if isinstance(result, Exception)]
    until_idle()
    assert len(told(cast, case, "case.promise.broken")) == 1
    assert (other(cast, case).state, other(cast, case).fulfilled_at) == ("broken", clock.now())


def test_the_acts_that_keep_promises(cast):
    """Acknowledging keeps the first one, answering keeps that of an answer; nobody has to say so."""
    made = acknowledged(cast)
    assert promises_of(cast, made.case_id)["acknowledge"].state == "kept"
    with entered(cast.as_ada):
        answer(made.case_id, 2, text="It is here.", author="Ada")
    assert promises_of(cast, made.case_id)["answer"].state == "kept"
    assert case_of(cast, made.case_id).next_promise_id is None


def test_a_timer_of_a_promise_that_is_gone_does_nothing(cast):
    from tenants.scope import Scope

    with entered(Scope.system(cast.riverside)):
        fall_due(12345)


def test_an_acknowledgement_that_comes_late(cast):
    made = reported(cast)
    wait_until(promises_of(cast, made.case_id)["acknowledge"].due_at)
    with entered(cast.as_ada):
        acknowledge(made.case_id, 1, plan="Sorry.", answer_by=clock.now() + SOON, author="Ada")
    assert "case.promise.broken" in kinds_of(cast, made.case_id)
    assert "case.promise.kept" not in kinds_of(cast, made.case_id)


def test_a_later_date_becomes_the_next_one_everywhere(cast):
    made = acknowledged(cast)
    promise = promises_of(cast, made.case_id)["answer"]
    later = promise.due_at + timedelta(days=5)
    with entered(cast.as_ada):
        move(made.case_id, promise.id, later, "The part comes on Friday.")
        access = db.session.scalars(select(Access).where(Access.case_id == made.case_id)).one()
        assert case_of(cast, made.case_id).next_due_at == access.next_due_at == later
