from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from portal.calendars.models import ServiceCalendar
from portal.cases.live import beginning, in_order
from tenants.models import Tenant
from tenants.scope import Scope, db, entered, writing
from tests.pages.conftest import hidden

pytestmark = pytest.mark.database


def test_the_whole_way(browser, another, signed_in, report, hand):
    reference, _key = report()
    page = browser.get(f"/cases/{reference}")
    assert page.status_code == 200
    stranger = another()
    assert stranger.get(f"/cases/{reference}").status_code == 200
    assert stranger.get("/").status_code == 200
    assert reference in stranger.get("/cases").text
    assert stranger.get("/promises").status_code == 200
    ada = signed_in("ada")
    assert reference in ada.get("/desk/meridian/").text
    desk = ada.get(f"/desk/meridian/cases/{reference}")
    assert desk.status_code == 200
    answer = ada.post(
        f"/desk/meridian/cases/{reference}/acknowledgement",
        {"version": hidden(desk.text, "version"), "plan": "We search", "due": "2026-11-18T12:00"},
    )
    assert answer.status_code == 303, answer.text
    desk = ada.follow(answer)
    for act in ("notes", "replies", "answer"):
        answer = ada.post(
            f"/desk/meridian/cases/{reference}/{act}",
            {
                "version": hidden(desk.text, "version"),
                "text": f"words of {act}",
                "touchpoint": "gate-b4",
                "category": "lost-luggage",
            },
        )
        assert answer.status_code == 303, answer.text
        desk = ada.follow(answer)
        assert f"words of {act}" in desk.text
    public = stranger.get(f"/cases/{reference}").text
    assert "words of answer" in public and "words of replies" in public and "words of notes" not in public
    own = browser.get(f"/cases/{reference}")
    assert "acceptance" in own.text
    answer = browser.post(f"/cases/{reference}/acceptance", {"version": hidden(own.text, "version")})
    assert answer.status_code == 303
    assert signed_in("hugo").get("/desk/meridian/").status_code == 404


def test_a_desk_says_times_where_its_business_is(another, signed_in, report):
    reference, _key = report()
    with entered(Scope.system()), writing():
        tenant = db.session.scalars(select(Tenant).where(Tenant.slug == "meridian")).one()
        calendar = db.session.get(ServiceCalendar, tenant.id) or ServiceCalendar(
            tenant_id=tenant.id, week=[], holidays=None, closed=[], extra=[], targets={}
        )
        calendar.zone = "Asia/Tokyo"
        db.session.add(calendar)
    ada = signed_in("ada")
    for path in ("/desk/meridian/", f"/desk/meridian/cases/{reference}"):
        assert "(UTC+9)" in ada.get(path).text and "(UTC+1)" not in ada.get(path).text
    assert "(UTC+1)" in another().get(f"/cases/{reference}").text


def test_a_strangers_page_says_how_its_customer_answers(browser, another, report):
    reference, _key = report()
    invitation = "Is this your case?"
    assert invitation in another().get(f"/cases/{reference}").text
    assert invitation not in browser.get(f"/cases/{reference}").text


def test_titles_and_quotations_say_their_language(another, signed_in, report):
    reference, _key = report(what="没有人回答我的问题。", language="zh_Hans")
    page = another().get(f"/cases/{reference}").text
    assert '<h1 lang="zh-Hans"' in page and 'lang="zh-Hans" class="speech customer"' in page
    for text in (another().get("/cases").text, signed_in("ada").get("/desk/meridian/").text):
        assert re.search(rf'{reference}" lang="zh-Hans"', text)


def test_what_is_owed_comes_first():
    def promise(number, state, day, **late):
        at = datetime(2026, 11, day, tzinfo=UTC)
        return SimpleNamespace(
            **{"id": number, "state": state, "due_at": at, "fulfilled_at": None, "moved_to": None, **late}
        )

    done = datetime(2026, 11, 9, tzinfo=UTC)
    promises = [
        promise(1, "kept", 2), promise(2, "due", 20), promise(3, "broken", 4), promise(4, "moved", 6, moved_to=done),
        promise(5, "broken", 8, fulfilled_at=done),
    ]  # fmt: skip
    assert [each.id for each in in_order(promises)] == [3, 2, 5, 4, 1]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("Short.", "Short."),
        ("two\n\nlines", "two lines"),
        ("word " * 60, "word " * 27 + "word…"),
        ("字" * 200, "字" * 139 + "…"),
        ("字" * 120 + "。" + "字" * 80, "字" * 120 + "…"),
    ],
)
def test_an_answer_is_quoted_up_to_a_pause(text, start):
    assert beginning(text) == start and len(start) <= 141


def test_the_customer_takes_a_public_case_back(browser, another, report):
    reference, _key = report()
    assert another().get(f"/cases/{reference}").status_code == 200
    browser.get(f"/cases/{reference}")
    answer = browser.post(f"/cases/{reference}/privacy")
    assert answer.status_code == 303 and "private now" in browser.follow(answer).text
    assert another().get(f"/cases/{reference}").status_code == 404
    assert reference not in another().get("/cases").text + another().get("/").text
