"""Which words are kept of a text, and which are asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.search import analysis
from portal.search.slips import closest, distance, slips


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Suitcases", "suitcase"),
        ("DELAYED", "delay"),
        ("café", "cafe"),
        ("ＭＤ５１２", "md512"),
        ("passenger's", "passenger"),
        ("行李丟失", "行李丢失"),
        ("計程車", "出租车"),
        ("軟體", "软件"),
        ("值機櫃檯", "值机柜台"),
    ],
)
def test_two_ways_of_writing_ask_for_the_same(one: str, other: str) -> None:
    assert analysis.asked(one) == analysis.asked(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("My bag was lost", ["bag", "lost"]),
        ("行李丢了", ["行李", "李丢", "丢了"]),
        ("厕 所", ["厕", "所"]),
        ("flight MD 512 行李", ["flight", "md", "512", "行李"]),
        ("bag bag", ["bag"]),
        ("the and of", []),
        ("!!! --- …", []),
        ("", []),
        ("a\0b", ["b"]),
    ],
)
def test_what_is_asked_for(text: str, words: list[str]) -> None:
    assert analysis.asked(text) == words


def test_single_characters_are_kept_beside_pairs() -> None:
    assert set(analysis.words("行李")) == {"行", "李", "行李"}


@given(st.text(max_size=60))
def test_what_a_text_holds_can_be_asked_for(text: str) -> None:
    assert set(analysis.asked(text)) <= set(analysis.words(text))


@given(st.text(max_size=60))
def test_marks_lie_within_the_text(text: str) -> None:
    for begin, end, _word in analysis.spans(text):
        assert 0 <= begin < end <= len(text)


@given(st.text(alphabet="abcdeé行李丟 'A1", max_size=40))
def test_words_are_marked_where_they_stand(text: str) -> None:
    for begin, end, word in analysis.spans(text):
        assert word in analysis.words(text[begin:end])


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [
        ("bag", "bag", 0),
        ("lugage", "luggage", 1),
        ("recieve", "receive", 1),
        ("belt", "bolt", 1),
        ("gate", "lounge", 3),
    ],
)
def test_how_far_two_words_are_apart(one: str, other: str, far: int) -> None:
    assert distance(one, other, 2) == distance(other, one, 2) == far


@pytest.mark.parametrize(("word", "most"), [("bag", 0), ("belt", 1), ("suitcas", 2), ("行李", 0), ("5123", 0)])
def test_short_words_are_not_guessed(word: str, most: int) -> None:
    assert slips(word) == most


def test_the_closest_words_come_first() -> None:
    assert closest("suitcas", ["suitcase", "suitcass", "suit", "suitcas", "satcas"]) == [
        "suitcase",
        "suitcass",
        "satcas",
    ]


@pytest.mark.parametrize(("text", "least"), [("行李丢失不见", 12), ("bag lost", 8), ("  bag  ", 3)])
def test_how_much_has_been_said(text: str, least: int) -> None:
    assert analysis.weight(text) == least
