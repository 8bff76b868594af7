"""Browsing as a person would: the Flask client with the headers that a browser sends."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.accounts.passwords import hashed
from tenants import door
from tenants.ids import new_token
from tenants.models import User
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast

RIVERSIDE = "riverside.example"
PASSWORD = "correct horse battery staple"
hashed_once = cache(hashed)
"""To hash takes long on purpose."""


class Browser:
    """One person's browser: cookies, same-origin headers, and the CSRF token of the last page."""

    def __init__(self, client: FlaskClient, host: str) -> None:
        self.client, self.host, self.token = client, host, ""

    def get(self, path: str, **headers: str) -> TestResponse:
        answer = self.client.get(path, headers=headers, base_url=f"http://{self.host}")
        self._remember(answer)
        return answer

    def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        form = {**({"csrf_token": self.token} if self.token else {}), **(data or {})}
        answer = self.client.post(
            path, data=form, headers={"Sec-Fetch-Site": "same-origin", **headers}, base_url=f"http://{self.host}"
        )
        self._remember(answer)
        return answer

    def follow(self, answer: TestResponse) -> TestResponse:
        return self.get(answer.headers["Location"])

    def _remember(self, answer: TestResponse) -> None:
        if answer.headers.get("Content-Encoding") or answer.mimetype != "text/html":
            return
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        if found:
            self.token = found[1]


@pytest.fixture
def browser(app: Flask, cast: Cast) -> Browser:
    """Somebody nobody knows."""
    return Browser(app.test_client(), RIVERSIDE)


@pytest.fixture
def another(app: Flask, cast: Cast) -> Callable[..., Browser]:
    """Another person's browser, at Riverside unless said."""
    return lambda host=RIVERSIDE: Browser(app.test_client(), host)


@pytest.fixture
def signed_in(app: Flask, cast: Cast) -> Callable[[str], Browser]:
    """The browser of a member of staff who has signed in: the form and its slow hash have tests of their own."""
    with entered(Scope.system()), writing():
        for user in db.session.query(User):
            user.password_hash = hashed_once(PASSWORD)

    def sign_in(name: str, host: str = RIVERSIDE) -> Browser:
        person, token = Browser(app.test_client(), host), new_token()
        network = cast.riverside if host == RIVERSIDE else cast.northport
        with entered(Scope.system(network)):
            user_id = db.session.query(User.id).filter(User.email == f"{name}@example.com").scalar()
        with entered(Scope.door(network)), writing():
            door.open_session(token, user_id, door.STAFF_SESSION)
        person.client.set_cookie("session", token, domain=host)
        person.token = hmac.new(app.config["SECRET_KEY"].encode(), token.encode(), sha256).hexdigest()
        return person

    return sign_in


@pytest.fixture
def report(browser: Browser) -> Callable[..., tuple[str, str]]:
    """File a report through the form; gives the reference and the secret path."""

    def file(who: Browser = browser, **changes: str) -> tuple[str, str]:
        page = who.get("/report").text
        form = {
            "nonce": hidden(page, "nonce"),
            "what": "My suitcase did not arrive. It is grey.",
            "visibility": "public",
            "language": "en",
            "category": "lost-luggage",
            **changes,
        }
        answer = who.post("/cases", form)
        assert answer.status_code == 201, answer.text
        reference = re.search(r"RIV-\w{4}-\w{4}", answer.text)
        key = re.search(r"/k/[\w-]{20,}", answer.text)
        assert reference and key
        return reference[0], key[0]

    return file


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no hidden field {name}"
    return unescape(found[1])
