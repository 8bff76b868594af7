"""The public list: every filter, paging by keyset, and the parts that htmx asks for."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.cases.reading import FILTERS, PAGE

pytestmark = pytest.mark.database


def references(page):
    return list(dict.fromkeys(re.findall(r"RIV-\w{4}-\w{4}", page.text)))


def link(page, rel):
    found = re.search(rf'href="([^"]*)" rel="{rel}"', page.text)
    return found[1].replace("&amp;", "&") if found else ""


@pytest.fixture
def many(report, another, hand):
    made = []
    for number in range(PAGE * 2 + 3):
        hand.move(timedelta(seconds=1))
        made.append(report(another(), what=f"Case number {number} at the belt.")[0])
    return made


def test_pages_follow_one_another_without_gap_or_repetition(browser, many):
    seen, path = [], "/cases"
    while path:
        page = browser.get(path)
        seen += references(page)
        path = link(page, "next")
    assert seen == list(reversed(many))


def test_newer_leads_back_to_where_one_came_from(browser, many):
    first = browser.get("/cases")
    second = browser.get(link(first, "next"))
    assert references(browser.get(link(second, "prev"))) == references(first)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("business=meridian", {"lost"}),
        ("business=harbor", {"belt"}),
        ("business=nobody", set()),
        ("category=lost-luggage", {"lost"}),
        ("touchpoint=belt-3", {"belt"}),
        ("state=received", {"lost", "belt", "chinese"}),
        ("state=closed", set()),
        ("kind=complaint", {"lost", "belt", "chinese"}),
        ("language=zh_Hans", {"chinese"}),
        ("period=7d", {"lost", "belt", "chinese"}),
        ("period=forever", {"lost", "belt", "chinese"}),
        ("language=zh_Hans&business=airport", {"chinese"}),
        ("older=zzz", {"lost", "belt", "chinese"}),
        ("older=-1", {"lost", "belt", "chinese"}),
        ("unknown=1", {"lost", "belt", "chinese"}),
        ("sort=; DROP TABLE cases", {"lost", "belt", "chinese"}),
    ],
)
def test_each_filter(browser, another, report, query, expected):
    made = {
        "lost": report(another())[0],
        "belt": report(another(), what="The belt is broken.", category="", touchpoint="belt-3")[0],
        "chinese": report(another(), what="没有人回答我的问题。", category="", language="zh_Hans")[0],
    }
    assert set(references(browser.get(f"/cases?{query}"))) == {made[name] for name in expected}


def test_every_filter_is_offered_and_keeps_what_was_chosen(browser, report):
    report()
    page = browser.get("/cases?state=received&period=7d").text
    assert set(re.findall(r'<select name="(\w+)"', page)) == set(FILTERS)
    assert '<option value="received" selected' in page and '<option value="7d" selected' in page


def test_a_fragment_is_the_part_of_the_page(browser, report):
    reference, _ = report()
    part = browser.get("/cases", **{"HX-Request": "true"})
    assert reference in part.text and "<html" not in part.text and part.text.strip() in browser.get("/cases").text
    assert "HX-Request" in part.headers["Vary"]


def test_anonymous_pages_set_no_cookie(browser, report, another):
    reference, _ = report()
    for path in ("/", "/cases", f"/cases/{reference}", f"/cases/{reference}/live", "/report", "/promises"):
        assert "Set-Cookie" not in another().get(path).headers, path


def test_the_number_of_statements_does_not_grow_with_the_rows(app, browser, another, report):
    from tenants.scope import db
    from tests.pages.test_kept_pages import Statements

    def count(path):
        app.extensions["keeper"].clear()
        with app.app_context(), Statements(db.engine) as statements:
            assert browser.get(path).status_code == 200
        return statements.count

    report(another())
    count("/cases")
    few = count("/cases")
    for number in range(5):
        report(another(), what=f"One more of them: {number}.")
    assert count("/cases") == few


def test_references_are_read_forgivingly(browser, report):
    reference, _ = report()
    answer = browser.get(f"/cases/{reference.lower()}")
    assert answer.status_code == 301 and answer.headers["Location"].endswith(reference)
