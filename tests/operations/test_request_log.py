"""Each request has a number that the answer, the log and the page of an error agree on."""

from __future__ import annotations

import json
import logging
import re

import pytest

from portal import logs
from portal.request_log import HEADER, RequestLog
from tests.pages.conftest import RIVERSIDE

pytestmark = pytest.mark.database
REFERENCE = re.compile(r"RIV-\w{4}-\w{4}")


class Lines(logging.Handler):
    """Keeps what would be written, as JSON."""

    def __init__(self):
        super().__init__()
        self.text = []
        self.setFormatter(logs.Json())

    def emit(self, record):
        self.text.append(self.format(record))

    def of(self, event):
        return [line for line in map(json.loads, self.text) if line["event"] == event]


@pytest.fixture
def lines():
    handler, logger = Lines(), logging.getLogger("portal")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_one_line_for_a_request_with_the_template_of_its_address(browser, report, lines, cast):
    reference, _key = report()
    lines.text.clear()
    answer = browser.get(f"/cases/{reference}")
    (line,) = lines.of("request")
    assert line["request_id"] == answer.headers[HEADER]
    assert (line["route"], line["method"], line["status"]) == ("/cases/<reference>", "GET", 200)
    assert line["network"] == cast.riverside and "tenant" not in line and line["ms"] >= 0
    assert reference not in "".join(lines.text)


def test_the_line_of_the_desk_names_the_business(signed_in, lines, cast):
    ada = signed_in("ada")
    lines.text.clear()
    ada.get("/desk/meridian/")
    (line,) = lines.of("request")
    assert (line["network"], line["tenant"]) == (cast.riverside, cast.meridian)


def test_an_address_that_leads_nowhere_is_not_told(browser, lines):
    answer = browser.get("/k-secret-in-a-wrong-place")
    assert answer.status_code == 404
    assert lines.of("request")[0]["route"] == "unknown"
    assert "secret" not in "".join(lines.text)


def test_the_keeper_keeps_no_number(app, another, report):
    reference, _key = report(reviewed="1")
    first, second = (another().get(f"/cases/{reference}") for _ in range(2))
    assert first.headers[HEADER]
    assert HEADER not in second.headers
    assert first.data == second.data


def test_an_error_that_nobody_foresaw_shows_the_number_under_which_it_is_told(app, browser, lines, monkeypatch):
    def fail(*_given, **_named):
        raise ValueError("what a customer typed")

    monkeypatch.setitem(app.view_functions, "cases.index", fail)
    answer = browser.get("/cases")
    assert answer.status_code == 500
    number = answer.headers[HEADER]
    assert f"Code for support: {number}" in answer.text
    (line,) = lines.of("request.error")
    assert line["request_id"] == number
    assert line["problem"] == "ValueError"
    assert "what a customer typed" not in "".join(lines.text)


def test_when_even_the_page_of_the_error_fails_there_is_an_answer(lines):
    def application(_environ, _start_response):
        raise RuntimeError("what a customer typed")

    said = []
    layer = RequestLog(application, behind_proxy=False)
    body = layer({"REQUEST_METHOD": "GET"}, lambda status, headers: said.append((status, dict(headers))))
    assert b"".join(body) and said[0][0].startswith("500") and said[0][1][HEADER]
    assert lines.of("request.failed")[0]["request_id"] == said[0][1][HEADER]
    assert lines.of("request")[0]["status"] == 500
    assert "what a customer typed" not in "".join(lines.text)


@pytest.mark.parametrize(
    ("behind_proxy", "given", "is_taken"),
    [
        (True, "0af7651916cd43dd8448eb211c80319c", True),
        (True, "2f1c-77.a_b", True),
        (False, "0af7651916cd43dd8448eb211c80319c", False),
        (True, "short", False),
        (True, "x" * 65, False),
        (True, 'forged", "event": "x', False),
        (True, "with\nline-break", False),
        (True, "", False),
    ],
)
def test_a_number_is_taken_from_a_proxy_alone_and_only_if_it_is_one(behind_proxy, given, is_taken):
    said = []

    def application(_environ, start_response):
        start_response("200 OK", [])
        return [b""]

    layer = RequestLog(application, behind_proxy=behind_proxy)
    environ = {"REQUEST_METHOD": "GET", "HTTP_X_REQUEST_ID": given}
    layer(environ, lambda _status, headers: said.append(dict(headers)[HEADER]))
    assert (said[0] == given) is is_taken
    assert is_taken or re.fullmatch("[0-9a-f]{12}", said[0])


def test_health_is_asked_for_all_day_and_told_only_when_somebody_wants_to_know(app, cast, lines):
    logging.getLogger("portal").setLevel(logging.INFO)
    app.test_client().get("/healthz", base_url=f"http://{RIVERSIDE}")
    assert lines.of("request") == []
