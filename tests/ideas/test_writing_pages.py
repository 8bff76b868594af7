"""Writing on ideas as anybody meets it, without script: edit, propose a change, decide, discuss, look at versions."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from portal.ideas import amending, commenting
from portal.ideas.reading import find_idea
from portal.ideas.voices import Voice
from tenants.scope import entered
from tests.ideas.conftest import TEXT
from tests.ideas.test_comments import team as team
from tests.pages.conftest import hidden

pytestmark = pytest.mark.database

LONGER = TEXT + "\n\nAnd a table."


def propose(who: Any, **changes: str) -> str:
    """Propose an idea in a browser; gives its reference."""
    page = who.get("/ballot/ideas/new").text
    typed = {"kind": "solution", "title": "Benches at B4", "text": TEXT, "credit": "Nia", "touchpoint": "gate-b4"}
    answer = who.post("/ballot/ideas/new", {"nonce": hidden(page, "nonce"), **typed, **changes})
    return answer.headers["Location"].split("/ideas/")[1].split("?")[0]


def edit(who: Any, reference: str, seen: str | None = None, **changes: str) -> Any:
    path = f"/ballot/ideas/{reference}/edit"
    page = seen or who.get(path).text
    form = {"base": hidden(page, "base"), "mark": hidden(page, "mark"), "title": "Benches at B4", "text": LONGER}
    return who.post(action_of(page, "/edit") if not seen else path, {**form, **changes})


def amend(who: Any, reference: str, after: str, number: int = 2, **changes: str) -> Any:
    path = f"/ballot/ideas/{reference}/paragraphs/{number}"
    page = who.get(path).text
    form = {"base": hidden(page, "base"), "mark": hidden(page, "mark"), "after": after, "credit": "Ola"}
    return who.post(action_of(page, f"/paragraphs/{number}"), {**form, **changes})


def action_of(page: str, end: str) -> str:
    """Where the form of a page posts to."""
    return re.search(rf'<form action="([^"]*{end})" method="post"', page)[1]


def amendment_at(page: str) -> str:
    return re.search(r"/ballot/ideas/[\w-]+/amendments/\d+", page)[0]


# -- versions ----------------------------------------------------------------------------------------------------------


def test_its_author_edits_it_and_everybody_sees_the_redline(browser, another, hand) -> None:
    reference = propose(browser)
    hand.move(timedelta(minutes=11))
    answer = edit(browser, reference, text=TEXT.replace("Ten", "Twelve"), title="Benches, please")
    assert answer.status_code == 303 and "Saved." in browser.follow(answer).text
    page = another().get(f"/ideas/{reference}").text
    assert "Twelve benches" in page and "2 versions" in page and "wrote version 2" in page
    listed = another().get(f"/ideas/{reference}/versions").text
    assert listed.index("Version 2") < listed.index("Version 1") and "Nia" in listed and "removed" in listed
    version = another().get(f"/ideas/{reference}/versions/2").text
    assert re.search(r"<del><span class=\"hide\">\[removed: </span>Ten<", version)
    assert re.search(r"<ins><span class=\"hide\">\[added: </span>Twelve<", version)
    assert "Who wrote which sentence" in version
    links = set(re.findall(r'(?:href|action)="(/?[^":]*)"', version.split("<main")[1].split("</main>")[0]))
    assert links and all(another().get(link).status_code == 200 for link in links), links
    back = another().get(f"/ideas/{reference}/versions/1?against=2").text
    assert re.search(r"</span>Twelve<[^>]*>[^<]*</span></del>", back), "held against a newer one as well"


def test_ones_own_words_are_reached_by_one_link_and_only_the_author_writes_anew(browser, another) -> None:
    reference = propose(browser)
    page = another().get(f"/ideas/{reference}").text
    assert page.count(f"/ballot/ideas/{reference}/words") == 1 and f"/ballot/ideas/{reference}/edit" not in page
    assert f'href="/ballot/ideas/{reference}/edit"' in browser.get(f"/ballot/ideas/{reference}/words").text
    assert f'href="/ballot/ideas/{reference}/edit"' not in another().get(f"/ballot/ideas/{reference}/words").text


@pytest.mark.parametrize("path", ["versions/3", "versions/0", "versions/x", "versions/99999999999"])
def test_a_version_that_is_none(browser, path) -> None:
    reference = propose(browser)
    assert browser.get(f"/ideas/{reference}/{path}").status_code == 404
    assert browser.get(f"/ideas/{reference}/versions/1?against=77").status_code == 200


def test_a_stranger_is_led_to_propose_a_change(browser, another) -> None:
    reference = propose(browser)
    seen = browser.get(f"/ballot/ideas/{reference}/edit").text
    stranger = another()
    shown = stranger.get(f"/ballot/ideas/{reference}/edit")
    assert shown.status_code == 403 and "Propose a change instead" in shown.text
    assert f"/ballot/ideas/{reference}/paragraphs/2?base=1" in shown.text
    assert edit(stranger, reference, seen).status_code == 403
    assert "And a table" not in browser.get(f"/ideas/{reference}").text


def test_somebody_was_faster_and_nothing_typed_is_lost(browser) -> None:
    reference = propose(browser)
    seen = browser.get(f"/ballot/ideas/{reference}/edit").text
    edit(browser, reference, text=TEXT + "\n\nTheirs stands.")
    answer = edit(browser, reference, seen, text=TEXT + "\n\nMine was typed.", title="My title")
    assert answer.status_code == 409
    for words in ("Theirs stands.", "Mine was typed.", "My title", "Somebody has written a newer version"):
        assert words in answer.text
    again = edit(browser, reference, answer.text, text=TEXT + "\n\nTheirs stands.\n\nMine was typed.")
    assert again.status_code == 303
    assert "Mine was typed." in browser.get(f"/ideas/{reference}").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": TEXT}, "These are the words"),
        ({"title": ""}, "Say it in one sentence"),
        ({"text": ""}, "Describe what"),
    ],
)
def test_a_refused_edit_keeps_what_was_typed(browser, wrong, said) -> None:
    reference = propose(browser)
    answer = edit(browser, reference, **{"title": "Benches at B4", "credit": "Nobody", **wrong})
    assert answer.status_code == 422 and said in answer.text and "Nobody" in answer.text


def test_the_team_edits_at_its_desk(cast, browser, another, team, signed_in) -> None:
    reference = propose(browser)
    pia = signed_in("pia")
    path = f"/desk/meridian/ideas/{reference}/edit"
    page = pia.get(path).text
    form = {"base": hidden(page, "base"), "mark": hidden(page, "mark"), "title": "Benches", "text": LONGER}
    assert pia.post(path, form).status_code == 303
    assert "Meridian Air" in another().get(f"/ideas/{reference}").text.split("Written by")[1][:200]
    assert signed_in("ada").get(path).status_code == 403, "an agent does not"
    assert signed_in("hugo").get(path.replace("meridian", "harbor")).status_code == 403
    assert signed_in("hugo").get(path).status_code == 404, "not at another business's desk"


# -- amendments --------------------------------------------------------------------------------------------------------


def test_a_change_is_proposed_discussed_accepted_and_credited(browser, another) -> None:
    reference, ola = propose(browser), another()
    answer = amend(ola, reference, "People sit on the floor.", why="I saw it")
    assert answer.status_code == 303
    page = another().get(f"/ideas/{reference}").text
    assert "Proposed changes" in page and "I saw it" in page and "People {+" not in page
    path = amendment_at(page)
    assert "Your decision" not in ola.get(path).text and "You proposed this" in ola.get(path).text
    assert ola.post(f"{path}/acceptance").status_code == 403
    assert "Your decision" in browser.get(path).text
    answer = browser.post(f"{path}/acceptance")
    assert answer.status_code == 303
    page = browser.follow(answer).text
    assert "People sit on the floor." in page and "A change by Ola was taken in" in page
    written_by = page.split("Written by")[1][:200]
    assert "Nia" in written_by and "Ola" in written_by
    assert browser.post(f"{path}/acceptance").status_code == 409, "it has been decided"


def test_a_colliding_one_is_refused_with_both_texts(browser, another) -> None:
    reference, ola = propose(browser), another()
    amend(ola, reference, "First wording.")
    amend(another(), reference, "Second wording.", credit="Pat")
    page = browser.get(f"/ideas/{reference}").text
    assert page.count("Another proposal is about the same paragraph.") == 2
    first, second = sorted(set(re.findall(r"/ballot/ideas/[\w-]+/amendments/\d+", page)))
    browser.post(f"{first}/acceptance")
    assert "The paragraph has changed since." in browser.get(f"/ideas/{reference}").text
    answer = browser.post(f"{second}/acceptance")
    assert answer.status_code == 409
    assert "First wording." in answer.text and "Second wording" in answer.text
    assert "Second wording" not in browser.get(f"/ideas/{reference}/versions/2").text


def test_a_declined_one_says_why_and_becomes_a_rival(browser, another) -> None:
    reference, ola = propose(browser), another()
    amend(ola, reference, "People sit on the floor.")
    path = amendment_at(browser.get(f"/ideas/{reference}").text)
    assert browser.post(f"{path}/refusal", {"reason": " "}).status_code == 422
    answer = browser.post(f"{path}/refusal", {"reason": "They do not."})
    assert "They do not." in browser.follow(answer).text
    page = another().get(f"/ideas/{reference}").text
    told = page.split("What has happened</h2>")[1]
    assert "<b>Nia</b></span> did not take in a change by Ola" in told and "They do not." in told
    assert "<h3>Decided: 1 not taken in</h3>" in page and "Why not, says Nia:" in page
    assert ola.post(f"{path}/rival", {"title": ""}).status_code == 422
    answer = ola.post(f"{path}/rival", {"title": "Benches for those on the floor"})
    page = ola.follow(answer).text
    assert "Benches for those on the floor" in page and "People sit on the floor." in page
    assert ola.post(f"{path}/withdrawal").status_code == 409


def test_what_became_of_changes_and_who_said_no(cast, browser, another, team) -> None:
    reference, ola = propose(browser), another()
    for number, after in ((1, "There are no seats."), (2, "People sit on the floor."), (3, "Twelve would do.")):
        amend(ola, reference, after, number)
    page = browser.get(f"/ideas/{reference}").text
    taken, refused, withdrawn = sorted(set(re.findall(r"/ballot/ideas/[\w-]+/amendments/\d+", page)))
    browser.post(f"{taken}/acceptance")
    ola.post(f"{withdrawn}/withdrawal")
    with entered(team):
        number = int(refused.rsplit("/", 1)[1])
        amending.decline(find_idea(reference).id, number, Voice(person_id=team.person_id), reason="They stand.")
    page = another().get(f"/ideas/{reference}").text
    decided = page.split("<h3>Decided: 1 taken in, 1 not taken in, 1 withdrawn</h3>")[1].split("</section>")[0]
    seen = re.sub(r"<details>.*?</details>", "", decided, flags=re.DOTALL)
    assert "Not taken in</span>" in seen and "They stand." in seen, "the outcome without a click"
    assert "Why not, says Meridian Air:" in page
    assert "<b>Meridian Air</b></span> did not take in a change by Ola" in page


def test_a_form_for_a_paragraph_that_changed(browser, another) -> None:
    reference, ola = propose(browser), another()
    path = f"/ballot/ideas/{reference}/paragraphs/2"
    seen = ola.get(path).text
    edit(browser, reference, text=TEXT.replace("lean on", "stand at"))
    form = {"base": hidden(seen, "base"), "mark": hidden(seen, "mark"), "after": "People sit there.", "why": "Typed"}
    answer = ola.post(path, form)
    assert answer.status_code == 409
    for words in ("stand at", "People sit there.", "Typed"):
        assert words in answer.text
    again = {**form, "base": hidden(answer.text, "base"), "mark": hidden(answer.text, "mark")}
    assert ola.post(path, again).status_code == 303


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"after": ""}, "Write how it should read"), ({"after": "People lean on the walls."}, "These are the words")],
)
def test_a_refused_change_keeps_what_was_typed(browser, typed, said) -> None:
    reference = propose(browser)
    answer = amend(browser, reference, typed["after"], why="My reason")
    assert answer.status_code == 422 and said in answer.text and "My reason" in answer.text


def test_a_paragraph_that_is_none(browser) -> None:
    reference = propose(browser)
    for number in ("0", "9", "x"):
        assert browser.get(f"/ballot/ideas/{reference}/paragraphs/{number}").status_code == 404
    assert browser.get(f"/ballot/ideas/{reference}/paragraphs/1?base=9").status_code == 404
    assert browser.get(f"/ballot/ideas/{reference}/amendments/9").status_code == 404


def test_the_team_decides_at_its_desk(browser, another, team, signed_in) -> None:
    reference = propose(browser)
    amend(another(), reference, "People sit on the floor.")
    path = amendment_at(browser.get(f"/ideas/{reference}").text).replace("/ballot/", "/desk/meridian/")
    pia = signed_in("pia")
    assert "Your decision" in pia.get(path).text
    assert pia.post(f"{path}/acceptance").status_code == 303
    assert "People sit on the floor." in another().get(f"/ideas/{reference}").text
    ada = signed_in("ada")
    ada.get(path)
    assert ada.post(f"{path}/refusal", {"reason": "No"}).status_code == 403


# -- comments ----------------------------------------------------------------------------------------------------------


def test_what_somebody_without_account_says_waits_for_the_team(browser, another, team, signed_in) -> None:
    reference = propose(browser)
    path = f"/ballot/ideas/{reference}/comments"
    answer = another().post(path, {"text": "I stood for an hour.", "credit": "Pat"})
    assert answer.status_code == 303 and "The team looks at it first" in another().follow(answer).text
    for page in (f"/ideas/{reference}", "/ideas"):
        text = another().get(page).text
        assert "I stood for an hour." not in text and "1 comment" not in text
    pia = signed_in("pia")
    desk = pia.get("/desk/meridian/ideas/comments").text
    assert "I stood for an hour." in desk and "Comments (1)" in desk
    pia.post(re.search(r'action="(/desk/[^"]+/release)"', desk)[1])
    page = another().get(f"/ideas/{reference}").text
    assert "I stood for an hour." in page and "Pat" in page
    desk = pia.get("/desk/meridian/ideas/comments").text
    pia.post(re.search(r'action="(/desk/[^"]+/hiding)"', desk)[1], {"reason": "off_topic"})
    page = another().get(f"/ideas/{reference}").text
    assert "I stood for an hour." not in page and "It is about something else" in page
    pia.post(re.search(r'action="(/desk/[^"]+/release)"', pia.get("/desk/meridian/ideas/comments").text)[1])
    assert "I stood for an hour." in another().get(f"/ideas/{reference}").text
    assert signed_in("ada").get("/desk/meridian/ideas/comments").status_code == 403


def test_a_refused_comment_keeps_what_was_typed(browser, monkeypatch) -> None:
    reference = propose(browser)
    path = f"/ballot/ideas/{reference}/comments"
    empty = browser.post(path, {"text": " ", "credit": "Pat"})
    assert empty.status_code == 422 and "Pat" in empty.text
    monkeypatch.setattr(commenting, "MOST_HELD", 0)
    full = browser.post(path, {"text": "All of this was typed."})
    assert full.status_code == 429 and "All of this was typed." in full.text


def test_too_much_in_a_short_time(browser) -> None:
    reference = propose(browser)
    answers = [browser.post(f"/ballot/ideas/{reference}/comments", {"text": f"Number {n}"}) for n in range(14)]
    assert [each.status_code for each in answers[:12]] == [303] * 12
    assert answers[13].status_code == 429 and "Number 13" in answers[13].text


def test_an_amendment_is_discussed(cast, browser, another) -> None:
    reference = propose(browser)
    amend(another(), reference, "People sit on the floor.")
    path = amendment_at(browser.get(f"/ideas/{reference}").text)
    answer = browser.post(
        f"/ballot/ideas/{reference}/comments", {"text": "So it is.", "amendment": path.rsplit("/", 1)[1]}
    )
    assert answer.headers["Location"].startswith(path)
    wrong = browser.post(f"/ballot/ideas/{reference}/comments", {"text": "So it is.", "amendment": "77"})
    assert wrong.status_code == 404


def test_a_business_says_something_in_its_own_name(browser, another, team, signed_in) -> None:
    reference = propose(browser)
    amend(another(), reference, "People sit on the floor.")
    path = amendment_at(browser.get(f"/ideas/{reference}").text).replace("/ballot/", "/desk/harbor/")
    hugo, one = signed_in("hugo"), f"/desk/harbor/ideas/{reference}"
    page = hugo.get(path).text
    assert hugo.post(action_of(page, "/comments"), {"text": "", "amendment": path.rsplit("/", 1)[1]}).status_code == 422
    typed = {"text": "We have benches to lend.", "credit": "Hugo"}
    assert hugo.post(f"{one}/comments", typed).status_code == 303
    page = another().get(f"/ideas/{reference}").text
    assert "We have benches to lend." in page and "Harbor Ground Handling" in page
    assert "<b hx-disable>Hugo" not in page, "staff speak for their business"
    pia = signed_in("pia")
    pia.get("/desk/meridian/")
    assert pia.post(f"{one}/comments", typed).status_code == 404, "not at another business's desk"


# -- reach -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("visibility", ["network", "internal", "hidden"])
def test_what_is_not_public_has_no_page_of_words(cast, browser, proposed, team, signed_in, visibility) -> None:
    idea = proposed(Voice(person_id=team.person_id), scope=team, visibility=visibility)
    with entered(team):
        made = amending.amend(idea.id, amending.Wording(1, 0, "x"), Voice(person_id=team.person_id))
    one, other = f"/ideas/{idea.reference}", f"/ballot/ideas/{idea.reference}"
    for path in (f"{one}/versions", f"{one}/versions/1", f"{other}/edit", f"{other}/paragraphs/1", f"{other}/words"):
        assert browser.get(path).status_code == 404, path
    assert browser.get(f"{other}/amendments/{made}").status_code == 404
    for path in ("edit", "comments", "paragraphs/1", f"amendments/{made}/acceptance", "versions/1/removal"):
        typed = {"text": "x", "title": "x", "after": "y", "reason": "personal"}
        assert browser.post(f"{other}/{path}", typed).status_code == 404, path
    assert signed_in("pia").get(f"/desk/meridian/ideas/{idea.reference}/words").status_code == 200


def test_pages_of_versions_are_the_same_for_all(browser, proposed) -> None:
    idea = proposed()
    for path in (f"/ideas/{idea.reference}/versions", f"/ideas/{idea.reference}/versions/1"):
        answer = browser.get(path)
        assert "Set-Cookie" not in answer.headers and answer.headers["ETag"]


def test_voters_are_told_both_figures(cast, browser, another) -> None:
    reference = propose(browser)
    voter = another()
    voter.post(f"/ballot/ideas/{reference}/vote")
    edit(browser, reference, text="Close the airport at night.", substantial="1")
    page = another().get(f"/ideas/{reference}").text
    assert "<b>2</b>" in page and "1 of them was given to, or confirmed for, what it says now." in page
    assert (
        "It has changed since you voted" in voter.get(f"/ballot/ideas/{reference}/vote", **{"HX-Request": "true"}).text
    )
