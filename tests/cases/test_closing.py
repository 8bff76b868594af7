from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.cases.customer_verbs import accept_answer, write_to_business
from portal.cases.handling import SILENCE, answer, close, close_when_silent
from portal.cases.models import Access
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import Scope, db, entered
from tests.play import answered, case_of, end_of, history, wait_until
from tests.worker.invariants import figures

pytestmark = pytest.mark.database


def how(cast, case):
    return [entry.facts["how"] for entry in history(cast, case.case_id, cast.public) if entry.kind == "case.closed"]


def test_by_acceptance(cast):
    made = answered(cast)
    with entered(cast.customer(made.case_id)):
        accept_answer(made.case_id, case_of(cast, made.case_id).state_version)
    case = case_of(cast, made.case_id)
    assert (case.state, case.closed_at, how(cast, made)) == ("closed", clock.now(), ["accepted"])
    closed = end_of(cast, made.case_id)
    assert (closed.actor, closed.tenant_id) == ("customer", cast.meridian)
    with entered(cast.as_ada):
        assert db.session.scalars(select(Access.is_open)).one() is False


def test_by_the_business(cast):
    made = answered(cast)
    with entered(cast.as_ada):
        close(made.case_id, case_of(cast, made.case_id).state_version)
    assert how(cast, made) == ["by_business"]
    assert end_of(cast, made.case_id).actor == "staff"


def test_by_silence_and_not_a_moment_earlier(cast, hand):
    made = answered(cast)
    hand.move(SILENCE)
    until_idle()
    assert case_of(cast, made.case_id).state == "answered"
    hand.move(timedelta(seconds=1))
    until_idle()
    until_idle()
    assert (case_of(cast, made.case_id).state, how(cast, made)) == ("closed", ["silent"])
    assert end_of(cast, made.case_id).actor == "system"


def test_an_old_timer_does_not_close_what_was_answered_again(cast, hand):
    made = answered(cast)
    first = clock.now()
    hand.move(timedelta(days=10))
    with entered(cast.customer(made.case_id)):
        write_to_business(made.case_id, text="It is the wrong one.")
    with entered(cast.as_ada):
        answer(made.case_id, case_of(cast, made.case_id).state_version, text="Now the right one.", author="Ada")
    second = clock.now()
    wait_until(first + SILENCE)
    until_idle()
    assert case_of(cast, made.case_id).state == "answered"
    wait_until(second + SILENCE)
    until_idle()
    assert (case_of(cast, made.case_id).state, how(cast, made)) == ("closed", ["silent"])


def test_a_timer_leaves_alone_what_is_work_again(cast, hand):
    made = answered(cast)
    with entered(cast.customer(made.case_id)):
        write_to_business(made.case_id, text="It is the wrong one.")
    hand.move(SILENCE + timedelta(days=1))
    until_idle()
    assert case_of(cast, made.case_id).state == "in_progress" and how(cast, made) == []


def test_a_timer_finds_a_case_that_was_accepted_meanwhile(cast, hand):
    made = answered(cast)
    with entered(cast.customer(made.case_id)):
        accept_answer(made.case_id, case_of(cast, made.case_id).state_version)
    hand.move(SILENCE + timedelta(days=1))
    until_idle()
    assert how(cast, made) == ["accepted"]


def test_a_timer_of_no_case_does_nothing(cast):
    with entered(Scope.system(cast.riverside)):
        close_when_silent(4711)


def test_how_it_ended_is_counted_apart(cast):
    accepted, closed, silent = answered(cast), answered(cast), answered(cast)
    with entered(cast.customer(accepted.case_id)):
        accept_answer(accepted.case_id, case_of(cast, accepted.case_id).state_version)
    with entered(cast.as_ada):
        close(closed.case_id, case_of(cast, closed.case_id).state_version)
    wait_until(case_of(cast, silent.case_id).answered_at + SILENCE)
    until_idle()
    ended = {figure: count for (*_, figure), count in figures().items() if figure.startswith("closed")}
    assert ended == {"closed_accepted": 1, "closed_by_business": 1, "closed_silent": 1}
