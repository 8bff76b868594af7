"""The list, the page, the form and the tap, as anybody meets them, with and without script."""

from __future__ import annotations

import pytest

from portal.ideas import voting
from portal.ideas.voices import Voice
from tenants.scope import Scope, entered
from tests.ideas.conftest import idea_row
from tests.ideas.team_play import bring, product
from tests.pages.conftest import hidden

pytestmark = pytest.mark.database


def fill(page: str, **changes: str) -> dict[str, str]:
    typed = {"kind": "solution", "title": "Benches", "text": "Ten of them", "credit": "Nia", "touchpoint": "gate-b4"}
    return {"nonce": hidden(page, "nonce"), **typed, **changes}


def test_an_idea_is_proposed_and_has_its_authors_vote(browser, another) -> None:
    answer = browser.post("/ballot/ideas/new", fill(browser.get("/ballot/ideas/new").text))
    assert answer.status_code == 303
    page = another().get(answer.headers["Location"])
    assert "Benches" in page.text and "Ten of them" in page.text and "Nia" in page.text
    assert "<b>1</b>" in page.text, "its author supports it"


def test_a_double_click_makes_one_idea(browser) -> None:
    form = fill(browser.get("/ballot/ideas/new").text)
    first, second = (browser.post("/ballot/ideas/new", form).headers["Location"] for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"title": ""}, "Say it in one sentence."), ({"text": " "}, "Describe what"), ({"kind": "x"}, "Choose whether")],
)
def test_a_refused_form_keeps_what_was_typed(browser, wrong, said) -> None:
    answer = browser.post("/ballot/ideas/new", fill(browser.get("/ballot/ideas/new").text, **wrong))
    assert answer.status_code == 422 and said in answer.text
    assert "Nia" in answer.text
    assert "Benches" in browser.get("/ideas").text or "No idea is open" in browser.get("/ideas").text


def test_one_tap_counts_and_can_be_taken_back(browser, another, proposed) -> None:
    idea = proposed()
    page, tap = f"/ideas/{idea.reference}", f"/ballot/ideas/{idea.reference}/vote"
    for _click in range(2):
        assert "You support this" in browser.post(tap).text
    assert "<b>1</b>" in another().get(page).text
    assert "You support this" in browser.get(tap, **{"HX-Request": "true"}).text
    assert "You support this" not in another().get(tap, **{"HX-Request": "true"}).text
    assert "<b>0</b>" in browser.post(f"{tap}/undo").text
    assert browser.get(f"{tap}/undo").status_code == 303


def test_the_page_is_the_same_for_all_and_sets_no_cookie(browser, proposed) -> None:
    idea = proposed()
    first = browser.get(f"/ideas/{idea.reference}")
    assert "Set-Cookie" not in first.headers and first.headers["Cache-Control"] == "no-cache"
    again = browser.get(f"/ideas/{idea.reference}", **{"If-None-Match": first.headers["ETag"]})
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_tap_moves_the_etag(browser, cast, proposed) -> None:
    idea = proposed()
    first = browser.get(f"/ideas/{idea.reference}").headers["ETag"]
    browser.post(f"/ballot/ideas/{idea.reference}/vote")
    assert browser.get(f"/ideas/{idea.reference}").headers["ETag"] != first


def test_a_tap_from_another_site_is_refused(browser, cast, proposed) -> None:
    idea = proposed()
    answer = browser.post(f"/ballot/ideas/{idea.reference}/vote", **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and idea_row(cast, idea.id).votes == 0


@pytest.mark.parametrize("visibility", ["network", "internal"])
def test_what_is_not_public_is_as_if_it_did_not_exist(browser, cast, proposed, visibility) -> None:
    idea = proposed(Voice(), scope=cast.as_ada, visibility=visibility)
    for path in (f"/ideas/{idea.reference}", f"/ballot/ideas/{idea.reference}/vote"):
        assert browser.get(path, **{"HX-Request": "true"}).status_code == 404
    assert browser.post(f"/ballot/ideas/{idea.reference}/vote").status_code == 404
    assert idea.title not in browser.get("/ideas").text
    assert browser.get("/ideas/RIV-0000-0000").status_code == 404


def test_the_list_goes_by_votes_and_by_time_page_by_page(browser, cast, proposed, hand) -> None:
    made = [proposed(title=f"Idea number {n:02}") for n in range(30)]
    for n in (3, 17):
        for who in range(n):
            with entered(Scope.door(cast.riverside)):
                voting.vote(made[n], Voice(f"voter-{who}"))
    for order, first in (("votes", ["17", "03"]), ("newest", ["29", "28"])):
        page, seen = f"/ideas?order={order}", []
        while page:
            text = browser.get(page).text
            seen += [part.split("<")[0][-2:] for part in text.split("hx-disable>Idea number ")[1:]]
            older = text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0] if 'rel="next"' in text else ""
            page = older.replace("&amp;", "&")
        assert seen[:2] == first and sorted(seen) == [f"{n:02}" for n in range(30)]


def test_what_is_done_or_declined_has_a_list_of_its_own(browser, cast, proposed) -> None:
    made = {state: proposed(title=f"It is {state}") for state in ("planned", "shipped", "declined")}
    for state, idea in made.items():
        bring(cast, product(cast, cast.meridian), idea, state)
    for query in ("", "?business=meridian", "?touchpoint=gate-b4&order=newest"):
        page = browser.get(f"/ideas{query}").text
        assert "It is planned" in page and "It is shipped" not in page and "It is declined" not in page
    page = browser.get("/ideas?state=shipped").text
    assert "It is shipped" in page and "It is planned" not in page and 'href="/ideas">Ideas that are still open' in page
    for state in ("shipped", "declined"):
        assert f'href="/ideas?state={state}&amp;order=newest"' in browser.get("/ideas").text


def test_a_tap_in_the_list_answers_with_the_count_and_the_act(browser, proposed) -> None:
    idea = proposed()
    tap = f"/ballot/ideas/{idea.reference}/vote"
    line = browser.get("/ideas").text.split('class="ballot"')[1].split("</div>")[0]
    assert "<b>0</b> <span>votes</span>" in line and ">Support</button>" in line and f'hx-post="{tap}?brief=1"' in line
    given = browser.post(f"{tap}?brief=1", **{"HX-Request": "true"}).text
    assert "<b>1</b> <span>vote</span>" in given and "You support this" in given and f'action="{tap}/undo"' in given
    assert ">Support</button>" in browser.post(f"{tap}/undo?brief=1", **{"HX-Request": "true"}).text


def test_filters_and_their_empty_lists(browser, proposed) -> None:
    idea = proposed()
    assert idea.title in browser.get("/ideas?state=new&business=meridian&touchpoint=gate-b4").text
    for nothing in ("state=shipped", "business=harbor", "touchpoint=nowhere", "category=%00x"[:10], "state=x"):
        answer = browser.get(f"/ideas?{nothing}")
        assert idea.title not in answer.text
    assert browser.get("/ideas?after=zzz&order=x").status_code == 200
