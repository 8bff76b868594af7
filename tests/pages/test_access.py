"""Who gets to see and do what, through the pages: a stranger cannot tell what is hidden from what is not there."""

from __future__ import annotations

import pytest

from tests.pages.conftest import hidden

pytestmark = pytest.mark.database

UNKNOWN = "RIV-0000-0000"
ACTS = ("acknowledgement", "replies", "notes", "answer", "promises", "closure", "assignment")


def same_answer(one, two, reference):
    """Status, headers and body alike, but for the address that was asked for and the number of the request."""
    for answer in (one, two):
        answer.headers.remove("X-Request-ID")
    assert (one.status_code, one.headers.to_wsgi_list()) == (two.status_code, two.headers.to_wsgi_list())
    assert one.text.replace(reference, UNKNOWN) == two.text


@pytest.mark.parametrize("path", ["/cases/{}", "/cases/{}/live"])
def test_a_private_case_answers_like_none(another, report, path):
    reference, _key = report(visibility="private")
    stranger = another()
    private, none = stranger.get(path.format(reference)), stranger.get(path.format(UNKNOWN))
    assert private.status_code == 404
    same_answer(private, none, reference)
    assert reference not in stranger.get("/cases").text + stranger.get("/").text


@pytest.mark.parametrize("act", ["messages", "acceptance", "privacy"])
def test_only_the_customer_acts_as_customer(another, report, act):
    public, _ = report()
    private, _ = report(visibility="private", what="Another matter.")
    stranger = another()
    assert stranger.post(f"/cases/{public}/{act}", {"text": "hello", "version": "2"}).status_code == 403
    assert stranger.post(f"/cases/{private}/{act}", {"text": "hello", "version": "2"}).status_code == 404


def test_another_business_answers_like_none(signed_in, report):
    reference, _key = report()
    hugo = signed_in("hugo")
    theirs, none = hugo.get(f"/desk/harbor/cases/{reference}"), hugo.get(f"/desk/harbor/cases/{UNKNOWN}")
    assert theirs.status_code == 404
    same_answer(theirs, none, reference)
    hugo.get("/desk/harbor/")
    for act in ACTS:
        answer = hugo.post(
            f"/desk/harbor/cases/{reference}/{act}", {"text": "x", "plan": "x", "due": "2026-11-18T12:00"}
        )
        assert answer.status_code == 404, act
    assert reference not in hugo.get("/desk/harbor/").text
    assert f"/cases/{reference}" not in hugo.get(f"/desk/harbor/?q={reference}").text


def test_nobody_sits_at_anothers_desk(signed_in, browser, report):
    reference, _key = report()
    hugo = signed_in("hugo")
    for path in ("/desk/meridian/", f"/desk/meridian/cases/{reference}", "/desk/no-such-business/"):
        assert hugo.get(path).status_code == 404
    assert browser.get("/desk/meridian/").status_code == 302


def test_a_session_is_worth_nothing_in_another_network(signed_in, another, report):
    otto = signed_in("otto", host="northport.example")
    assert otto.get("/desk/northport/").status_code == 200
    here = another()
    here.client.set_cookie(
        "session", otto.client.get_cookie("session", domain="northport.example").value, domain="riverside.example"
    )
    assert here.get("/desk/northport/").status_code == 302
    reference, _key = report()
    assert another("northport.example").get(f"/cases/{reference}").status_code == 404


def test_a_key_opens_its_case_and_nothing_else(another, report):
    reference, key = report(visibility="private")
    other, _ = report(visibility="private", what="Another matter.")
    guest = another()
    landing = guest.get(key)
    assert landing.status_code == 200 and "no-store" in landing.headers["Cache-Control"]
    assert landing.headers["Referrer-Policy"] == "no-referrer"
    assert guest.get(f"/cases/{reference}").status_code == 404  # looking at the link did nothing
    answer = guest.post(key)
    assert answer.status_code == 303 and key not in answer.headers["Location"]
    assert guest.follow(answer).status_code == 200
    assert guest.get(f"/cases/{other}").status_code == 404


@pytest.mark.parametrize("key", ["/k/" + "x" * 27, "/k/x"])
def test_a_forged_key_is_told_plainly(another, key):
    guest = another()
    assert guest.get(key).status_code == 404 and guest.post(key).status_code == 404
    assert not guest.client.get_cookie("session", domain="riverside.example")


def test_an_expired_key_opens_nothing(another, report, hand):
    from datetime import timedelta

    _reference, key = report(visibility="private")
    hand.move(timedelta(days=731))
    assert another().post(key).status_code == 404


def test_a_form_key_does_not_open_the_case(browser, another, report):
    page = browser.get("/report").text
    report()
    assert another().post("/k/" + hidden(page, "nonce").split(".")[0]).status_code == 404


def test_internal_notes_never_leave_the_tenant(browser, another, signed_in, report):
    reference, _key = report()
    ada = signed_in("ada")
    path = f"/desk/meridian/cases/{reference}"
    ada.get(path)
    ada.post(f"{path}/notes", {"text": "CANARY-internal"})
    assert "CANARY-internal" in ada.get(path).text
    for page in ("", "/live"):
        assert "CANARY-internal" not in browser.get(f"/cases/{reference}{page}").text
        assert "CANARY-internal" not in another().get(f"/cases/{reference}{page}").text
        assert "Ada" not in another().get(f"/cases/{reference}{page}").text


def test_contact_details_are_for_the_customer_and_the_lead(browser, another, signed_in, report):
    reference, _key = report(contact="canary@example.org")
    assert "canary@example.org" in signed_in("ada").get(f"/desk/meridian/cases/{reference}").text
    for path in (f"/cases/{reference}", f"/cases/{reference}/live", "/cases", "/"):
        assert "canary@example.org" not in another().get(path).text


def test_unknown_hosts_are_refused(app, cast, monkeypatch):
    assert app.test_client().get("/", base_url="http://evil.example").status_code == 421
