"""From a case number, as somebody typed it, to its page."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.database


def test_a_case_number_leads_to_its_page_however_it_is_typed(browser, another, report):
    reference, _key = report()
    body = reference.removeprefix("RIV-")
    wide = reference.translate({ord(letter): ord(letter) + 0xFEE0 for letter in "ABCDEFGHJKMNPQRSTVWXYZ0123456789"})
    for typed in (reference, reference.lower(), f" {reference} ", reference.replace("-", ""), body, wide):
        answer = another().client.get("/find", query_string={"reference": typed}, base_url=f"http://{browser.host}")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{reference}"), typed


@pytest.mark.parametrize("typed", ["RIV-0000-0001", "<b>nonsense</b>", "行李", "x" * 5000, "https://evil.example/"])
def test_what_is_no_case_number_is_said_beside_the_field(browser, typed):
    answer = browser.client.get("/find", query_string={"reference": typed}, base_url=f"http://{browser.host}")
    assert answer.status_code == 422
    assert 'id="f-reference-wrong"' in answer.text and 'aria-invalid="true"' in answer.text
    assert "<b>nonsense" not in answer.text


def test_nothing_typed_is_nothing_wrong(browser):
    for path in ("/find", "/find?reference=", "/find?reference=%20"):
        answer = browser.get(path)
        assert answer.status_code == 200 and "f-reference-wrong" not in answer.text


def test_a_private_case_is_not_told_from_none(another, report):
    reference, _key = report(visibility="private")
    stranger = another()
    for number in (reference, "RIV-0000-0000"):
        answer = stranger.get(f"/find?reference={number}")
        assert answer.status_code == 303
        assert stranger.follow(answer).status_code == 404


def test_the_form_stands_where_one_looks_for_it(browser):
    for path, action in (("/", "/search"), ("/cases", "/search"), ("/no-such-page", "/find")):
        assert f'action="{action}"' in browser.get(path).text
