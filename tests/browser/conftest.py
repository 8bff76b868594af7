"""A real portal (web and worker, SQLite) and a real Chromium. Loopback only; everything ends with the tests."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from portal.accounts.passwords import hashed
from portal.config import Settings
from portal.migrating import setup
from portal.web import create_app
from tenants.models import User
from tenants.scope import Scope, db, entered, writing
from tests.cast import assemble
from tests.handoffs.conftest import agreement

PASSWORD = "correct horse battery staple"
CHROMIUM = shutil.which(os.environ.get("CHROMIUM", "chromium"))
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--lang=en-GB",
]  # fmt: skip


@dataclass(frozen=True)
class Served:
    """Where the portal answers, and where its files are."""

    url: str
    folder: Path


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The cast's portal, answering at localhost, with its worker."""
    folder, port = tmp_path_factory.mktemp("served"), _free_port()
    environment = {"DATA_DIR": str(folder), "PORT": str(port), "SECRET_KEY": "b" * 40, "WEB_PROCESSES": "1"}
    settings = Settings(data_dir=folder, port=port, secret_key="b" * 40)
    setup(settings)
    _people(settings)
    process = subprocess.Popen(
        [sys.executable, "-m", "portal", "serve", "--with-worker"],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield Served(f"http://localhost:{port}", folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _people(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        cast = assemble()
        password = hashed(PASSWORD)
        with entered(Scope.system()), writing():
            agreed = agreement(cast.riverside, cast.meridian, cast.harbor)
            agreed.passes = {"assist": ["email", "mobile"]}
            db.session.add(agreed)
            for user in db.session.query(User):
                user.password_hash = password
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    assert CHROMIUM, "no chromium in PATH"
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def person(chromium: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """A person with a browser of their own; what its console complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_browser(**options: Any) -> Page:
        size = {"width": options.pop("width", 1280), "height": 900}
        context = chromium.new_context(base_url=served.url, viewport=size, **{"locale": "en-GB", **options})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_browser
    for context in contexts:
        context.close()
    expected = ("status of 404", "status of 422", "status of 409", "status of 403")
    unexpected = [text for text in complaints if not any(known in text for known in expected)]
    assert not unexpected, unexpected


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(f"{name}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url("**/desk/**")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(200):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError("the portal did not start")
