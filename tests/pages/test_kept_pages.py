"""The layer in front of the application serves public pages of cases, current ones, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from portal.cases import handling, visibility
from portal.cases.models import Case
from tenants.scope import db, entered

pytestmark = pytest.mark.database


class Statements:
    """Counts what the application asks of the database; the kept page's own look-up goes round it."""

    def __init__(self, engine):
        self.engine, self.count = engine, 0

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._count)
        return self

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self._count)

    def _count(self, *_):
        self.count += 1


@pytest.fixture
def is_kept(app, another):
    """Whether an anonymous GET is answered without the application."""

    def ask(path, **headers):
        with app.app_context(), Statements(db.engine) as statements:
            answer = another().get(path, **headers)
        return statements.count == 0, answer

    return ask


def case_id(cast, reference):
    from sqlalchemy import select

    from tenants.scope import Scope

    with entered(Scope.system()):
        return db.session.scalar(select(Case.id).where(Case.reference == reference))


@pytest.mark.parametrize("path", ["/cases/{}", "/cases/{}/live"])
def test_the_second_reader_is_answered_from_memory(report, is_kept, path):
    reference, _ = report()
    path = path.format(reference)
    first, second = is_kept(path), is_kept(path)
    assert (first[0], second[0]) == (False, True)
    assert first[1].text == second[1].text and first[1].headers["ETag"] == second[1].headers["ETag"]
    for name in ("Content-Security-Policy", "Cache-Control", "Content-Language", "X-Content-Type-Options"):
        assert first[1].headers[name] == second[1].headers[name]
    kept, unchanged = is_kept(path, **{"If-None-Match": first[1].headers["ETag"]})
    assert kept and unchanged.status_code == 304 and unchanged.data == b""
    kept, packed = is_kept(path, **{"Accept-Encoding": "gzip"})
    assert kept and packed.headers["Content-Encoding"] == "gzip"


def test_each_language_has_its_own(report, is_kept):
    reference, _ = report()
    pages = {}
    for language in ("en", "zh-CN", "zh-TW"):
        assert is_kept(f"/cases/{reference}", **{"Accept-Language": language})[0] is False
        kept, pages[language] = is_kept(f"/cases/{reference}", **{"Accept-Language": language})
        assert kept
    assert len({page.text for page in pages.values()}) == 3


def test_news_is_shown_at_once_and_notes_change_nothing(cast, report, is_kept):
    reference, _ = report()
    path, number = f"/cases/{reference}", case_id(cast, reference)
    is_kept(path)
    with entered(cast.as_ada):
        handling.note(number, text="CANARY", author="Ada")
    assert is_kept(path)[0]
    with entered(cast.as_ada):
        case = db.session.get(Case, number)
        handling.acknowledge(
            number, case.state_version, plan="We look.", answer_by=case.reported_at + timedelta(days=2), author="Ada"
        )
    kept, page = is_kept(path)
    assert not kept and "We look." in page.text and "CANARY" not in page.text
    assert is_kept(path)[0]


def test_a_case_taken_back_is_gone_at_once(cast, report, is_kept):
    reference, _ = report()
    is_kept(f"/cases/{reference}")
    number = case_id(cast, reference)
    with entered(cast.customer(number)):
        visibility.make_private(number)
    kept, page = is_kept(f"/cases/{reference}")
    assert not kept and page.status_code == 404
    assert is_kept(f"/cases/{reference}/live")[1].status_code == 404


def test_private_cases_are_never_kept(browser, report, is_kept):
    reference, _ = report(visibility="private")
    assert browser.get(f"/cases/{reference}").status_code == 200
    kept, page = is_kept(f"/cases/{reference}")
    assert not kept and page.status_code == 404


def test_an_owner_gets_their_own_page_and_leaves_nothing_behind(browser, report, is_kept):
    reference, _ = report()
    is_kept(f"/cases/{reference}")
    assert "/messages" in browser.get(f"/cases/{reference}").text
    kept, page = is_kept(f"/cases/{reference}")
    assert kept and "/messages" not in page.text and "csrf_token" not in page.text


def test_the_same_reference_at_another_host_is_another_page(report, is_kept, another):
    reference, _ = report()
    is_kept(f"/cases/{reference}")
    assert another("northport.example").get(f"/cases/{reference}").status_code == 404


def test_queries_cookies_and_posts_go_on_to_the_application(app, report, is_kept, another):
    reference, _ = report()
    is_kept(f"/cases/{reference}")
    assert not is_kept(f"/cases/{reference}?sent=message")[0]
    curious = another()
    curious.client.set_cookie("anything", "1", domain="riverside.example")
    with app.app_context(), Statements(db.engine) as statements:
        curious.get(f"/cases/{reference}")
    assert statements.count > 0


def test_it_dies_when_a_promise_falls_due_and_at_midnight(report, is_kept, hand):
    reference, _ = report()
    is_kept(f"/cases/{reference}")
    hand.move(timedelta(hours=14, minutes=1))  # Vienna is an hour ahead: a new day there
    kept, page = is_kept(f"/cases/{reference}")
    assert not kept and "yesterday" in page.text
    assert is_kept(f"/cases/{reference}")[0]
    hand.move(timedelta(hours=10))  # the plan was promised by now
    kept, page = is_kept(f"/cases/{reference}")
    assert not kept and "late" in page.text


def test_nothing_is_kept_without_memory(app, report, is_kept, monkeypatch):
    reference, _ = report()
    for name in ("keeper", "fragments"):
        kept = app.extensions[name]
        monkeypatch.setattr(getattr(kept, "_pages", kept), "limit", 0)
    is_kept(f"/cases/{reference}")
    assert not is_kept(f"/cases/{reference}")[0]
