"""What is found, in which order, and counted how: the same on both engines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.search.searching import How, Results
from tests.cast import Cast
from tests.search.conftest import ask, found, keep_up

pytestmark = pytest.mark.database
Tell = Callable[..., int]


@pytest.mark.parametrize(
    "question",
    [
        "suitcase belt",
        "SUITCASES on belts",
        "suitcsae belt",  # two letters swapped
        "行李丟失",
        "行李丢失",
        "丢失",
        "轉盤",
    ],
)
def test_a_case_is_found(cast: Cast, tell: Tell, question: str) -> None:
    tell("My suitcase never came out on the belt.", language="en")
    tell("我的行李丢失了，转盘上什么都没有。", language="zh_Hans")
    tell("The queue at security took an hour.")
    keep_up()
    titles = found(cast.public, question)
    assert len(titles) == 1
    assert ("suitcase" in titles[0]) == question.isascii()


def test_traditional_text_is_found_by_simplified_words(cast: Cast, tell: Tell) -> None:
    tell("計程車排隊排了一個小時。", language="zh_Hant")
    keep_up()
    assert found(cast.public, "出租车排队")


def test_words_that_stand_more_often_in_a_shorter_text_come_first(cast: Cast, tell: Tell) -> None:
    tell("The lounge was closed. " + "We waited for hours and nobody told us anything about it at all. " * 8)
    tell("Lounge closed, lounge dirty.")
    keep_up()
    assert found(cast.public, "lounge")[0].startswith("Lounge closed")


def test_slips_and_missing_words_are_said(cast: Cast, tell: Tell) -> None:
    for number in range(6):
        tell(f"The wheelchair number {number} was late at the gate.")
    keep_up()
    for question, how in (
        ("wheelchair", How.EXACTLY),
        ("wheelchiar", How.SIMILAR),
        ("wheelchair gate zebra", How.NEARLY),
    ):
        results = ask(cast.public, question)
        assert isinstance(results, Results)
        assert (results.how, results.total) == (how, 6)


def test_a_rare_slip_in_another_case_does_not_hide_what_was_meant(cast: Cast, tell: Tell) -> None:
    for number in range(5):
        tell(f"Wheelchair {number} at the gate")
    keep_up()
    assert ask(cast.public, "whelchair gate").total == 5  # type: ignore[union-attr]


def test_nothing_is_found_for_words_that_nobody_wrote(cast: Cast, tell: Tell) -> None:
    tell("My suitcase did not arrive.")
    keep_up()
    assert found(cast.public, "zebra crossing") == []
    assert found(cast.public, "the of and") == []


def test_facets_are_counted_and_narrow(cast: Cast, tell: Tell) -> None:
    for _number in range(3):
        tell("Cold coffee at the gate", category_id=cast.luggage)
    tell("Cold coffee at the belt", category_id=cast.delay, touchpoint_id=cast.belt)
    keep_up()
    results = ask(cast.public, "coffee", facets={"category": "lost-luggage"})
    assert isinstance(results, Results)
    assert results.total == 3
    # Of the chosen facet all values show, so that another can be chosen; of the others those that are left.
    assert sorted(results.facets["category"].values()) == [1, 3]
    assert sorted(results.facets["touchpoint"].values()) == [3]
    assert ask(cast.public, "coffee", facets={"category": "no-such"}).total == 0  # type: ignore[union-attr]


def test_pages_follow_each_other(cast: Cast, tell: Tell) -> None:
    for number in range(23):
        tell(f"Broken escalator number {number}")
    keep_up()
    first, second, beyond = (ask(cast.public, "escalator", page=page) for page in (1, 2, 9))
    assert isinstance(first, Results)
    assert (first.total, first.pages, len(first.rows)) == (23, 2, 20)
    assert len({each.case.reference for each in [*first.rows, *second.rows]}) == 23  # type: ignore[union-attr]
    assert beyond.page == 2  # type: ignore[union-attr]


def test_the_words_are_marked_where_they_stand(cast: Cast, tell: Tell) -> None:
    tell("We landed at noon. " * 20 + "Then the Suitcases were gone, said the man. " + "We went home. " * 20)
    keep_up()
    results = ask(cast.public, "suitcase")
    assert isinstance(results, Results)
    excerpt = results.rows[0].excerpt
    assert excerpt is not None
    assert [piece for piece, marked in excerpt.pieces if marked] == ["Suitcases"]
    assert excerpt.cut_before
    assert excerpt.cut_after
