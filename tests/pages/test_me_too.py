"""The tap on the page of a case, with and without script."""

from __future__ import annotations

import pytest

from tests.pages.conftest import Browser

pytestmark = pytest.mark.database


def test_one_tap_counts_and_can_be_taken_back(browser, another, report) -> None:
    reference, _key = report(another())
    page = f"/cases/{reference}"
    assert "Did this happen to you as well?" in browser.get(page).text
    said = browser.post(f"/ballot{page}/me-too")
    assert "Counted" in said.text
    assert browser.get(f"/ballot{page}/me-too").headers["Location"] == page
    assert "Counted" in browser.post(f"/ballot{page}/me-too").text, "a double click is one tap"
    assert "1 other person had this" in another().get(page).text
    assert "Taken back" in browser.post(f"/ballot{page}/me-too/undo").text
    assert "Did this happen to you as well?" in another().get(page).text


def test_a_kept_page_and_a_browsers_copy_tell_the_new_count(browser, another, report) -> None:
    reference, _key = report(another())
    page, reader = f"/cases/{reference}", another()
    first = reader.get(page)
    etag = first.headers["ETag"]
    assert reader.get(page, **{"If-None-Match": etag}).status_code == 304
    fragment = reader.get(f"{page}/live")
    browser.post(f"/ballot{page}/me-too")
    again = reader.get(page, **{"If-None-Match": etag})
    assert again.status_code == 200
    assert "1 other person had this" in again.text
    unmoved = reader.get(f"{page}/live", **{"If-None-Match": fragment.headers["ETag"]})
    assert unmoved.status_code == 304, "the part that is polled does not move by a tap"


def test_htmx_gets_the_part_alone(browser, another, report) -> None:
    reference, _key = report(another())
    said = browser.post(f"/ballot/cases/{reference}/me-too", **{"HX-Request": "true"})
    assert said.text.lstrip().startswith('<div class="me-too"')


def test_a_private_case_and_ones_own_take_no_tap(browser, another, report) -> None:
    private, _key = report(another(), visibility="private")
    assert browser.post(f"/ballot/cases/{private}/me-too").status_code == 404
    own, key = report(browser)
    browser.get(f"/cases/{own}")
    assert browser.post(f"/ballot/cases/{own}/me-too").status_code == 409
    assert "Me too" not in browser.get(f"/cases/{own}").text
    assert key


def test_another_site_cannot_tap(browser: Browser, another, report) -> None:
    reference, _key = report(another())
    assert browser.post(f"/ballot/cases/{reference}/me-too", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
