"""Surveys: asked once for each end, answered once, by the key of the case or by a link of their own."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.cases import customer_verbs, second_look, surveys
from portal.cases.survey_models import SCORES, Survey
from portal.cases.surveys import NoSuchSurvey, Opinion
from portal.worker.main import until_idle
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered
from tests.play import answered, at_once, case_of, kinds_of, wait_until

pytestmark = pytest.mark.database

FINE = Opinion({"professionalism": 5, "quality": 4, "ease": 5, "quickness": 3}, "yes", "Quick and kind.")


def closed(cast, **changes):
    case = answered(cast, **changes)
    with entered(cast.customer(case.case_id)):
        customer_verbs.accept_answer(case.case_id, case_of(cast, case.case_id).state_version)
    return case


def all_of(cast, case):
    with entered(Scope.system(cast.riverside)):
        query = select(Survey).where(Survey.case_id == case.case_id).order_by(Survey.asked_at, Survey.id)
        return list(db.session.scalars(query))


def test_asked_at_the_end_and_again_after_thirty_days(cast, hand):
    case = closed(cast)
    assert [survey.occasion for survey in all_of(cast, case)] == ["close"]
    ended = case_of(cast, case.case_id).closed_at
    hand.set(ended + timedelta(days=30))
    until_idle()
    assert len(all_of(cast, case)) == 1
    wait_until(ended + timedelta(days=30))
    until_idle()
    assert [survey.occasion for survey in all_of(cast, case)] == ["close", "later"]


def test_a_case_that_was_reopened_is_not_asked_about_its_old_end(cast, hand):
    case = closed(cast)
    ended = case_of(cast, case.case_id).closed_at
    hand.set(ended + timedelta(days=1))
    with entered(cast.customer(case.case_id)):
        second_look.reopen(case.case_id, case_of(cast, case.case_id).state_version)
    wait_until(ended + timedelta(days=31))
    until_idle()
    assert [survey.occasion for survey in all_of(cast, case)] == ["close"]


def test_heard_once(cast):
    case = closed(cast)
    (survey,) = all_of(cast, case)
    with entered(cast.customer(case.case_id)):
        surveys.answer(case.case_id, survey.id, FINE)
        with pytest.raises(NoSuchSurvey):
            surveys.answer(case.case_id, survey.id, FINE)
    (after,) = all_of(cast, case)
    assert [getattr(after, score) for score in SCORES] == [5, 4, 5, 3]
    assert (after.back, after.words, after.answered_at) == ("yes", "Quick and kind.", clock.now())


def test_two_presses_at_once_count_once(app, cast):
    case = closed(cast)
    (survey,) = all_of(cast, case)

    def press():
        with entered(cast.customer(case.case_id)):
            surveys.answer(case.case_id, survey.id, FINE)

    results = at_once(app, [press] * 4)
    assert [type(result) for result in results].count(type(None)) == 1
    assert kinds_of(cast, case.case_id).count("case.survey.answered") == 1


def test_what_is_said_is_for_the_customer_and_the_lead(cast):
    case = closed(cast)
    (survey,) = all_of(cast, case)
    with entered(cast.customer(case.case_id)):
        surveys.answer(case.case_id, survey.id, FINE)
    for scope, sees in ((cast.as_ada, 1), (cast.customer(case.case_id), 1), (cast.public, 0), (cast.as_greta, 0)):
        with entered(scope):
            assert len(list(db.session.scalars(select(Survey)))) == sees
    assert "case.survey.answered" not in kinds_of(cast, case.case_id, cast.public)
    with entered(cast.as_ada), pytest.raises(Forbidden):
        surveys.answer(case.case_id, survey.id, FINE)


def test_it_closes_after_thirty_days(cast, hand):
    case = closed(cast)
    (survey,) = all_of(cast, case)
    hand.set(survey.asked_at + timedelta(days=30, seconds=1))
    with entered(cast.customer(case.case_id)):
        assert surveys.open_survey(case.case_id) is None
        with pytest.raises(NoSuchSurvey):
            surveys.answer(case.case_id, survey.id, FINE)


@pytest.mark.parametrize(
    ("opinion", "unhappy"),
    [
        (FINE, False),
        (Opinion({"ease": 3}), False),
        (Opinion({"ease": 2}), True),
        (Opinion({"ease": 1, "quality": 5}), True),
        (Opinion({}, "no"), True),
        (Opinion({}, "perhaps", "Well."), False),
    ],
)
def test_who_is_unhappy(opinion, unhappy):
    assert opinion.is_unhappy is unhappy
