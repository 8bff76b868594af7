"""The desk's pages: what comes next stands first, nothing is chosen beforehand, and what publishes says so."""

import re
from datetime import timedelta

import pytest

from portal.cases.models import Case
from portal.imports.checking import Manner
from portal.suggesting.learning import learn
from tenants.models import Membership, User
from tenants.scope import Scope, db, entered, writing
from tests.imports.lines import a_line, run, write
from tests.pages.conftest import hidden
from tests.pages.test_whole_life import ANSWER, DESK, OFFER, QUESTION, VERDICT, act, own, plan
from tests.play import case_of, promises_of, snapshot, wait_until

pytestmark = pytest.mark.database


@pytest.fixture
def ada(signed_in):
    return signed_in("ada")


@pytest.fixture
def planned(ada, report):
    """The reference of a public case with a plan."""
    reference, _key = report()
    plan(ada, reference)
    return reference


def form(page, name):
    """The form of one act, with its summary."""
    found = re.search(
        rf'<details name="acts"[^>]*>\s*<summary[^>]*>.*?action="[^"]*/{name}".*?</details>', page, re.DOTALL
    )
    return found[0][found[0].rindex("<details") :] if found else ""


def id_of(cast, reference):
    with entered(Scope.system(cast.riverside)):
        return db.session.query(Case).filter_by(reference=reference).one().id


def colleague(cast):
    """Somebody else at Meridian, so that a second look finds another person."""
    with entered(Scope.system(cast.riverside)), writing():
        user = User(network_id=cast.riverside, email="bea@example.com", name="Bea")
        db.session.add(user)
        db.session.flush()
        db.session.add(Membership(network_id=cast.riverside, tenant_id=cast.meridian, user_id=user.id, role="agent"))


def test_the_decision_begins_with_nothing_chosen(ada, planned):
    decision = form(ada.get(f"{DESK}{planned}").text, "assessment")
    assert decision.count('type="checkbox"') == 3 and decision.count('type="radio"') == 3
    assert not re.search(r"<(input|option)[^>]* (checked|selected)", decision)
    assert "Upheld when all three answers are yes" in decision


def test_a_decision_without_an_outcome_or_a_reason_is_none(ada, planned, cast):
    act(ada, planned, "findings", found="The belt stood.", source="Belt log")
    before = snapshot(cast)
    nothing = act(ada, planned, "assessment", explanation="So.")
    assert nothing.status_code == 422
    assert 'id="f-outcome-wrong"' in nothing.text and 'id="f-reason-wrong"' not in nothing.text
    unreasoned = act(ada, planned, "assessment", **{**VERDICT, "reason": ""})
    assert unreasoned.status_code == 422 and 'id="f-reason-wrong"' in unreasoned.text
    assert 'href="#f-reason"' in unreasoned.text and 'id="f-reason"' in unreasoned.text
    assert snapshot(cast) == before
    assert "The decision is on record" in act(ada, planned, "assessment", **VERDICT).text


PUBLISH = {
    "findings": "Put it on record and publish",
    "assessment": "Publish the decision",
    "answer": "Send and publish the answer",
    "replies": "Send and publish",
    "questions": "Ask in public, and wait",
    "promises": "Promise it in public",
}


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_buttons_that_publish_say_so(ada, report, visibility):
    reference, _key = report(visibility=visibility, consent="1" if visibility == "public" else "")
    first = form(ada.get(f"{DESK}{reference}").text, "acknowledgement")
    assert ("Take it on and publish the plan" in first) == (visibility == "public")
    plan(ada, reference)
    page = ada.get(f"{DESK}{reference}").text
    for where, button in PUBLISH.items():
        part = form(page, where)
        assert ("Everyone can read it." in part) == (visibility == "public"), where
        assert ("Only the customer and the businesses involved can read it." in part) == (visibility == "private"), (
            where
        )
        assert (button in part) == (visibility == "public"), where


def test_the_next_act_stands_first_and_the_rest_under_more(ada, report):
    reference, _key = report()
    page = ada.get(f"{DESK}{reference}").text
    acts = page[page.index('id="acts"') : page.index('id="note"')]
    assert acts.index("I take this case") < acts.index('id="act-acknowledge" open') < acts.index('id="act-more"')
    assert "<b>Waiting to be taken up</b>" in page
    assert acts[: acts.index('id="act-more"')].count('class="btn"') == 1
    act(ada, reference, "assignment")
    plan(ada, reference)
    page = ada.get(f"{DESK}{reference}").text
    acts = page[page.index('id="acts"') : page.index('id="note"')]
    assert "I take this case" not in page and "nobody has taken it" not in page
    assert acts.count('class="btn">') >= 1 and '<summary class="btn">Give the final answer' in acts
    assert acts.count("<summary class=") == 1
    more = acts.index('id="act-more"')
    assert acts.index('id="act-answer"') < more < acts.index('id="act-reply"') < acts.index('id="act-assess"')


@pytest.mark.parametrize(
    ("life", "first"),
    [
        ([("questions", QUESTION)], "Go on without"),
        ([("answer", ANSWER)], "Write to the customer"),
    ],
)
def test_each_state_has_its_own_next_act(ada, planned, life, first):
    act(ada, planned, "assignment")
    for where, values in life:
        act(ada, planned, where, **values)
    assert f'<summary class="btn">{first}' in ada.get(f"{DESK}{planned}").text


def test_a_form_opens_from_the_address_without_script(ada, planned):
    asked = ada.get(f"{DESK}{planned}?act=assess").text
    assert re.search(r'<details name="acts" open><summary id="act-assess"', asked)
    assert '<details id="act-more" open>' in asked
    for nonsense in ("acknowledge", "take", "../x", "<script>", ""):
        page = ada.get(f"{DESK}{planned}?act={nonsense}").text
        assert '<details name="acts" open>' not in page and "<script>alert" not in page


def test_a_promised_answer_is_kept_by_answering_only(ada, signed_in, planned, cast):
    case_id = id_of(cast, planned)
    owed = promises_of(cast, case_id)["answer"]
    page = ada.get(f"{DESK}{planned}").text
    assert f"promises/{owed.id}/fulfilment" not in page and f"promises/{owed.id}/more" not in page
    assert 'id="act-answer"' in page and "Give the answer" not in page  # once is enough: it is the act that comes next
    act(ada, planned, "promises", sentence="We call you.", due="2026-11-20T08:00")
    act(ada, planned, "questions", **QUESTION)
    assert "Give the answer" not in ada.get(f"{DESK}{planned}").text
    act(ada, planned, "resumption")
    wait_until(owed.due_at + timedelta(hours=1))
    ada = signed_in("ada")  # sessions do not last that long
    before = snapshot(cast)
    for where, values in ((f"promises/{owed.id}/fulfilment", {}), (f"promises/{owed.id}/more", {"text": "More."})):
        refused = act(ada, planned, where, **values)
        assert refused.status_code == 409 and "Nothing was marked." in refused.text
    assert snapshot(cast) == before
    act(ada, planned, "answer", **ANSWER)
    assert case_of(cast, case_id).state == "answered"


def test_an_agreed_remedy_is_kept_by_its_delivery_only(browser, ada, planned, cast):
    act(ada, planned, "remedies", **OFFER)
    mine = browser.get(f"/cases/{planned}").text
    own(browser, planned, re.search(r"remedies/\d+/acceptance", mine)[0])
    owed = promises_of(cast, id_of(cast, planned))["remedy"]
    page = ada.get(f"{DESK}{planned}").text
    assert 'href="#remedies">Say that it was delivered</a>' in page and 'id="remedies"' in page
    assert act(ada, planned, f"promises/{owed.id}/fulfilment").status_code == 409


def test_what_somebody_promised_in_words_is_marked_by_hand(ada, planned):
    page = act(ada, planned, "promises", sentence="We call you.", due="2026-11-24T12:00").text
    where = re.search(r"promises/\d+/fulfilment", page)[0]
    assert "Mark as kept" in page and "Marked as done" in act(ada, planned, where).text


def test_who_decided_is_warned_when_there_is_an_appeal(browser, ada, planned, cast):
    colleague(cast)
    act(ada, planned, "findings", found="The belt stood.", source="Belt log")
    act(ada, planned, "assessment", **VERDICT)
    act(ada, planned, "answer", **ANSWER)
    own(browser, planned, "appeal", appeal="The log is of another day.")
    page = ada.get(f"{DESK}{planned}").text
    assert "you cannot decide on it again" in page and page.index("cannot decide on it again") < page.index('id="acts"')
    assert 'id="act-take_up"' not in page and "I take this case" not in page
    before = snapshot(cast)
    refused = act(ada, planned, "second-look", plan="I look", due="2026-11-24T12:00")
    assert refused.status_code == 403 and "a colleague has to take this second look" in refused.text
    assert snapshot(cast) == before


def test_who_is_alone_is_asked_to_look_anew(browser, ada, planned, cast):
    act(ada, planned, "findings", found="The belt stood.", source="Belt log")
    act(ada, planned, "assessment", **VERDICT)
    act(ada, planned, "answer", **ANSWER)
    own(browser, planned, "appeal", appeal="The log is of another day.")
    page = ada.get(f"{DESK}{planned}").text
    assert "nobody else here could take this second look" in page and 'id="act-take_up" open' in page


def test_the_queue_says_whose_turn_it_is_and_what_comes_next(ada, report, planned):
    other, _key = report(what="The desk was closed.")
    plan(ada, other)
    act(ada, planned, "answer", **ANSWER)
    act(ada, other, "questions", **QUESTION)
    page = ada.get("/desk/meridian/").text
    assert page.count("customer’s turn") == 2 and page.count("closes by itself:") == 2
    box = r'action="/desk/meridian/search".*Words, a customer’s address, or a case number</label>.*>Search</button>'
    assert re.search(box, page, re.DOTALL)


def test_what_stays_inside_a_form_that_publishes_looks_so(ada, planned):
    page = ada.get(f"{DESK}{planned}").text
    inside = re.findall(r'<div class="field internal">.*?</div>', page, re.DOTALL)
    assert [re.search(r'name="(\w+)"', each)[1] for each in inside] == ["about_staff", "reason"]
    for each in inside:
        hint = re.search(r'<p class="flag internal" id="([\w-]+)">.*Internal: only your business sees this</p>', each)[
            1
        ]
        assert f'aria-describedby="{hint}"' in each


def test_the_desk_names_the_zone_of_its_times_once(ada, planned, another):
    for path in ("/desk/meridian/", f"{DESK}{planned}", "/desk/meridian/search"):
        assert ada.get(path).text.count("All times here are in Vienna time.") == 1
    assert "All times here" not in another().get("/").text


def test_zones_are_called_as_people_call_them(ada, planned, signed_in, another):
    page = ada.get(f"{DESK}{planned}").text
    assert "Time in Vienna" in page and "Europe/Vienna" not in page
    chinese = signed_in("greta").get("/desk/airport/calendar?lang=zh-CN").text
    assert "维也纳时间" in chinese and 'value="Europe/Vienna"' in chinese


def test_links_beside_a_place_can_be_pressed(ada):
    page = ada.get("/desk/meridian/places").text
    assert re.search(r'class="[^"]*\babove\b[^"]*"><span><a href="/t/gate-b4/sheet"', page)


def test_version_is_asked_for_in_each_form(ada, planned):
    """Every act on the page comes from one state of the case."""
    page = ada.get(f"{DESK}{planned}").text
    assert len(set(re.findall(r'name="version" value="(\d+)"', page))) == 1 and hidden(page, "version")


def test_what_a_report_sounds_like_is_suggested_beside_the_choice(cast, ada, another, report, tmp_path):
    bag, late = ("My bag was lost", "Lost luggage"), ("The plane was late", "Delay")
    lines = [
        a_line(id=number, text=f"{said} {number}", reason=reason)
        for number in range(60)
        for said, reason in [bag if number % 2 else late]
    ]
    run(write(tmp_path / "some.jsonl", lines), Manner(cast.riverside, True, True, ""))
    learn(cast.riverside, cast.meridian, "category")
    reference, _key = report(another(), what="The plane was late <b>again</b>")
    plan(ada, reference)
    page = ada.get(f"{DESK}{reference}").text
    assert re.search(r"Suggested: Delay, because of: (plane|late)", page)
