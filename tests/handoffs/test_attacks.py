"""What nobody may do with a hand-off: each address, by each who may not, with ids of others. Nothing is written."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.cases.models import Access, Case, Consent, Contact, Promise
from portal.cases.work_models import Part
from portal.desk.handoff_routes import ACTS
from portal.events.models import Event, SharedWith
from portal.handoffs import handing, partnering, sharing, working
from portal.handoffs.models import Handoff, Partnership
from portal.worker.main import until_idle
from tenants import clock
from tenants.models import Membership
from tenants.scope import Scope, current, db, entered, writing
from tests.handoffs.acts import accepted, do, offered
from tests.handoffs.conftest import agreed, as_manager, handoff
from tests.play import acknowledged, case_of, wait_until

pytestmark = pytest.mark.database

TABLES = (Case, Access, Part, Promise, Handoff, Event, SharedWith, Consent, Partnership)
FILLED = {
    "reason": "not_ours",
    "text": "Words.",
    "due": "2026-12-24T12:00",
    "help": "3",
    "ease": "3",
    "field": "email",
    "granted": "1",
    "business": "harbor",
}
WAYS = (*ACTS, "sharing", "look-up")
LIVE_STATES = ("offered", "accepted", "answered", "confirmed")


def everything():
    with entered(Scope.system()):
        tables = [model.__table__ for model in TABLES]
        return [db.session.execute(current().select(table).order_by(*table.primary_key)).all() for table in tables]


def brought_to(partners, state, to="harbor"):
    made = acknowledged(partners.cast, address="nia@example.com", channel="email")
    one = offered(partners, made.case_id, to)
    if state != "offered":
        do(partners, to, handing.accept, one, author="Hugo")
    if state in ("answered", "confirmed"):
        do(partners, to, working.answer, one, text="Found.", author="Hugo")
    if state == "confirmed":
        do(partners, "meridian", working.confirm, one)
    return made, one


def posts(person, path, one):
    """Each way of a hand-off with a form that would be accepted, and the version as it is: way → status."""
    version = str(handoff(one).version)
    return {way: person.post(f"{path}/{way}", {"version": version, **FILLED}).status_code for way in WAYS}


@pytest.mark.parametrize("state", LIVE_STATES)
def test_nobody_else_reaches_it_by_any_way(partners, cast, signed_in, another, state):
    """Another business with a part of the same case, the host, another network, and whoever is not signed in."""
    made, one = brought_to(partners, state)
    offered(partners, made.case_id, "lantern", title="Look at the pictures")
    lena, greta, hugo = signed_in("lena"), signed_in("greta"), signed_in("hugo")
    otto, anybody = signed_in("otto", "northport.example"), another()
    before = everything()
    for person, slug in ((lena, "lantern"), (greta, "airport"), (otto, "northport")):
        person.get(f"/desk/{slug}/handoffs")
        path = f"/desk/{slug}/handoffs/{one}"
        assert person.get(path).status_code == 404
        assert set(posts(person, path, one).values()) == {404}, slug
        assert set(posts(person, f"/desk/meridian/handoffs/{one}", one).values()) <= {403, 404}, slug
    hugo.get("/desk/harbor/handoffs")
    assert set(posts(hugo, f"/desk/meridian/handoffs/{one}", one).values()) <= {403, 404}
    assert set(posts(anybody, f"/desk/harbor/handoffs/{one}", one).values()) <= {302, 303, 401, 403}
    assert everything() == before


@pytest.mark.parametrize("state", LIVE_STATES)
def test_the_product_team_looks_and_does_nothing(partners, cast, signed_in, state):
    _made, one = brought_to(partners, state)
    with entered(Scope.system()), writing():
        for person_id in (cast.hugo, cast.ada):
            db.session.scalars(select(Membership).where(Membership.user_id == person_id)).one().role = "product"
    before = everything()
    for name, slug in (("hugo", "harbor"), ("ada", "meridian")):
        person, path = signed_in(name), f"/desk/{slug}/handoffs/{one}"
        page = person.get(path)
        assert page.status_code == 200 and f'action="{path}' not in page.text, "nothing is offered"
        assert set(posts(person, path, one).values()) == {403}
    assert everything() == before


@pytest.mark.parametrize(
    "way", ["acceptance", "refusal", "withdrawal", "answer", "confirmation", "reopening", "question"]
)
def test_a_second_click_does_nothing_more(partners, cast, signed_in, way):
    """The same form sent twice, as by a double click, or from another tab."""
    state = {"answer": "accepted", "question": "accepted", "confirmation": "answered", "reopening": "answered"}
    _made, one = brought_to(partners, state.get(way, "offered"))
    asker = way in ("withdrawal", "confirmation", "reopening")
    person = signed_in("ada" if asker else "hugo")
    path = f"/desk/{'meridian' if asker else 'harbor'}/handoffs/{one}"
    person.get(path)
    form = {"version": str(handoff(one).version), **FILLED}
    assert person.post(f"{path}/{way}", form).status_code == 303
    before = everything()
    again = person.post(f"{path}/{way}", form).status_code
    assert again == (404 if way == "refusal" else 409)
    assert everything() == before


def test_what_has_expired_is_not_taken_on(partners, cast, signed_in):
    _made, one = brought_to(partners, "offered")
    hugo, path = signed_in("hugo"), f"/desk/harbor/handoffs/{one}"
    hugo.get(path)
    version = str(handoff(one).version)
    wait_until(handoff(one).accept_by)
    until_idle()
    wait_until(clock.now())
    until_idle()
    before = everything()
    assert hugo.post(f"{path}/acceptance", {"version": version}).status_code == 404, "who was too late sees it no more"
    assert everything() == before and handoff(one).state == "expired"


def test_the_end_of_an_agreement_stops_both_sides(partners, cast, signed_in):
    _made, one = brought_to(partners, "answered")
    with entered(as_manager(partners, "meridian")):
        partnering.end(partnering.agreement_between(cast.meridian, cast.harbor).id)
    before = everything()
    for name, slug, way in (("hugo", "harbor", "progress"), ("ada", "meridian", "confirmation")):
        person, path = signed_in(name), f"/desk/{slug}/handoffs/{one}"
        person.get(path)
        refused = person.post(f"{path}/{way}", {"version": str(handoff(one).version), **FILLED})
        assert refused.status_code == 409 and "has ended. It goes back by itself." in refused.text
    assert everything() == before


def test_ids_of_other_cases_and_networks(partners, cast, signed_in, browser):
    """A part of another case, businesses that are not here, hand-offs of others: 404 or 422, and nothing written."""
    made, one = brought_to(partners, "accepted")
    _other, two = brought_to(partners, "accepted")
    mine = acknowledged(cast)
    path = f"/desk/meridian/cases/{case_of(cast, mine.case_id).reference}"
    ada = signed_in("ada")
    ada.get(path)
    form = {"version": str(case_of(cast, mine.case_id).state_version), "partner": "harbor", "title": "", "brief": "?"}
    before = everything()
    for change, status in (
        ({"what": str(handoff(one).part_id)}, 404),
        ({"what": str(one)}, 404),
        ({"what": "9" * 30}, 422),
        ({"what": "9" * 19}, 422),
        ({"what": "²"}, 422),
        ({"what": "-1"}, 422),
        ({"what": "whole", "partner": "northport"}, 422),
        ({"what": "whole", "partner": "meridian"}, 422),
        ({"what": "whole", "partner": str(cast.harbor)}, 422),
    ):
        assert ada.post(f"{path}/handoffs", {**form, **change}).status_code == status, change
    greta = signed_in("greta")
    greta.get("/desk/airport/handoffs")
    there = f"/desk/airport/cases/{case_of(cast, made.case_id).reference}/assignments"
    assign = {"part": str(handoff(one).part_id), "business": "harbor", "reason": "Theirs.", "version": "1"}
    assert greta.post(there, assign).status_code == 404, "the host sees a case when it has to decide, not before"
    assert ada.post(f"{path}/assignments", {**assign, "version": form["version"]}).status_code in (403, 409)
    assert everything() == before
    _the_customers_ids(cast, browser, made, two)


def _the_customers_ids(cast, browser, made, of_another):
    path = f"/cases/{case_of(cast, made.case_id).reference}/sharing"
    browser.get(f"/k/{made.key}")
    browser.post(f"/k/{made.key}")
    browser.get(path.removesuffix("/sharing"))
    before = everything()
    for field in ("email", "words", "name"):
        forged = {"handoff": str(of_another), "field": field, "answer": "yes"}
        assert browser.post(path, forged).status_code == 404, field
    for handoff_id in ("", "0", "-1", "x", "9" * 19, "9" * 30):
        status = browser.post(path, {"handoff": handoff_id, "field": "email", "answer": "yes"}).status_code
        assert status == 404, handoff_id
    for business in (str(cast.harbor), str(cast.elsewhere), "", "x"):
        assert browser.post(f"{path}/end", {"business": business, "field": "email"}).status_code == 404
    assert everything() == before


def test_a_suggestion_of_another_network_is_none(partners, cast, signed_in):
    _made, one = brought_to(partners, "offered")
    hugo, path = signed_in("hugo"), f"/desk/harbor/handoffs/{one}"
    hugo.get(path)
    form = {"version": str(handoff(one).version), "reason": "not_ours", "text": "", "suggested": "northport"}
    assert hugo.post(f"{path}/refusal", form).status_code == 303
    assert handoff(one).suggested_id is None


def test_a_consent_of_one_business_opens_nothing_to_the_next(partners, cast):
    """Given to Harbor; the part then goes to Lantern, which asks anew."""
    for name in ("harbor", "lantern"):
        with entered(as_manager(partners, "meridian")):
            partnering.end(partnering.agreement_between(cast.meridian, partners.ids[name]).id)
        agreed(partners, "meridian", name, passes={"assist": ["email"]})
    made, one = brought_to(partners, "accepted")
    do(partners, "harbor", sharing.ask_for, one, field="email")
    with entered(cast.customer(made.case_id)):
        sharing.give(made.case_id, one, "email", "en")
    do(partners, "harbor", handing.give_back, one, reason="cannot_solve", evidence="Not here.")
    two = accepted(partners, made.case_id, "lantern", part_id=handoff(one).part_id)
    for name in ("harbor", "lantern"):
        with entered(partners.scopes[name]):
            assert db.session.scalars(select(Contact)).all() == []
    with entered(cast.customer(made.case_id)), pytest.raises(sharing.WrongLeg):
        sharing.give(made.case_id, two, "email", "en")
