"""The search pages: the public's, the desk's, what is offered to somebody who writes, and what an agent is shown."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.cases import references
from portal.cases.references import ALPHABET, check_character, normal
from portal.search.whoosh_engine import WhooshEngine
from portal.worker.main import until_idle
from tests.pages.conftest import Browser

pytestmark = [pytest.mark.database, pytest.mark.search]


def titles(page: str) -> list[str]:
    return re.findall(r'<a class="t"[^>]*>([^<]*)</a>', page)


@pytest.fixture
def told(browser: Browser, another, report) -> dict[str, str]:
    """Three public cases and a private one, in the index; their references by a word of each."""
    made = {
        "suitcase": report(another(), what="My suitcase never came out on belt 3 & nobody knew why.")[0],
        "trolley": report(another(), what="There was no trolley anywhere near the gate.")[0],
        "轉盤": report(another(), what="我的行李丟失了，轉盤上什麼都沒有。", language="zh_Hant")[0],
        "secretly": report(another(), what="They secretly opened my suitcase.", visibility="private")[0],
    }
    until_idle()
    return made


def test_search_finds_marks_and_escapes(browser, told) -> None:
    page = browser.get("/search?q=suitcases").text
    assert titles(page) == ["My suitcase never came out on belt 3 &amp; nobody knew why."]
    assert "<mark>suitcase</mark>" in page
    assert "secretly" not in page
    assert "1 result" in page


@pytest.mark.parametrize("question", ["行李丢失", "行李丟失", "轉盤", "转盘"])
def test_either_script_finds_the_other(browser, told, question) -> None:
    assert len(titles(browser.get(f"/search?q={question}").text)) == 1


def test_a_case_number_leads_to_its_case(browser, told) -> None:
    reference = told["suitcase"]
    for typed in (reference, reference.lower(), f" {reference} ", reference.split("-", 1)[1]):
        answer = browser.get(f"/search?q={typed}")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{reference}")


def test_a_word_that_passes_for_a_number_is_a_word(browser, told) -> None:
    words = (f"{first}EEEEEE{last}" for first in ALPHABET[10:] for last in ALPHABET[10:])
    word = next(each for each in words if normal(f"RIV{each}"))
    assert browser.get(f"/search?q={word.lower()}").status_code == 200


def test_a_number_without_a_digit_leads_to_its_case(browser, another, report, monkeypatch) -> None:
    bodies = (f"{first}BCDFGH" for first in ALPHABET[10:])
    letters = iter(next(each for each in bodies if check_character(each).isalpha()))
    monkeypatch.setattr(references.secrets, "choice", lambda _alphabet: next(letters))
    reference, _key = report(another())
    shortened = reference.split("-", 1)[1]
    assert not any(each.isdigit() for each in shortened)
    assert browser.get(f"/search?q={shortened}").headers["Location"] == f"/cases/{reference}"


def test_businesses_and_places_are_found_by_name(browser, told) -> None:
    page = browser.get("/search?q=harbor").text
    assert 'href="/cases?business=harbor"' in page
    page = browser.get("/search?q=belt").text
    assert re.search(r'href="/t/[^"]+">[^<]*[Bb]elt', page)


def test_words_of_a_question_are_shown_and_never_run(browser, told) -> None:
    page = browser.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page
    assert "Nothing mentions" in page


@pytest.mark.parametrize(
    "odd",
    [
        "q=%27%27%27+%22&page=abc",
        "q=a&page=99999",
        "q=suitcase&state=nonsense",
        "q=suitcase&period=1s",
        "q=" + "x" * 9000,
    ],
)
def test_odd_questions_are_answered(browser, told, odd) -> None:
    assert browser.get(f"/search?{odd}").status_code == 200


def test_htmx_gets_the_results_alone(browser, told) -> None:
    part = browser.get("/search?q=suitcase", **{"HX-Request": "true"}).text
    assert part.lstrip().startswith("<section")


def test_facets_keep_the_question(browser, told) -> None:
    page = browser.get("/search?q=suitcase&state=received").text
    assert 'name="q" value="suitcase"' in page
    assert re.search(r'<option value="received" selected>Received \(1\)', page)
    assert "Nothing fits" in browser.get("/search?q=suitcase&state=closed").text


def test_while_the_index_is_made_the_page_says_so(browser, another, report) -> None:
    report(another(), what="My suitcase is gone.")
    page = browser.get("/search?q=suitcase")
    assert page.status_code == 200
    assert "The search index is being rebuilt" in page.text


def test_the_desk_searches_what_the_business_sees(browser, signed_in, told) -> None:
    ada = signed_in("ada")
    page = ada.get("/desk/meridian/search?q=suitcase").text
    assert len(titles(page)) == 2, "the private one too"
    assert "<span>public</span>" in page and "<span>private</span>" in page
    assert "<span>private</span>" not in browser.get("/search?q=suitcase").text
    assert page.count("/desk/meridian/cases/") == 2
    reference = told["suitcase"]
    answer = ada.get(f"/desk/meridian/search?q={reference}")
    assert answer.headers["Location"] == f"/desk/meridian/cases/{reference}"


def test_the_desk_calls_its_cases_as_it_does_and_says_what_is_late(signed_in, told, hand) -> None:
    ada = signed_in("ada")
    page = ada.get("/desk/meridian/search?q=meridian+suitcase&lang=zh-CN").text
    assert "公开反馈</h2>" not in page and "工单" in page
    assert "chip broken" not in page
    nothing = ada.get("/desk/meridian/search?q=zebra&lang=en").text
    assert "Private cases are never found here" not in nothing and "Nothing mentions" in nothing
    hand.move(timedelta(days=6))
    page = signed_in("ada").get("/desk/meridian/search?q=suitcase").text
    assert len(re.findall(r'chip broken">.*?\d days late</span>', page)) == 2


def test_a_desk_of_another_business_is_not_searched(signed_in, told) -> None:
    hugo = signed_in("hugo")
    assert hugo.get("/desk/meridian/search?q=suitcase").status_code == 404
    assert titles(hugo.get("/desk/harbor/search?q=secretly").text) == []


def test_what_is_like_it_is_offered_while_somebody_writes(browser, told) -> None:
    text = "My suitcase did not come out on the belt, nobody knows anything"
    part = browser.post("/alike", {"what": text}).text
    assert titles(part) == ["My suitcase never came out on belt 3 &amp; nobody knew why."]
    assert f"/ballot/cases/{told['suitcase']}/me-too?brief=1" in part
    assert "<form" not in part, "it stands inside the report's form"
    assert browser.post("/alike", {"what": "suitcase"}).text.strip() == "", "too little is said"
    assert "Is it this one?" in browser.get(f"/report?what={text}").text


def test_without_script_similar_cases_are_a_button_of_the_form(browser, told) -> None:
    page = browser.get("/report").text
    nonce = re.search(r'name="nonce" value="([^"]*)"', page)[1]  # type: ignore[index]
    form = {"nonce": nonce, "what": "My suitcase did not come out on the belt", "wish": "Find it", "look": "1"}
    answer = browser.post("/cases", form)
    assert answer.status_code == 200
    assert "Is it this one?" in answer.text
    assert "Find it" in answer.text, "nothing that was typed is lost"


def test_an_agent_sees_similar_cases(signed_in, told) -> None:
    ada = signed_in("ada")
    page = ada.get(f"/desk/meridian/cases/{told['secretly']}/similar").text
    assert "Similar cases" in page
    assert signed_in("hugo").get(f"/desk/harbor/cases/{told['secretly']}/similar").status_code == 404


@pytest.mark.parametrize("path", ["/search?q=suitcase", "/"])
def test_a_broken_index_breaks_no_page(app, browser, told, path, monkeypatch) -> None:
    if not isinstance(app.extensions["search"], WhooshEngine):
        pytest.skip("the server's engine keeps no files")

    def broken(*_args: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(app.extensions["search"], "_searcher", broken)
    assert browser.get(path).status_code == 200
    assert browser.post("/alike", {"what": "My suitcase did not come out on the belt"}).text.strip() == ""
