"""What bad input gets: a clear error, nothing lost, nothing written."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.cases.models import Case
from tenants.scope import Scope, db, entered
from tests.pages.conftest import hidden

pytestmark = pytest.mark.database


def cases() -> int:
    with entered(Scope.system()):
        return db.session.scalar(select(func.count()).select_from(Case)) or 0


def form(browser, **changes):
    return {
        "nonce": hidden(browser.get("/report").text, "nonce"),
        "what": "The belt stopped.",
        "visibility": "private",
        "language": "en",
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"what": ""}, "what"),
        ({"what": " \n "}, "what"),
        ({"what": "x" * 10_001}, "what"),
        ({"touchpoint": "no-such-place"}, "touchpoint"),
        ({"category": "no-such-category"}, "category"),
        ({"happened": "x" * 121}, "happened"),
        ({"wish": "x" * 1001}, "wish"),
        ({"contact": "not an address"}, "contact"),
        ({"contact": "alice@x)bob@evil"}, "contact"),
        ({"visibility": ""}, "visibility"),
        ({"visibility": "everyone"}, "visibility"),
        ({"nonce": "forged"}, "what"),
        ({"nonce": ""}, "what"),
    ],
)
def test_the_error_stands_beside_the_field_and_nothing_is_lost(browser, changes, field):
    typed = form(
        browser, wish="Find it <b>please</b>", **{key: value for key, value in changes.items() if key != "wish"}
    )
    typed.update(changes)
    answer = browser.post("/cases", typed)
    assert answer.status_code == 422
    assert f'id="f-{field}-wrong"' in answer.text
    if field != "what" and "what" not in changes:
        assert "The belt stopped." in answer.text
    if "wish" not in changes:
        assert "Find it &lt;b&gt;please&lt;/b&gt;" in answer.text
    assert cases() == 0


def test_an_expired_form_is_said_so_and_can_be_sent_again(browser, hand, monkeypatch):
    typed = form(browser)
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 4_000_000_000)
    answer = browser.post("/cases", typed)
    assert answer.status_code == 422 and "open for too long" in answer.text and "The belt stopped." in answer.text
    assert cases() == 0


@pytest.mark.parametrize("value", ["nul\0nul", "lone \ud800 surrogate"])
def test_what_no_text_may_hold_is_refused(browser, value):
    typed = form(browser)
    body = "&".join(f"{key}={val}" for key, val in typed.items() if key != "what").encode()
    raw = value.encode("utf-8", "surrogatepass").hex()
    body += b"&what=" + "".join(f"%{raw[i : i + 2]}" for i in range(0, len(raw), 2)).encode()
    answer = browser.client.post(
        "/cases",
        data=body,
        content_type="application/x-www-form-urlencoded",
        headers={"Sec-Fetch-Site": "same-origin"},
        base_url="http://riverside.example",
    )
    assert answer.status_code in (400, 422, 201)
    if answer.status_code == 201:  # Werkzeug puts U+FFFD for what is not UTF-8; a NUL never comes through
        assert "\0" not in value
    else:
        assert cases() == 0


def test_a_body_that_is_too_large_is_refused(browser, app):
    answer = browser.post("/cases", {"what": "x" * (app.config["MAX_CONTENT_LENGTH"] + 1)})
    assert answer.status_code == 413 and cases() == 0


def test_the_same_form_twice_makes_one_case_and_a_fresh_key(browser, another):
    typed = form(browser)
    first, second = browser.post("/cases", typed), another().post("/cases", typed)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.text != second.text and cases() == 1
    changed = another().post("/cases", {**typed, "what": "Something else."})
    assert changed.status_code == 409 and cases() == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_another_site_cannot_post(browser, site):
    typed = form(browser)
    assert browser.post("/cases", typed, **{"Sec-Fetch-Site": site}).status_code == 403
    assert cases() == 0


def test_old_browsers_are_known_by_their_origin(browser):
    typed = form(browser)
    send = lambda origin: browser.client.post(  # noqa: E731
        "/cases", data=typed, headers={"Origin": origin} if origin else {}, base_url="http://riverside.example"
    )
    assert send("http://evil.example").status_code == 403
    assert send("").status_code == 403
    assert send("http://riverside.example").status_code == 201


def test_with_a_session_the_token_is_needed(browser, report):
    reference, _key = report()
    browser.get(f"/cases/{reference}")
    browser.token = ""
    assert browser.post(f"/cases/{reference}/messages", {"text": "hello"}).status_code == 403


def test_a_stale_form_shows_the_present_state_and_keeps_what_was_typed(signed_in, report):
    reference, _key = report()
    one, two = signed_in("ada"), signed_in("ada")
    path = f"/desk/meridian/cases/{reference}"
    stale = hidden(one.get(path).text, "version")
    plan = {"version": stale, "plan": "First plan.", "due": "2026-11-18T12:00"}
    two.get(path)
    assert two.post(f"{path}/acknowledgement", plan).status_code == 303
    answer = one.post(f"{path}/acknowledgement", {**plan, "plan": "Second plan."})
    assert answer.status_code == 409
    assert "First plan." in answer.text and "moved on" in answer.text
    assert two.get(path).text.count("First plan.") == 1 and "Second plan." not in two.get(path).text


@pytest.mark.parametrize(
    ("act", "typed", "field"),
    [
        ("acknowledgement", {"plan": "", "due": "2026-11-18T12:00"}, "plan"),
        ("acknowledgement", {"plan": "A plan", "due": ""}, "due"),
        ("acknowledgement", {"plan": "A plan", "due": "2020-01-01T00:00"}, "due"),
        ("acknowledgement", {"plan": "A plan", "due": "9999-99-99"}, "due"),
        ("acknowledgement", {"plan": "A plan", "due": "2999-01-01T00:00"}, "due"),
        ("notes", {"text": ""}, "text"),
        ("notes", {"text": "x" * 5001}, "text"),
        ("promises", {"sentence": "", "due": "2026-11-18T12:00"}, "sentence"),
    ],
)
def test_the_desk_is_told_what_is_wrong(signed_in, report, act, typed, field):
    reference, _key = report()
    ada = signed_in("ada")
    path = f"/desk/meridian/cases/{reference}"
    version = hidden(ada.get(path).text, "version")
    answer = ada.post(f"{path}/{act}", {"version": version, **typed})
    assert answer.status_code == 422 and f'id="f-{field}-wrong"' in answer.text
    for value in typed.values():
        assert len(value) > 1000 or value in answer.text


@pytest.mark.parametrize("version", ["", "-1", "abc", "1e9", "99999999999999999999", "٣"])
def test_a_forged_version_is_a_stale_one(signed_in, report, version):
    reference, _key = report()
    ada = signed_in("ada")
    path = f"/desk/meridian/cases/{reference}"
    ada.get(path)
    answer = ada.post(f"{path}/acknowledgement", {"version": version, "plan": "P", "due": "2026-11-18T12:00"})
    assert answer.status_code == 409
