"""Ideas on the pages of a search, among what is offered while somebody types, and by their number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.ideas.models import Idea
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast
from tests.pages.conftest import Browser, hidden
from tests.play import reported
from tests.search.conftest import keep_up

pytestmark = pytest.mark.database
Proposed = Callable[..., Any]
TYPED = "There are no zanzibar benches at the gate"


def be(cast: Cast, idea: Any, **values: Any) -> None:
    with entered(Scope.system(cast.riverside)), writing():
        for name, value in values.items():
            setattr(db.session.get_one(Idea, idea.id), name, value)


def test_results_say_what_is_an_idea_and_where_a_merged_one_goes_on(
    cast: Cast, browser: Browser, proposed: Proposed
) -> None:
    idea, other = proposed(title="Zanzibar benches"), proposed(title="Seats for everyone")
    reported(cast, text="Zanzibar was cold")
    be(cast, idea, merged_into_id=other.id)
    keep_up()
    page = browser.get("/search?q=zanzibar").text
    assert f'href="/ideas/{idea.reference}"' in page and "<b>Idea</b>" in page
    assert "It goes on as part of another idea:" in page and f'href="/ideas/{other.reference}"' in page
    assert '<option value="idea">Ideas (1)</option>' in page
    only = browser.get("/search?q=zanzibar&thing=idea").text
    assert "1 result<" in only and "Zanzibar was cold" not in only


def test_the_desk_finds_its_ideas(cast: Cast, signed_in: Callable[..., Browser], proposed: Proposed) -> None:
    idea = proposed(scope=cast.as_ada, title="Zanzibar benches", visibility="internal")
    keep_up()
    page = signed_in("ada").get("/desk/meridian/search?q=zanzibar").text
    assert f'href="/desk/meridian/ideas/{idea.reference}"' in page
    assert "Zanzibar benches" not in signed_in("hugo").get("/desk/harbor/search?q=zanzibar").text
    found = signed_in("ada").get(f"/desk/meridian/search?q={idea.reference}")
    assert found.headers["Location"] == f"/desk/meridian/ideas/{idea.reference}"


def test_a_number_leads_to_its_idea(cast: Cast, browser: Browser, proposed: Proposed) -> None:
    idea, inside = proposed(), proposed(scope=cast.as_ada, visibility="internal")
    for address in ("/search?q=", "/find?reference="):
        assert browser.get(address + idea.reference.lower()).headers["Location"] == f"/ideas/{idea.reference}"
        # An internal one is like a number that there is not.
        assert browser.get(address + inside.reference).headers["Location"] == f"/cases/{inside.reference}"


def test_similar_ideas_are_shown_while_somebody_types(cast: Cast, browser: Browser, proposed: Proposed) -> None:
    idea = proposed(title="Zanzibar benches at the gate")
    proposed(scope=cast.as_ada, title="Zanzibar benches for the crew", visibility="internal")
    keep_up()
    part = browser.post("/ballot/ideas/alike", {"title": "Zanzibar benches please", "text": ""}).text
    assert idea.title in part and "crew" not in part and "Support this one" in part
    be(cast, idea, state="declined")
    part = browser.post("/ballot/ideas/alike", {"title": "Zanzibar benches please", "text": ""}).text
    assert "Declined" in part and "Support this one" not in part
    assert browser.post("/ballot/ideas/alike", {}).status_code == 200


def test_without_script_a_button_looks_for_similar_ideas(cast: Cast, browser: Browser, proposed: Proposed) -> None:
    idea = proposed(title="Zanzibar benches at the gate")
    keep_up()
    page = browser.get("/ballot/ideas/new").text
    form = {"nonce": hidden(page, "nonce"), "kind": "solution", "title": "Zanzibar benches please", "text": "Now"}
    looked = browser.post("/ballot/ideas/new", {**form, "look": "1"})
    assert looked.status_code == 200 and idea.title in looked.text and "Zanzibar benches please" in looked.text
    assert hidden(looked.text, "nonce")
    assert browser.post("/ballot/ideas/new", form).status_code == 303


def test_planned_ideas_are_offered_to_who_complains(cast: Cast, browser: Browser, proposed: Proposed) -> None:
    idea = proposed(title="Zanzibar benches at the gate")
    keep_up()
    for address in ("/alike", None):
        for state, is_offered in (("new", False), ("planned", True)):
            be(cast, idea, state=state)
            page = browser.post(address, {"what": TYPED}).text if address else browser.get(f"/report?what={TYPED}").text
            assert ("Already planned" in page and idea.title in page) == is_offered, (address, state)
