"""Pages made of many things are served from memory until anything at all is written."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from portal.cases import visibility
from portal.version_lookup import SqliteVersions, version_lookup
from tenants.scope import entered, writing
from tests.pages.test_kept_pages import case_id, is_kept  # noqa: F401 (a fixture)

pytestmark = pytest.mark.database
LISTS = ["/", "/cases", "/cases?state=received", "/ideas", "/ideas?order=newest", "/roadmap", "/changelog",
         "/incidents", "/t/gate-b4", "/ideas/feed.atom", "/roadmap/feed.atom", "/changelog/feed.atom"]  # fmt: skip


TRIES = 200


@pytest.fixture
def kept_in_the_end(is_kept):  # noqa: F811
    """Asks until an answer comes from memory: PostgreSQL's snapshots also tell what others write in other databases."""

    def ask(path, **headers):
        for _try in range(TRIES):
            kept, answer = is_kept(path, **headers)
            if kept:
                return answer
        raise AssertionError(f"{path} is never kept")

    return ask


@pytest.mark.parametrize("path", LISTS)
def test_the_second_reader_is_answered_from_memory(report, is_kept, kept_in_the_end, path):  # noqa: F811
    report()
    made, first = is_kept(path)
    second = kept_in_the_end(path)
    assert not made and first.text == second.text
    for name in ("ETag", "Content-Security-Policy", "Cache-Control", "Content-Type"):
        assert first.headers[name] == second.headers[name]
    assert kept_in_the_end(path, **{"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", LISTS)
def test_after_anything_was_written_it_is_made_anew(report, is_kept, kept_in_the_end, path):  # noqa: F811
    kept_in_the_end(path)
    reference, _ = report()
    kept, page = is_kept(path)
    assert not kept and (path not in ("/", "/cases") or reference in page.text)


def test_a_case_taken_back_leaves_the_list_at_once(cast, report, is_kept):  # noqa: F811
    reference, _ = report()
    is_kept("/cases")
    with entered(cast.customer(case_id(cast, reference))):
        visibility.make_private(case_id(cast, reference))
    kept, page = is_kept("/cases")
    assert not kept and reference not in page.text


def test_each_query_language_and_part_has_its_own(report, is_kept, kept_in_the_end):  # noqa: F811
    reference, _ = report()
    pages = [
        is_kept(path, **headers)[1].text
        for path in ("/cases", "/cases?state=closed")
        for headers in ({}, {"Accept-Language": "zh-CN"}, {"HX-Request": "true"})
    ]
    assert len(set(pages)) == len(pages)
    assert reference not in kept_in_the_end("/cases?state=closed").text
    part = kept_in_the_end("/cases", **{"HX-Request": "true"})
    assert "<html" not in part.text and "HX-Request" in part.headers["Vary"]
    assert not is_kept("/cases", **{"HX-Request": "true", "HX-History-Restore-Request": "true"})[0]


def test_queries_that_nobody_understands_are_not_kept(report, is_kept):  # noqa: F811
    for path in ("/cases?utm=1", "/ideas?sent=vote", "/cases?state=" + "x" * 300):
        is_kept(path)
        assert not is_kept(path)[0], path


def test_who_is_signed_in_gets_their_own_page(browser, report, is_kept):  # noqa: F811
    report()  # this browser holds the key of a case now
    is_kept("/cases")
    answer = browser.get("/cases")
    assert "no-cache" in answer.headers["Cache-Control"] or "no-store" in answer.headers["Cache-Control"]
    browser.get("/")
    assert "csrf_token" not in is_kept("/")[1].text


def test_it_is_looked_at_again_after_ten_seconds(report, is_kept, kept_in_the_end, hand):  # noqa: F811
    report()
    kept_in_the_end("/cases")
    hand.move(timedelta(seconds=11))
    assert not is_kept("/cases")[0]


def test_the_state_moves_with_commits_and_with_nothing_else(app, cast, report):
    versions = version_lookup(app.config["SETTINGS"])
    before = versions.state()
    assert before is not None and any(versions.state() == versions.state() for _try in range(TRIES))
    with pytest.raises(ValueError, match="no"), entered(cast.as_ada), writing():
        raise ValueError("no")
    report()
    assert versions.state() != before
    versions.close()


def test_a_database_that_does_not_answer_keeps_nothing(tmp_path: Path) -> None:
    versions = SqliteVersions(str(tmp_path / "missing" / "portal.db"))
    assert versions.state() is None
