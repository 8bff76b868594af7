"""What is shown as alike, to whom, and what is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.search.likeness import alike
from tenants.scope import Scope, entered
from tests.cast import Cast
from tests.search.conftest import keep_up

pytestmark = pytest.mark.database
Tell = Callable[..., int]

OTHERS = (
    "The coffee at the gate was cold and cost six euros.",
    "Security took my water bottle although it was empty.",
    "The escalator in the terminal has been broken for weeks.",
    "There is no plug for a laptop anywhere in the departure hall.",
    "The bus to the city left five minutes early.",
    "登机口的空调太冷了，孩子冻得发抖。",
    "安检排队排了一个多小时，没有人解释。",
)


def like(scope: Scope, text: str, **more: object) -> list[int]:
    with entered(scope):
        return [each.id for each in alike(text, **more)]  # type: ignore[arg-type]


@pytest.fixture
def crowd(tell: Tell) -> None:
    for text in OTHERS:
        tell(text)


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("My suitcase never came out on belt 3 last night.", "we waited at the belt but the suitcase never came"),
        ("My grey suitcase is missing since Monday.", "suitcases missing, both grey"),
        ("我的行李丢失了，转盘上什么都没有。", "轉盤上沒有我的行李"),
        ("飞机晚点三个小时，没有人通知我们。", "晚点了三个小时没人通知"),
    ],
)
def test_the_same_matter_in_other_words_is_alike(cast: Cast, tell: Tell, crowd: None, said: str, typed: str) -> None:
    case_id = tell(said)
    keep_up()
    assert like(cast.public, typed)[:1] == [case_id]


@pytest.mark.parametrize(
    "typed",
    ["The pilot sang beautifully during landing", "谢谢那位帮我抬箱子的先生", "the and of to in at", "bag", "行李"],
)
def test_other_matters_and_too_few_words_are_like_nothing(cast: Cast, crowd: None, typed: str) -> None:
    keep_up()
    assert like(cast.public, typed) == []


def test_likeness_shows_nothing_that_the_reader_may_not_see(cast: Cast, tell: Tell, crowd: None) -> None:
    case_id = tell("My suitcase never came out on belt 3 last night.", visibility="private")
    keep_up()
    typed = "my suitcase never came out on belt 3"
    assert like(cast.public, typed) == []
    assert like(cast.as_hugo, typed) == []
    assert like(cast.as_ada, typed) == [case_id]


def test_one_case_is_not_like_itself(cast: Cast, tell: Tell, crowd: None) -> None:
    case_id = tell("My suitcase never came out on belt 3 last night.")
    keep_up()
    assert like(cast.as_ada, "My suitcase never came out on belt 3 last night.", without=[case_id]) == []


def test_while_there_is_no_index_nothing_is_alike(cast: Cast, tell: Tell) -> None:
    tell("My suitcase never came out on belt 3 last night.")
    assert like(cast.public, "my suitcase never came out on belt 3") == []


def test_the_words_that_tell_are_named(cast: Cast, tell: Tell, crowd: None) -> None:
    tell("My suitcase never came out on belt 3 last night.")
    keep_up()
    with entered(cast.public):
        (found,) = alike("the suitcase never came out on the belt")
    assert {"suitcas", "belt"} <= set(found.because)
    assert 0 < found.measure <= 1
