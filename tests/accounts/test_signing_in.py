"""Signing in as a browser does it."""

import re
from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import func, select

from portal.accounts import passwords
from tenants import administration, door, signing_in
from tenants.models import BrowserSession, Key, SessionKey, SignInAttempt, User
from tenants.scope import Scope, db, entered, writing
from tests.accounts.conftest import FORM, HOST, PASSWORD, Browser

pytestmark = pytest.mark.database


def who(browser, app):
    """Whom the door recognises in this browser."""
    with app.test_request_context("/sign-in", base_url=HOST, headers={"Cookie": f"session={browser.cookie}"}):
        app.preprocess_request()
        person = g.visitor.person if g.visitor else None
        app.do_teardown_request()
    return person.name if person else None


def count(model):
    with entered(Scope.system()):
        return db.session.scalar(select(func.count()).select_from(model))


def test_the_right_password_opens_the_desk(app, ada, browser):
    answer = browser.sign_in(ada)
    assert (answer.status_code, answer.location) == (303, "/desk/")
    assert who(browser, app) == "Ada"
    assert count(SignInAttempt) == 0
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie


def test_the_address_may_be_typed_in_any_case(app, ada, browser):
    assert browser.sign_in(" ADA@Example.com ").status_code == 303


def test_the_page_shows_a_form_and_sets_no_cookie(cast, browser):
    answer = browser.get("/sign-in?next=/desk/meridian/")
    assert answer.status_code == 200
    assert 'value="/desk/meridian/"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_who_is_signed_in_already_goes_on(ada, browser):
    browser.sign_in(ada)
    assert browser.get("/sign-in").location == "/desk/"


def test_wrong_unknown_disabled_and_foreign_are_answered_alike(app, cast, ada, browser, password_hash):
    administration.add_user("riverside", "gone@example.com", name="Gone", password_hash=password_hash)
    administration.disable("riverside", "gone@example.com")
    administration.add_user("riverside", "none@example.com", name="None", password_hash=None)
    administration.set_password("northport", "otto@example.com", password_hash)
    answers = [
        browser.sign_in(ada, "not the password"),
        browser.sign_in("nobody@example.com"),
        browser.sign_in("gone@example.com"),
        browser.sign_in("none@example.com"),
        browser.sign_in("otto@example.com"),
    ]
    pages = {re.sub(r'value="[^"]*@[^"]*"', "", answer.text) for answer in answers}
    assert {answer.status_code for answer in answers} == {422}
    assert len(pages) == 1
    assert browser.cookie is None
    assert count(SignInAttempt) == 5
    assert count(BrowserSession) == 0


def test_an_unknown_address_costs_the_same_work(app, ada, browser, monkeypatch):
    done = []
    verify = passwords._hasher.verify
    monkeypatch.setattr(passwords, "_hasher", _Counting(verify, done))
    for email in (ada, "nobody@example.com", "", "x" * 300):
        browser.sign_in(email, "not the password")
    assert len(done) == 4
    assert {stored.split("$")[3] for stored in done} == {"m=19456,t=2,p=1"}


class _Counting:
    def __init__(self, verify, done):
        self._verify, self._done = verify, done

    def verify(self, stored, password):
        self._done.append(stored)
        return self._verify(stored, password)


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\\/evil.example",
        "desk",
        "javascript:alert(1)",
        "/ok\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_next_is_a_path_of_ours(ada, browser, path):
    assert browser.sign_in(ada, next_path=path).location == "/desk/"


def test_next_is_kept(ada, browser):
    assert browser.sign_in(ada, next_path="/desk/meridian/cases?q=1").location == "/desk/meridian/cases?q=1"


# -- throttling ----------------------------------------------------------------------------------------------------


def test_an_account_is_throttled_and_released(ada, browser, hand):
    for _ in range(signing_in.TRIES_BY_ACCOUNT):
        assert browser.sign_in(ada, "not the password").status_code == 422
    answer = browser.sign_in(ada)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    hand.move(timedelta(minutes=16))
    assert browser.sign_in(ada).status_code == 303


def test_refusing_does_not_prolong_the_wait(ada, browser, hand):
    for _ in range(signing_in.TRIES_BY_ACCOUNT):
        browser.sign_in(ada, "not the password")
    hand.move(timedelta(minutes=14))
    assert browser.sign_in(ada).status_code == 429
    hand.move(timedelta(minutes=2))
    assert browser.sign_in(ada).status_code == 303


def test_an_address_is_throttled_over_all_accounts(ada, browser, monkeypatch):
    monkeypatch.setattr(signing_in, "TRIES_BY_ADDRESS", 3)
    for number in range(3):
        browser.sign_in(f"guess{number}@example.com")
    assert browser.sign_in(ada).status_code == 429
    assert browser.sign_in(ada, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 303


def test_an_ipv6_customer_is_one_address(ada, browser, monkeypatch):
    monkeypatch.setattr(signing_in, "TRIES_BY_ADDRESS", 2)
    for number in range(2):
        browser.sign_in(f"guess{number}@example.com", environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{number}"})
    assert browser.sign_in(ada, environ_base={"REMOTE_ADDR": "2001:db8:1:2:ffff::"}).status_code == 429
    assert browser.sign_in(ada, environ_base={"REMOTE_ADDR": "2001:db8:1:3::"}).status_code == 303


def test_networks_are_throttled_apart(ada, browser, app, password_hash):
    for _ in range(signing_in.TRIES_BY_ACCOUNT):
        browser.sign_in(ada, "not the password")
    administration.add_user("northport", ada, name="Another Ada", password_hash=password_hash)
    assert Browser(app.test_client(), "http://northport.example").sign_in(ada).status_code == 303


# -- sessions ------------------------------------------------------------------------------------------------------


def test_signing_in_makes_a_new_token_and_keeps_the_keys_of_cases(app, cast, ada, browser, hand):
    with entered(Scope.door(cast.riverside)):
        with writing():
            token = door.new_key("case", 77, "RIV-1", hand.at + timedelta(days=9))
        before = door.hand_in(door.key(token, "case").id, None)
    browser.client.set_cookie("session", before, domain="riverside.example")
    browser.sign_in(ada)
    assert browser.cookie not in (None, before)
    assert count(BrowserSession) == 1
    with entered(Scope.door(cast.riverside)):
        assert door.visitor(before) is None
        session = door.visitor(browser.cookie)
        assert door.opened_subject(session.session_id, "case", "RIV-1") == 77


def test_a_planted_cookie_is_not_taken_up(app, ada, browser):
    browser.client.set_cookie("session", "planted", domain="riverside.example")
    browser.sign_in(ada)
    assert browser.cookie != "planted"
    browser.client.set_cookie("session", "planted", domain="riverside.example")
    assert who(browser, app) is None


def test_signing_out_ends_the_session_on_the_server(app, ada, browser):
    browser.sign_in(ada)
    kept = browser.cookie
    answer = browser.post("/sign-out", {})
    assert (answer.status_code, answer.location) == (303, "/")
    assert browser.cookie is None
    browser.client.set_cookie("session", kept, domain="riverside.example")
    assert who(browser, app) is None
    assert count(BrowserSession) == count(SessionKey) == 0


def test_disabling_ends_sessions_at_once(app, ada, browser):
    browser.sign_in(ada)
    administration.disable("riverside", ada)
    assert who(browser, app) is None
    assert browser.get("/sign-in").status_code == 200
    administration.enable("riverside", ada)
    assert who(browser, app) is None


def test_even_a_session_that_was_left_behind_is_dead_while_disabled(app, cast, ada, browser, hand):
    browser.sign_in(ada)
    with entered(Scope.system(cast.riverside)), writing():
        db.session.get(User, cast.ada).disabled_at = hand.at
    assert count(BrowserSession) == 1
    assert who(browser, app) is None


def test_a_new_password_ends_sessions_everywhere(app, ada, browser, another):
    browser.sign_in(ada)
    another.sign_in(ada)
    administration.set_password("riverside", ada, passwords.hashed("another long password"))
    assert who(browser, app) is None
    assert who(another, app) is None
    assert another.sign_in(ada).status_code == 422
    assert another.sign_in(ada, "another long password").status_code == 303


def test_a_session_lasts_for_its_hours(app, ada, browser, hand):
    browser.sign_in(ada)
    hand.move(timedelta(hours=11, minutes=59))
    assert who(browser, app) == "Ada"
    hand.move(timedelta(minutes=2))
    assert who(browser, app) is None


def test_a_password_that_changes_while_it_is_checked_opens_nothing(cast, ada):
    with entered(Scope.door(cast.riverside)):
        proved = signing_in.credentials(ada)
    administration.set_password("riverside", ada, passwords.hashed("another long password"))
    with entered(Scope.door(cast.riverside)), writing():
        assert not signing_in.confirm_password(proved)
    assert count(BrowserSession) == 0


def test_an_old_hash_is_renewed_at_the_next_sign_in(cast, browser):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("short one")
    administration.set_password("riverside", "ada@example.com", weak)
    assert browser.sign_in("ada@example.com", "short one").status_code == 303
    with entered(Scope.system(cast.riverside)):
        kept = db.session.get(User, cast.ada).password_hash
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(kept, "short one")


def test_hashing_happens_outside_the_write_transaction(ada, browser, monkeypatch):
    writing_while_hashing = []
    matches = passwords.matches
    monkeypatch.setattr(
        passwords,
        "matches",
        lambda *given: writing_while_hashing.append(db.session.info.get("writing", False)) or matches(*given),
    )
    browser.sign_in(ada)
    assert writing_while_hashing == [False]


# -- what comes before the route ------------------------------------------------------------------------------------


def test_with_a_session_there_is_a_token(ada, browser, app):
    browser.sign_in(ada)
    assert browser.post("/sign-out", {}, csrf="").status_code == 403
    assert browser.post("/sign-out", {}, csrf="0" * 64).status_code == 403
    assert who(browser, app) == "Ada"
    assert (
        browser.client.post("/sign-out", base_url=HOST, headers={**FORM, "X-CSRF-Token": browser.csrf()}).status_code
        == 303
    )


def test_the_token_of_another_session_is_worth_nothing(ada, browser, another):
    browser.sign_in(ada)
    another.sign_in(ada)
    assert browser.post("/sign-out", {}, csrf=another.csrf()).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_another_site_is_refused(ada, browser, site):
    assert browser.sign_in(ada, headers={"Sec-Fetch-Site": site}).status_code == 403


def test_an_older_browser_says_its_origin(ada, app):
    client, form = app.test_client(), {"email": ada, "password": PASSWORD}
    for origin, status in (
        ("http://evil.example", 403),
        ("null", 403),
        ("https://riverside.example", 403),
        (HOST, 303),
    ):
        assert client.post("/sign-in", base_url=HOST, data=form, headers={"Origin": origin}).status_code == status
    assert app.test_client().post("/sign-in", base_url=HOST, data=form).status_code == 403


def test_an_unknown_host_is_misdirected(ada, app):
    assert Browser(app.test_client(), "http://elsewhere.example").get("/sign-in").status_code == 421


@pytest.mark.parametrize("field", ["email", "password", "next"])
def test_nul_is_refused(ada, browser, field):
    form = {"email": ada, "password": PASSWORD, "next": ""}
    form[field] += "\0"
    assert browser.post("/sign-in", form).status_code == 400


def test_reading_the_page_writes_nothing(ada, browser):
    browser.get("/sign-in")
    assert count(SignInAttempt) == count(BrowserSession) == count(Key) == 0
