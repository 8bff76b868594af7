"""Pages where cases and ideas meet: what stands behind an idea, what came of a case, and from a case to an idea."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.cases import visibility
from portal.ideas import evidence
from portal.ideas.models import Idea, IdeaRevision
from tenants.scope import Scope, db, entered
from tests.cast import Cast
from tests.ideas.conftest import idea_row
from tests.ideas.test_evidence import rows_of
from tests.pages.conftest import Browser, hidden
from tests.play import case_of, reported

pytestmark = pytest.mark.database
Proposed = Callable[..., Any]
Report = Callable[..., tuple[str, str]]
PART = {"HX-Request": "true"}


def link(cast: Cast, idea: Any, case_id: int) -> None:
    with entered(cast.as_ada):
        evidence.link(idea.id, case_id)


def opened(browser: Browser, report: Report, **changes: str) -> str:
    """A case whose page this browser may open as its customer; gives its reference."""
    reference, key = report(browser, **changes)
    return open_with(browser, reference, key)


def open_with(browser: Browser, reference: str, key: str) -> str:
    browser.get(key)
    browser.post(key)
    assert "Make an idea of this" in browser.get(f"/cases/{reference}").text
    return reference


def new_idea(cast: Cast) -> Idea | None:
    with entered(Scope.system(cast.riverside)):
        return db.session.scalars(select(Idea).order_by(Idea.id.desc()).limit(1)).one_or_none()


def text_of(idea: Any) -> str:
    with entered(Scope.system(idea.network_id)):
        return str(db.session.scalar(select(IdeaRevision.text).where(IdeaRevision.idea_id == idea.id)))


# -- what stands behind an idea ----------------------------------------------------------------------------------------


def test_an_idea_says_how_many_stand_behind_it_and_shows_the_public_ones(
    cast: Cast, browser: Browser, proposed: Proposed
) -> None:
    idea = proposed()
    url = f"/ideas/{idea.reference}"
    assert "What stands behind it" not in browser.get(url).text
    link(cast, idea, reported(cast, text="Everyone may read this zebra").case_id)
    link(cast, idea, reported(cast, text="Nobody may read this giraffe", visibility="private").case_id)
    page = browser.get(url).text
    assert "Born of 2 complaints" in page and "2 still open" in page
    assert "zebra" in page and "giraffe" not in page
    assert "put 2 cases behind it: 2 complaints now" in page, "what came in a row is one line"
    with entered(cast.customer(mine := reported(cast).case_id)):
        evidence.link(idea.id, mine)
    page = browser.get(url).text
    assert "put a case behind it: 3 complaints now" in page and "put 2 cases behind it" in page


def test_what_becomes_private_leaves_the_list_at_once_and_not_the_number(
    cast: Cast, browser: Browser, proposed: Proposed
) -> None:
    idea, case_id = proposed(), reported(cast, text="Everyone may read this zebra").case_id
    link(cast, idea, case_id)
    first = browser.get(f"/ideas/{idea.reference}")
    assert "zebra" in first.text
    assert browser.get(f"/ideas/{idea.reference}").headers["ETag"] == first.headers["ETag"]
    with entered(cast.customer(case_id)):
        visibility.make_private(case_id)
    answer = browser.get(f"/ideas/{idea.reference}")
    assert answer.headers["ETag"] != first.headers["ETag"], "no browser takes the page before for this one"
    assert "zebra" not in answer.text and "Born of 1 complaint" in answer.text


def test_more_than_ten_come_in_pages(cast: Cast, browser: Browser, proposed: Proposed) -> None:
    idea, titles = proposed(), [f"Number {number:02} of them all" for number in range(13)]
    for title in titles:
        link(cast, idea, reported(cast, text=title).case_id)
    page = browser.get(f"/ideas/{idea.reference}").text
    assert [title in page for title in titles] == [False] * 3 + [True] * 10
    more = re.search(r'hx-get="(/ideas/[^"]+/cases\?after=[^"]+)"', page)
    assert more
    for headers in (PART, {}):
        rest = browser.get(more[1], **headers).text
        assert [title in rest for title in titles] == [True] * 3 + [False] * 10
        assert ("<html" in rest) == (not headers)
        assert 'hx-get="' not in rest
    assert browser.get(f"/ideas/{idea.reference}/cases?after=nonsense").status_code == 200


def test_nobody_reads_what_stands_behind_an_internal_idea(cast: Cast, browser: Browser, proposed: Proposed) -> None:
    idea = proposed(scope=cast.as_hugo, visibility="internal", touchpoint_id=cast.belt)
    assert browser.get(f"/ideas/{idea.reference}/cases").status_code == 404


# -- what came of a case -----------------------------------------------------------------------------------------------


def test_a_public_case_says_which_ideas_came_of_it(cast: Cast, browser: Browser, proposed: Proposed) -> None:
    idea, case_id = proposed(), reported(cast).case_id
    url = f"/cases/{case_of(cast, case_id).reference}"
    assert "Ideas that came of this" not in browser.get(url).text
    assert "Ideas that came of this" not in browser.get(url).text, "kept by now"
    link(cast, idea, case_id)
    assert "Ideas that came of this" in browser.get(url).text
    part = browser.get(f"{url}/ideas", **PART).text
    assert idea.title in part and f"/ideas/{idea.reference}" in part and "<html" not in part
    with entered(cast.as_ada):
        evidence.unlink(idea.id, case_id, reason="Another matter")
    assert "Ideas that came of this" not in browser.get(url).text


def test_internal_ideas_are_not_told_on_the_page_of_a_case(cast: Cast, browser: Browser, proposed: Proposed) -> None:
    idea, case_id = proposed(scope=cast.as_ada, visibility="internal"), reported(cast).case_id
    link(cast, idea, case_id)
    url = f"/cases/{case_of(cast, case_id).reference}"
    assert "Ideas that came of this" not in browser.get(url).text
    assert idea.title not in browser.get(f"{url}/ideas").text


def test_a_customer_links_their_case_by_number_and_takes_it_out(
    cast: Cast, browser: Browser, another: Callable[..., Browser], report: Report, proposed: Proposed
) -> None:
    idea, inside = proposed(), proposed(scope=cast.as_ada, visibility="internal")
    reference = opened(browser, report, visibility="private")
    url = f"/cases/{reference}/ideas"
    assert "Number of the idea" in browser.get(url).text
    for wrong in ("", "RIV-0000-0000", inside.reference):
        answer = browser.post(url, {"idea": wrong})
        assert answer.status_code == 422 and "no idea with this number" in answer.text
    assert browser.post(url, {"idea": f" {idea.reference.lower()} "}).status_code == 303
    page = browser.get(f"{url}?sent=linked").text
    assert idea.title in page and "Your case stands behind it now." in page
    assert idea_row(cast, idea.id).evidence == 1
    stranger = another()
    stranger.get("/")
    assert stranger.get(url).status_code == 404
    assert stranger.post(url, {"idea": idea.reference}).status_code == 404
    gone = f"{url}/{idea.reference}/removal"
    assert stranger.post(gone, {"reason": "no"}).status_code == 404
    assert browser.post(gone, {"reason": " "}).status_code == 422
    assert browser.post(gone, {"reason": "Not what I meant"}).status_code == 303
    assert browser.post(gone, {"reason": "Again"}).status_code == 404
    assert idea_row(cast, idea.id).evidence == 0


def test_a_stranger_to_a_public_case_links_nothing(cast: Cast, browser: Browser, proposed: Proposed) -> None:
    idea, url = proposed(), f"/cases/{case_of(cast, reported(cast).case_id).reference}/ideas"
    assert "Number of the idea" not in browser.get(url).text
    assert browser.post(url, {"idea": idea.reference}).status_code == 403
    assert rows_of(cast, idea.id) == []


# -- from a case to an idea --------------------------------------------------------------------------------------------


def test_from_a_public_case_to_an_idea_in_one_click(cast: Cast, browser: Browser) -> None:
    case = reported(cast, text="There is no bench. Call me: +43 660 1234567 any time.")
    reference = open_with(browser, case.reference, f"/k/{case.key}")
    assert f'href="/ballot/cases/{reference}/idea"' in browser.get(f"/cases/{reference}").text
    page = browser.get(f"/ballot/cases/{reference}/idea").text
    assert "There is no bench." in page and "1234567" not in page
    form = {"nonce": hidden(page, "nonce"), "kind": "problem", "title": "No bench", "text": "Nobody can sit."}
    answer = browser.post(f"/ballot/cases/{reference}/idea", form)
    assert answer.status_code == 303, answer.text
    again = browser.post(f"/ballot/cases/{reference}/idea", form)
    assert again.headers["Location"] == answer.headers["Location"]
    made = new_idea(cast)
    assert made is not None
    idea = idea_row(cast, made.id)
    assert (idea.evidence, idea.evidence_open, idea.votes, idea.votes_verified) == (1, 1, 1, 1)
    assert [row.case_id for row in rows_of(cast, idea.id)] == [idea.author_case_id]
    browser.post(f"/ballot/ideas/{idea.reference}/vote")
    assert idea_row(cast, idea.id).votes == 1, "the same person from the same browser"
    assert reference in browser.get(f"/ideas/{idea.reference}").text


def test_of_a_private_case_nothing_shows_but_what_its_customer_sends(
    cast: Cast, browser: Browser, another: Callable[..., Browser], report: Report
) -> None:
    reference = opened(browser, report, what="The giraffe at the gate bit me", visibility="private")
    page = browser.get(f"/ballot/cases/{reference}/idea").text
    assert 'name="title" type="text" value=""' in page
    assert re.search(r"<textarea[^>]*name=\"text\"[^>]*>\s*</textarea>", page)
    assert "What you wrote in your case (only you see this)" in page and "giraffe" in page
    form = {"nonce": hidden(page, "nonce"), "kind": "problem", "title": "Fences", "text": "There should be some."}
    browser.post(f"/ballot/cases/{reference}/idea", form)
    made = new_idea(cast)
    assert made is not None and text_of(made) == "There should be some."
    public = another().get(f"/ideas/{made.reference}").text
    assert "Born of 1 complaint" in public
    assert "giraffe" not in public and reference not in public


def test_only_whoever_opens_the_case_proposes_in_its_name(
    cast: Cast, browser: Browser, another: Callable[..., Browser], report: Report
) -> None:
    public, _key = report(browser)
    private, _key = report(browser, visibility="private")
    stranger = another()
    nonce = hidden(stranger.get("/ballot/ideas/new").text, "nonce")
    form = {"nonce": nonce, "kind": "problem", "title": "No bench", "text": "Nobody can sit."}
    for reference, status in ((public, 403), (private, 404), ("RIV-0000-0000", 404)):
        assert stranger.get(f"/ballot/cases/{reference}/idea").status_code == status
        assert stranger.post(f"/ballot/cases/{reference}/idea", form).status_code == status
    assert new_idea(cast) is None


def test_what_is_wrong_is_said_and_what_was_typed_stays(cast: Cast, browser: Browser, report: Report) -> None:
    reference = opened(browser, report)
    page = browser.get(f"/ballot/cases/{reference}/idea").text
    form = {"nonce": hidden(page, "nonce"), "kind": "problem", "title": "", "text": "Nobody can sit."}
    answer = browser.post(f"/ballot/cases/{reference}/idea", form)
    assert answer.status_code == 422 and "Nobody can sit." in answer.text
    assert f'action="/ballot/cases/{reference}/idea"' in answer.text
    assert new_idea(cast) is None
