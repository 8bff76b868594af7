"""Accounts in a real browser: a link from the mail, a passkey of Chromium's virtual authenticator, and a case kept."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.test_journeys import report

pytestmark = pytest.mark.browser


def link_from_mail(served: Served, address: str) -> str:
    """The newest link for signing in that the worker has sent to this address."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for letter in sorted((served.folder / "outbox").glob("sign-in-*.eml"), key=_age, reverse=True):
            text = letter.read_text()
            if f"To: {address}" in text:
                found = re.search(r"https?://[^/\s]+(/sign-in/link/\S+)", text.replace("=\n", ""))
                assert found  # it names the network's host, which no name server of a test knows
                return found[1]
        time.sleep(0.1)
    raise AssertionError("no mail came")


def _age(path: Path) -> float:
    return path.stat().st_mtime


def authenticator(page: Page) -> str:
    """A phone that verifies its owner and keeps keys, plugged into this page's browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return str(made["authenticatorId"])


def test_a_customer_with_a_link_a_case_and_a_passkey(person, served):
    customer = person(width=390)
    authenticator(customer)
    reference, _key = report(customer, what="The lift at gate B4 stands still, with a pram.", visibility="private")
    customer.goto("/sign-in")
    customer.get_by_label("E-mail").fill("carla@example.org")
    customer.get_by_role("button", name="Send me a link").click()
    expect(customer.locator("main")).to_contain_text("A link is on its way")

    customer.goto(link_from_mail(served, "carla@example.org"))
    expect(customer.locator("main")).to_contain_text("carla@example.org")
    customer.get_by_role("button", name="Sign in").click()
    expect(customer).to_have_url(re.compile("/account$"))
    expect(customer.locator("main")).to_contain_text("The lift at gate B4 stands still")
    customer.get_by_role("button", name="Keep in my account").click()
    expect(customer.locator("main")).to_contain_text("The case is in your account now")

    customer.goto("/account/security")
    customer.get_by_label("Name of the passkey").fill("My phone")
    customer.get_by_role("button", name="Add a passkey").click()
    expect(customer.locator("main")).to_contain_text("The passkey is added")
    customer.goto("/account")
    customer.get_by_role("button", name="Sign out").click()
    assert customer.goto(f"/cases/{reference}").status == 404

    customer.goto("/sign-in")
    customer.get_by_role("button", name="Sign in with a passkey").click()
    expect(customer).to_have_url(re.compile("/account$"))
    customer.goto(f"/cases/{reference}")
    expect(customer.locator("h1")).to_contain_text("The lift at gate B4")


def test_a_passkey_that_nobody_knows_opens_nothing(person):
    stranger = person()
    authenticator(stranger)
    stranger.goto("/sign-in")
    stranger.get_by_role("button", name="Sign in with a passkey").click()
    expect(stranger.locator("[data-wrong]")).to_be_visible()
    expect(stranger).to_have_url(re.compile("/sign-in$"))


def test_without_script_there_is_no_button_for_passkeys(person):
    plain = person(java_script_enabled=False)
    plain.goto("/sign-in")
    expect(plain.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    expect(plain.get_by_role("button", name="Send me a link")).to_be_visible()
