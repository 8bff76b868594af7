"""Passkeys, with a device in software: what is good, and every way in which an answer is not."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tenants import administration
from tenants.account_models import Passkey
from tenants.scope import Scope, db, entered
from tests.accounts.authenticator import Authenticator, b64
from tests.accounts.conftest import Browser, with_codes

pytestmark = pytest.mark.database


def add(browser, device, name="Phone"):
    options = browser.post("/account/security/passkeys/challenge", {}).json
    return browser.post("/account/security/passkeys", {"credential": device.create(options), "name": name})


def sign_in(browser, device, **changes):
    options = browser.post("/sign-in/passkey/challenge", {}).json
    return browser.post("/sign-in/passkey", {"credential": device.get({**options, **changes})})


def passkeys():
    with entered(Scope.system()):
        return list(db.session.scalars(select(Passkey).order_by(Passkey.id)))


@pytest.fixture
def device(ada, browser):
    """Ada's device, whose key is added; she is signed out again."""
    made = Authenticator()
    browser.sign_in(ada)
    assert add(browser, made).location == "/account/security?sent=passkey"
    browser.post("/sign-out", {})
    return made


def test_signing_in_without_typing(device, browser, cast, hand):
    hand.move(timedelta(minutes=1))
    answer = sign_in(browser, device)
    assert (answer.status_code, answer.location) == (303, "/desk/")
    assert browser.get("/desk/meridian/").status_code == 200
    (kept,) = passkeys()
    assert (kept.user_id, kept.name, kept.sign_count, kept.used_at) == (cast.ada, "Phone", 1, hand.at)
    assert sign_in(Browser(browser.client.application.test_client()), device).status_code == 303


def test_what_the_browser_is_asked(ada, browser, app: Flask):
    options = browser.post("/sign-in/passkey/challenge", {}).json
    assert (options["rpId"], options["userVerification"]) == ("riverside.example", "required")
    assert not options.get("allowCredentials")
    assert len(options["challenge"]) == 32
    browser.sign_in(ada)
    options = browser.post("/account/security/passkeys/challenge", {}).json
    assert options["rp"] == {"id": "riverside.example", "name": "Riverside Airport"}
    chosen = options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert options["attestation"] == "none"
    assert len(options["user"]["id"]) == 43 and "ada" not in options["user"]["id"]


def test_a_passkey_counts_as_both_proofs(cast, ada, device, browser):
    browser.sign_in(ada)
    with_codes(browser, cast.ada, cast.riverside)
    browser.post("/sign-out", {})
    assert sign_in(browser, device).location == "/desk/"


SPOILED = {
    "another origin": {"origin": "http://evil.example"},
    "https for http": {"origin": "https://riverside.example"},
    "another host": {"host": "northport.example"},
    "nobody verified": {"verified": False},
    "another key": {"key": Authenticator().key},
    "another account": {"user": b"x" * 32},
    "an unknown credential": {"credential": b"x" * 32},
}


@pytest.mark.parametrize("changes", SPOILED.values(), ids=SPOILED)
def test_what_proves_nothing(device, browser, changes):
    for name, value in changes.items():
        setattr(device, name, value)
    assert sign_in(browser, device).status_code == 422
    assert browser.cookie is None


@pytest.mark.parametrize("changes", list(SPOILED.values())[:4], ids=list(SPOILED)[:4])
def test_what_is_not_added(ada, browser, changes):
    browser.sign_in(ada)
    assert add(browser, Authenticator(**changes)).status_code == 422
    assert passkeys() == []


def test_a_counter_that_went_back_is_a_copy(device, browser):
    device.count = 7
    assert sign_in(browser, device).status_code == 303
    browser.post("/sign-out", {})
    device.count = 3
    assert sign_in(browser, device).status_code == 422


def test_an_answer_is_taken_once(device, browser):
    options = browser.post("/sign-in/passkey/challenge", {}).json
    step = browser.client.get_cookie("step", domain="riverside.example").value
    answer = device.get(options)
    assert browser.post("/sign-in/passkey", {"credential": answer}).status_code == 303
    browser.post("/sign-out", {})
    browser.client.set_cookie("step", step, domain="riverside.example")
    assert browser.post("/sign-in/passkey", {"credential": answer}).status_code == 422


def test_a_wrong_answer_uses_the_challenge_up(device, browser):
    options = browser.post("/sign-in/passkey/challenge", {}).json
    step = browser.client.get_cookie("step", domain="riverside.example").value
    assert browser.post("/sign-in/passkey", {"credential": "{}"}).status_code == 422
    browser.client.set_cookie("step", step, domain="riverside.example")
    assert browser.post("/sign-in/passkey", {"credential": device.get(options)}).status_code == 422


def test_a_challenge_is_for_five_minutes(device, browser, hand):
    options = browser.post("/sign-in/passkey/challenge", {}).json
    hand.move(timedelta(minutes=5))
    assert browser.post("/sign-in/passkey", {"credential": device.get(options)}).status_code == 422


def test_a_challenge_is_for_one_browser(device, browser, another):
    options = another.post("/sign-in/passkey/challenge", {}).json
    assert browser.post("/sign-in/passkey", {"credential": device.get(options)}).status_code == 422
    browser.post("/sign-in/passkey/challenge", {})
    assert browser.post("/sign-in/passkey", {"credential": device.get(options)}).status_code == 422


def test_a_challenge_for_adding_signs_nobody_in(ada, device, browser, another):
    another.sign_in(ada)
    options = another.post("/account/security/passkeys/challenge", {}).json
    step = another.client.get_cookie("step", domain="riverside.example").value
    browser.client.set_cookie("step", step, domain="riverside.example")
    assert browser.post("/sign-in/passkey", {"credential": device.get(options)}).status_code == 422


def test_a_challenge_of_another_person_adds_nothing(ada, cast, browser, another, password_hash):
    administration.set_password("riverside", "hugo@example.com", password_hash)
    browser.sign_in(ada)
    another.sign_in("hugo@example.com")
    options = another.post("/account/security/passkeys/challenge", {}).json
    step = another.client.get_cookie("step", domain="riverside.example").value
    browser.client.set_cookie("step", step, domain="riverside.example")
    form = {"credential": Authenticator().create(options), "name": "x"}
    assert browser.post("/account/security/passkeys", form).status_code == 422
    assert passkeys() == []


def test_a_passkey_opens_nothing_in_another_network(app, device):
    elsewhere = Browser(app.test_client(), "http://northport.example")
    device.origin, device.host = "http://northport.example", "northport.example"
    assert sign_in(elsewhere, device).status_code == 422


def test_a_disabled_account_is_not_opened(ada, device, browser):
    administration.disable("riverside", ada)
    assert sign_in(browser, device).status_code == 422


@pytest.mark.parametrize(
    "answer",
    [
        "", "null", "[]", "{}", "x" * 20_000, '{"id": 5}', json.dumps({"id": "é", "response": {}}), "9" * 5000,
        json.dumps({"id": b64(b"x"), "rawId": b64(b"x"), "type": "public-key", "response": {"clientDataJSON": 7}}),
    ],
    ids=range(9),
)  # fmt: skip
def test_nonsense_is_refused(ada, device, browser, answer):
    browser.post("/sign-in/passkey/challenge", {})
    assert browser.post("/sign-in/passkey", {"credential": answer}).status_code == 422
    browser.sign_in(ada)
    browser.post("/account/security/passkeys/challenge", {})
    assert browser.post("/account/security/passkeys", {"credential": answer}).status_code == 422


def test_several_are_named_and_removed_by_their_owner_alone(ada, device, browser, another, password_hash, cast):
    administration.set_password("riverside", "hugo@example.com", password_hash)
    browser.sign_in(ada)
    spare = Authenticator()
    assert add(browser, spare, name="  Spare <b>  ").status_code == 303
    page = browser.get("/account/security").text
    assert "Phone" in page and "Spare &lt;b&gt;" in page
    first = {each.name: each for each in passkeys()}["Phone"]
    another.sign_in("hugo@example.com")
    assert another.post(f"/account/security/passkeys/{first.id}/removal", {}).status_code == 404
    assert another.post(f"/account/security/passkeys/{2**70}/removal", {}).status_code == 404
    assert browser.post(f"/account/security/passkeys/{first.id}/removal", {}).status_code == 303
    browser.post("/sign-out", {})
    assert sign_in(browser, device).status_code == 422
    assert sign_in(browser, spare).status_code == 303


def test_the_same_key_is_not_added_twice(ada, device, browser):
    browser.sign_in(ada)
    options = browser.post("/account/security/passkeys/challenge", {}).json
    assert [each["id"] for each in options["excludeCredentials"]] == [b64(device.credential)]
    form = {"credential": device.create(options), "name": "Again"}
    assert browser.post("/account/security/passkeys", form).status_code == 422
    assert len(passkeys()) == 1


def test_an_old_session_adds_nothing(ada, browser, hand):
    browser.sign_in(ada)
    hand.move(timedelta(minutes=31))
    answer = browser.post("/account/security/passkeys/challenge", {})
    assert (answer.status_code, answer.location) == (303, "/account/security")
    assert "sign in again" in browser.get("/account/security").text


def test_asking_for_challenges_is_throttled(ada, browser, monkeypatch):
    monkeypatch.setattr("tenants.signing_in.TRIES_BY_ADDRESS", 3)
    told = [browser.post("/sign-in/passkey/challenge", {}).status_code for _ in range(4)]
    assert told == [200, 200, 200, 429]


def test_a_stranger_has_no_challenge_to_add_with(cast, browser):
    answer = browser.post("/account/security/passkeys/challenge", {})
    assert answer.location == "/sign-in?next=/account"
