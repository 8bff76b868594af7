"""How the work together was: two questions, each answered by one press, by whoever asked, and never changed."""

from __future__ import annotations

import re

import pytest

from portal import directory
from portal.handoffs import handing, working
from portal.handoffs.legs import NoSuchHandoff
from portal.handoffs.models import Handoff
from portal.handoffs.reading import cooperation
from portal.handoffs.states import STATES
from portal.handoffs.working import AlreadyRated
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered, writing
from tests.handoffs.acts import accepted, do, offered
from tests.handoffs.conftest import handoff
from tests.handoffs.test_handing import put
from tests.play import acknowledged, case_of, history, snapshot

pytestmark = pytest.mark.database


@pytest.fixture
def over(partners, cast):
    """A hand-off whose answer has been confirmed."""
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    do(partners, "harbor", working.answer, one, text="Found.", author="Hugo")
    do(partners, "meridian", working.confirm, one)
    return one


def rated(partners, who, one, **grades):
    with entered(partners.scopes[who]):
        working.rate(one, **grades)


def grades(one):
    return handoff(one).rated_help, handoff(one).rated_ease


def test_each_press_keeps_one_grade(partners, cast, over):
    rated(partners, "meridian", over, help_=3)
    assert grades(over) == (3, None)
    with entered(cast.as_ada):
        assert cooperation(cast.harbor) is None, "half a rating is none"
    rated(partners, "meridian", over, ease=1)
    assert grades(over) == (3, 1)
    with entered(cast.as_ada):
        assert cooperation(cast.harbor) == (1, 3.0, 1.0)
    case_id = handoff(over).case_id
    mine = [entry.facts for entry in history(cast, case_id, cast.as_ada) if entry.kind == "case.handoff.rated"]
    assert mine == [{"handoff": str(over), "help": 3}, {"handoff": str(over), "ease": 1}]
    assert "case.handoff.rated" not in [entry.kind for entry in history(cast, case_id, cast.as_hugo)]


def test_the_same_press_again_changes_nothing_and_another_grade_is_refused(partners, cast, over):
    rated(partners, "meridian", over, help_=3)
    before = snapshot(cast)
    rated(partners, "meridian", over, help_=3)
    assert snapshot(cast) == before
    for other in ({"help_": 1}, {"help_": 2, "ease": 3}):
        with pytest.raises(AlreadyRated):
            rated(partners, "meridian", over, **other)
    with pytest.raises(ValueError, match="a grade is"):
        rated(partners, "meridian", over, ease=4)
    assert snapshot(cast) == before and grades(over) == (3, None)


@pytest.mark.parametrize("who", ["harbor", "lantern", "airport"])
def test_nobody_rates_but_who_asked(partners, over, who):
    with pytest.raises((Forbidden, NoSuchHandoff)):
        rated(partners, who, over, help_=3)
    assert grades(over) == (None, None)


@pytest.mark.parametrize("state", STATES)
def test_it_is_rated_once_it_is_over(partners, cast, state):
    one = offered(partners, acknowledged(cast).case_id)
    put(one, state)
    if state in ("confirmed", "declined", "expired", "returned"):
        rated(partners, "meridian", one, help_=2)
        assert grades(one) == (2, None)
        return
    with pytest.raises(AlreadyRated):
        rated(partners, "meridian", one, help_=2)


def test_who_handed_the_whole_case_on_rates_who_took_it(partners, cast):
    """Though it does not lead the case any more; and the new lead does not rate itself."""
    made = acknowledged(cast)
    one = accepted(partners, made.case_id, whole=True)
    put_over(one)
    rated(partners, "meridian", one, help_=3, ease=3)
    assert grades(one) == (3, 3)
    with pytest.raises(Forbidden):
        rated(partners, "harbor", one, help_=1)


def put_over(one):
    for state in ("answered", "confirmed"):
        with entered(Scope.system()), writing():
            db.session.get_one(Handoff, one).state = state


def test_two_taps_on_the_page(partners, cast, over, signed_in):
    directory.forget()
    ada, path = signed_in("ada"), f"/desk/meridian/handoffs/{over}"
    page = ada.get(path).text
    rows = re.findall(r'<form action="[^"]*/rating".*?</form>', page, re.S)
    assert [re.findall(r'<button[^>]* name="(\w+)" value="(\d)"', row) for row in rows] == [
        [("help", "3"), ("help", "2"), ("help", "1")],
        [("ease", "3"), ("ease", "2"), ("ease", "1")],
    ]
    first = ada.post(f"{path}/rating", {"help": "3"})
    assert first.status_code == 303 and first.headers["Location"].endswith("#rating")
    page = ada.follow(first).text
    assert 'name="help"' not in page and 'name="ease"' in page and "<b>good</b>" in page
    assert ada.post(f"{path}/rating", {"help": "3"}).status_code == 303, "a double click"
    other = ada.post(f"{path}/rating", {"help": "1"})
    assert other.status_code == 409 and "One grade is kept for each question" in other.text
    page = ada.follow(ada.post(f"{path}/rating", {"ease": "2"})).text
    assert "You rated Harbor Ground Handling once: help 3.0, ease 2.0 of 3." in page and "/rating" not in page
    for wrong in ({}, {"help": "4"}, {"help": "x"}, {"ease": ""}):
        refused = ada.post(f"{path}/rating", wrong)
        assert refused.status_code == 422, wrong
    assert grades(over) == (3, 2)


def test_a_declined_request_is_rated_as_well(partners, cast, signed_in):
    directory.forget()
    one = offered(partners, acknowledged(cast).case_id)
    do(partners, "harbor", handing.decline, one, reason="not_ours", text="", author="Hugo")
    assert 'name="help" value="3"' in signed_in("ada").get(f"/desk/meridian/handoffs/{one}").text
    assert case_of(cast, handoff(one).case_id).lead_tenant_id == cast.meridian
