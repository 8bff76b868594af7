"""What is done in part looks like it: in the banner, in lists and in the changelog, from one statement for all rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from portal.events.timeline import timeline_of_idea
from portal.ideas import answering, merging, promising, redaction, shipping, taking_part, voting
from portal.ideas.shipping import Proof
from portal.ideas.voices import Voice
from portal.worker.timers import fire_due
from tenants import clock
from tenants.scope import Scope, db, entered
from tests.ideas.conftest import OLA, idea_row
from tests.ideas.team_play import bring, product

pytestmark = pytest.mark.database
DONE = "/ideas?state=shipped&order=newest"


@pytest.fixture
def mia(cast: Any) -> Scope:
    return product(cast, cast.meridian)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        sent.append(sql)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def asked(cast: Any, mia: Scope, idea: Any, what: str = "Power sockets under them") -> Scope:
    """Harbor is asked for its part. Gives somebody of Harbor."""
    with entered(mia):
        taking_part.ask_part(idea.id, idea_row(cast, idea.id).version, tenant_id=cast.harbor, what=what)
    return product(cast, cast.harbor, "hannah")


def agrees(who: Scope, idea: Any, state: str = "planned") -> None:
    with entered(who):
        taking_part.answer_part(idea.id, state=state, reason="With the next works.")


def test_done_in_part_says_what_is_missing_everywhere(cast, mia, proposed, browser) -> None:
    idea = proposed()
    hannah = asked(cast, mia, idea)
    agrees(hannah, idea)
    bring(cast, mia, idea, "shipped")
    page = browser.get(f"/ideas/{idea.reference}").text
    banner = page.split('class="next ')[1].split("</section>")[0]
    assert "<b>Partly done</b>" in banner and not banner.startswith("i-next stack close done")
    assert "Power sockets under them" in banner
    assert "Harbor Ground Handling has agreed; its part is not done yet; no date yet" in banner
    parts = page.split('id="parts"')[1].split("</section>")[0]
    assert parts.count("has agreed") == parts.count("no date yet") == 1, "how a part stands is said once"
    assert "It waits for" not in page
    for path in (DONE, "/changelog"):
        row = browser.get(path).text
        assert ">Partly done</span>" in row and "Power sockets under them" in row
        assert "(Harbor Ground Handling, no date yet)" in row
    assert "partly done</span>" in browser.get("/").text
    agrees(hannah, idea, "done")
    for path in (DONE, "/changelog", f"/ideas/{idea.reference}"):
        assert "Partly done" not in browser.get(path).text
    assert "All have done their part." in browser.get(f"/ideas/{idea.reference}").text


def test_the_date_of_a_missing_part_is_said_and_when_it_was_not_kept(cast, mia, proposed, browser, hand) -> None:
    idea = proposed()
    hannah = asked(cast, mia, idea)
    agrees(hannah, idea)
    with entered(hannah):
        due = clock.now() + timedelta(days=3)
        promising.promise(idea.id, idea_row(cast, idea.id).version, sentence="Sockets", due_at=due)
    bring(cast, mia, idea, "shipped")
    for path in (DONE, f"/ideas/{idea.reference}"):
        page = browser.get(path).text
        assert "by <time" in page and "no date yet" not in page
    hand.move(timedelta(days=4))
    fire_due()
    assert "late. Promised by" in browser.get(DONE).text


def test_another_solution_that_is_open_is_missing_too(cast, mia, proposed, browser) -> None:
    problem = proposed(kind="problem", title="Nowhere to sit")
    benches, stools = (proposed(problem_id=problem.id, title=title) for title in ("Benches", "Stools"))
    bring(cast, mia, benches, "shipped")
    page = browser.get(f"/ideas/{benches.reference}").text
    assert "Partly done: this is there, other solutions are still open." in page
    assert "1 other solution, no date yet" in browser.get(DONE).text
    bring(cast, mia, stools, "declined")
    assert "Partly done" not in browser.get(f"/ideas/{benches.reference}").text + browser.get(DONE).text


def test_planned_in_part_while_another_business_has_not_agreed(cast, mia, proposed, browser) -> None:
    idea = proposed()
    hannah = asked(cast, mia, idea)
    bring(cast, mia, idea, "planned")
    page = browser.get(f"/ideas/{idea.reference}").text
    assert "<b>Planned in part</b>" in page and "Meridian Air plans to do its part." in page
    row = browser.get("/ideas").text
    assert ">Planned in part</span>" in row and "(Harbor Ground Handling, has not answered yet)" in row
    agrees(hannah, idea)
    page = browser.get(f"/ideas/{idea.reference}").text
    parts = page.split('id="parts"')[1].split("</section>")[0]
    assert parts.count("has agreed to do its part") == parts.count("no date yet") == 1
    with entered(hannah):
        due = clock.now() + timedelta(days=3)
        promising.promise(idea.id, idea_row(cast, idea.id).version, sentence="Sockets", due_at=due)
    page = browser.get(f"/ideas/{idea.reference}").text
    assert "by <time" in page.split('id="parts"')[1].split("</section>")[0]
    assert "Planned in part" not in browser.get(f"/ideas/{idea.reference}").text + browser.get("/ideas").text


@pytest.mark.parametrize("path", [DONE, "/ideas?state=declined", "/changelog"])
def test_a_list_asks_as_often_for_six_ideas_as_for_two(cast, mia, proposed, browser, path) -> None:
    def done(count: int) -> None:
        for number in range(count):
            problem = proposed(kind="problem", title=f"Nowhere to sit {number}")
            idea = proposed(problem_id=problem.id, title=f"Benches {number}", category_id=cast.luggage)
            asked(cast, mia, idea)
            bring(cast, mia, idea, "declined" if "declined" in path else "shipped")

    def statements() -> int:
        with counted() as sent:
            assert browser.get(path).status_code == 200
        return len([each for each in sent if "idea" in each])  # names are kept for some seconds, and read again

    done(2)
    browser.get(path)
    done(1)
    few = statements()
    done(4)
    assert statements() == few


def test_one_number_of_votes_everywhere(cast, mia, proposed, browser) -> None:
    into, other = proposed(), proposed(OLA, title="Seats at gate B4")
    for idea, count in ((into, 2), (other, 3)):
        for tap in range(count):
            with entered(Scope.door(cast.riverside)):
                voting.vote(idea, Voice(f"{idea.id}-{tap}"))
    with entered(Scope.door(cast.riverside)):
        for idea in (into, other):
            voting.vote(idea_row(cast, idea.id), Voice("ada", person_id=cast.ada))
    with entered(mia):
        merging.merge(other.id, other.version, into=into.reference, reason="The same.")
    row = idea_row(cast, into.id)
    assert (row.votes, row.votes_joined) == (3, 3)
    assert "<b>6</b> <span>votes" in browser.get("/ideas").text
    page = browser.get(f"/ideas/{into.reference}").text
    assert "<b>6</b> <span>votes" in page and "(3 from ideas that were merged into it)" in page
    assert "Together they have 6 votes. 1 person supports several of these ideas and counts once." in page
    bring(cast, mia, into, "planned")
    tapped = browser.post(f"/ballot/ideas/{into.reference}/vote?brief=1", **{"HX-Request": "true"}).text
    assert "<b>7</b>" in tapped


def test_the_team_reads_it_on_its_board_and_roadmap(cast, mia, proposed, signed_in) -> None:
    idea, other = proposed(), proposed(title="Stools")
    for each, state in ((idea, "shipped"), (other, "planned")):
        asked(cast, mia, each)
        bring(cast, mia, each, state)
    with entered(mia):
        answering.schedule(other.id, idea_row(cast, other.id).version, "next")
    board = signed_in("mia").get("/desk/meridian/ideas").text
    assert ">Partly done</span>" in board and ">Planned in part</span>" in board
    assert ">Planned in part</span>" in signed_in("mia").get("/desk/meridian/ideas/roadmap").text


def test_what_a_business_says_is_left_out_makes_it_done_in_part(cast, mia, proposed, browser) -> None:
    idea, whole = proposed(), proposed(title="Stools")
    bring(cast, mia, idea, "in_progress")
    bring(cast, mia, whole, "shipped")
    with entered(mia):
        given = Proof("Benches stand in pier A.", clock.now().date(), left_out="The benches of pier B")
        shipping.ship(idea.id, idea_row(cast, idea.id).version, given)
    page = browser.get(f"/ideas/{idea.reference}").text
    banner = page.split('class="next ')[1].split("</section>")[0]
    assert "<b>Partly done</b>" in banner and "Partly done: some of it is there, some is not." in banner
    assert "The benches of pier B" in banner and not banner.startswith("i-next stack close done")
    assert "Without: <span hx-disable>The benches of pier B" in page.split('id="timeline"')[1], "the history has it too"
    for path in (DONE, "/changelog"):
        row = browser.get(path).text
        assert row.count(">Partly done</span>") == 1 and "Still missing: <span hx-disable>The benches of pier B" in row
    assert "Partly done" not in browser.get(f"/ideas/{whole.reference}").text


def test_what_is_not_planned_with_the_rest_is_said_until_a_step_says_otherwise(cast, mia, proposed, browser) -> None:
    idea = proposed()
    path = f"/ideas/{idea.reference}"
    bring(cast, mia, idea, "under_review")

    def step(act: str, left_out: str) -> None:
        with entered(mia):
            said = answering.Answer(act, "Benches.", left_out=left_out)
            answering.answer(idea.id, idea_row(cast, idea.id).version, said)

    step("plan", " Those of pier B ")
    page = browser.get(path).text
    assert "<b>Planned in part</b>" in page and "Meridian Air plans to do some of it." in page
    assert "Not planned with the rest:</b> <span hx-disable>Those of pier B</span>" in page
    assert ">Planned in part</span>" in browser.get("/ideas").text
    step("update", "Those of pier B")
    assert browser.get(path).text.count("Without: ") == 1, "the history says it once"
    step("update", "")
    assert "Planned in part" not in browser.get(path).text + browser.get("/ideas").text
    step("update", "Those of pier C")
    with entered(mia):
        no = answering.Answer("decline", "No.", reason="too_few", would_change="More votes.", left_out="Nothing")
        answering.answer(idea.id, idea_row(cast, idea.id).version, no)
    assert idea_row(cast, idea.id).left_out is None, "of a no nothing is left out"


def test_the_team_says_it_in_the_form_and_finds_it_there_again(cast, mia, proposed, signed_in) -> None:
    idea = proposed()
    bring(cast, mia, idea, "planned")
    desk, path = signed_in("mia"), f"/desk/meridian/ideas/{idea.reference}"
    form = {"act": "update", "text": "Soon.", "left_out": "Pier B", "version": idea_row(cast, idea.id).version}
    assert desk.post(f"{path}/answer", {**form, "left_out": "x" * 301}).status_code == 422
    assert desk.post(f"{path}/answer", form).status_code == 303
    page = desk.get(path).text
    assert 'id="f-update-left"' in page and page.count('value="Pier B"') >= 2, "also where it is marked done"
    assert "Not planned with the rest:</b> <span hx-disable>Pier B</span>" in page
    day = clock.now().date().isoformat()
    form = {"what": "There.", "since": day, "left_out": "Pier B", "version": idea_row(cast, idea.id).version}
    assert desk.post(f"{path}/shipment", form).status_code == 303
    assert idea_row(cast, idea.id).left_out == "Pier B" and "<b>Partly done</b>" in desk.get(path).text
    form = {"act": "update", "text": "Now all.", "left_out": "", "version": idea_row(cast, idea.id).version}
    assert 'id="f-update-left"' in desk.get(path).text, "news may say that nothing is missing any more"
    assert desk.post(f"{path}/answer", form).status_code == 303 and "<b>Done</b>" in desk.get(path).text


@pytest.mark.parametrize("where", ["plan", "proof"])
def test_its_words_are_removed_with_the_entry_that_said_them(cast, mia, proposed, browser, where) -> None:
    idea = proposed()
    bring(cast, mia, idea, "under_review" if where == "plan" else "planned")
    with entered(mia):
        version = idea_row(cast, idea.id).version
        if where == "plan":
            answering.answer(idea.id, version, answering.Answer("plan", "Yes.", left_out="The bench of Mr Doe"))
        else:
            shipping.ship(idea.id, version, Proof("There.", clock.now().date(), left_out="The bench of Mr Doe"))
        assert "Mr Doe" in browser.get(f"/ideas/{idea.reference}").text
        newest = timeline_of_idea(idea.id)[0]
        redaction.redact_entry(idea.id, newest.seq, "personal")
    assert idea_row(cast, idea.id).left_out is None
    assert "Mr Doe" not in browser.get(f"/ideas/{idea.reference}").text
