"""The life of a case through its pages: asked, decided, put right, withdrawn, reopened, made public."""

import re

import pytest

from tests.pages.conftest import hidden

pytestmark = pytest.mark.database
DESK = "/desk/meridian/cases/"


def act(agent, reference, where, **values):
    page = agent.get(f"{DESK}{reference}")
    answer = agent.post(f"{DESK}{reference}/{where}", {"version": hidden(page.text, "version"), **values})
    return agent.follow(answer) if answer.status_code == 303 else answer


def own(browser, reference, where, **values):
    page = browser.get(f"/cases/{reference}")
    answer = browser.post(f"/cases/{reference}/{where}", {"version": hidden(page.text, "version"), **values})
    return browser.follow(answer) if answer.status_code == 303 else answer


def plan(agent, reference):
    return act(agent, reference, "acknowledgement", plan="We search", due="2026-11-20T12:00")


VERDICT = {
    "factual": "1",
    "can_act": "1",
    "outcome": "not_upheld",
    "reason": "outside_scope",
    "clause": "Terms 3.2",
    "explanation": "The shop is not part of the airline.",
}
OFFER = {"kind": "refund", "sum": "50", "currency": "EUR", "words": "Your fare back.", "due": "2026-11-25T12:00"}
CAUSE = {"touchpoint": "gate-b4", "category": "lost-luggage"}
ANSWER = {"text": "It is here.", **CAUSE}
QUESTION = {"text": "Which colour is it?", **CAUSE}


def test_a_question_asks_where_the_cause_lies_as_far_as_it_is_not_known(signed_in, report):
    ada = signed_in("ada")
    reference, _key = report()
    plan(ada, reference)
    assert 'id="f-ask-touchpoint"' in ada.get(f"{DESK}{reference}").text
    refused = act(ada, reference, "questions", text="Which colour is it?")
    assert refused.status_code == 422 and "The figures of this place count it." in refused.text
    assert "Which colour is it?" in refused.text
    forged = act(ada, reference, "questions", **{**QUESTION, "touchpoint": "nowhere"})
    assert forged.status_code == 422
    act(ada, reference, "questions", **QUESTION)
    act(ada, reference, "resumption")
    assert 'id="f-ask-touchpoint"' not in ada.get(f"{DESK}{reference}").text
    assert act(ada, reference, "questions", text="And its size?").status_code == 200


def test_a_question_and_its_answer(browser, another, signed_in, report):
    reference, _key = report()
    ada = signed_in("ada")
    plan(ada, reference)
    page = act(ada, reference, "questions", **QUESTION)
    assert "The clocks stand still" in page.text
    seen = another().get(f"/cases/{reference}").text
    assert "Waiting for the customer’s reply" in seen and "Which colour is it?" in seen
    mine = browser.get(f"/cases/{reference}").text
    assert "We need a reply from you" in mine
    assert "Red" in own(browser, reference, "messages", text="Red.").text
    assert "In progress" in another().get(f"/cases/{reference}").text


def test_checked_decided_disputed_and_appealed(browser, another, signed_in, report):
    reference, _key = report()
    ada = signed_in("ada")
    plan(ada, reference)
    refused = act(ada, reference, "assessment", **VERDICT)
    assert refused.status_code == 422 and "Write down what you checked first" in refused.text
    act(ada, reference, "findings", demand="Where was it?", found="The belt stood.", source="Belt log")
    act(ada, reference, "assessment", **VERDICT)
    for reader in (another(), browser):
        page = reader.get(f"/cases/{reference}").text
        for words in ("Not upheld", "The belt stood.", "Terms 3.2", "It is not part of this service"):
            assert words in page, words
    own(browser, reference, "disagreement", reason="It was another belt.")
    act(ada, reference, "answer", **ANSWER)
    page = own(browser, reference, "appeal", appeal="The log is of another day.")
    assert "Appealed" in page.text
    assert 'id="appeal"' not in browser.get(f"/cases/{reference}").text
    assert "A colleague takes this second look" not in ada.get(f"{DESK}{reference}").text  # nobody else is there


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "upheld"}, "outcome"),
        ({"outcome": "maybe"}, "outcome"),
        ({"reason": "no_evidence"}, "reason"),
        ({"reason": "rude"}, "reason"),
        ({"clause": ""}, "clause"),
        ({"explanation": ""}, "explanation"),
    ],
)
def test_a_decision_that_does_not_fit_says_where(signed_in, report, changes, field):
    reference, _key = report()
    ada = signed_in("ada")
    plan(ada, reference)
    act(ada, reference, "findings", found="The belt stood.", source="Belt log")
    page = act(ada, reference, "assessment", **{**VERDICT, **changes})
    assert page.status_code == 422
    assert f'id="f-{field}-wrong"' in page.text
    if changes.get("explanation") != "":
        assert "The shop is not part of the airline." in page.text


def test_a_remedy_from_offer_to_proof(browser, another, signed_in, report):
    reference, _key = report()
    ada = signed_in("ada")
    plan(ada, reference)
    act(ada, reference, "remedies", **OFFER)
    mine = browser.get(f"/cases/{reference}").text
    assert "€50.00" in mine and "Your fare back." in mine
    public = another().get(f"/cases/{reference}").text
    assert "a refund" in public and "50.00" not in public and "Your fare back." not in public
    where = re.search(r"remedies/\d+/acceptance", mine)[0]
    assert "Its delivery is a promise now" in own(browser, reference, where).text
    answer = browser.post(f"/cases/{reference}/{where}", {})
    assert answer.status_code == 409
    desk = ada.get(f"{DESK}{reference}").text
    delivery = re.search(r"remedies/\d+/delivery", desk)[0]
    refused = act(ada, reference, delivery, proof="")
    assert refused.status_code == 422
    act(ada, reference, delivery, proof="Transfer 4711")
    assert "Transfer 4711" in browser.get(f"/cases/{reference}").text
    assert "Transfer 4711" not in another().get(f"/cases/{reference}").text


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": ""},
        {"kind": "bribe"},
        {"sum": ""},
        {"sum": "abc"},
        {"sum": "-5"},
        {"currency": "XXX"},
        {"kind": "apology"},
        {"words": ""},
        {"due": "2020-01-01T12:00"},
        {"goodwill": "1"},
    ],
)
def test_what_is_no_offer_is_said_beside_its_field(browser, signed_in, report, changes):
    reference, _key = report()
    ada = signed_in("ada")
    plan(ada, reference)
    page = act(ada, reference, "remedies", **{**OFFER, **changes})
    assert page.status_code == 422 and "-wrong" in page.text
    assert "a refund" not in browser.get(f"/cases/{reference}").text


def test_withdrawn_reopened_and_handled_by_somebody(browser, signed_in, report):
    reference, _key = report()
    ada = signed_in("ada")
    plan(ada, reference)
    page = own(browser, reference, "withdrawal", reason="Found it.")
    assert "You have withdrawn the case" in page.text and "Found it." in page.text
    assert "Withdrawn" in page.text
    page = own(browser, reference, "reopening")
    assert "The case is open again" in page.text
    desk = act(ada, reference, "second-look", plan="We search anew", due="2026-11-20T12:00")
    assert "We search anew" in desk.text


def test_private_becomes_public_only_with_agreement(browser, another, report):
    reference, _key = report(visibility="private")
    stranger = another()
    assert stranger.get(f"/cases/{reference}").status_code == 404
    browser.get(f"/cases/{reference}")
    refused = browser.post(f"/cases/{reference}/publication", {})
    assert refused.status_code == 422 and stranger.get(f"/cases/{reference}").status_code == 404
    own(browser, reference, "publication", consent="1")
    page = stranger.get(f"/cases/{reference}")
    assert page.status_code == 200 and "The customer made this case public" in page.text
    assert reference in stranger.get("/cases").text


def test_parts_and_duplicates(another, signed_in, report):
    reference, _key = report()
    other, _key = report(what="The same suitcase, told by my wife.")
    ada = signed_in("ada")
    plan(ada, reference)
    act(ada, reference, "parts", titles="The suitcase\nThe desk")
    page = another().get(f"/cases/{reference}").text
    assert "The suitcase" in page and "The desk" in page
    assert act(ada, other, "duplicate", into="RIV-0000-0000").status_code == 422
    act(ada, other, "duplicate", into=reference)
    page = another().get(f"/cases/{other}").text
    assert f'href="/cases/{reference}"' in page and "stay yours" in page
    act(ada, other, "duplicate/removal")
    assert "stay yours" not in another().get(f"/cases/{other}").text


def test_only_the_customer_acts_and_only_the_business_decides(another, signed_in, report):
    reference, _key = report()
    stranger, hugo = another(), signed_in("hugo")
    assert hugo.get("/desk/harbor/").status_code == 200
    for where in ("withdrawal", "reopening", "appeal", "understanding", "disagreement", "publication"):
        assert stranger.post(f"/cases/{reference}/{where}", {"version": "1"}).status_code == 403
    for where in ("findings", "assessment", "remedies", "parts", "duplicate", "questions"):
        assert hugo.post(f"{DESK}{reference}/{where}", {"version": "1"}).status_code == 404
        theirs = f"/desk/harbor/cases/{reference}/{where}"
        assert hugo.post(theirs, {"version": "1"}).status_code == 404


def test_pages_of_the_business(signed_in):
    ada, greta = signed_in("ada"), signed_in("greta")
    assert "No task is open" in ada.get("/desk/meridian/tasks").text
    assert ada.get("/desk/meridian/remedies").status_code == 403
    page = greta.get("/desk/airport/remedies")
    assert "Nothing to compare yet" in page.text
    assert (
        "No sum is set: agents can mark no offer as goodwill." in page.text
        and "It does not mean unlimited" in page.text
    )
    answer = greta.post("/desk/airport/remedies/goodwill", {"sum": "25", "currency": "EUR"})
    assert answer.status_code == 303 and "up to €25.00" in greta.follow(answer).text
    assert "No sum is set" not in greta.get("/desk/airport/remedies").text
    assert greta.post("/desk/airport/remedies/goodwill", {"sum": "x", "currency": "EUR"}).status_code == 422
    assert ada.post("/desk/meridian/tasks/1/end", {"note": "x"}).status_code in (403, 404)


def test_what_was_told_once_is_not_asked_again_by_accident(browser, signed_in, report):
    reference, _key = report(need_flight="MA 12", needs_consent="1")
    ada = signed_in("ada")
    plan(ada, reference)
    warned = act(ada, reference, "replies", text="Which flight did you take?")
    assert warned.status_code == 422 and "MA 12" in warned.text and "Which flight did you take?" in warned.text
    assert "Which flight did you take?" not in browser.get(f"/cases/{reference}").text
    sent = act(ada, reference, "replies", text="Which flight did you take?", asked_again="1")
    assert sent.status_code == 200
    assert "Which flight did you take?" in browser.get(f"/cases/{reference}").text
