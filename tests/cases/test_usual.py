from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.cases.customer_verbs import accept_answer
from portal.cases.handling import acknowledge, answer, take_up
from portal.cases.remedies import Offer, accept, offer
from portal.cases.second_look import reopen
from portal.cases.usual import NEWEST, Usual, usual_of
from portal.cases.usual_models import UsualFigure
from portal.figures.models import DailyFigure
from portal.followers.base import rebuild
from portal.followers.usual import UsualFigures, _add
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import Scope, current, db, entered, writing
from tests.play import case_of, colleague, kinds_of, reported

pytestmark = pytest.mark.database


def answered_after(cast, hand, hours, *, remedy=None, **changes):
    made = reported(cast, **changes)
    with entered(cast.as_ada):
        acknowledge(made.case_id, 1, plan="Plan", answer_by=clock.now() + timedelta(days=9), author="Ada")
        if remedy:
            what = Offer(remedy, "Sorry", clock.now() + timedelta(days=30))
            number = offer(made.case_id, case_of(cast, made.case_id).state_version, what)
    if remedy:
        with entered(cast.customer(made.case_id)):
            accept(made.case_id, number)
    hand.move(timedelta(hours=hours))
    with entered(cast.as_ada):
        version = case_of(cast, made.case_id).state_version
        answer(made.case_id, version, text="Here.", author="Ada", touchpoint_id=cast.gate, category_id=cast.luggage)
    return made


def usual(cast, category=None, place=None):
    with entered(cast.public):
        return usual_of(category, place)


def kept():
    with entered(Scope.system()):
        rows = db.session.scalars(select(UsualFigure).order_by(UsualFigure.about, UsualFigure.subject_id))
        return [(row.network_id, row.about, row.subject_id, row.answers, row.settled) for row in rows]


def test_the_middle_of_what_was_answered_and_the_commonest_remedy(cast, hand):
    for hours, remedy in ((1, "apology"), (2, "fix"), (30, "apology"), (3, "apology"), (50, "explanation")):
        answered_after(cast, hand, hours, remedy=remedy, visibility="private" if hours == 3 else "public")
    until_idle()
    assert usual(cast, cast.luggage) == Usual("category", 3 * 3600, 5, "apology", 60)
    assert usual(cast, cast.delay, cast.gate) == Usual("touchpoint", 3 * 3600, 5, "apology", 60)
    assert usual(cast, cast.delay, cast.belt) == usual(cast) == Usual("network", 3 * 3600, 5, "apology", 60)
    with entered(Scope.public(cast.northport)):
        assert usual_of(None, None) is None


def test_a_few_say_nothing(cast, hand):
    for _ in range(4):
        answered_after(cast, hand, 1, remedy="apology")
    until_idle()
    assert usual(cast, cast.luggage) is None
    answered_after(cast, hand, 1)
    until_idle()
    assert usual(cast, cast.luggage) == Usual("category", 3600, 5)


def test_what_is_older_than_a_year_does_not_count(cast, hand):
    for _ in range(5):
        answered_after(cast, hand, 1)
    until_idle()
    hand.move(timedelta(days=364))
    assert usual(cast, cast.luggage) is not None
    hand.move(timedelta(days=2))
    assert usual(cast, cast.luggage) is None


def test_a_second_answer_is_not_counted_and_rebuilding_gives_the_same(cast, hand):
    made = answered_after(cast, hand, 2, remedy="apology")
    with entered(cast.customer(made.case_id)):
        accept_answer(made.case_id, case_of(cast, made.case_id).state_version)
        reopen(made.case_id, case_of(cast, made.case_id).state_version)
    hand.move(timedelta(hours=50))
    with entered(colleague(cast, cast.meridian, "hal@example.com")):
        by = clock.now() + timedelta(days=9)
        version = case_of(cast, made.case_id).state_version
        take_up(made.case_id, version, plan="Again", answer_by=by, author="Hal")
        answer(made.case_id, case_of(cast, made.case_id).state_version, text="Here after all.", author="Hal")
    until_idle()
    assert kinds_of(cast, made.case_id).count("case.answered") == 2
    along = kept()
    assert [len(answers) for *_, answers, _settled in along] == [1, 1, 1]
    with entered(cast.public):
        day = DailyFigure.__table__
        told = db.session.execute(current().select(day.c.figure, day.c.count).where(day.c.figure.like("answered%")))
        assert dict(tuple(row) for row in told) == {"answered": 1, "answered_again": 1}, (
            "the front page counts cases as well"
        )
    rebuild(UsualFigures())
    assert kept() == along


def test_only_the_newest_are_kept(cast):
    with entered(Scope.system()), writing():
        for at in range(3):
            _add((cast.riverside, "network", 0), {"answers": [[at, 1]] * (NEWEST - 1), "settled": []})
    ((*_, answers, _settled),) = kept()
    assert len(answers) == NEWEST and answers[0] == [1, 1]
