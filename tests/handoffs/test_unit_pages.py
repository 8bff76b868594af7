"""Units on the desk: pages, forms, who may, and that the page of the case shows nothing of it to anybody else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.accounts.passwords import hashed
from portal.cases.work_models import Part
from portal.handoffs import handing, hosting, managing, working
from tenants.models import Membership, Unit, User
from tenants.scope import Scope, db, entered, writing
from tests.handoffs.test_pages import act
from tests.handoffs.units import accepted, do, newest, offered, one_of, unit_with
from tests.pages.conftest import PASSWORD
from tests.play import acknowledged, case_of, snapshot, wait_until

pytestmark = pytest.mark.database


@pytest.fixture
def people(inside, signed_in):
    """Those of the units, Ada, the manager Mona, and Hugo of Harbor, signed in."""
    with entered(Scope.system()), writing():
        for user in db.session.scalars(select(User)):
            user.password_hash = hashed(PASSWORD)
    return {name: signed_in(name) for name in ("ada", "bags", "care", "crew", "mona", "hugo")}


def path_of(cast, case_id):
    return f"/desk/meridian/cases/{case_of(cast, case_id).reference}"


GIVEN = {"what": "new", "title": "Ask the <loft>", "brief": "Look there, please."}


def test_from_the_form_to_the_confirmed_answer(inside, people, browser, cast):
    made = acknowledged(cast)
    path, ada, bo = path_of(cast, made.case_id), people["ada"], people["bags"]
    before = browser.get(path.replace("/desk/meridian", "")).text
    page = ada.get(f"{path}?act=give_unit").text
    assert "Give to a unit" in page and "The front desk has this case." in page
    assert "Internal: only your business sees this" in page
    done = act(ada, path, "unit-handoffs", unit=str(inside.ids["bags"]), **GIVEN)
    assert "Nobody outside the business sees it." in done.text and "Ask the &lt;loft&gt;" in done.text
    one = newest().id
    inbox = bo.get("/desk/meridian/handoffs").text
    assert "Inside our business" in inbox and "Asked of my unit" in inbox and "Hand-offs (1)" in inbox
    assert "Asked of my unit" not in people["care"].get("/desk/meridian/handoffs").text
    theirs = f"/desk/meridian/unit-handoffs/{one}"
    opened = bo.get(theirs).text
    assert "Look there, please." in opened
    assert re.search(r'hx-post="[^"]+/look" hx-trigger="load"[^>]*><input[^>]+csrf_token', opened), "with its token"
    assert bo.post(f"{theirs}/look", {}).status_code == 204
    assert "opened" in ada.get(path).text
    act(bo, theirs, "acceptance")
    act(bo, theirs, "question", text="Which color?")
    act(ada, theirs, "information", text="Blue.")
    act(bo, theirs, "answer", text="It was in row 3.")
    done = act(ada, theirs, "confirmation")
    assert "Confirmed. This part is done." in done.text and "Was it of help?" in done.text
    assert act(ada, theirs, "rating", help="3", ease="2").status_code == 200
    units = people["mona"].get("/desk/meridian/units").text
    assert "asked for one thing" in units and "help 3.0, ease 2.0 of 3" in units
    assert "asked for one thing" not in ada.get("/desk/meridian/units").text
    after = browser.get(path.replace("/desk/meridian", "")).text
    assert re.sub(r"\d\d:\d\d", "", after) == re.sub(r"\d\d:\d\d", "", before)


def test_the_whole_case_and_the_queue_of_a_unit(inside, people, cast):
    made = acknowledged(cast)
    path, reference = path_of(cast, made.case_id), case_of(cast, made.case_id).reference
    act(people["ada"], path, "unit-handoffs", unit=str(inside.ids["bags"]), what="whole", brief="Yours.")
    assert reference not in people["bags"].get("/desk/meridian/?show=unit").text
    act(people["bags"], f"/desk/meridian/unit-handoffs/{newest().id}", "acceptance")
    assert unit_with(inside, made.case_id) == inside.ids["bags"]
    assert reference in people["bags"].get("/desk/meridian/?show=unit").text
    assert "With my unit" not in people["ada"].get("/desk/meridian/").text
    page = people["ada"].get(path).text
    assert "Baggage service has this case." in page and "Give to a unit" not in page


def test_wrong_people_forms_and_times(inside, people, cast):
    made = acknowledged(cast)
    path, one = path_of(cast, made.case_id), offered(inside, made.case_id)
    theirs, before = f"/desk/meridian/unit-handoffs/{one}", snapshot(cast)
    assert people["hugo"].get(f"/desk/harbor/unit-handoffs/{one}").status_code == 404
    assert people["hugo"].get(theirs).status_code in (403, 404)
    assert people["ada"].get(f"/desk/meridian/handoffs/{one}").status_code == 404
    assert people["ada"].get(f"/desk/meridian/unit-handoffs/{one + 1}").status_code == 404
    for name in ("ada", "bags", "care", "mona", "hugo"):
        people[name].get("/desk/")
    people["care"].get(path)
    assert people["care"].post(f"{theirs}/acceptance", {"version": "2"}).status_code == 403
    people["bags"].get(theirs)
    assert people["bags"].post(f"{theirs}/acceptance", {"version": "77"}).status_code == 409
    assert people["bags"].post(f"{theirs}/answer", {"version": "2", "text": "Typed."}).status_code == 409
    refused = people["bags"].post(f"{theirs}/refusal", {"version": "2", "reason": "because", "text": "Typed."})
    assert refused.status_code == 422 and "Typed." in refused.text
    ada, version = people["ada"], {"version": str(case_of(cast, made.case_id).state_version)}
    ada.get(path)
    refused = ada.post(f"{path}/unit-handoffs", {**version, "unit": "99", "what": "new", "title": "", "brief": "Kept."})
    assert refused.status_code == 422 and "Choose a unit." in refused.text and "Kept." in refused.text
    assert "Name the part in a few words. Only your business sees them." in refused.text
    part = str(one_of(one).part_id)
    asked = {"unit": str(inside.ids["care"]), "what": part, "title": "", "brief": "Kept."}
    assert ada.post(f"{path}/unit-handoffs", {**version, **asked}).status_code == 409
    assert ada.post(f"{path}/unit-handoffs", {**version, **asked, "what": "12345"}).status_code == 404
    decided = {**version, "unit": str(inside.ids["care"]), "part": part, "reason": "So."}
    assert ada.post(f"{path}/unit-assignments", decided).status_code == 403
    mona = people["mona"]
    mona.get(path)
    assert mona.post(f"{path}/unit-assignments", decided).status_code == 409
    assert snapshot(cast) == before
    do(inside, "bags", handing.decline, one, reason="not_ours", text="", author="Bo")
    refused = ada.post(f"{path}/unit-handoffs", {**version, **asked, "unit": str(inside.ids["bags"])})
    assert refused.status_code == 422 and "This unit has had it before." in refused.text and "Kept." in refused.text


def test_a_manager_decides_what_came_back(inside, people, browser, cast):
    made = acknowledged(cast)
    path, one = path_of(cast, made.case_id), offered(inside, made.case_id)
    do(inside, "bags", handing.decline, one, reason="not_ours", text="", author="Bo")
    two = offered(inside, made.case_id, "crew", part_id=one_of(one).part_id)
    do(inside, "crew", handing.decline, two, reason="no_capacity", text="", author="Cy")
    mona = people["mona"]
    assert "Yours to decide" in mona.get("/desk/meridian/handoffs").text
    assert "Yours to decide" not in people["ada"].get("/desk/meridian/handoffs").text
    page = mona.get(f"{path}?act=assign_unit").text
    assert "Decide which unit takes it" in page and "asked 2 times without success" in page
    values = {"part": str(one_of(one).part_id), "unit": str(inside.ids["care"])}
    refused = act(mona, path, "unit-assignments", **values, reason="")
    assert refused.status_code == 422 and "Say why. The units read it." in refused.text
    done = act(mona, path, "unit-assignments", **values, reason="They <know> her.")
    assert "Decided. The units read why." in done.text and newest().to_unit_id == inside.ids["care"]
    page = people["care"].get(f"/desk/meridian/unit-handoffs/{newest().id}").text
    assert "They &lt;know&gt; her." in page and "We cannot take it" not in page and "Object to the decision" in page
    assert "They &lt;know" not in browser.get(path.replace("/desk/meridian", "")).text


def test_managers_make_units_and_put_colleagues_into_them(inside, people, cast):
    mona, values = people["mona"], {"accept_number": "2", "accept_unit": "hours", "answer_number": "3"}
    values |= {"answer_unit": "working_days", "auto_accept": "1"}
    mona.get("/desk/meridian/units")
    refused = mona.post("/desk/meridian/units", values)
    assert refused.status_code == 422 and "Give the unit a name" in refused.text
    assert mona.post("/desk/meridian/units", {**values, "name_zh_hans": "客舱"}).status_code == 303
    with entered(Scope.system()):
        unit = db.session.scalars(select(Unit).order_by(Unit.id.desc())).first()
    assert (unit.tenant_id, unit.name, unit.accept_within) == (cast.meridian, {"zh_Hans": "客舱"}, ["hours", 2])
    assert mona.post(f"/desk/meridian/units/{unit.id}", {**values, "name_en": "Cabin"}).status_code == 303
    assert "Cabin" in mona.get("/desk/meridian/units").text
    assert mona.post(f"/desk/meridian/units/members/{cast.ada}", {"unit": str(unit.id)}).status_code == 303
    with entered(Scope.system()):
        assert db.session.get_one(Membership, (cast.meridian, cast.ada)).unit_id == unit.id
    assert mona.post(f"/desk/meridian/units/members/{cast.hugo}", {"unit": str(unit.id)}).status_code == 404
    assert mona.post(f"/desk/meridian/units/members/{cast.ada}", {"unit": "12345"}).status_code == 404
    assert mona.post("/desk/meridian/units/12345", {**values, "name_en": "Cabin"}).status_code == 404
    ada, hugo = people["ada"], people["hugo"]
    ada.get("/desk/meridian/units")
    for where in ("units", f"units/{unit.id}", f"units/members/{cast.ada}"):
        data = {**values, "name_en": "Mine", "unit": "front"}
        assert ada.post(f"/desk/meridian/{where}", data).status_code == 403
    assert "Cabin" not in hugo.get("/desk/harbor/units").text


def test_a_customer_who_accepts_while_a_part_is_open_is_told_so(inside, people, browser, report, cast):
    """Never because of what is inside: an answer is not given before that is done."""
    reference, _key = report()
    ada = people["ada"]
    path = f"/desk/meridian/cases/{reference}"
    act(ada, path, "acknowledgement", plan="We look.", due="2026-11-20T12:00")
    act(ada, path, "unit-handoffs", unit=str(inside.ids["bags"]), **GIVEN)
    values = {"text": "Here.", "touchpoint": "gate-b4", "category": "lost-luggage"}
    early = act(ada, path, "answer", **values)
    assert early.status_code == 409 and "Here." in early.text
    act(ada, f"/desk/meridian/unit-handoffs/{newest().id}", "withdrawal")
    with entered(Scope.system()):
        part = db.session.scalars(select(Part.id)).one()
    act(ada, path, f"parts/{part}/end")
    act(ada, path, "parts", titles="The bill")
    assert act(ada, path, "answer", **values).status_code == 200
    page = browser.get(f"/cases/{reference}")
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    refused = browser.post(f"/cases/{reference}/acceptance", {"version": version})
    assert refused.status_code == 409 and "A part of this case is still open." in refused.text


def test_ones_own_no_is_said_in_the_first_person(inside, people, cast):
    made = acknowledged(cast)
    one = offered(inside, made.case_id)
    do(inside, "bags", handing.decline, one, reason="not_ours", text="", author="Bo")
    own = f"/desk/meridian/unit-handoffs/{one}"
    for path in (own, path_of(cast, made.case_id)):
        assert "Baggage service declined: it is not our matter" in people["bags"].get(path).text
        assert "Baggage service declined: it says that it is not responsible for this" in people["ada"].get(path).text
    assert "it is not our matter" in people["bags"].get("/desk/meridian/handoffs").text
    offered(inside, made.case_id, "care", part_id=one_of(one).part_id)
    page = people["ada"].get(path_of(cast, made.case_id)).text
    assert "Baggage service declined: it says that it is not responsible for this.</p>" in page


def sides_of(page):
    """The captions of what may be done, each with the names of its forms."""
    box = page.split('<h2 id="acts">', 1)[1].split("</section>", 1)[0]
    parts = re.split(r'<h3 id="side\d">(.*?)</h3>', box)
    return {parts[i]: re.findall(r'unit-handoffs/\d+/([\w-]+)"', parts[i + 1]) for i in range(1, len(parts), 2)}


def test_a_manager_sees_whose_word_each_button_is(inside, people, cast):
    made = acknowledged(cast)
    one = offered(inside, made.case_id)
    path = f"/desk/meridian/unit-handoffs/{one}"
    assert sides_of(people["mona"].get(path).text) == {
        "For Baggage service:": ["acceptance", "refusal"],
        "For Front desk:": ["withdrawal"],
    }
    for name in ("bags", "ada"):
        assert 'id="side1"' not in people[name].get(path).text, "who is of one side needs no caption"
    refused = act(people["mona"], path, "refusal", reason="", text="Typed.")
    assert refused.status_code == 422 and refused.text.count("Typed.") == 1
    do(inside, "bags", handing.decline, one, reason="not_ours", text="", author="Bo")
    two = offered(inside, made.case_id, "crew", part_id=one_of(one).part_id)
    do(inside, "crew", handing.decline, two, reason="no_capacity", text="", author="Cy")
    with entered(inside.scopes["manager"]):
        version = case_of(cast, made.case_id).state_version
        part = one_of(one).part_id
        managing.assign(made.case_id, version, part_id=part, to_unit_id=inside.ids["care"], reason="So.")
    three = newest().id
    do(inside, "care", hosting.dispute, three, text="No.", author="Di")
    do(inside, "front", hosting.reply, three, text="Yes.", author="Ada")
    page = people["mona"].get(f"/desk/meridian/unit-handoffs/{three}").text
    assert sides_of(page)["As a manager:"] == ["ruling"]


def test_what_happened_between_units_runs_newest_first(inside, people, cast):
    made = acknowledged(cast)
    one = accepted(inside, made.case_id)
    page = people["ada"].get(f"/desk/meridian/unit-handoffs/{one}").text
    told = page.split('<ol class="timeline"', 1)[1]
    assert told.index("has taken it on") < told.index("is asked to help with a part of our own")


def test_a_late_unit_is_said_in_the_banner(inside, people, signed_in, cast, browser):
    made = acknowledged(cast)
    one = accepted(inside, made.case_id)
    path = path_of(cast, made.case_id)
    assert "Waiting for" not in people["ada"].get(path).text
    wait_until(one_of(one).answer_by)
    page = signed_in("ada").get(path).text
    banner = page.split('class="next', 1)[1].split("</section>", 1)[0]
    assert "Waiting for Baggage service, late since" in banner and "Ask the loft" in banner
    assert "Baggage service" not in browser.get(path.replace("/desk/meridian", "")).text


def test_that_it_is_internal_is_said_once_a_section(inside, people, cast):
    made = acknowledged(cast)
    one = accepted(inside, made.case_id)
    do(inside, "bags", working.ask, one, text="Which color?", author="Bo")
    do(inside, "front", working.tell, one, text="Blue.", author="Ada")
    pages = [people["ada"].get(path_of(cast, made.case_id)).text]
    pages.append(people["mona"].get(f"/desk/meridian/unit-handoffs/{one}").text)
    for page in pages:
        assert "only your team" not in page.lower()
        for section in re.split(r"<(?:section|details|fieldset)\b|<div class=\"field internal", page)[1:]:
            assert section.lower().count("only your business") <= 1, section
    timeline = pages[0].split('id="timeline"', 1)[1].split("</ol>", 1)[0]
    assert timeline.count("What is marked “Internal” only your business sees.") == 1
    assert timeline.count("Internal</span>") >= 4, "each entry still has its mark"


def test_after_a_no_the_unit_that_was_named_is_asked_and_the_grade_comes_last(inside, people, cast):
    made = acknowledged(cast)
    one = offered(inside, made.case_id)
    crew = inside.ids["crew"]
    do(inside, "bags", handing.decline, one, reason="not_ours", text="", author="Bo", suggested_id=crew)
    page = people["ada"].get(f"/desk/meridian/unit-handoffs/{one}").text
    box = page.split('<h2 id="acts">', 1)[1].split("</section>", 1)[0]
    assert re.findall(r'class="btn" href="[^"]+">([^<]+)<', box) == ["Ask Station team"]
    assert box.index("Ask Station team") < box.index("How was it?")
    form = people["ada"].get(f"{path_of(cast, made.case_id)}?act=give_unit&unit={crew}").text
    assert re.search(rf'<option value="{crew}" selected', form)
    two = offered(inside, made.case_id, "crew", part_id=one_of(one).part_id)
    do(inside, "crew", handing.decline, two, reason="no_capacity", text="", author="Cy")
    assert "Decide which unit takes it" in people["mona"].get(f"/desk/meridian/unit-handoffs/{two}").text
    for name, path in (("ada", two), ("mona", one)):
        assert "act=" not in people[name].get(f"/desk/meridian/unit-handoffs/{path}").text


def test_who_asks_and_who_signs_is_one_unit_also_for_a_manager(inside, people, cast):
    with entered(Scope.system()), writing():
        manager = inside.scopes["manager"].person_id
        db.session.get_one(Membership, (cast.meridian, manager)).unit_id = inside.ids["care"]
    made = acknowledged(cast)
    one = offered(inside, made.case_id, by="manager")
    do(inside, "manager", handing.accept, one, author="Mona")
    do(inside, "manager", working.ask, one, text="Which color?", author="Mona")
    page = people["ada"].get(f"/desk/meridian/unit-handoffs/{one}").text
    assert "Front desk asks Baggage service" in page
    signed = re.findall(r'<div class="who"><b>([^<]+)</b>', page)
    assert signed == ["Baggage service", "Front desk"], "the newest first"
