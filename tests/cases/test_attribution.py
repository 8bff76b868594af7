"""Where the cause lies is known before a case can close, whichever way it closes."""

import pytest

from portal.cases import handling
from portal.cases.attribution import NotAttributed
from portal.cases.handling import SILENCE
from portal.cases.models import Case
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import Scope, current, db, entered, writing
from tests.play import acknowledged, case_of, end_of, kinds_of, snapshot, wait_until

pytestmark = pytest.mark.database

LEADING_TO_CLOSE = {"ask": handling.ask, "answer": handling.answer}


def forget(cast, case_id, *columns):
    cases = Case.__table__
    if columns:
        with entered(Scope.system(cast.riverside)), writing():
            bare = dict.fromkeys(columns)
            db.session.execute(current().update(cases).where(cases.c.id == case_id).values(bare))


@pytest.mark.parametrize("verb", LEADING_TO_CLOSE)
@pytest.mark.parametrize(("place", "topic"), [(1, 1), (1, 0), (0, 1), (0, 0)])
def test_what_may_end_the_case_asks_for_what_is_not_known(cast, verb, place, topic):
    made = acknowledged(cast)
    missing = tuple(name for name, known in (("touchpoint", place), ("category", topic)) if not known)
    forget(cast, made.case_id, *(f"{name}_id" for name in missing))
    case, before = case_of(cast, made.case_id), snapshot(cast)
    act = LEADING_TO_CLOSE[verb]
    with entered(cast.as_ada):
        if missing:
            with pytest.raises(NotAttributed) as refused:
                act(case.id, case.state_version, text="Which one?", author="Ada")
            assert refused.value.missing == missing and snapshot(cast) == before
        given = {"touchpoint_id": cast.belt, "category_id": cast.delay}
        act(case.id, case.state_version, text="Which one?", author="Ada", **given)
    now = case_of(cast, case.id)
    assert (now.touchpoint_id, now.category_id) == (cast.belt, cast.delay)
    assert kinds_of(cast, case.id).count("case.attributed") == 1


@pytest.mark.parametrize("verb", LEADING_TO_CLOSE)
def test_silence_closes_it_with_place_and_topic(cast, verb):
    made = acknowledged(cast)
    with entered(cast.as_ada):
        LEADING_TO_CLOSE[verb](made.case_id, 2, text="Which one?", author="Ada")
    wait_until(clock.now() + SILENCE)
    until_idle()
    case = case_of(cast, made.case_id)
    assert case.state == "closed" and end_of(cast, case.id).facts["how"] == "silent"
    assert case.touchpoint_id == cast.gate and case.category_id == cast.luggage


@pytest.mark.parametrize("missing", ["touchpoint_id", "category_id"])
def test_nothing_closes_without(cast, missing):
    """Not even a state that no verb leads to."""
    made = acknowledged(cast)
    with entered(cast.as_ada):
        handling.answer(made.case_id, 2, text="It is here.", author="Ada")
    forget(cast, made.case_id, missing)
    before = snapshot(cast)
    with entered(cast.as_ada), pytest.raises(NotAttributed):
        handling.close(made.case_id, 3)
    wait_until(clock.now() + SILENCE)
    with entered(Scope.system(cast.riverside)):
        handling.close_when_silent(made.case_id)
    assert snapshot(cast) == before
