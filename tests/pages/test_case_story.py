"""What the page of a case says of its promises, its decisions and its title, as the public and its owner read it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from portal.cases.models import Contact
from tenants import clock
from tenants.scope import Scope, db, entered, writing
from tests.pages.conftest import hidden
from tests.pages.test_whole_life import ANSWER, OFFER, QUESTION, VERDICT, act, own, plan

pytestmark = pytest.mark.database
PHONE = "+43 660 1234567"


def words(page):
    """What a reader reads: no tags, single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def section(page, start, end="</section>"):
    return words(page.split(start, 1)[1].split(end, 1)[0])


def hero(page):
    return section(page, '<section class="next')


def timeline(page):
    return section(page, '<ol class="timeline"', "</ol>")


# -- dates that stand still ------------------------------------------------------------------------------------------


def test_while_the_customer_is_asked_no_date_is_told_as_due(browser, another, signed_in, report):
    reference, _key = report()
    ada = signed_in("ada")
    plan(ada, reference)
    act(ada, reference, "questions", **QUESTION)
    seen, mine = another().get(f"/cases/{reference}").text, browser.get(f"/cases/{reference}").text
    for page, whose in ((seen, "the customer’s answer"), (mine, "your answer")):
        assert "chip due" not in page
        assert words(page).count(f"a new date follows {whose}") == 2  # in the history, and among the promises
        assert re.search(r"Closes by itself if no answer comes: \d+ \w+, \d\d:\d\d ", hero(page))
        assert "promised An answer by 20 Nov, 12:00" in timeline(page)
    own(browser, reference, "messages", text="Red.")
    told = timeline(browser.get(f"/cases/{reference}").text)
    assert "paused An answer was due 20 Nov, 12:00" in told and "a new date follows" not in told


def test_a_late_promise_does_not_hide_that_the_customer_is_asked(browser, signed_in, report, hand):
    reference, _key = report()
    ada = signed_in("ada")
    plan(ada, reference)
    hand.move(timedelta(days=5))
    ada = signed_in("ada")
    act(ada, reference, "questions", **QUESTION)
    said = hero(browser.get(f"/cases/{reference}").text)
    assert "We need a reply from you." in said and "Late: An answer, promised by yesterday 12:00" in said


# -- the one sentence ------------------------------------------------------------------------------------------------


def test_how_late_it_is_stands_in_days(another, signed_in, report, hand):
    reference, _key = report()
    plan(signed_in("ada"), reference)
    due = clock.now().replace(month=11, day=20, hour=11, minute=0)  # noon in Vienna
    for later, said in (
        (timedelta(minutes=1), "Late. Promised by today 12:00"),
        (timedelta(days=1), "1 day late. Promised by yesterday 12:00"),
        (timedelta(days=19), "19 days late. Promised by 20 Nov, 12:00"),
    ):
        hand.set(due + later)
        page = another().get(f"/cases/{reference}").text
        assert said in hero(page)
        assert ("data-left=" in page) == said.startswith("Late"), "on the day itself script says the hours"


def test_since_when_is_told_of_the_state(another, signed_in, report, hand):
    reference, _key = report()
    assert "Received since today 10:00" in hero(another().get(f"/cases/{reference}").text)
    hand.move(timedelta(hours=2))
    plan(signed_in("ada"), reference)
    assert "Acknowledged since today 12:00" in hero(another().get(f"/cases/{reference}").text)


def test_a_late_answer_does_not_hide_what_is_due_next_nor_the_parts(browser, another, signed_in, report, hand):
    reference, _key = report()
    ada = signed_in("ada")
    plan(ada, reference)
    act(ada, reference, "parts", titles="The suitcase\nThe desk")
    done = re.search(r"parts/\d+/end", ada.get(f"/desk/meridian/cases/{reference}").text)[0]
    act(ada, reference, done)
    act(ada, reference, "remedies", **OFFER)
    own(browser, reference, re.search(r"remedies/\d+/acceptance", browser.get(f"/cases/{reference}").text)[0])
    assert "Also due" not in another().get(f"/cases/{reference}").text
    hand.move(timedelta(days=5))
    page = another().get(f"/cases/{reference}").text
    assert "Also due: What was agreed, by 25 Nov, 12:00" in hero(page)
    assert "1 of 2 parts done" in hero(page)
    assert page.index('id="parts"') < page.index('id="timeline"')


# -- an appeal -------------------------------------------------------------------------------------------------------


def test_while_an_appeal_is_open_the_first_decision_is_not_told_as_final(browser, another, signed_in, report):
    reference, _key = report()
    ada, stranger = signed_in("ada"), another()
    plan(ada, reference)
    act(ada, reference, "findings", found="The belt stood.", source="Belt log")
    act(ada, reference, "assessment", **VERDICT)
    page = stranger.get(f"/cases/{reference}").text
    assert "What we checked" in page and "First decision" not in page
    act(ada, reference, "answer", **ANSWER)
    own(browser, reference, "appeal", appeal="The log is of another day.")
    page = stranger.get(f"/cases/{reference}").text
    assert "Next: somebody who did not decide before takes up the appeal" in hero(page)
    assert "First decision, under review" in page
    act(ada, reference, "second-look", plan="I look myself", due="2026-11-20T12:00")
    page = stranger.get(f"/cases/{reference}").text
    assert "Next: a second answer, by somebody who did not decide before." in hero(page)
    assert "In progress under appeal since" in hero(page) and "First decision, under review" in page
    act(ada, reference, "findings", found="The belt ran.", source="Camera")
    page = stranger.get(f"/cases/{reference}").text
    assert "What we check anew" in page and "First decision, under review" in page
    upheld = {**VERDICT, "in_scope": "1", "outcome": "upheld", "reason": "", "clause": ""}
    act(ada, reference, "assessment", **upheld)
    page = stranger.get(f"/cases/{reference}").text
    assert page.index("Second decision") < page.index(">First decision<") and "under review" not in page
    act(ada, reference, "answer", **ANSWER)
    assert "under appeal" not in stranger.get(f"/cases/{reference}").text


# -- titles ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def covered(browser):
    """File a public report whose personal data is pointed out first, and covered."""

    def file(**values):
        form = {
            "nonce": hidden(browser.get("/report").text, "nonce"),
            "visibility": "public",
            "language": "en",
            **values,
        }
        form["category"] = "lost-luggage"
        form["reviewed"] = hidden(browser.post("/cases", form).text, "reviewed")
        done = browser.post("/cases", form)
        assert done.status_code == 201
        browser.post(re.search(r"/k/[\w-]{20,}", done.text)[0])
        return re.search(r"RIV-\w{4}-\w{4}", done.text)[0]

    return file


def test_nothing_covered_stands_in_a_title_and_the_owner_reads_their_own(browser, another, covered):
    reference = covered(what=f"My suitcase never came, please call {PHONE} at night. It is grey.")
    stranger = another()
    for path in (f"/cases/{reference}", f"/follow?case={reference}", "/cases", "/"):
        page = stranger.get(path).text
        assert "My suitcase never came…" in page, path
        assert "1234567" not in page, path
    assert "My suitcase never came…</title>" in stranger.get(f"/cases/{reference}/feed.atom").text
    assert (
        f"<title>My suitcase never came, please call {PHONE} at night · {reference}"
        in browser.get(f"/cases/{reference}").text
    )
    assert f"{PHONE} at night</h1>" in browser.get(f"/cases/{reference}").text


def test_the_owner_is_told_below_the_title_that_others_see_it_covered(browser, another, covered, report):
    told = "</svg>Others see a version in which personal data is covered.</p>"
    reference = covered(what=f"My suitcase never came, please call {PHONE} at night. It is grey.")
    page = browser.get(f"/cases/{reference}").text
    assert page.index("</h1>") < page.index(told) < page.index('id="live"')
    assert told not in another().get(f"/cases/{reference}").text
    nothing, _key = report()
    assert told not in browser.get(f"/cases/{nothing}").text
    browser.post(f"/cases/{reference}/privacy")
    assert told not in browser.get(f"/cases/{reference}").text, "nobody else sees it any more"


@pytest.mark.parametrize(("language", "title"), [("en", "Complaint: "), ("zh_Hans", "投诉：")])
def test_a_case_whose_every_sentence_is_covered_is_called_by_its_topic(another, covered, language, title):
    reference = covered(what=f"{PHONE}!", language=language)
    page = another().get(f"/cases/{reference}", **{"Accept-Language": "en"}).text
    assert re.search(rf"<h1 [^>]*>{title}\S", page)


# -- for those who stay, and those who come back ---------------------------------------------------------------------


def test_an_owner_without_a_confirmed_address_is_told_early(browser, another, report):
    reference, _key = report()
    page = browser.get(f"/cases/{reference}").text
    assert page.index('id="live"') < page.index('id="keep"') < page.index('id="say"') and 'name="keep_email"' in page
    assert "nobody can open your case again" not in page, "its title has said so"
    assert 'id="keep"' not in another().get(f"/cases/{reference}").text
    refused = browser.post(f"/cases/{reference}/contact", {"keep_email": "nonsense"})
    assert refused.status_code == 422 and re.search(r'id="keep" open', refused.text)
    answer = browser.post(f"/cases/{reference}/contact", {"keep_email": "me@example.org"})
    assert "not confirmed yet" in browser.follow(answer).text
    with entered(Scope.system()), writing():
        db.session.scalars(select(Contact)).one().confirmed_at = clock.now()
    assert 'id="keep"' not in browser.get(f"/cases/{reference}").text


def test_a_stranger_is_told_where_to_go_with_a_lost_link(browser, another, report):
    reference, _key = report()
    stranger = another()
    assert f'href="/lost-link?case={reference}"' in stranger.get(f"/cases/{reference}").text
    assert "Lost the link?" not in browser.get(f"/cases/{reference}").text
    assert f'value="{reference}"' in stranger.get(f"/lost-link?case={reference}").text
    page = stranger.get("/lost-link?case=%22%3E%3Cscript%3E" + "x" * 99).text
    assert "<script>x" not in page and re.search(r'name="reference" type="text" value="[^"<]{0,80}"', page)


def test_following_says_what_it_follows_and_what_comes_first(another, report):
    reference, _key = report()
    page = another().get(f"/follow?case={reference}").text
    assert "<h1>Follow this case by e-mail</h1>" in page
    assert re.search(r'<span lang="en" hx-disable>My suitcase did not arrive', page)
    assert "First we send you a link to confirm" in page and "Send me the link to confirm" in page


def test_a_print_of_a_closed_case_names_its_day(browser, another, signed_in, report):
    reference, _key = report()
    assert "print-only" not in another().get(f"/cases/{reference}").text
    ada = signed_in("ada")
    plan(ada, reference)
    act(ada, reference, "answer", **ANSWER)
    own(browser, reference, "acceptance")
    page = another().get(f"/cases/{reference}").text
    assert re.search(r'<p class="print-only">Closed on \w+day \d+ November 2026, \d\d:\d\d', page)


def test_changing_and_withdrawing_stand_in_a_card_of_their_own(browser, signed_in, report):
    reference, _key = report()
    page = browser.get(f"/cases/{reference}").text
    adds, changes = section(page, 'id="say"'), section(page, 'aria-labelledby="change-title"')
    for act_of_change in ("Withdraw the case", "Take it off the public site", "Remove what you wrote"):
        assert act_of_change in changes and act_of_change not in adds
    assert "Your message" in adds and "Your message" not in changes
    wrong = browser.post(f"/cases/{reference}/erasure", {"confirmation": "no"}).text
    assert "One thing is missing" in section(wrong, 'aria-labelledby="change-title"')
    assert "One thing is missing" not in section(wrong, 'id="say"')
    browser.post(f"/cases/{reference}/withdrawal", {"version": hidden(page, "version")})
    assert 'id="say"' in browser.get(f"/cases/{reference}").text, "it can be reopened"
