"""Groups of texts."""

from hypothesis import given
from hypothesis import strategies as st

from portal.clusters.alike import ALIKE, Corpus, groups, product
from tests.clusters.conftest import BELT, OTHERS

CHINESE = (
    "三号转盘停了，行李都出不来。",
    "行李转盘停了一个小时，没人管。",
    "轉盤停了，行李出不來，也沒有人說明。",
    "等了很久，三号转盘一直停着，行李没出来。",
    "转盘停了，大家的行李都拿不到。",
)


def corpus(*texts: str) -> Corpus:
    return Corpus(dict(enumerate(texts)))


def test_texts_of_one_matter_are_a_group_and_others_are_not() -> None:
    known = corpus(*OTHERS, *BELT)
    (group,) = groups(known.vectors, 5)
    assert set(group) <= set(range(len(OTHERS), len(OTHERS) + len(BELT))) and len(group) >= 5


def test_simplified_and_traditional_are_one_group() -> None:
    known = corpus(*OTHERS, *CHINESE)
    assert groups(known.vectors, 5) == [list(range(len(OTHERS), len(OTHERS) + len(CHINESE)))]


def test_too_few_are_none() -> None:
    assert groups(corpus(*OTHERS, *BELT[:4]).vectors, 5) == []
    assert groups(corpus(*OTHERS).vectors, 3) == []
    assert groups({}, 3) == groups(corpus("", "").vectors, 2) == []


def test_the_words_that_tell_are_told_as_people_write_them() -> None:
    known = corpus(*OTHERS, *BELT)
    words = known.words_of(groups(known.vectors, 5)[0])
    assert "suitcases" in words and "belt" in words
    assert all(len(word) > 1 for word in words)


def test_a_word_of_one_customer_is_never_told() -> None:
    known = corpus(*(f"{text} Zebedee{number}" for number, text in enumerate(BELT)), *OTHERS)
    assert not any("zebedee" in word for word in known.words_of(range(len(BELT))))
    pair = corpus("Zebedee waits", "Zebedee waits", *OTHERS)
    assert pair.words_of([0, 1]) == [], "two are too few"


@given(st.lists(st.sampled_from([*BELT, *OTHERS, *CHINESE, "", "?"]), max_size=14), st.integers(2, 5))
def test_groups_are_alike_on_average_apart_and_large_enough(texts: list[str], least: int) -> None:
    known = corpus(*texts)
    found = groups(known.vectors, least)
    members = [key for group in found for key in group]
    assert len(members) == len(set(members))
    for group in found:
        pairs = [(a, b) for a in group for b in group if a < b]
        average = sum(product(known.vectors[a], known.vectors[b]) for a, b in pairs) / len(pairs)
        assert len(group) >= least and average >= ALIKE - 1e-9
