"""What people see when the disk is full, the database starts anew, or somebody sends what nobody should."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from portal.cases.models import Case
from portal.config import Settings
from portal.database import owner_engine
from tenants.scope import db
from tests.conftest import ON_POSTGRESQL
from tests.pages.conftest import Browser, hidden
from tests.worker.invariants import rows

pytestmark = pytest.mark.database
Report = Callable[..., tuple[str, str]]


# -- no space ------------------------------------------------------------------------------------------------------


@pytest.fixture
def full(app: Flask) -> Iterator[Callable[[bool], None]]:
    """Lets the database grow no further, or lets it grow again."""
    engine, state = db.engine, {"full": False}

    def limit(connection: Any, *_: Any) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages if state['full'] else 2**30}")

    event.listen(engine, "connect", limit)

    def switch(is_full: bool) -> None:
        state["full"] = is_full
        engine.dispose()
        with closing(sqlite3.connect(str(engine.url.database))) as connection:
            connection.execute("VACUUM")

    yield switch
    event.remove(engine, "connect", limit)
    engine.dispose()


@pytest.mark.skipif(ON_POSTGRESQL, reason="PostgreSQL's disk cannot be filled from here")
def test_a_full_disk_is_said_and_reading_goes_on(
    app: Flask,
    browser: Browser,
    report: Report,
    full: Callable[[bool], None],
) -> None:
    reference, _key = report()
    page = browser.get("/report").text
    form = {"nonce": hidden(page, "nonce"), "visibility": "public", "language": "en", "category": "lost-luggage"}
    before = len(rows(Case, "id"))
    full(True)
    said = [browser.post("/cases", {**form, "what": "x" * 9000}) for _time in range(2)]
    assert {each.status_code for each in said} == {503} and said[0].headers["Retry-After"]
    assert len(rows(Case, "id")) == before
    app.extensions["keeper"].clear()
    assert reference in browser.get("/cases").text
    full(False)
    assert browser.post("/cases", {**form, "what": "x" * 9000}).status_code == 201


# -- the database starts anew ----------------------------------------------------------------------------------------


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no server")
def test_a_database_that_starts_anew_costs_one_answer_at_most(
    app: Flask,
    migrated: Settings,
    browser: Browser,
    report: Report,
) -> None:
    reference, _key = report()
    with db.engine.connect() as used:
        pid = used.connection.driver_connection.info.backend_pid
    engine = owner_engine(migrated)
    with engine.connect() as owner:
        owner.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    engine.dispose()
    statuses = [browser.get(f"/cases/{reference}").status_code for _time in range(4)]
    assert set(statuses[:1]) <= {200, 503} and statuses[1:] == [200] * 3


# -- what nobody should send -----------------------------------------------------------------------------------------

NAUGHTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "${7*7}",
    "%s %d %n %(x)s {0} {x}",
    "'; DROP TABLE cases; --",
    "' OR '1'='1",
    "\\",
    "\\0",
    "../../etc/passwd",
    "C:\\nul",
    "null",
    "undefined",
    "None",
    "NaN",
    "-1",
    "1e309",
    "0x7fffffffffffffff",
    "true",
    "\ufeffwith a mark before it",
    "right \u202eto left\u202c and back",
    "\u2066isolated\u2069",
    "zero\u200bwidth\u200djoiner\u2060",
    "a\u0301\u0323\u0308\u030a",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334a\u0328\u0489l\u0358\u035dg\u0348o",
    "\u1d2e\u1d35\u1d33",
    "\uff26\uff35\uff2c\uff2c",
    "😀👩‍👩‍👧‍👦🏳️‍🌈🇨🇳",
    "👾" * 200,
    "مرحبا بالعالم",
    "שלום",
    "สวัสดี",
    "行李丢了，没有人管。",
    "行李不見了，沒有人管。",
    "\U00020bb7野家で",
    "ﷺ﷽",
    "ﬀ ligature",
    "İstanbul ıI",
    "ß ẞ",
    "ǅ",
    "\u0085next line",
    "\u2028line\u2029paragraph",
    "tab\tand\r\nreturn",
    "\x1b[31mred",
    "\x07bell",
    "\x7f",
    "\ud7ff\ue000",
    "\ufffe\uffff"[:1],
    "&lt;&amp;&quot;&#39;",
    "&nbsp;",
    "<!--",
    "]]>",
    "<![CDATA[",
    "--",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "+1",
    "a" * 5000,
    "word " * 900,
    " leading and trailing ",
    "\n\n\n\n many lines \n\n\n",
]
"""Strings that have broken programs before: markup, formats, queries, controls, directions, widths, lengths."""


def test_every_string_is_taken_as_words_or_refused_in_words(
    another: Callable[..., Browser],
    report: Report,
) -> None:
    stranger = another()
    for words in NAUGHTY:
        person = another()
        page = person.get("/report").text
        form = {"nonce": hidden(page, "nonce"), "visibility": "public", "language": "en", "category": "lost-luggage"}
        answer = person.post("/cases", {**form, "what": words})
        assert answer.status_code in (201, 400, 422), (words, answer.status_code)
        if answer.status_code != 201:
            assert 'class="error' in answer.text or answer.status_code == 400, words
            continue
        reference = re.search(r"RIV-\w{4}-\w{4}", answer.text)
        assert reference is not None
        shown = stranger.get(f"/cases/{reference[0]}")
        assert shown.status_code == 200, words
        if "<script" in words or "<img" in words:
            assert words not in shown.text and words in html.unescape(shown.text)
        assert stranger.get(f"/cases/{reference[0]}/feed.atom").status_code == 200, words


@pytest.mark.parametrize("words", ["\0", "a\0b", "\ud800", "x\udfff"])
def test_what_no_text_can_hold_is_refused(browser: Browser, words: str) -> None:
    page = browser.get("/report").text
    sent = words.encode("utf-8", "surrogatepass")
    body = b"nonce=" + hidden(page, "nonce").encode() + b"&what=" + sent
    answer = browser.client.post(
        "/cases",
        data=body,
        content_type="application/x-www-form-urlencoded",
        headers={"Sec-Fetch-Site": "same-origin"},
        base_url="http://riverside.example",
    )
    assert answer.status_code in (400, 422)
    assert rows(Case, "id") == []


def test_a_body_that_is_too_large_is_refused(app: Flask, browser: Browser) -> None:
    answer = browser.post("/find", {"what": "x" * (app.config["MAX_CONTENT_LENGTH"] + 1)})
    assert answer.status_code in (405, 413)
    answer = browser.post("/cases", {"what": "x" * (100 * 1024 * 1024)})
    assert answer.status_code == 413
