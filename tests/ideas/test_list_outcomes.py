"""Lists of what is over say why not, and what changed; and what a tap answers with says what happens next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from portal.ideas import answering, voting
from portal.ideas.answering import Answer
from portal.ideas.voices import Voice
from portal.translations_check import read_catalog
from tenants import clock
from tenants.scope import Scope, entered
from tests.ideas.conftest import OLA, idea_row
from tests.ideas.team_play import bring, change, product

pytestmark = pytest.mark.database
DECLINED, DONE = "/ideas?state=declined&order=newest", "/ideas?state=shipped&order=newest"


@pytest.fixture
def mia(cast: Any) -> Scope:
    return product(cast, cast.meridian)


def decline(mia: Scope, idea: Any, version: int, reason: str, review_on: date | None = None) -> None:
    said = Answer("decline", "No.", reason=reason, would_change="More votes.", review_on=review_on)
    with entered(mia):
        answering.answer(idea.id, version, said)


def test_a_list_of_declined_ideas_says_why_and_when_they_are_looked_at_again(cast, mia, proposed, browser) -> None:
    idea, other = proposed(), proposed(title="A bar at gate B4")
    decline(mia, idea, 1, "too_few")
    with entered(mia):
        answering.answer(idea.id, idea_row(cast, idea.id).version, Answer("review", "Again."))
    decline(mia, idea, idea_row(cast, idea.id).version, "too_costly", clock.now().date() + timedelta(days=90))
    decline(mia, other, 1, "not_allowed")
    page = browser.get(DECLINED).text
    assert "Why not:</b> It costs more than it helps; looks at it again on" in page, "the newest no"
    assert "It would help too few" not in page
    assert "Why not:</b> A law or a rule of safety forbids it</p>" in page
    assert "Why not:" not in browser.get("/ideas").text


def test_a_list_of_what_is_done_says_what_changed_and_who_says_that_it_is_fixed(cast, mia, proposed, browser) -> None:
    idea = proposed()
    bring(cast, mia, idea, "shipped")
    page = browser.get(DONE).text
    assert "Ten benches stand there." in page and "nobody has said yet whether it is fixed" in page
    for voice, is_fixed in ((OLA, True), (Voice("pia"), False)):
        with entered(Scope.door(cast.riverside)):
            voting.say_fixed(idea_row(cast, idea.id), voice, is_fixed=is_fixed)
    assert "1 of 2 say that it is fixed" in browser.get(DONE).text


def test_after_a_tap_it_says_thank_you_and_what_happens_next(cast, proposed, browser) -> None:
    idea = proposed()
    tap = f"/ballot/ideas/{idea.reference}/vote"
    browser.get(f"/ideas/{idea.reference}")
    page = browser.post(tap).text
    assert "Thank you. You support this." in page and 'class="vote given"' not in page
    assert "Meridian Air answers this" in page and f'href="/follow?idea={idea.reference}"' in page
    assert "0 with an account" not in page, "a split is of two"
    with entered(Scope.door(cast.riverside)):
        voting.vote(idea_row(cast, idea.id), Voice("ada", person_id=cast.ada))
    assert "1 with an account, 1 without one." in browser.get(f"/ideas/{idea.reference}").text
    assert "What happens next" not in browser.post(f"{tap}/undo").text


def test_who_has_a_problem_says_so(cast, proposed, browser) -> None:
    problem = proposed(kind="problem", title="Nowhere to sit")
    assert ">I have this problem too</button>" in browser.get(f"/ideas/{problem.reference}").text
    assert ">I have it too</button>" in browser.get("/ideas").text
    assert "You have this problem too." in browser.post(f"/ballot/ideas/{problem.reference}/vote").text
    for language, words in (("zh-Hans", "我也遇到这个问题"), ("zh-Hant", "我也遇到這個問題")):
        page = browser.get(f"/ideas/{problem.reference}", **{"Accept-Language": language}).text
        assert f">{words}</button>" in page


def test_a_link_to_a_decided_change_is_no_act_of_the_team() -> None:
    for locale in ("zh_Hans", "zh_Hant"):
        assert read_catalog(locale).get("Look at it", context="link").string == "查看"


def test_none_still_open_warns_of_nothing(cast, proposed, browser) -> None:
    idea = proposed()
    change(cast, idea.id, evidence=2)
    assert '<span class="none">none still open</span>' in browser.get(f"/ideas/{idea.reference}").text
    change(cast, idea.id, evidence_open=1)
    assert 'class="none"' not in browser.get(f"/ideas/{idea.reference}").text
