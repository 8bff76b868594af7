"""You said, we did: on the front page, and on the page of each place."""

from __future__ import annotations

from datetime import date

import pytest

from portal.ideas.models import Idea
from tenants.scope import Scope, db, entered, writing

pytestmark = pytest.mark.database


def ship(cast, idea, since, **more):
    with entered(Scope.system(cast.riverside)), writing():
        held = db.session.get_one(Idea, idea.id)
        held.state, held.shipped_since = "shipped", since
        for name, value in more.items():
            setattr(held, name, value)


def test_what_was_done_stands_on_the_front_page_the_newest_first(browser, cast, proposed) -> None:
    assert "You said, we did" not in browser.get("/").text
    for number in range(6):
        ship(cast, proposed(title=f"Done number {number}"), date(2026, 11, 1 + number))
    page = browser.get("/").text
    shown = [part[0] for part in page.split("Done number ")[1:]]
    assert shown == ["5", "4", "3", "2"]
    assert "6 Nov 2026" in page


def test_a_place_shows_what_changed_there_and_what_is_wanted(browser, cast, proposed) -> None:
    here, there = proposed(title="Here"), proposed(title="There", touchpoint_id=cast.belt)
    open_one, declined = proposed(title="Wanted"), proposed(title="Refused")
    for idea in (here, there):
        ship(cast, idea, date(2026, 11, 2))
    ship(cast, declined, None, state="declined")
    page = browser.get("/t/gate-b4").text
    assert "Here" in page and "There" not in page
    assert open_one.title in page and declined.title not in page


@pytest.mark.parametrize("visibility", ["internal", "network", "hidden"])
def test_what_is_not_public_is_on_no_wall(browser, cast, proposed, visibility) -> None:
    ship(cast, proposed(title="Secret deed"), date(2026, 11, 2), visibility=visibility)
    for path in ("/", "/t/gate-b4"):
        assert "Secret deed" not in browser.get(path).text
