"""How much personal data is found and how often something else is taken for it.

Measured on `masking.tsv` (402 sentences that were written for it: English, 简体, 繁體; every kind, and numbers that
look like one). When first tried: 237 of 245 data covered and one false alarm; the expressions were then mended. Of
thirteen written afterwards twelve were covered at once. Now: all 261, no false alarm. On 8,738 real complaints (user
names and most long numbers had been taken out): 16 finds, booking codes and phone numbers all of them but for one
0000000000000. Codes with no word beside them ("ZCC82U") are not found. The limits below leave a little room for
sentences to come.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases.masking import BLOCK, find, fold, mask
from portal.cases.personal_data import KINDS, is_card, is_hong_kong_id, is_iban, is_mainland_id, is_taiwan_id, luhn

SPAN = re.compile(r"\[\[(\w+):(.*?)\]\]")
RECALL, FALSE_ALARMS = 0.99, 1
"""At least so much of each kind is covered; at most so many finds of each kind are none."""


def labelled() -> list[tuple[str, str, list[tuple[int, int, str]]]]:
    """Language, sentence, and where it holds what kind of datum."""
    sentences = []
    for line in (Path(__file__).parent / "masking.tsv").read_text("utf-8").splitlines():
        language, marked = line.split("\t")
        text, spans, at = "", [], 0
        for match in SPAN.finditer(marked):
            text += marked[at : match.start()]
            spans.append((len(text), len(text) + len(match[2]), match[1]))
            text, at = text + match[2], match.end()
        sentences.append((language, text + marked[at:], spans))
    return sentences


SENTENCES = labelled()


def covers(text: str, start: int, end: int) -> bool:
    places = {place for found in find(text) for place in range(found.start, found.end)}
    return all(place in places for place in range(start, end) if text[place].isalnum())


def test_the_sentences_are_many_and_of_all_kinds_and_languages():
    assert len(SENTENCES) >= 300
    assert {kind for _, _, spans in SENTENCES for *_, kind in spans} == set(KINDS)
    for language in ("en", "zh_Hans", "zh_Hant"):
        mine = [spans for each, _, spans in SENTENCES if each == language]
        assert sum(map(bool, mine)) >= 60 and sum(not spans for spans in mine) >= 30, language


@pytest.mark.parametrize("kind", KINDS)
def test_recall(kind):
    data = [(text, *span) for _, text, spans in SENTENCES for span in spans if span[2] == kind]
    missed = [text for text, start, end, _ in data if not covers(text, start, end)]
    assert 1 - len(missed) / len(data) >= RECALL, missed


@pytest.mark.parametrize("kind", KINDS)
def test_false_alarms(kind):
    alarms = [
        text[found.start : found.end]
        for _, text, spans in SENTENCES
        for found in find(text)
        if found.kind == kind and not any(found.start < end and found.end > start for start, end, _ in spans)
    ]
    assert len(alarms) <= FALSE_ALARMS, alarms


def test_what_is_found_is_named_rightly():
    wrong = Counter(
        (kind, found.kind)
        for _, text, spans in SENTENCES
        for start, end, kind in spans
        for found in find(text)
        if found.start < end and found.end > start and found.kind != kind
    )
    assert sum(wrong.values()) <= 3, wrong


def test_a_block_gives_neither_kind_nor_length_away():
    assert mask("Mail ada@example.com or call +43 660 1234567.") == f"Mail {BLOCK} or call {BLOCK}."
    assert mask("我的手机是１３８１２３４５６７８，谢谢") == f"我的手机是{BLOCK}，谢谢"


def test_marks_without_width_do_not_hide_a_number():
    hidden = "call \u202a+43\u200b660 123\u00ad4567\u202c now"
    assert mask(hidden) == f"call \u202a{BLOCK}\u202c now"


@pytest.mark.parametrize(("digits", "holds"), [("79927398713", True), ("79927398710", False), ("0", True)])
def test_luhn(digits, holds):
    assert luhn(digits) is holds


def test_check_digits_of_examples_that_were_published():
    """GB 11643 annex; Taiwan's and Hong Kong's textbook examples; the IBAN registry; a card scheme's test numbers."""
    assert is_mainland_id("11010519491231002X") and not is_mainland_id("110105194912310021")
    assert is_taiwan_id("A123456789") and not is_taiwan_id("A123456788")
    assert is_hong_kong_id("A123456(3)") and not is_hong_kong_id("A123456(4)")
    assert is_iban("GB82 WEST 1234 5698 7654 32") and not is_iban("GB82 WEST 1234 5698 7654 33")
    assert is_card("4111 1111 1111 1111") and not is_card("4111 1111 1111 1112") and not is_card("0000000000000000")


@given(st.text(alphabet=st.sampled_from("0123456789 +-()@.abPNR行李牌号１２Ａ\u200b▇:"), max_size=80))
def test_what_was_masked_once_stays_as_it_is(text):
    assert mask(mask(text)) == mask(text)


@given(st.text(max_size=200))
def test_places_fit_the_text_as_it_was_given(text):
    plain, places = fold(text)
    assert len(plain) == len(places)
    before = 0
    for found in find(text):
        assert before <= found.start < found.end <= len(text)
        before = found.end


@pytest.mark.parametrize(
    "part",
    ["a", "1", "1 ", "0 ", "+", "(0", "a@", "a.", "12-", "4242 ", "AT61 1904 ", "PNR ", "tag is ", "phone ", "行李牌",
     "号", "passport A", "x at ", "01/", "+1 (", "\u200b1", "tag" + "," * 40, "ｅ@"],
)  # fmt: skip
def test_a_hostile_text_costs_no_more_than_a_long_one(part):
    """Twice the length is about twice the work: nothing grows with the square (100 kB took 0.1 to 0.5 s)."""

    def seconds(length):
        text = (part * length)[:length]
        start = time.process_time()
        find(text)
        return time.process_time() - start

    seconds(1000)
    assert seconds(100_000) < max(12 * seconds(25_000), 3)
