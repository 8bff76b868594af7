"""A browser at Riverside's door, and people with passwords."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import codes, passwords
from portal.followers.models import Delivery
from tenants import administration, clock
from tenants.account_models import CodeGenerator
from tenants.scope import Scope, db, entered
from tests.cast import Cast

PASSWORD = "a fine long password"
HOST = "http://riverside.example"
FORM = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture
def ada(cast: Cast, password_hash: str) -> str:
    administration.set_password("riverside", "ada@example.com", password_hash)
    return "ada@example.com"


class Browser:
    """One browser, which knows the token of the page that it last saw."""

    def __init__(self, client: FlaskClient, host: str = HOST) -> None:
        self.client, self.host = client, host

    @property
    def cookie(self) -> str | None:
        cookie = self.client.get_cookie("session", domain=self.host.removeprefix("http://"))
        return cookie.value if cookie else None

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, base_url=self.host, **options)

    def post(self, path: str, form: dict[str, str], *, csrf: str | None = None, **options: Any) -> Any:
        token = self.csrf() if csrf is None else csrf
        headers = {**FORM, **options.pop("headers", {})}
        return self.client.post(
            path, base_url=self.host, data={"csrf_token": token, **form}, headers=headers, **options
        )

    def csrf(self) -> str:
        """What a page of ours would carry for the cookie that this browser holds."""
        from portal.entrance import csrf_token

        cookies = {"Cookie": f"session={self.cookie}"} if self.cookie else {}
        with self.client.application.test_request_context("/", headers=cookies):
            return csrf_token()

    def sign_in(self, email: str, password: str = PASSWORD, next_path: str = "", **options: Any) -> Any:
        return self.post("/sign-in", {"email": email, "password": password, "next": next_path}, **options)

    def come_in(self, email: str) -> Any:
        """Sign in by a link: ask for it, take it from the mail, press."""
        assert self.post("/sign-in/link", {"email": email}).status_code == 303
        return self.post(newest_link(), {})


def letters(address: str | None = None) -> list[Delivery]:
    """What is to be sent or has been, oldest first."""
    with entered(Scope.system()):
        found = db.session.scalars(select(Delivery).order_by(Delivery.id)).all()
        return [letter for letter in found if address is None or letter.address == address]


def newest_link(address: str | None = None) -> str:
    """The path of the link in the newest letter."""
    found = re.search(r"https?://[^/\s]+(/\S+)", letters(address)[-1].message["text"])
    assert found
    return found[1]


def code_of(user_id: int, network_id: int) -> str:
    """What the person's app shows now."""
    with entered(Scope.system(network_id)):
        kept = db.session.get_one(CodeGenerator, user_id)
        secret = codes.unseal("s" * 40, f"{network_id}:{user_id}", kept.secret)
    assert secret
    return codes.code_at(secret, codes.step_of(clock.now()))


def with_codes(browser: Browser, user_id: int, network_id: int) -> list[str]:
    """Turn codes on for who is signed in; gives the recovery codes."""
    assert browser.post("/account/security/codes", {}).status_code == 303
    answer = browser.post("/account/security/codes/confirmation", {"code": code_of(user_id, network_id)})
    assert answer.status_code == 200, answer.text
    return re.findall(r'<li class="mono">([\w-]+)</li>', answer.text)


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def another(app: Flask) -> Browser:
    return Browser(app.test_client())
