"""Surveys as people meet them: by a link that needs no cookie, and from the page of the case."""

import pytest

from portal.cases import surveys
from tenants import door
from tenants.scope import Scope, entered, writing
from tests.cases.test_surveys import all_of, closed
from tests.pages.conftest import hidden
from tests.play import case_of

pytestmark = pytest.mark.database


def link_of(cast, case):
    with entered(Scope.customer(cast.riverside, case_id=case.case_id)):
        survey = surveys.open_survey(case.case_id)
    with entered(Scope.door(cast.riverside)), writing():
        return surveys.survey_key(survey, case.reference)


def test_by_a_link_without_any_cookie(cast, another):
    case = closed(cast)
    somebody, link = another(), f"/s/{link_of(cast, case)}"
    page = somebody.get(link)
    assert page.status_code == 200 and "Would you come back?" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer" and "no-store" in page.headers["Cache-Control"]
    assert not all_of(cast, case)[0].answered_at
    assert somebody.post(link, {"ease": "6"}).status_code == 422
    assert somebody.post(link, {}).status_code == 422
    assert somebody.post(link, {"ease": "5", "words": "Kind."}).status_code == 200
    assert all_of(cast, case)[0].ease == 5
    assert somebody.post(link, {"ease": "1"}).status_code == 404
    assert somebody.get(link).status_code == 404
    assert somebody.get(f"/cases/{case.reference}/survey").status_code == 403


def test_unhappy_leads_back_to_work_in_one_press(cast, another):
    case = closed(cast)
    somebody, link = another(), f"/s/{link_of(cast, case)}"
    page = somebody.post(link, {"back": "no"})
    assert "Shall we go on?" in page.text
    again = somebody.post(f"{link}/reopening", {"version": hidden(page.text, "version")})
    assert again.status_code == 200 and case_of(cast, case.case_id).state == "reopened"


def test_links_of_others_open_nothing(cast, another):
    case = closed(cast)
    link = link_of(cast, case)
    assert another().get("/s/" + "x" * 27).status_code == 404
    assert another().get(f"/s/{case.key}").status_code == 404
    assert another().get(f"/k/{link}").status_code == 404
    assert another("northport.example").get(f"/s/{link}").status_code == 404
    with entered(Scope.door(cast.riverside)):
        assert door.key(link, "case") is None


def test_from_the_case_page(browser, report, signed_in):
    reference, _key = report()
    assert browser.get(f"/cases/{reference}/survey").status_code == 404
    ada = signed_in("ada")
    for where, values in (
        ("acknowledgement", {"plan": "We search", "due": "2026-11-20T12:00"}),
        ("answer", {"text": "Here.", "touchpoint": "gate-b4", "category": "lost-luggage"}),
    ):
        page = ada.get(f"/desk/meridian/cases/{reference}")
        values["version"] = hidden(page.text, "version")
        assert ada.post(f"/desk/meridian/cases/{reference}/{where}", values).status_code == 303
    page = browser.get(f"/cases/{reference}")
    browser.post(f"/cases/{reference}/acceptance", {"version": hidden(page.text, "version")})
    assert f"/cases/{reference}/survey" in browser.get(f"/cases/{reference}").text
    assert "How was it?" in browser.get(f"/cases/{reference}/survey").text
    assert browser.post(f"/cases/{reference}/survey", {"ease": "9"}).status_code == 422
    page = browser.post(f"/cases/{reference}/survey", {"ease": "1"})
    assert "Shall we go on?" in page.text
    assert f"/cases/{reference}/survey" not in browser.get(f"/cases/{reference}").text
    browser.post(f"/cases/{reference}/reopening", {"version": hidden(page.text, "version")})
    assert "Reopened" in browser.get(f"/cases/{reference}").text
