"""Desk pages on which staff put cases behind ideas, and vote for customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.ideas import evidence, voting
from portal.ideas.models import Idea
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast
from tests.ideas.conftest import NIA, idea_row
from tests.ideas.test_voting import as_door, kept
from tests.pages.conftest import Browser
from tests.play import case_of, reported
from tests.search.conftest import keep_up

pytestmark = pytest.mark.database
Proposed = Callable[..., Any]
SignedIn = Callable[..., Browser]
PART = {"HX-Request": "true"}


@pytest.fixture
def case(cast: Cast) -> Any:
    """A private case that Meridian leads."""
    return case_of(cast, reported(cast, text="There are no benches, said the giraffe", visibility="private").case_id)


def ada_at(signed_in: SignedIn, case: Any) -> tuple[Browser, str]:
    ada, url = signed_in("ada"), f"/desk/meridian/cases/{case.reference}/ideas"
    assert "The case is behind no idea yet." in ada.get(url).text
    return ada, url


def test_an_agent_links_an_idea_and_takes_it_out(
    cast: Cast, case: Any, signed_in: SignedIn, proposed: Proposed
) -> None:
    idea, (ada, url) = proposed(), ada_at(signed_in, case)
    assert f'hx-get="{url}"' in ada.get(f"/desk/meridian/cases/{case.reference}").text
    wrong = ada.post(url, {"idea": "RIV-0000-0000"})
    assert wrong.status_code == 422 and "no idea with this number" in wrong.text and "RIV-0000-0000" in wrong.text
    done = ada.follow(ada.post(url, {"idea": idea.reference}))
    assert idea.title in done.text and "The case stands behind it now." in done.text
    assert idea_row(cast, idea.id).evidence == 1
    assert ada.post(f"{url}/{idea.reference}/removal", {"reason": ""}).status_code == 422
    part = ada.post(f"{url}/{idea.reference}/removal", {"reason": "Another matter"}, **PART)
    assert part.status_code == 200 and "Taken out." in part.text and "<html" not in part.text
    assert idea_row(cast, idea.id).evidence == 0
    assert ada.post(f"{url}/{idea.reference}/removal", {"reason": "Again"}).status_code == 404


def test_an_agent_votes_for_the_customer_and_takes_it_back(
    cast: Cast, case: Any, signed_in: SignedIn, proposed: Proposed
) -> None:
    idea, (ada, url) = proposed(), ada_at(signed_in, case)
    done = ada.follow(ada.post(f"{url}/{idea.reference}/vote"))
    assert "You voted for the customer." in done.text
    assert kept(cast, idea.id)["votes_behalf"] == 1
    assert "1 through a case" in ada.get(f"/ideas/{idea.reference}").text
    again = ada.post(f"{url}/{idea.reference}/vote")
    assert again.status_code == 409 and "counted already" in again.text
    back = ada.follow(ada.post(f"{url}/{idea.reference}/vote/undo"))
    assert "Vote for the customer" in back.text
    assert kept(cast, idea.id)["votes"] == 0


def test_what_is_over_takes_no_votes(cast: Cast, case: Any, signed_in: SignedIn, proposed: Proposed) -> None:
    idea, (ada, url) = proposed(), ada_at(signed_in, case)
    with entered(Scope.system(cast.riverside)), writing():
        db.session.get_one(Idea, idea.id).state = "declined"
    refused = ada.post(f"{url}/{idea.reference}/vote")
    assert refused.status_code == 409 and "No votes are taken" in refused.text
    here = f"/desk/meridian/ideas/{idea.reference}/evidence"
    assert ada.post(here, {"case": case.reference, "vote": "1"}).status_code == 409
    assert idea_row(cast, idea.id).evidence == 0


def test_from_the_page_of_an_idea_a_case_is_named_by_its_number(
    cast: Cast, case: Any, signed_in: SignedIn, proposed: Proposed
) -> None:
    idea, ada = proposed(), signed_in("ada")
    url = f"/desk/meridian/ideas/{idea.reference}/evidence"
    theirs = case_of(cast, reported(cast, category_id=None, touchpoint_id=cast.belt, text="A zebra of Harbor").case_id)
    with entered(cast.as_hugo):
        evidence.link(idea.id, theirs.id)
    page = ada.get(url).text
    assert "Public cases of others" in page and "zebra" in page
    assert ada.post(url, {"case": theirs.reference}).status_code == 422, "only a case that one has"
    done = ada.follow(ada.post(url, {"case": case.reference.lower(), "vote": "1"}))
    assert "Your cases" in done.text and "giraffe" in done.text and "Born of 2 complaints" in done.text
    assert (kept(cast, idea.id)["votes_behalf"], idea_row(cast, idea.id).evidence) == (1, 2)
    hugo = signed_in("hugo").get(f"/desk/harbor/ideas/{idea.reference}/evidence").text
    assert "zebra" in hugo and "giraffe" not in hugo and "Born of 2 complaints" in hugo


def test_a_customer_who_has_voted_is_not_counted_again(
    cast: Cast, case: Any, signed_in: SignedIn, proposed: Proposed
) -> None:
    idea, ada = proposed(), signed_in("ada")
    as_door(cast, voting.vote, idea, NIA, case_id=case.id)
    url = f"/desk/meridian/ideas/{idea.reference}/evidence"
    ada.get(url)
    answer = ada.post(url, {"case": case.reference, "vote": "1"})
    assert answer.status_code == 409 and "counted already" in answer.text
    assert kept(cast, idea.id)["votes"] == 1


def test_ideas_like_the_case_are_suggested_and_nothing_is_linked_by_itself(
    cast: Cast, case: Any, signed_in: SignedIn, proposed: Proposed
) -> None:
    for number in range(4):
        reported(cast, text=f"Something else altogether, number {number}")
    idea = proposed(title="More benches at the gates", text="There are no benches")
    proposed(scope=cast.as_hugo, title="Benches for the crew of Harbor", visibility="internal")
    keep_up()
    ada, url = ada_at(signed_in, case)
    page = ada.get(url, **PART).text
    assert "Ideas like it" in page and idea.title in page and "crew of Harbor" not in page
    assert idea_row(cast, idea.id).evidence == 0
    linked = ada.post(url, {"idea": idea.reference}, **PART).text
    assert "Ideas like it" not in linked and idea.title in linked


def test_others_reach_neither_the_case_nor_the_idea(
    cast: Cast, case: Any, signed_in: SignedIn, proposed: Proposed
) -> None:
    idea, inside = proposed(), proposed(scope=cast.as_ada, visibility="internal")
    hugo, here = signed_in("hugo"), f"/desk/harbor/cases/{case.reference}/ideas"
    hugo.get("/desk/harbor/")
    assert hugo.get(here).status_code == 404
    for act in ("", f"/{idea.reference}/removal", f"/{idea.reference}/vote", f"/{idea.reference}/vote/undo"):
        assert hugo.post(f"{here}{act}", {"idea": idea.reference, "reason": "x"}).status_code == 404, act
    assert hugo.get(f"/desk/harbor/ideas/{inside.reference}/evidence").status_code == 404
    assert hugo.post(f"/desk/harbor/ideas/{inside.reference}/evidence", {"case": case.reference}).status_code == 404
    assert hugo.get(f"/desk/meridian/cases/{case.reference}/ideas").status_code == 404, "not a desk of his"
    assert idea_row(cast, idea.id).evidence == idea_row(cast, inside.id).evidence == 0
