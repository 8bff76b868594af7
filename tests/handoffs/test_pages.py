"""Hand-offs on the desk and on the customer's page."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.handoffs import handing, hosting, partnering, working
from portal.handoffs.models import Handoff
from portal.handoffs.partnering import agreement_between
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import Scope, db, entered
from tests.handoffs.acts import accepted, do, offered
from tests.handoffs.conftest import as_manager, handoff
from tests.play import acknowledged, case_of, history, promises_of, snapshot, wait_until

pytestmark = pytest.mark.database


@pytest.fixture
def people(partners, signed_in):
    """Ada of Meridian, Hugo of Harbor and Greta of the airport, signed in."""
    return {"meridian": signed_in("ada"), "harbor": signed_in("hugo"), "airport": signed_in("greta")}


def act(who, path, where, **values):
    page = who.get(path)
    version = re.search(r'name="version" value="(\d+)"', page.text)
    answer = who.post(f"{path}/{where}", {"version": version[1] if version else "0", **values})
    return who.follow(answer) if answer.status_code == 303 else answer


def test_from_the_form_to_the_confirmed_answer(partners, people, browser, cast):
    made = acknowledged(cast)
    reference = case_of(cast, made.case_id).reference
    ada, hugo = people["meridian"], people["harbor"]
    path = f"/desk/meridian/cases/{reference}"
    page = ada.get(f"{path}?act=hand_off").text
    assert "Ask another business" in page and '<option value="harbor"' in page and '<option value="airport"' not in page
    values = {"partner": "harbor", "what": "new", "title": "Find the <bag>", "brief": "Look behind the belt."}
    asked = act(ada, path, "handoffs", **values)
    assert asked.status_code == 200 and "not opened yet" in asked.text and "Find the &lt;bag&gt;" in asked.text
    with entered(Scope.system()):
        (one,) = db.session.scalars(select(Handoff.id)).all()
    inbox = hugo.get("/desk/harbor/handoffs").text
    assert "Find the &lt;bag&gt;" in inbox and "yes or no by" in inbox and "Hand-offs (1)" in inbox
    theirs = f"/desk/harbor/handoffs/{one}"
    opened = hugo.get(theirs).text
    assert "Look behind the belt." in opened
    assert re.search(r'hx-post="[^"]+/look" hx-trigger="load"[^>]*><input[^>]+csrf_token', opened), "with its token"
    assert hugo.post(f"{theirs}/look", {}).status_code == 204
    assert "opened" in ada.get(path).text
    act(hugo, theirs, "acceptance")
    act(hugo, theirs, "question", text="Which colour?")
    mine = f"/desk/meridian/handoffs/{one}"
    assert "Which colour?" in ada.get(mine).text
    act(ada, mine, "information", text="Blue.")
    act(hugo, theirs, "answer", text="It lay behind belt 3.")
    done = act(ada, mine, "confirmation")
    assert "Confirmed. This part is done." in done.text and "Was it of help?" in done.text
    act(ada, mine, "rating", help="3")
    rated = act(ada, mine, "rating", ease="2")
    assert "You rated Harbor Ground Handling once: help 3.0, ease 2.0 of 3." in rated.text
    public = browser.get(f"/cases/{reference}").text
    assert "Harbor Ground Handling is asked to help with part 1" in public and "helped for" in public
    for secret in ("Look behind the belt.", "Which colour?", "Blue.", "It lay behind", "rated", "Hugo"):
        assert secret not in public


def test_a_refused_form_keeps_what_was_typed_and_writes_nothing(partners, people, cast):
    made = acknowledged(cast)
    path = f"/desk/meridian/cases/{case_of(cast, made.case_id).reference}"
    ada, before = people["meridian"], snapshot(cast)
    refused = act(ada, path, "handoffs", partner="airport", what="new", title="Find it", brief="Look there.")
    assert refused.status_code == 422 and "There is no agreement" in refused.text and "Look there." in refused.text
    refused = act(ada, path, "handoffs", partner="harbor", what="new", title="", brief="")
    assert refused.status_code == 422 and "Name the part in a few words." in refused.text
    refused = act(ada, path, "handoffs", partner="harbor", what="99999", title="", brief="Look.")
    assert refused.status_code == 404
    assert snapshot(cast) == before


def test_strangers_and_late_forms(partners, people, signed_in, cast):
    made = acknowledged(cast)
    one = offered(partners, made.case_id)
    greta, hugo = people["airport"], people["harbor"]
    assert greta.get(f"/desk/airport/handoffs/{one}").status_code == 404
    assert hugo.get(f"/desk/harbor/handoffs/{one + 1}").status_code == 404
    before = snapshot(cast)
    hugo.get("/desk/harbor/")
    assert hugo.post(f"/desk/harbor/handoffs/{one}/acceptance", {"version": "77"}).status_code == 409
    assert hugo.post(f"/desk/harbor/handoffs/{one}/confirmation", {"version": "2"}).status_code == 403
    refused = hugo.post(f"/desk/harbor/handoffs/{one}/refusal", {"version": "2", "reason": "because", "text": "Typed."})
    assert refused.status_code == 422 and "Typed." in refused.text
    assert snapshot(cast) == before


def test_a_decline_is_told_with_what_comes_next(partners, people, browser, cast):
    made = acknowledged(cast)
    one = offered(partners, made.case_id)
    hugo = people["harbor"]
    path = f"/desk/harbor/handoffs/{one}"
    gone = act(hugo, path, "refusal", reason="not_ours", text="Ask security.", suggested="lantern")
    assert "Declined." in gone.text and hugo.get(path).status_code == 404
    reference = case_of(cast, made.case_id).reference
    assert "declined" not in browser.get(f"/cases/{reference}").text
    assert (
        "They say whose matter it is: Lantern Security."
        in people["meridian"].get(f"/desk/meridian/handoffs/{one}").text
    )
    two = offered(partners, made.case_id, "lantern", part_id=handoff(one).part_id)
    page = browser.get(f"/cases/{reference}").text
    told = "Harbor Ground Handling declined: it says that it is not responsible for this."
    assert f'{told}</p><p class="quiet">Lantern Security is asked' in page and "Ask security." not in page
    assert "without success" not in page, "it has just been told"
    do(partners, "lantern", handing.decline, two, reason="no_capacity", text="", author="Lena")
    wait_until(clock.now())
    until_idle()
    assert "second refusal" in people["meridian"].get(f"/desk/meridian/cases/{reference}").text


def test_the_host_decides_on_its_desk(partners, people, browser, cast):
    made = acknowledged(cast)
    one = offered(partners, made.case_id)
    wait_until(handoff(one).accept_by)
    until_idle()
    wait_until(clock.now())
    until_idle()
    greta = people["airport"]
    reference = case_of(cast, made.case_id).reference
    assert "Yours to decide" in greta.get("/desk/airport/handoffs").text
    path = f"/desk/airport/cases/{reference}"
    page = greta.get(f"{path}?act=assign").text
    part = re.search(r'name="part" value="(\d+)"', page)[1]
    done = act(greta, path, "assignments", part=part, business="harbor", reason="The belt is <theirs>.")
    assert done.status_code == 200 and "Decided. Everybody reads why." in done.text
    public = browser.get(f"/cases/{reference}").text
    assert "The belt is &lt;theirs&gt;." in public and "has decided: Harbor Ground Handling takes it" in public


def test_an_agreement_is_proposed_agreed_and_ended(partners, people, signed_in, cast):
    greta = people["airport"]
    values = {"partner": "harbor", "direction": "we_ask", "modes": ["assist"], "accept_number": "2"}
    values |= {"accept_unit": "working_hours", "answer_number": "2", "answer_unit": "working_days"}
    greta.get("/desk/airport/partners")
    refused = greta.post("/desk/airport/partners", {**values, "modes": []})
    assert refused.status_code == 422 and "Choose at least one." in refused.text
    assert greta.follow(greta.post("/desk/airport/partners", values)).status_code == 200
    with entered(cast.as_greta):
        one = agreement_between(cast.airport, cast.harbor)
        assert one.state == "proposed" and one.agreed_by == [cast.airport]
    hugo = people["harbor"]
    assert "Riverside Airport asks Harbor Ground Handling" in hugo.get("/desk/harbor/partners").text
    hugo.get("/desk/harbor/partners")
    assert hugo.post(f"/desk/harbor/partners/{one.id}/agreement", {}).status_code == 403, "an agent may not"
    assert greta.post("/desk/airport/partners", values).status_code == 409
    ended = greta.post(f"/desk/airport/partners/{one.id}/end", {})
    assert "Ended." in greta.follow(ended).text
    assert greta.post(f"/desk/airport/partners/{one.id}/end", {}).status_code == 409
    assert greta.post(f"/desk/airport/partners/{one.id + 7}/end", {}).status_code == 404


def test_a_transfer_moves_the_case_to_the_other_desk(partners, people, browser, cast):
    made = acknowledged(cast)
    leg = accepted(partners, made.case_id, whole=True)
    reference = case_of(cast, made.case_id).reference
    way = f'<a class="btn" href="/desk/harbor/cases/{reference}?act=answer#act-answer">Give the answer'
    assert way in people["harbor"].get(f"/desk/harbor/handoffs/{leg}").text, "where its answer is written"
    assert reference in people["harbor"].get("/desk/harbor/").text
    assert reference not in people["meridian"].get("/desk/meridian/").text
    public = browser.get(f"/cases/{reference}").text
    assert "Harbor Ground Handling leads this case now" in public and "led for" in public
    assert promises_of(cast, made.case_id)["answer"].state == "due"


def test_the_host_proposes_one_between_two_others(partners, people, cast):
    greta, hugo = people["airport"], people["harbor"]
    values = {"partner": "airport", "direction": "others", "asker": "lantern", "modes": ["assist"]}
    values |= {"accept_number": "2", "accept_unit": "hours", "answer_number": "2", "answer_unit": "days"}
    hugo.get("/desk/harbor/partners")
    assert hugo.post("/desk/harbor/partners", values).status_code == 403, "an agent may propose nothing"
    page = greta.get("/desk/airport/partners").text
    assert "Another business asks them" in page
    refused = greta.post("/desk/airport/partners", {**values, "partner": "harbor", "asker": ""})
    assert refused.status_code == 422 and "Choose a business." in refused.text
    greta.follow(greta.post("/desk/airport/partners", {**values, "partner": "harbor"}))
    with entered(cast.as_greta):
        one = agreement_between(partners.ids["lantern"], cast.harbor)
        assert (one.state, one.agreed_by, one.proposer_id) == ("proposed", [], cast.airport)
    for name in ("lantern", "harbor"):
        with entered(as_manager(partners, name)):
            partnering.agree(one.id)
    with entered(cast.as_greta):
        assert agreement_between(partners.ids["lantern"], cast.harbor).state == "accepted"


def test_the_rules_propose_whom_to_ask_and_the_lead_composes_the_answer(partners, people, cast):
    made = acknowledged(cast, touchpoint_id=cast.belt)
    path = f"/desk/meridian/cases/{case_of(cast, made.case_id).reference}"
    ada = people["meridian"]
    page = ada.get(f"{path}?act=hand_off").text
    assert '<option value="harbor" selected' in page and "Proposed by the place and the topic." in page
    one = accepted(partners, made.case_id)
    do(partners, "harbor", working.answer, one, text="It lay <behind> the belt.", author="Hugo")
    page = ada.get(f"{path}?act=answer").text
    form = page[page.index('id="act-answer"') :]
    assert "What the others found" in form and "It lay &lt;behind&gt; the belt." in form


def test_ones_own_no_is_said_in_the_first_person(partners, people, cast):
    made = acknowledged(cast)
    one = offered(partners, made.case_id)
    hugo, ada = people["harbor"], people["meridian"]
    act(hugo, f"/desk/harbor/handoffs/{one}", "refusal", reason="not_ours", text="")
    accepted(partners, made.case_id, title="Pay for it")  # so that they see the case again, and what they said of it
    reference = case_of(cast, made.case_id).reference
    assert "declined: it is not our matter" in hugo.get("/desk/harbor/handoffs").text
    for path in (f"/desk/harbor/handoffs/{one}", f"/desk/harbor/cases/{reference}"):
        assert "Harbor Ground Handling declined: it is not our matter" in hugo.get(path).text
    assert "declined: it says that it is not responsible for this" in ada.get("/desk/meridian/handoffs").text
    own = ada.get(f"/desk/meridian/cases/{reference}").text
    assert "Harbor Ground Handling declined: it says that it is not responsible for this" in own


def test_who_is_asked_next_reads_who_said_no_before(partners, people, cast):
    """On the page of the hand-off and on that of the case, in a sentence of its own."""
    made = acknowledged(cast)
    one = accepted(partners, made.case_id, "lantern")
    do(partners, "lantern", handing.give_back, one, reason="cannot_solve", evidence="Not here.")
    two = offered(partners, made.case_id, part_id=handoff(one).part_id)
    for path in (f"/desk/harbor/handoffs/{two}", f"/desk/harbor/cases/{case_of(cast, made.case_id).reference}"):
        assert "Lantern Security gave it back: they could not solve it.</p>" in people["harbor"].get(path).text


def test_what_the_host_has_decided_about_is_not_told_again(partners, cast):
    """The lead has it back, and asks a third business: that is a new beginning."""
    made = acknowledged(cast)
    one = offered(partners, made.case_id)
    wait_until(handoff(one).accept_by)
    until_idle()
    wait_until(clock.now())
    until_idle()
    part, lead = handoff(one).part_id, partners.ids["meridian"]
    with entered(as_manager(partners, "airport")):
        version = case_of(cast, made.case_id).state_version
        hosting.assign(made.case_id, version, part_id=part, to_tenant_id=lead, reason="It is yours.")
    offered(partners, made.case_id, "lantern", part_id=part)
    asked = [entry for entry in history(cast, made.case_id, cast.public) if entry.kind == "case.handoff.offered"][-1]
    assert "after" not in asked.facts


def test_each_time_on_the_timeline_says_what_it_is(partners, people, browser, cast):
    """The moment of an entry follows its sentence; each further one has a word of its own."""
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    wait_until(handoff(one).answer_by)
    until_idle()
    page = browser.get(f"/cases/{case_of(cast, made.case_id).reference}").text
    timeline = page.split('<ol class="timeline"', 1)[1].split("</ol>", 1)[0]
    entries = re.findall(r'<p class="quiet">(.*?)</p>', timeline, re.S)
    told = [re.sub(r"<time[^>]*>[^<]*</time>", "TIME", entry).replace("&nbsp;", " ") for entry in entries]
    assert "Harbor Ground Handling is asked to help with part 1 · TIME · yes or no by TIME" in told
    assert "Harbor Ground Handling has taken on part 1 · TIME · answer by TIME" in told
    assert "Harbor Ground Handling is late with its answer · TIME" in told
