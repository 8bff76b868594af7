"""Whether complaints fall after an idea shipped: what is counted, by whom, and when it is said in public."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.events.timeline import timeline_of_idea
from portal.ideas import watching
from portal.worker.timers import fire_due
from tenants import clock
from tenants.scope import entered
from tests.ideas.conftest import idea_row
from tests.ideas.team_play import bring, do, product
from tests.play import reported

pytestmark = pytest.mark.database
WEEK = timedelta(weeks=1)


@pytest.fixture
def ship(cast, proposed, hand) -> Any:
    """Ship an idea about lost luggage at gate B4, between so many complaints a week before and after it."""

    def act(before: int, after: int, *, private: tuple[int, int] = (0, 0), weeks: int = 4) -> Any:
        idea = proposed(category_id=cast.luggage)
        for _week in range(watching.BEFORE):
            complain(before, private[0])
            hand.move(WEEK)
        hand.set(hand.at.replace(hour=0, minute=0))
        bring(cast, product(cast, cast.meridian), idea, "shipped")
        hand.move(timedelta(hours=1))
        for _week in range(weeks):
            complain(after, private[1])
            hand.move(WEEK)
        fire_due()
        return idea_row(cast, idea.id)

    def complain(public: int, private: int) -> None:
        hand.move(timedelta(minutes=1))
        for _each in range(public):
            reported(cast)
        for _each in range(private):
            reported(cast, visibility="private")
        hand.move(-timedelta(minutes=1))

    return act


def numbers(cast: Any, idea: Any) -> dict[str, Any] | None:
    with entered(cast.public):
        found = [e.facts for e in timeline_of_idea(idea.id) if e.kind == "idea.fell_short"]
    return found[0] if found else None


@pytest.mark.parametrize(("before", "after", "fell_short"), [(2, 2, True), (2, 1, False), (0, 3, False), (1, 1, True)])
def test_it_is_said_when_complaints_have_not_fallen(cast, ship, before, after, fell_short) -> None:
    idea = ship(before, after)
    assert (idea.fell_short_at is not None) == fell_short
    assert (numbers(cast, idea) is not None) == fell_short
    assert idea.watched_at is not None


def test_before_a_month_is_over_nothing_is_said(cast, ship, hand) -> None:
    idea = ship(2, 2, weeks=3)
    assert idea.watched_at is None
    with entered(cast.public):
        effect = watching.public_effect(idea)
    assert effect is not None and effect.after is None and effect.has_fallen is None
    for _each in range(2):
        reported(cast)
    hand.move(WEEK)
    fire_due()
    assert idea_row(cast, idea.id).fell_short_at is not None


def test_weeks_are_counted_for_everybody_alike(cast, ship) -> None:
    idea = ship(2, 1, private=(3, 3))
    for scope in (cast.public, cast.as_ada, cast.as_hugo):
        with entered(scope):
            effect = watching.public_effect(idea)
        assert effect is not None
        assert [count for _day, count in effect.weeks] == [2] * 8 + [1] * 4, "of public cases alone"


@pytest.mark.parametrize(
    ("private", "fell_short"),
    [((1, 0), False), ((1, 3), True), ((0, 9), False)],
)
def test_private_ones_count_together_or_not_at_all(cast, ship, private, fell_short) -> None:
    """One public complaint a week before, none after: alone it has fallen."""
    idea = ship(1, 0, private=private)
    assert (idea.fell_short_at is not None) == fell_short


@pytest.mark.parametrize(("after", "said"), [(4, None), (5, "1.2")])
def test_fewer_than_five_private_ones_count_as_none(cast, ship, hand, after, said) -> None:
    idea = ship(0, 0, private=(1, 0), weeks=3)
    for _each in range(after):
        reported(cast, visibility="private")
    hand.move(WEEK)
    fire_due()
    told = numbers(cast, idea)
    assert (told and told["after"]) == said


def test_other_topics_other_kinds_and_other_networks_do_not_count(cast, ship, hand) -> None:
    idea = ship(1, 0)
    reported(cast, category_id=cast.delay)
    reported(cast, kind="praise")
    hand.move(WEEK)
    with entered(cast.public):
        effect = watching.public_effect(idea)
    assert effect is not None and sum(count for _day, count in effect.weeks[8:]) == 0


def test_taken_up_again_it_is_watched_anew(cast, ship, hand) -> None:
    idea = ship(2, 2)
    mia = product(cast, cast.meridian)
    do(cast, mia, idea, "reopen")
    row = idea_row(cast, idea.id)
    assert (row.state, row.shipped_since, row.fell_short_at) == ("in_progress", None, None)
    hand.move(WEEK)
    do(cast, mia, idea, "ship")
    fire_due()
    assert idea_row(cast, idea.id).fell_short_at is None, "its new month has only begun"
    assert clock.now().date() == idea_row(cast, idea.id).shipped_since


def test_what_has_neither_topic_nor_place_is_not_watched(cast, proposed, hand) -> None:
    greta = product(cast, cast.airport, "greta", "manager")
    idea = proposed(touchpoint_id=None)
    bring(cast, greta, idea, "shipped")
    hand.move(5 * WEEK)
    fire_due()
    with entered(cast.public):
        assert watching.public_effect(idea_row(cast, idea.id)) is None
    assert idea_row(cast, idea.id).fell_short_at is None


@pytest.mark.parametrize(
    ("before", "private", "sentence"),
    [
        (2, (0, 0), "They have not fallen: 2.0 a week before"),
        (0, (0, 0), "Too few public complaints came before it to tell: none a week"),
        (0, (2, 2), "They have not fallen, private ones counted"),
    ],
)
def test_no_fall_is_read_from_a_handful(browser, ship, before, private, sentence) -> None:
    page = browser.get(f"/ideas/{ship(before, before, private=private).reference}").text
    assert ("public complaints a week: " in browser.get("/changelog").text) == (before > 0)
    assert sentence in page
    assert ('<svg class="weeks"' in page) == (before > 0), "a chart of nothing says nothing"
