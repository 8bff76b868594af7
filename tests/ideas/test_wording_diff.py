"""What changed between two texts: exact for whatever is written, and readable for a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ideas.wording_diff import MOST_WORK, difference, share_changed, tokens

SCRIPTS = (
    "abc XYZ'’-.,!? \n\t1",
    "不能等登机口座位的，。！ 行李",
    "登機門座位的，。「」",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f1e6\U0001f1f9\U0001f44d\U0001f3fd\ufe0fe\u0301",
    "한국어 ひらがな カタカナ",
)
WORDS = ["seat", "gate", "the", "不能", "座位", "T2", "👨\u200d👩\u200d👧", "🇹🇼", "，", "don't", "𠮷"]
WORD = st.sampled_from([*WORDS, " ", "\n\n", ". "])
TEXT = st.one_of(
    st.text(max_size=60),
    *(st.text(alphabet=letters, max_size=60) for letters in SCRIPTS),
    st.lists(WORD, max_size=25).map("".join),
)
SIGNS = {"same": "{}", "added": "{{+{}+}}", "removed": "[-{}-]"}


def told(before: str, after: str) -> str:
    return "".join(SIGNS[piece.kind].format(piece.text) for piece in difference(before, after))


def side(before: str, after: str, kind: str) -> str:
    return "".join(piece.text for piece in difference(before, after) if piece.kind in ("same", kind))


@given(before=TEXT, after=TEXT)
def test_the_pieces_make_both_texts(before: str, after: str) -> None:
    assert side(before, after, "added") == after
    assert side(before, after, "removed") == before


@given(text=TEXT)
def test_tokens_are_the_text_and_nothing_changed_is_said_so(text: str) -> None:
    assert "".join(each.text for each in tokens(text)) == text
    assert all(piece.kind == "same" for piece in difference(text, text))
    assert share_changed(text, text) == 0


@given(before=TEXT, after=TEXT)
def test_a_share_is_a_share_and_the_same_both_ways_round_at_its_ends(before: str, after: str) -> None:
    assert 0 <= share_changed(before, after) <= 1
    words = [{each.word for each in tokens(text)} for text in (before, after)]
    if not words[0] & words[1] and before + after:
        assert share_changed(before, after) in (0, 1)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (
            "There are three chairs here.",
            "There are ten benches here.",
            "There are [-three chairs-]{+ten benches+} here.",
        ),
        ("People lean.", "People sit and lean.", "People {+sit and +}lean."),
        ("A bench would do.", "A long bench would do.", "A {+long +}bench would do."),
        ("Please, don't stop", "Please, do not stop", "Please, [-don't-]{+do not+} stop"),
        ("登机口没有地方坐。", "登机口几乎没有地方可以坐。", "登机口{+几乎+}没有地方{+可以+}坐。"),
        ("我们不能等", "我们可以能等", "我们[-不-]{+可以+}能等"),
        ("請在B4登機門加裝十張長椅。", "請在B4登機門附近加裝二十張長椅。", "請在B4登機門{+附近+}加裝{+二+}十張長椅。"),
        ("座位不足,旅客只能靠牆。", "座位不足,旅客只能站著。", "座位不足,旅客只能[-靠牆-]{+站著+}。"),
        ("T2航站楼太慢", "T3航站楼太慢了", "[-T2-]{+T3+}航站楼太慢{+了+}"),
        ("A family 👨‍👩‍👧 zone", "A family 👨‍👩‍👦 zone", "A family [-👨‍👩‍👧-]{+👨‍👩‍👦+} zone"),
        ("🇦🇹 first", "🇹🇼 first", "[-🇦🇹-]{+🇹🇼+} first"),
        ("One.\n\nTwo.", "Uno.\n\nDue.", "[-One-]{+Uno+}.\n\n[-Two-]{+Due+}."),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("", "", ""),
    ],
)
def test_a_person_can_read_it(before: str, after: str, shown: str) -> None:
    assert told(before, after) == shown


def test_mixed_words_are_not_one_lump() -> None:
    assert [each.word for each in tokens("T2航站楼B4")] == ["T2", "航", "站", "楼", "B4"]


def test_a_text_that_says_one_thing_over_and_over_is_compared_without_taking_minutes() -> None:
    before, after = "啊" * 6000, "呀" + "啊" * 2500 + "x" * 3 + "啊" * 3000
    assert MOST_WORK < 5000 * 5000
    assert side(before, after, "added") == after and side(before, after, "removed") == before
    assert len(difference(before, after)) < 6


@pytest.mark.parametrize(
    ("before", "after", "low", "high"),
    [
        (
            "Ten benches at gate B4 would do for everybody.",
            "Ten benches at gate B5 would do for everybody.",
            0.05,
            0.15,
        ),
        ("请在登机口加装十张长椅", "请在登机口附近加装十张长椅", 0.1, 0.2),
        ("Benches please", "Close the airport at night", 0.9, 1),
    ],
)
def test_how_much_changed(before: str, after: str, low: float, high: float) -> None:
    assert low <= share_changed(before, after) <= high
