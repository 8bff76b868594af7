"""A browser at Riverside's door, and people with passwords."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts import passwords
from tenants import administration
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


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def another(app: Flask) -> Browser:
    return Browser(app.test_client())
