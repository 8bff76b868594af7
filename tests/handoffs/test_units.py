"""Hand-offs between units of one business: the same verbs and rules, and nobody outside sees any of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.cases import customer_verbs, handling, parts
from portal.cases.customer_verbs import withdraw
from portal.cases.work_models import Part
from portal.handoffs import handing, hosting, legs, managing, paths, unit_offering, working
from portal.handoffs.models import Handoff, UnitHandoff
from portal.handoffs.states import LIVE, WrongLeg
from portal.handoffs.unit_offering import UnitAsk
from portal.worker.main import until_idle
from tenants import clock
from tenants.models import Unit
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered, writing
from tests.handoffs import test_handing as outside
from tests.handoffs.units import accepted, do, newest, offered, one_of, unit_with
from tests.play import acknowledged, case_of, history, kinds_of, promises_of, snapshot, wait_until

pytestmark = pytest.mark.database


def as_others_see_it(inside, case_id):
    """Everything of a case that the public, its customer and another business may read, and the versions of pages."""
    cast = inside.cast
    row = case_of(cast, case_id)
    versions = (row.state_version, row.public_version, row.customer_version, row.shared_version)
    seen = []
    for scope in (cast.public, cast.customer(case_id), cast.as_hugo, cast.as_greta):
        with entered(scope):
            seen.append([repr(each) for each in history(cast, case_id, scope)])
            seen.append([(part.id, part.title) for part in db.session.scalars(select(Part))])
            seen.append(list(db.session.scalars(select(UnitHandoff.id))))
            seen.append(list(db.session.scalars(select(Unit.id))))
    return versions, seen


def run_out(moment):
    wait_until(moment)
    until_idle()
    wait_until(clock.now())
    until_idle()


def test_help_with_a_part_that_only_the_business_knows(inside, cast):
    made = acknowledged(cast)
    before, promised = as_others_see_it(inside, made.case_id), promises_of(cast, made.case_id)["answer"].due_at
    one = offered(inside, made.case_id)
    assert one_of(one).state == "offered" and one_of(one).accept_by is not None
    with entered(inside.scopes["bags"]):
        working.look(one)
    do(inside, "bags", handing.accept, one, author="Bo")
    with entered(inside.scopes["bags"]):
        working.report_progress(one, text="We look in the loft.", author="Bo")
    assert one_of(one).state == "in_work" and one_of(one).looked_at is not None
    do(inside, "bags", working.ask, one, text="Which color?", author="Bo")
    do(inside, "front", working.tell, one, text="Blue.", author="Ada")
    later = one_of(one).answer_by.replace(year=2027)
    do(inside, "bags", working.ask_longer, one, until=later, text="Snow.", author="Bo")
    do(inside, "front", working.grant_longer, one, granted=True)
    do(inside, "bags", working.answer, one, text="It was there.", author="Bo")
    do(inside, "front", working.reopen, one, text="Where exactly?", author="Ada")
    do(inside, "bags", working.answer, one, text="In row 3.", author="Bo")
    assert case_of(cast, made.case_id).open_parts == 1
    do(inside, "front", working.confirm, one)
    with entered(inside.scopes["front"]):
        working.rate(one, help_=3, ease=2)
    row = one_of(one)
    assert (row.state, row.answer_by, row.rated_help, row.rated_ease) == ("confirmed", later, 3, 2)
    assert case_of(cast, made.case_id).open_parts == 0
    assert as_others_see_it(inside, made.case_id) == before
    assert promises_of(cast, made.case_id)["answer"].due_at == promised
    mine = [entry for entry in history(cast, made.case_id, cast.as_ada) if entry.audience == "internal"]
    assert "We look in the loft." in repr(mine) and "In row 3." in repr(mine) and "Ask the loft" in repr(mine)
    assert {entry.tenant_id for entry in mine} == {cast.meridian}


def test_a_transfer_moves_the_case_within_the_business(inside, cast):
    made = acknowledged(cast)
    before = as_others_see_it(inside, made.case_id)
    one = offered(inside, made.case_id, whole=True)
    assert unit_with(inside, made.case_id) is None
    do(inside, "bags", handing.accept, one, author="Bo")
    assert unit_with(inside, made.case_id) == inside.ids["bags"]
    assert case_of(cast, made.case_id).lead_tenant_id == cast.meridian
    with pytest.raises(Forbidden):
        offered(inside, made.case_id, "care", whole=True)
    two = offered(inside, made.case_id, "care", by="bags", whole=True)
    with pytest.raises(Forbidden):
        do(inside, "front", handing.withdraw, two)
    do(inside, "care", handing.accept, two, author="Cy")
    assert unit_with(inside, made.case_id) == inside.ids["care"] and one_of(one).state == "confirmed"
    assert as_others_see_it(inside, made.case_id) == before
    with pytest.raises(paths.AlreadyOnPath):
        offered(inside, made.case_id, "bags", by="care", whole=True)
    with entered(inside.scopes["care"]):
        version = case_of(cast, made.case_id).state_version
        handling.answer(made.case_id, version, text="It is here.", author="Cy")
    assert one_of(two).state == "answered"
    with entered(cast.customer(made.case_id)):
        customer_verbs.accept_answer(made.case_id, case_of(cast, made.case_id).state_version)
    run_out(clock.now())
    assert one_of(two).state == "confirmed" and case_of(cast, made.case_id).state == "closed"


def test_after_two_that_came_back_the_manager_decides_and_it_cannot_be_declined(inside, cast):
    made = acknowledged(cast)
    before = as_others_see_it(inside, made.case_id)
    one = offered(inside, made.case_id)
    part = one_of(one).part_id
    values = {"reason": "not_ours", "text": "Ask the crew.", "author": "Bo", "suggested_id": inside.ids["crew"]}
    do(inside, "bags", handing.decline, one, **values)
    assert (one_of(one).state, one_of(one).suggested_id) == ("declined", inside.ids["crew"])
    with pytest.raises(paths.AlreadyOnPath):
        offered(inside, made.case_id, "bags", part_id=part)
    two = accepted(inside, made.case_id, "crew", part_id=part)
    do(inside, "crew", handing.give_back, two, reason="cannot_solve", evidence="Not on board.")
    with pytest.raises(paths.HostDecides):
        offered(inside, made.case_id, "care", part_id=part)
    version = case_of(cast, made.case_id).state_version
    for who in ("front", "bags", "crew"):
        with entered(inside.scopes[who]), pytest.raises(Forbidden):
            managing.assign(made.case_id, version, part_id=part, to_unit_id=inside.ids["bags"], reason="Theirs.")
    with entered(cast.as_greta), pytest.raises(LookupError):
        managing.assign(made.case_id, version, part_id=part, to_unit_id=inside.ids["bags"], reason="Theirs.")
    with entered(inside.scopes["manager"]):
        managing.assign(made.case_id, version, part_id=part, to_unit_id=inside.ids["bags"], reason="Theirs.")
        with pytest.raises(paths.NothingToDecide):
            managing.assign(made.case_id, version, part_id=part, to_unit_id=inside.ids["care"], reason="Or theirs.")
    three = newest()
    assert (three.state, three.by_host, three.to_unit_id) == ("accepted", True, inside.ids["bags"])
    with pytest.raises(WrongLeg):
        do(inside, "bags", handing.decline, three.id, reason="not_ours", text="", author="Bo")
    with pytest.raises(handing.GivenBackBefore):
        do(inside, "bags", handing.give_back, three.id, reason="not_ours", evidence="Plans.")
    assert as_others_see_it(inside, made.case_id) == before


def test_what_nobody_takes_on_in_time_and_what_is_late(inside, cast):
    made = acknowledged(cast)
    one, two = offered(inside, made.case_id), accepted(inside, made.case_id, "care", title="Call them")
    before = as_others_see_it(inside, made.case_id)
    run_out(one_of(one).accept_by)
    assert one_of(one).state == "expired" and one_of(two).late_at is None
    with pytest.raises(paths.HostDecides):
        offered(inside, made.case_id, "crew", part_id=one_of(one).part_id)
    run_out(one_of(two).answer_by)
    assert one_of(two).late_at is not None and one_of(two).state == "accepted"
    kinds = kinds_of(cast, made.case_id, cast.as_ada)
    assert kinds.count("case.unit.expired") == kinds.count("case.unit.late") == 1
    assert as_others_see_it(inside, made.case_id)[1] == before[1]


def test_a_dispute_is_heard_and_ruled_on_by_a_manager(inside, cast):
    made = acknowledged(cast)
    one = offered(inside, made.case_id, whole=True)
    run_out(one_of(one).accept_by)
    with entered(inside.scopes["manager"]):
        version = case_of(cast, made.case_id).state_version
        managing.assign(made.case_id, version, part_id=None, to_unit_id=inside.ids["bags"], reason="Theirs.")
    two = newest().id
    assert unit_with(inside, made.case_id) == inside.ids["bags"]
    do(inside, "bags", hosting.dispute, two, text="The plan says otherwise.", author="Bo")
    with pytest.raises(paths.NothingToDecide):
        do(inside, "manager", hosting.rule, two, reason="Too early.")
    with pytest.raises(Forbidden):
        do(inside, "bags", hosting.rule, two, reason="Ours.")
    do(inside, "front", hosting.reply, two, text="It was theirs.", author="Ada")
    do(inside, "manager", hosting.rule, two, reason="So be it.", to_id=inside.ids["care"])
    assert one_of(two).state == "withdrawn" and newest().to_unit_id == inside.ids["care"] and newest().by_host
    assert unit_with(inside, made.case_id) == inside.ids["care"]
    assert "So be it." not in repr(history(cast, made.case_id, cast.public))


def test_the_front_desk_can_have_it_back(inside, cast):
    made = acknowledged(cast)
    accepted(inside, made.case_id, whole=True)
    do(inside, "bags", handing.give_back, newest().id, reason="not_ours", evidence="Not our flight.")
    with entered(inside.scopes["manager"]):
        version = case_of(cast, made.case_id).state_version
        managing.assign(made.case_id, version, part_id=None, to_unit_id=None, reason="Ada goes on.")
    assert unit_with(inside, made.case_id) is None
    offered(inside, made.case_id, "care", whole=True)


def test_what_the_customer_takes_back_is_nobodys_work_inside_either(inside, cast):
    made = acknowledged(cast)
    one, two = accepted(inside, made.case_id), offered(inside, made.case_id, "care", whole=True)
    with entered(cast.customer(made.case_id)):
        withdraw(made.case_id, case_of(cast, made.case_id).state_version)
    with pytest.raises(legs.Frozen):
        do(inside, "bags", working.answer, one, text="Late.", author="Bo")
    run_out(clock.now())
    assert one_of(one).state == one_of(two).state == "withdrawn"
    assert case_of(cast, made.case_id).open_parts == 0


def test_when_the_lead_moves_nothing_is_left_inside_that_would_hold_the_case(inside, cast, partners):
    made = acknowledged(cast)
    accepted(inside, made.case_id, "care", whole=True)
    one = accepted(inside, made.case_id, by="care")
    out = outside.offered(partners, made.case_id, whole=True)
    outside.do(partners, "harbor", handing.accept, out, author="Hugo")
    assert unit_with(inside, made.case_id) is None
    with pytest.raises(legs.Frozen):
        do(inside, "bags", working.answer, one, text="Late.", author="Bo")
    run_out(clock.now())
    assert one_of(one).state == "withdrawn" and case_of(cast, made.case_id).open_parts == 0
    with entered(Scope.system()):
        assert not db.session.scalars(select(UnitHandoff.id).where(UnitHandoff.state.in_(LIVE))).all()
    assert not [entry for entry in history(cast, made.case_id, cast.as_hugo) if entry.kind.startswith("case.unit.")]


def test_a_business_that_helps_hands_its_part_to_its_own_unit(inside, cast, partners):
    """Harbor leads and asks Lantern for help; a unit of Lantern works on it, and Harbor notices nothing."""
    made = acknowledged(cast)
    out = outside.offered(partners, made.case_id, whole=True)
    outside.do(partners, "harbor", handing.accept, out, author="Hugo")
    with entered(partners.scopes["harbor"]):
        ask = handing.Ask(partners.ids["lantern"], "Where?", None, "At the lanes")
        handing.offer(made.case_id, case_of(cast, made.case_id).state_version, ask, author="Hugo")
    lena = partners.scopes["lantern"]
    with entered(Scope.system(cast.riverside)), writing():
        night = Unit(network_id=cast.riverside, tenant_id=lena.tenant_id, slug="night", name={"en": "Night"})
        db.session.add(night)
        db.session.flush()
        unit_id = night.id
    with entered(Scope.system(cast.riverside)):
        handed = db.session.scalars(select(Handoff).order_by(Handoff.id.desc())).first()
    version = case_of(cast, made.case_id).state_version
    with entered(lena):
        with pytest.raises(Forbidden):
            unit_offering.offer(made.case_id, version, UnitAsk(unit_id, "?", handed.part_id), author="Lena")
        handing.accept(handed.id, handed.version, author="Lena")
        version = case_of(cast, made.case_id).state_version
        one = unit_offering.offer(made.case_id, version, UnitAsk(unit_id, "?", handed.part_id), author="Lena")
        two = unit_offering.offer(made.case_id, version, UnitAsk(unit_id, "?", None, "Own"), author="Lena")
    assert case_of(cast, made.case_id).state_version == version
    boss = Scope.staff(lena.network_id, lena.tenant_id, lena.person_id, "manager")
    for each in (one, two):
        with entered(boss):
            handing.accept(each, one_of(each).version, author="Lena")
            working.answer(each, one_of(each).version, text="Here.", author="Lena")
    with entered(boss):
        working.confirm(one, one_of(one).version)
        assert db.session.get_one(Part, handed.part_id).done_at is None, "it ends with the answer to Harbor"
        working.answer(handed.id, db.session.get_one(Handoff, handed.id).version, text="Found.", author="Lena")
    with entered(partners.scopes["harbor"]):
        working.confirm(handed.id, db.session.get_one(Handoff, handed.id).version)
    run_out(clock.now())
    assert one_of(two).state == "withdrawn" and case_of(cast, made.case_id).open_parts == 0


def test_a_public_part_with_a_unit_is_not_ended_or_offered_over_its_head(inside, cast, partners):
    made = acknowledged(cast)
    with entered(cast.as_ada):
        parts.split(made.case_id, 2, ["The bag"])
        (part,) = parts.parts_of(made.case_id)
    before = as_others_see_it(inside, made.case_id)
    one = accepted(inside, made.case_id, part_id=part.id)
    assert as_others_see_it(inside, made.case_id) == before
    with entered(cast.as_ada), pytest.raises(parts.PartIsHanded):
        parts.finish(made.case_id, part.id)
    with pytest.raises(paths.AlreadyAsked):
        outside.offered(partners, made.case_id, part_id=part.id)
    do(inside, "bags", working.answer, one, text="Here.", author="Bo")
    do(inside, "front", working.confirm, one)
    assert case_of(cast, made.case_id).open_parts == 0
    assert kinds_of(cast, made.case_id, cast.public)[-1] == "case.part.done"


def test_what_only_the_business_knows_is_offered_to_no_other_and_misses_no_number(inside, cast, partners):
    made = acknowledged(cast)
    one = offered(inside, made.case_id)
    do(inside, "front", handing.withdraw, one)
    with pytest.raises(parts.NoSuchPart):
        outside.offered(partners, made.case_id, part_id=one_of(one).part_id)
    outside.offered(partners, made.case_id)
    with entered(cast.public):
        assert [part.number for part in db.session.scalars(select(Part))] == [1]
    with entered(cast.as_ada):
        parts.finish(made.case_id, one_of(one).part_id)
    assert case_of(cast, made.case_id).open_parts == 1


def test_no_answer_while_something_inside_is_open_so_that_the_customer_never_meets_it(inside, cast):
    made = acknowledged(cast)
    one = accepted(inside, made.case_id)
    before = snapshot(cast)
    version = case_of(cast, made.case_id).state_version
    with entered(cast.as_ada), pytest.raises(handling.OpenParts):
        handling.answer(made.case_id, version, text="Here.", author="Ada")
    assert snapshot(cast) == before
    do(inside, "bags", working.answer, one, text="Here.", author="Bo")
    do(inside, "front", working.confirm, one)
    with entered(cast.as_ada):
        handling.answer(made.case_id, version, text="Here.", author="Ada")
