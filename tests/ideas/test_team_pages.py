"""The team's pages through the client: the board, an idea's page, each act as a POST, and what everybody sees of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from portal.ideas import amending, commenting, merging, promising, shipping, taking_part, voting
from portal.ideas.amending import Wording
from portal.ideas.commenting import Said
from portal.ideas.voices import Voice
from portal.worker.timers import fire_due
from tenants import clock
from tenants.scope import Scope, entered
from tests.ideas.conftest import NIA, OLA, idea_row
from tests.ideas.team_play import bring, change, do, product, proof, soon
from tests.pages.conftest import hidden

pytestmark = pytest.mark.database
ATOM = "{http://www.w3.org/2005/Atom}"
ACTS: dict[str, tuple[str, str, dict[str, str], str]] = {
    "review": ("new", "answer", {"act": "review"}, "under_review"),
    "plan": ("under_review", "answer", {"act": "plan", "text": "Ten benches.", "cost": "4,000 €"}, "planned"),
    "start": ("planned", "answer", {"act": "start", "text": "Ordered."}, "in_progress"),
    "update": ("planned", "answer", {"act": "update", "text": "On a ship."}, "planned"),
    "reopen": ("shipped", "answer", {"act": "reopen", "text": "Too few."}, "in_progress"),
    "ship": ("in_progress", "shipment", {"what": "Ten benches.", "since": "2026-11-16"}, "shipped"),
    "schedule": ("planned", "schedule", {"horizon": "next"}, "planned"),
    "weigh": ("planned", "weights", {"reach": "4", "effort": "2"}, "planned"),
    "promise": ("planned", "promises", {"sentence": "Ten benches", "due": "2026-12-01T12:00"}, "planned"),
    "ask_part": ("planned", "parts", {"business": "harbor", "what": "Room"}, "planned"),
    "decline": (
        "new",
        "answer",
        {"act": "decline", "text": "No.", "reason": "too_few", "would_change": "100 votes"},
        "declined",
    ),
}
"""Act → the state to begin with, the end of its address, what is typed, the state afterwards."""
WRONG = [
    ("plan", {"text": " "}, "f-text"),
    ("plan", {"review_on": "2026-11-16"}, "f-review_on"),
    ("decline", {"reason": "because"}, "f-reason"),
    ("decline", {"would_change": ""}, "f-would_change"),
    ("ship", {"what": ""}, "f-what"),
    ("ship", {"since": "2026-11-17"}, "f-since"),
    ("ship", {"since": "soon"}, "f-since"),
    ("schedule", {"horizon": "never"}, "f-horizon"),
    ("weigh", {"reach": "6"}, "f-reach"),
    ("promise", {"sentence": ""}, "f-sentence"),
    ("promise", {"due": "2026-11-16T08:00"}, "f-due"),
    ("ask_part", {"business": "nobody"}, "f-business"),
]


@pytest.fixture
def mia(cast: Any) -> Scope:
    """Mia of Meridian's product team; Hannah is of Harbor's."""
    product(cast, cast.harbor, "hannah")
    return product(cast, cast.meridian)


@pytest.fixture
def desk(mia: Scope, cast: Any, signed_in: Any) -> Any:
    """Mia at her desk."""
    person = signed_in("mia")
    person.get("/desk/meridian/ideas")
    return person


def at(idea: Any, end: str = "", business: str = "meridian") -> str:
    return f"/desk/{business}/ideas/{idea.reference}{'/' if end else ''}{end}"


@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_a_post_from_its_form(cast, desk, mia, proposed, browser, act) -> None:
    begins, end, typed, ends = ACTS[act]
    idea = proposed()
    before = bring(cast, mia, idea, begins)
    page = desk.get(f"{at(idea)}?act={act}").text
    assert f'id="act-{act}"' in page and f"{at(idea)}/{end}" in page
    answer = desk.post(at(idea, end), {"version": hidden(page, "version"), **typed})
    assert answer.status_code == 303, answer.text
    assert idea_row(cast, idea.id).state == ends and idea_row(cast, idea.id).version == before.version + 1
    assert 'role="status"' in desk.follow(answer).text
    assert browser.get(f"/ideas/{idea.reference}").status_code == 200


@pytest.mark.parametrize(("act", "changes", "field"), WRONG)
def test_what_is_missing_is_said_beside_its_field(cast, desk, mia, proposed, act, changes, field) -> None:
    begins, end, typed, _ends = ACTS[act]
    idea = proposed()
    before = bring(cast, mia, idea, begins)
    page = desk.get(at(idea)).text
    answer = desk.post(at(idea, end), {"version": hidden(page, "version"), **typed, **changes})
    assert answer.status_code == 422
    assert f'id="{field}-wrong"' in answer.text and f'href="#{field}"' in answer.text
    for name, value in {**typed, **changes}.items():
        if name in ("text", "what", "sentence", "reason", "cost", "due", "since") and name not in changes:
            assert value in answer.text, "what was typed is still there"
    assert idea_row(cast, idea.id) == before


@pytest.mark.parametrize("act", ACTS)
def test_a_form_from_before_shows_how_it_stands(cast, desk, mia, proposed, act) -> None:
    begins, end, typed, _ends = ACTS[act]
    idea = proposed()
    before = bring(cast, mia, idea, begins)
    answer = desk.post(at(idea, end), {"version": str(before.version - 1), **typed})
    assert answer.status_code == 409 and "has moved on meanwhile" in answer.text
    kept = next((value for name, value in typed.items() if name in ("text", "what", "sentence")), "")
    assert kept in answer.text
    assert f'name="version" value="{before.version}"' in answer.text
    assert idea_row(cast, idea.id) == before


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("who", "business", "status"), [
    ("ada", "meridian", 403), ("hannah", "harbor", 403), ("hannah", "meridian", 404), ("otto", "meridian", 302),
])  # fmt: skip
def test_nobody_else_may(cast, desk, proposed, signed_in, another, act, who, business, status) -> None:
    idea = proposed()
    person = another() if who == "otto" else signed_in(who)
    person.get(f"/desk/{'meridian' if who == 'ada' else 'harbor'}/ideas")
    answer = person.post(at(idea, ACTS[act][1], business), {"version": "1", **ACTS[act][2]})
    assert answer.status_code == status
    assert idea_row(cast, idea.id) == idea


def test_what_was_typed_is_kept_when_a_colleague_took_the_step(cast, desk, mia, proposed) -> None:
    idea = proposed()
    page = desk.get(at(idea)).text
    bring(cast, mia, idea, "planned")
    form = {"version": hidden(page, "version"), "act": "plan", "text": "Twelve benches, in May."}
    answer = desk.post(at(idea, "answer"), form)
    assert answer.status_code == 409 and "Twelve benches, in May." in answer.text


def test_who_may_not_is_told_so_before_the_form_is_read(proposed, signed_in) -> None:
    idea, ada = proposed(), signed_in("ada")
    ada.get(at(idea))
    assert ada.post(at(idea, "answer"), {"act": "plan", "text": ""}).status_code == 403


def test_an_agent_reads_and_is_offered_nothing(cast, proposed, signed_in) -> None:
    idea = proposed()
    page = signed_in("ada").get(at(idea))
    assert page.status_code == 200 and "/answer" not in page.text and "/merger" not in page.text


def test_what_waits_for_the_team_stands_before_its_acts(cast, desk, proposed, signed_in) -> None:
    idea, customer = proposed(), Scope.customer(cast.riverside)
    assert "notice due" not in desk.get(at(idea)).text.split('class="a-acts')[1].split("<details")[0]
    with entered(customer):
        one = amending.amend(idea.id, Wording(1, 1, "People sit on the floor."), OLA)
        commenting.comment(idea.id, Said("Please.", "en"), OLA)
    first = desk.get(at(idea)).text.split('class="a-acts')[1].split("<details")[0]
    assert f'href="{at(idea)}/amendments/{one}"' in first and "Decide about a change to paragraph 2" in first
    assert 'href="/desk/meridian/ideas/comments">1 comment to look at' in first
    page = signed_in("ada").get(at(idea)).text
    assert f"/amendments/{one}" not in page and "A proposed change to paragraph 2" in page, "an agent decides nothing"


def test_acts_stand_in_groups_by_what_they_lead_to(cast, desk, mia, proposed) -> None:
    idea = proposed()
    bring(cast, mia, idea, "planned")
    page = desk.get(at(idea)).text
    groups = [part.split("</h3>") for part in page.split('class="further"')[1:]]
    named = {
        heading.rsplit(">", 1)[1]: re.findall(r'id="act-(\w+)"', rest.split("</section>")[0])
        for heading, rest in groups
    }
    assert named == {
        "Move it on": ["review", "ship", "decline"],
        "Plan what comes": ["schedule", "promise", "weigh", "ask_part"],
        "Other": ["update", "merge"],
    }


def test_promises_are_kept_and_moved_from_the_page(cast, desk, mia, proposed, browser) -> None:
    idea = proposed()
    row = bring(cast, mia, idea, "planned")
    with entered(mia):
        one = promising.promise(idea.id, row.version, sentence="Ten benches", due_at=soon())
    url = at(idea, f"promises/{one}")
    for end, typed in (
        ("postponement", {"due": "2026-11-20T10:00", "reason": "Earlier?"}),
        ("fulfillment", {"text": ""}),
    ):
        answer = desk.post(f"{url}/{end}", {"version": "1", **typed})
        assert answer.status_code == 422 and "-wrong" in answer.text
    answer = desk.post(f"{url}/postponement", {"due": "2026-12-20T10:00", "reason": "The ship is late."})
    assert answer.status_code == 303
    public = browser.get(f"/ideas/{idea.reference}").text
    banner = public.split('class="next ')[1].split("</section>")[0]
    assert re.search(r"<s><span class=\"hide\">earlier date: </span><time[^>]*>23 Nov", banner)
    assert "20 Dec" in banner and "<b>Moved once</b>: <span hx-disable>The ship is late." in banner
    assert desk.post(f"{url}/fulfillment", {"text": "There."}).status_code == 409
    assert desk.post(at(idea, "promises/4711/fulfillment"), {"text": "There."}).status_code == 404


def test_a_broken_promise_says_that_it_has_no_new_date(cast, desk, mia, proposed, browser, hand, signed_in) -> None:
    idea = proposed()
    row = bring(cast, mia, idea, "planned")
    with entered(mia):
        one = promising.promise(idea.id, row.version, sentence="Ten benches", due_at=clock.now() + timedelta(hours=2))
    desk.post(at(idea, "schedule"), {"version": str(idea_row(cast, idea.id).version), "horizon": "now"})
    hand.move(timedelta(hours=3))
    fire_due()
    assert "no new date yet" in browser.get("/roadmap").text
    assert "no new date yet" in browser.get(f"/ideas/{idea.reference}").text
    link = f"{at(idea)}?move={one}#move-{one}"
    for path in ("/desk/meridian/ideas/roadmap", "/desk/meridian/ideas"):
        assert f'href="{link}"' in desk.get(path).text
        assert f'href="{link}"' not in signed_in("ada").get(path).text
    page = desk.get(at(idea)).text
    acts = page.split('class="sheet acts"')[1].split("</section>")[0]
    assert f'id="move-{one}" open><summary><h3>Promise a new date</h3>' in acts, "the opened act that comes first"
    assert f'href="#move-{one}">Promise a new date' in page.split("What became of it")[1].split("</section>")[0]
    assert page.count(f'id="move-{one}"') == 1 and "Promise a date" not in page
    assert 'id="act-start"><summary>Start the work' in page, "folded"
    refused = desk.post(at(idea, f"promises/{one}/postponement"), {"due": "", "reason": "The ship is late."})
    assert refused.status_code == 422 and 'id="f-due-wrong"' in refused.text and "The ship is late." in refused.text
    desk.post(at(idea, f"promises/{one}/postponement"), {"due": "2026-12-20T10:00", "reason": "The ship is late."})
    assert "Promise a date" in desk.get(at(idea)).text and f'id="move-{one}"' not in desk.get(at(idea)).text
    public = browser.get("/roadmap").text
    assert "Moved once, after the date had passed" in public and "The ship is late." in public
    assert "no new date yet" not in public and "Promise a new date" not in desk.get("/desk/meridian/ideas").text


def test_the_public_page_says_what_became_of_it(cast, mia, proposed, browser) -> None:
    idea = proposed(category_id=cast.luggage)
    bring(cast, mia, idea, "planned")
    with entered(mia):
        promising.promise(idea.id, idea_row(cast, idea.id).version, sentence="Ten benches stand", due_at=soon())
    page = browser.get(f"/ideas/{idea.reference}").text
    hero = page.split('aria-label="What became of it"')[1].split("</section>")[0]
    assert "Ten benches, before summer." in hero and "about 4,000 €" in hero and "Ten benches stand" in hero
    do(cast, mia, idea, "decline")
    hero = (
        browser.get(f"/ideas/{idea.reference}").text.split('aria-label="What became of it"')[1].split("</section>")[0]
    )
    assert "It is there already" in hero and "A new gate." in hero and "Ten benches stand" not in hero


def test_who_blocks_is_public(cast, desk, mia, proposed, signed_in, browser) -> None:
    idea = proposed()
    with entered(mia):
        taking_part.ask_part(idea.id, 1, tenant_id=cast.harbor, what="Room for ten benches")
    assert "It waits for Harbor Ground Handling, since" in browser.get(f"/ideas/{idea.reference}").text
    hannah = signed_in("hannah")
    board = hannah.get("/desk/harbor/ideas").text
    assert "Another business waits for your part" in board and idea.title not in board
    assert idea.title in hannah.get("/desk/harbor/ideas?show=part").text
    page = hannah.get(at(idea, business="harbor")).text
    assert 'id="act-answer_part" open' in page and '/answer"' not in page
    form = {"version": hidden(page, "version"), "state": "blocked", "reason": ""}
    answer = hannah.post(at(idea, "part", "harbor"), form)
    assert answer.status_code == 422 and "f-reason-wrong" in answer.text
    assert hannah.post(at(idea, "part", "harbor"), {**form, "reason": "No floor there."}).status_code == 303
    assert "No floor there." in browser.get(f"/ideas/{idea.reference}").text


def test_done_it_says_what_is_not_done_yet(cast, desk, mia, proposed, signed_in, browser) -> None:
    problem = proposed(kind="problem", title="Nowhere to sit")
    idea = proposed(problem_id=problem.id, title="Benches")
    stools = proposed(problem_id=problem.id, title="Stools")
    with entered(mia):
        taking_part.ask_part(idea.id, 1, tenant_id=cast.harbor, what="Room for ten benches")
    bring(cast, mia, idea, "shipped")
    for page in (browser.get(f"/ideas/{idea.reference}").text, desk.get(at(idea)).text):
        assert "Partly done: Meridian Air has done what it can do." in page and "<b>Partly done</b>" in page
        assert "Harbor Ground Handling has not answered yet</a>" in page
    assert "1 other solution for the same problem is still open" in browser.get(f"/ideas/{idea.reference}").text
    bring(cast, mia, problem, "shipped")
    assert "1 solution for it is still open" in browser.get(f"/ideas/{problem.reference}").text
    hannah = signed_in("hannah")
    assert idea.title in hannah.get("/desk/harbor/ideas?show=part").text
    page = hannah.get(at(idea, business="harbor")).text
    form = {"version": hidden(page, "version"), "state": "done", "reason": ""}
    assert hannah.post(at(idea, "part", "harbor"), form).status_code == 303
    bring(cast, mia, stools, "declined")
    page = browser.get(f"/ideas/{idea.reference}").text
    assert "Done. Is it really fixed?" in page and "Harbor Ground Handling has not" not in page
    for state in ("review", "decline"):
        assert f'id="act-{state}"' not in hannah.get(at(idea, business="harbor")).text


def test_merged_it_says_where_it_goes_on_and_takes_no_votes(cast, desk, mia, proposed, browser, another) -> None:
    one, two = proposed(), proposed(title="Chairs at gate B4")
    form = {"version": "1", "into": two.reference.lower(), "reason": "The same."}
    refused = desk.post(at(one, "merger"), {**form, "into": one.reference})
    assert refused.status_code == 422 and "f-into-wrong" in refused.text
    assert desk.post(at(one, "merger"), form).status_code == 303
    browser.get(f"/ideas/{one.reference}")
    answer = browser.post(f"/ballot/ideas/{one.reference}/vote")
    assert answer.status_code == 409 and two.title in answer.text
    assert idea_row(cast, one.id).votes == 0
    assert one.title in another().get(f"/ideas/{two.reference}").text
    assert one.title not in browser.get("/ideas").text
    page = desk.get(at(one)).text
    assert desk.post(at(one, "merger/undo"), {"version": hidden(page, "version"), "reason": "No."}).status_code == 303
    assert browser.post(f"/ballot/ideas/{one.reference}/vote").status_code == 200


def test_is_it_fixed_with_and_without_script(cast, mia, proposed, browser, another) -> None:
    idea = proposed()
    url = f"/ballot/ideas/{idea.reference}/fixed"
    browser.get(f"/ideas/{idea.reference}")
    assert browser.post(url, {"answer": "no"}).status_code == 409, "nobody is asked before it shipped"
    bring(cast, mia, idea, "shipped")
    assert "Nobody has said yet" in browser.get(f"/ideas/{idea.reference}").text
    assert "1 of 1 person says" in browser.post(url, {"answer": "yes"}).text
    assert "0 of 1 person says" in browser.post(url, {"answer": "no"}, **{"HX-Request": "true"}).text
    assert browser.post(url, {"answer": "maybe"}).status_code == 422
    other = another()
    assert "1 of 2 people say that it is fixed (50 %)" in other.post(url, {"answer": "yes"}).text
    assert "You say that it is not fixed" in browser.get(url, **{"HX-Request": "true"}).text
    assert "You say" not in another().get(url, **{"HX-Request": "true"}).text
    assert (idea_row(cast, idea.id).fixed_yes, idea_row(cast, idea.id).fixed_no) == (1, 1)


# -- the board ---------------------------------------------------------------------------------------------------------


def titles(page: str) -> list[str]:
    return [part.split("</a>")[0].split(">")[-1] for part in page.split('<a class="t"')[1:]]


def test_the_board_has_what_a_business_answers_and_nothing_of_others(cast, desk, mia, proposed, signed_in) -> None:
    hannah = product(cast, cast.harbor, "hannah")
    proposed(title="Ours, public")
    proposed(NIA, scope=mia, title="Ours, network", visibility="network")
    proposed(NIA, scope=mia, title="Ours, internal", visibility="internal")
    proposed(NIA, scope=hannah, title="Theirs, internal", visibility="internal", touchpoint_id=cast.belt)
    proposed(title="Theirs, public", touchpoint_id=cast.belt)
    everything = set()
    for show in ("", "answer", "part", "review", "comments", "proposed"):
        for order in ("score", "votes", "newest", "evidence"):
            page = desk.get(f"/desk/meridian/ideas?show={show}&order={order}").text
            everything |= set(titles(page))
            assert "Theirs, internal" not in page
    assert everything == {"Ours, public", "Ours, network", "Ours, internal"}
    page = desk.get("/desk/meridian/ideas").text
    assert "only businesses" in page and "only your team" in page
    stranger = signed_in("hannah").get("/desk/harbor/ideas").text
    assert "Ours, internal" not in stranger and "Theirs, internal" in stranger
    internal = next(
        part for part in desk.get("/desk/meridian/ideas?order=newest").text.split("/ideas/") if "Ours, internal" in part
    )
    assert signed_in("hannah").get(f"/desk/harbor/ideas/{internal[:13]}").status_code == 404


def test_orders_go_page_by_page(cast, desk, proposed) -> None:
    made = [proposed(title=f"Idea {n:02}") for n in range(28)]
    for n, (votes, evidence, reach, effort) in {3: (5, 0, 1, 5), 9: (2, 4, 5, 1), 20: (9, 1, None, None)}.items():
        change(cast, made[n].id, votes=votes, votes_anonymous=votes, evidence=evidence, reach=reach, effort=effort)
    first = {"score": ["09", "03"], "votes": ["20", "03"], "newest": ["27", "26"], "evidence": ["09", "20"]}
    for order, wanted in first.items():
        page, seen = f"/desk/meridian/ideas?order={order}", []
        while page:
            text = desk.get(page).text
            seen += [title[-2:] for title in titles(text)]
            older = text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0] if 'rel="next"' in text else ""
            page = older.replace("&amp;", "&")
        assert seen[:2] == wanted and sorted(seen) == [f"{n:02}" for n in range(28)]
    assert desk.get("/desk/meridian/ideas?after=zz.zz&order=x&show=x&state=x&category=x").status_code == 200


def test_filters_of_the_board(cast, desk, mia, proposed, hand) -> None:
    one = proposed(title="Due for a look", category_id=cast.delay)
    two = proposed(title="With comments", touchpoint_id=cast.gate)
    change(cast, one.id, review_on=hand.at.date() - timedelta(days=1))
    change(cast, two.id, comments_held=2)
    found = {
        q: titles(desk.get(f"/desk/meridian/ideas?{q}").text)
        for q in ("show=review", "show=comments", "category=delay", "state=planned", "touchpoint=belt-3")
    }
    assert found == {
        "show=review": [one.title],
        "show=comments": [two.title],
        "category=delay": [one.title],
        "state=planned": [],
        "touchpoint=belt-3": [],
    }


def test_views_are_saved_opened_and_deleted_by_the_team_alone(desk, signed_in) -> None:
    desk.get("/desk/meridian/ideas")
    form = {"name": "Waiting <b>", "show": "review", "state": "planned", "order": "votes", "forged": "x"}
    answer = desk.post("/desk/meridian/ideas/views", form)
    assert answer.status_code == 303 and "show=review" in answer.headers["Location"]
    page = desk.get("/desk/meridian/ideas").text
    assert "Waiting &lt;b&gt;" in page and "forged" not in page
    link = page.split("Waiting &lt;b&gt;")[0].rsplit('href="', 1)[1].split('"')[0]
    assert desk.get(link.replace("&amp;", "&")).text.count("selected") >= 3
    for name, words in (("Waiting <b>", "of this name already"), (" ", "Give the view a name")):
        again = desk.post("/desk/meridian/ideas/views", {**form, "name": name})
        assert again.status_code == 422 and words in again.text
    removal = page.split("/removal")[0].rsplit('action="', 1)[1] + "/removal"
    hannah = signed_in("hannah")
    assert "Waiting" not in hannah.get("/desk/harbor/ideas").text
    assert hannah.post(removal.replace("meridian", "harbor")).status_code == 404
    assert desk.post(removal).status_code == 303
    assert "Waiting" not in desk.get("/desk/meridian/ideas").text


@pytest.mark.parametrize("visibility", ["public", "network", "internal", "", "hidden"])
def test_staff_propose_for_whom_they_choose(cast, proposed, signed_in, browser, visibility) -> None:
    ada = signed_in("ada")
    form = {
        "nonce": hidden(ada.get("/desk/meridian/ideas/new").text, "nonce"),
        "title": "A bench",
        "text": "One bench.",
    }
    form |= {"kind": "solution", "touchpoint": "gate-b4", "visibility": visibility}
    answers = [ada.post("/desk/meridian/ideas/new", form) for _click in range(2)]
    if visibility in ("", "hidden"):
        assert [each.status_code for each in answers] == [422, 422] and "One bench." in answers[0].text
        return
    assert answers[0].headers["Location"] == answers[1].headers["Location"], "a double click makes one"
    assert ada.follow(answers[0]).status_code == 200
    assert ("A bench" in browser.get("/ideas").text) == (visibility == "public")


# -- roadmap, changelog, feeds -----------------------------------------------------------------------------------------


def test_the_roadmap_has_columns_and_is_moved_without_dragging(cast, desk, mia, proposed, browser) -> None:
    assert "Nothing is next in line" in browser.get("/roadmap").text
    idea = proposed()
    secret = proposed(NIA, scope=mia, title="Our own plan", visibility="internal")
    for each in (idea, secret):
        bring(cast, mia, each, "planned")
        change(cast, each.id, horizon="next")
    page = desk.get("/desk/meridian/ideas/roadmap").text
    assert "Our own plan" in page
    row = idea_row(cast, idea.id)
    form = {"version": str(row.version), "back": "roadmap", "horizon": "now"}
    answer = desk.post(at(idea, "schedule"), form)
    assert answer.status_code == 303 and "/roadmap" in answer.headers["Location"]
    public = browser.get("/roadmap")
    assert idea.title in public.text.split('id="h-now"')[1].split('id="h-next"')[0]
    assert "Our own plan" not in public.text and "Set-Cookie" not in public.headers


def test_the_changelog_says_what_where_and_since_when(cast, mia, proposed, browser) -> None:
    assert "Nothing has been done yet" in browser.get("/changelog").text
    for n in range(22):
        idea = proposed(title=f"Done number {n:02}")
        change(cast, idea.id, state="shipped", shipped_since=soon(-n).date())
    page = browser.get("/changelog").text
    assert page.index("Done number 00") < page.index("Done number 05") and "Done number 21" not in page
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert "Done number 21" in browser.get(older).text
    real = proposed(title="Benches")
    bring(cast, mia, real, "in_progress")
    with entered(mia):
        shipping.ship(real.id, idea_row(cast, real.id).version, proof(touchpoint_id=cast.belt))
    entry = browser.get("/changelog").text.split("Benches")[0].rsplit("<li", 1)[1]
    assert "Belt 3" in entry and "16 Nov 2026" in entry
    assert browser.get("/changelog?after=x.y").status_code == 200


def test_feeds_are_atom_and_hold_what_everybody_reads(cast, mia, proposed, browser) -> None:
    idea = proposed(text="Benches \x0b please")
    secret = proposed(NIA, scope=mia, title="Our own plan", visibility="network")
    for each in (idea, secret):
        bring(cast, mia, each, "planned")
        with entered(mia):
            promising.promise(each.id, idea_row(cast, each.id).version, sentence="Ten", due_at=soon())
        do(cast, mia, each, "ship")
    fire_due()
    wanted = {"/ideas/feed.atom": 4, "/roadmap/feed.atom": 2, "/changelog/feed.atom": 1}
    for path, count in {**wanted, f"/ideas/{idea.reference}/feed.atom": 6}.items():
        answer = browser.get(path)
        assert answer.mimetype == "application/atom+xml" and "Set-Cookie" not in answer.headers
        feed = ElementTree.fromstring(answer.text)  # noqa: S314 (our own)
        entries = feed.findall(f"{ATOM}entry")
        assert feed.tag == f"{ATOM}feed" and len(entries) == count, path
        ids = [entry.findtext(f"{ATOM}id") for entry in entries]
        assert len(set(ids)) == count and all(entry.findtext(f"{ATOM}title") for entry in entries)
        moments = [entry.findtext(f"{ATOM}updated") for entry in entries]
        assert moments == sorted(moments, reverse=True) and feed.findtext(f"{ATOM}updated") == moments[0]
        assert "Our own plan" not in answer.text and secret.reference not in answer.text
        assert browser.get(path, **{"If-None-Match": answer.headers["ETag"]}).headers["ETag"] == answer.headers["ETag"]
    assert browser.get(f"/ideas/{secret.reference}/feed.atom").status_code == 404
    chinese = browser.get("/ideas/feed.atom", **{"Accept-Language": "zh-TW"}).text
    assert len(ElementTree.fromstring(chinese)) > 4  # noqa: S314 (our own)


def test_all_together_on_the_page_of_a_merged_pair(cast, mia, proposed, browser) -> None:
    one, two = proposed(), proposed(title="Chairs")
    for idea, who in (
        (one, NIA),
        (two, OLA),
        (one, Voice("a", person_id=cast.ada)),
        (two, Voice("a", person_id=cast.ada)),
    ):
        with entered(Scope.door(cast.riverside)):
            voting.vote(idea, who)
    with entered(mia):
        merging.merge(one.id, 1, into=two.reference, reason="The same.")
    page = browser.get(f"/ideas/{two.reference}").text
    assert "Together they have 3 votes." in page and "1 person supports several of these ideas" in page
