"""Asking the customer stops the clocks, and nothing else does."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.calendars.models import ServiceCalendar
from portal.cases import clocks, customer_verbs, handling, promises
from portal.cases.holding import held
from portal.worker.main import until_idle
from tenants.scope import Scope, db, entered, writing
from tests.play import acknowledged, answered, case_of, end_of, history, kinds_of, promises_of, wait_until

pytestmark = pytest.mark.database

# The clock of every test starts on Monday 16 November 2026, 09:00 UTC: 10:00 in Vienna, where work is 9 to 17.
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def asked(cast, **changes):
    case = acknowledged(cast, **changes)
    with entered(cast.as_ada):
        handling.ask(case.case_id, case_of(cast, case.case_id).state_version, text="Which colour?", author="Ada")
    return case


def give_targets(cast, **targets):
    with entered(Scope.system(cast.riverside)), writing():
        db.session.get_one(ServiceCalendar, cast.meridian).targets = targets


def test_a_question_stops_the_clock_and_an_answer_starts_it_with_what_was_left(cast, hand):
    case = asked(cast)
    due = promises_of(cast, case.case_id)["answer"].due_at
    assert due == MONDAY + timedelta(days=3)  # Thursday 10:00 in Vienna: 3 days of 8 hours from Monday 10:00
    paused = promises_of(cast, case.case_id)["answer"]
    assert paused.paused_minutes == 3 * 8 * 60
    assert case_of(cast, case.case_id).next_promise_id is None
    hand.set(MONDAY + timedelta(days=9))  # Wednesday of the week after, 10:00 in Vienna
    until_idle()
    assert promises_of(cast, case.case_id)["answer"].state == "due"
    with entered(cast.customer(case.case_id)):
        customer_verbs.write_to_business(case.case_id, text="Red.")
    after = promises_of(cast, case.case_id)["answer"]
    assert after.due_at == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)  # 7+8+8+1 hours on: Monday 10:00 in Vienna
    assert after.paused_minutes is None
    assert case_of(cast, case.case_id).state == "in_progress"
    told = next(entry for entry in history(cast, case.case_id) if entry.kind == "case.promise.resumed")
    assert datetime.fromisoformat(told.facts["due"]) == due
    assert datetime.fromisoformat(told.facts["new_due"]) == after.due_at


def test_a_promise_that_runs_again_breaks_at_its_new_date_and_only_there(cast, hand):
    case = asked(cast)
    hand.set(MONDAY + timedelta(days=9))
    with entered(cast.as_ada):
        handling.go_on(case.case_id, case_of(cast, case.case_id).state_version)
    due = promises_of(cast, case.case_id)["answer"].due_at
    hand.set(due)
    until_idle()
    assert promises_of(cast, case.case_id)["answer"].state == "due"
    wait_until(due)
    until_idle()
    assert promises_of(cast, case.case_id)["answer"].state == "broken"


def test_what_is_late_already_is_not_rescued_by_a_question(cast, hand):
    case = acknowledged(cast)
    hand.set(MONDAY + timedelta(days=4))
    with entered(cast.as_ada):
        handling.ask(case.case_id, case_of(cast, case.case_id).state_version, text="Which colour?", author="Ada")
    until_idle()
    promise = promises_of(cast, case.case_id)["answer"]
    assert (promise.state, promise.paused_minutes) == ("broken", None)
    assert case_of(cast, case.case_id).next_promise_id == promise.id


def test_a_date_is_not_moved_while_its_clock_stands_still(cast):
    case = asked(cast)
    promise = promises_of(cast, case.case_id)["answer"]
    with entered(cast.as_ada), pytest.raises(promises.WrongState):
        promises.move(case.case_id, promise.id, MONDAY + timedelta(days=20), "busy")
    assert promises_of(cast, case.case_id)["answer"].moved_to is None


def test_a_customer_who_stays_silent_after_a_question_ends_the_case(cast, hand):
    case = asked(cast)
    hand.set(MONDAY + handling.SILENCE - timedelta(seconds=1))
    until_idle()
    assert case_of(cast, case.case_id).state == "waiting_for_customer"
    hand.set(MONDAY + handling.SILENCE + timedelta(seconds=1))
    until_idle()
    after = case_of(cast, case.case_id)
    assert (after.state, after.waiting_since) == ("closed", None)
    assert end_of(cast, case.case_id).facts == {"how": "silent"}
    assert promises_of(cast, case.case_id)["answer"].state == "released"


def test_an_answer_in_time_keeps_the_case_from_closing_by_an_old_question(cast, hand):
    case = asked(cast)
    hand.set(MONDAY + timedelta(days=1))
    with entered(cast.customer(case.case_id)):
        customer_verbs.write_to_business(case.case_id, text="Red.")
    hand.set(MONDAY + handling.SILENCE + timedelta(days=1))
    until_idle()
    assert case_of(cast, case.case_id).state == "in_progress"


def test_news_in_between_is_promised_where_the_calendar_says_so(cast, hand):
    give_targets(cast, update=["working_hours", 4])
    case = acknowledged(cast)
    first = promises_of(cast, case.case_id)["update"]
    assert first.due_at == MONDAY + timedelta(hours=4)
    hand.set(MONDAY + timedelta(hours=2))
    with entered(cast.as_ada):
        handling.reply(case.case_id, text="We are on it.", author="Ada")
    kept, following = first.id, promises_of(cast, case.case_id)["update"]
    assert following.id != kept and following.due_at == MONDAY + timedelta(hours=6)
    assert kinds_of(cast, case.case_id).count("case.promise.kept") == 2  # the plan, and the first news
    with entered(cast.as_ada):
        handling.answer(case.case_id, case_of(cast, case.case_id).state_version, text="Here.", author="Ada")
    assert promises_of(cast, case.case_id)["update"].state == "kept"


def test_no_news_is_promised_when_the_answer_comes_first(cast):
    give_targets(cast, update=["working_days", 4])
    case = acknowledged(cast)  # answered within three days
    assert "update" not in promises_of(cast, case.case_id)


def test_withdrawing_lets_everything_go_but_what_is_broken(cast, hand):
    case = acknowledged(cast)
    with entered(cast.as_ada):
        promises.promise_more(case.case_id, "We call you.", MONDAY + timedelta(hours=1))
    wait_until(MONDAY + timedelta(hours=1))
    until_idle()
    with entered(cast.customer(case.case_id)):
        customer_verbs.withdraw(case.case_id, case_of(cast, case.case_id).state_version)
    states = {promise.what: promise.state for promise in promises_of(cast, case.case_id).values()}
    assert states == {"acknowledge": "kept", "answer": "released", "other": "broken"}


def test_what_somebody_promised_in_their_own_words_outlives_a_closed_case(cast):
    case = answered(cast)
    with entered(cast.as_ada):
        promises.promise_more(case.case_id, "The refund.", MONDAY + timedelta(days=2))
    with entered(cast.customer(case.case_id)):
        customer_verbs.accept_answer(case.case_id, case_of(cast, case.case_id).state_version)
    wait_until(MONDAY + timedelta(days=2))
    until_idle()
    assert promises_of(cast, case.case_id)["other"].state == "broken"


def test_more_than_promised_is_a_fourth_end(cast, hand):
    case = acknowledged(cast)
    with entered(cast.as_ada):
        promises.promise_more(case.case_id, "We bring it to you.", MONDAY + timedelta(days=1))
    promise = promises_of(cast, case.case_id)["other"]
    with entered(cast.as_ada):
        promises.exceed(case.case_id, promise.id, text="We brought it to the hotel.")
        with pytest.raises(promises.PromiseSettled):
            promises.exceed(case.case_id, promise.id, text="Twice.")
    after = promises_of(cast, case.case_id)["other"]
    assert (after.state, after.settled_at) == ("exceeded", MONDAY)
    late = acknowledged(cast)
    with entered(cast.as_ada):
        promises.promise_more(late.case_id, "We bring it to you.", MONDAY + timedelta(days=1))
    hand.set(MONDAY + timedelta(days=3))
    owed = promises_of(cast, late.case_id)["other"]
    with entered(cast.as_ada), pytest.raises(promises.PromiseSettled):
        promises.exceed(late.case_id, owed.id, text="Late is late.")


def test_clocks_are_nothing_without_the_case(cast):
    case = asked(cast)
    with entered(Scope.system(cast.riverside)), held(case.case_id) as mine:
        clocks.let_go(mine)
        assert [promise.state for promise in promises.owed(mine)] == []
