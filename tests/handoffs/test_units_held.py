"""Hand-offs between units: who may do what in which state, several at once, and what the database itself refuses."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.cases.holding import Stale
from portal.cases.models import Access, Case
from portal.cases.states import WrongState
from portal.cases.work_models import Part
from portal.handoffs import handing, legs, unit_offering
from portal.handoffs.models import UnitHandoff
from portal.handoffs.states import STATES, TRANSITIONS, WrongLeg
from portal.handoffs.unit_offering import UnitAsk
from tenants import clock, guard, scope
from tenants.models import Unit
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered, writing
from tests.cases.test_handling import case_in
from tests.conftest import ON_POSTGRESQL
from tests.handoffs import test_handing as outside
from tests.handoffs.units import offered, one_of, unit_with
from tests.play import acknowledged, at_once, kinds_of, snapshot

pytestmark = pytest.mark.database


def test_twenty_who_accept_at_once_make_one_acceptance(app, inside, cast):
    made = acknowledged(cast)
    one = offered(inside, made.case_id, whole=True)
    version = one_of(one).version

    def take():
        with entered(inside.scopes["bags"]):
            handing.accept(one, version, author="Bo")

    results = at_once(app, [take] * 20)
    assert [type(each) for each in results if each is not None] == [legs.StaleHandoff] * 19
    assert kinds_of(cast, made.case_id).count("case.unit.accepted") == 1
    assert unit_with(inside, made.case_id) == inside.ids["bags"]


def test_accepting_and_withdrawing_at_once_leave_one_result(app, inside, cast):
    for _ in range(3):
        made = acknowledged(cast)
        one = offered(inside, made.case_id, whole=True)
        version = one_of(one).version

        def take(one=one, version=version):
            with entered(inside.scopes["bags"]):
                handing.accept(one, version, author="Bo")

        def back(one=one, version=version):
            with entered(inside.scopes["front"]):
                handing.withdraw(one, version)

        at_once(app, [take, back, take, back])
        ends = (("accepted", inside.ids["bags"]), ("withdrawn", None))
        assert (one_of(one).state, unit_with(inside, made.case_id)) in ends
        kinds = kinds_of(cast, made.case_id)
        assert kinds.count("case.unit.accepted") + kinds.count("case.unit.withdrawn") == 1


def put(one, state):
    """Into a state, over the steps that lead there."""
    ways = {
        "offered": [],
        "accepted": ["accepted"],
        "in_work": ["accepted", "in_work"],
        "awaiting_info": ["accepted", "awaiting_info"],
        "answered": ["accepted", "answered"],
        "reopened": ["accepted", "answered", "reopened"],
        "confirmed": ["accepted", "answered", "confirmed"],
        "returned": ["accepted", "returned"],
    }
    with entered(Scope.system()), writing():
        row = db.session.get_one(UnitHandoff, one)
        for each in ways.get(state, [state]):
            if each == "accepted":
                row.accepted_at, row.answer_by = clock.now(), clock.now()
            row.state = each
            db.session.flush()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", outside.VERBS)
def test_each_verb_in_each_state_by_each_side(inside, cast, verb, state):
    made = acknowledged(cast)
    one = offered(inside, made.case_id)
    put(one, state)
    version, before = one_of(one).version, snapshot(cast)
    act, run = outside.ACT.get(verb, verb), outside.VERBS[verb]
    right, wrong = ("front", ("bags",)) if verb in outside.OF_ASKER else ("bags", ("front", "care"))
    for stranger in wrong:
        with entered(inside.scopes[stranger]), pytest.raises(Forbidden):
            run(one, version)
    for other in (cast.as_hugo, cast.as_greta, cast.as_otto):
        with entered(other), pytest.raises(legs.NoSuchHandoff):
            run(one, version)
    assert snapshot(cast) == before
    with entered(inside.scopes[right]):
        with pytest.raises(legs.StaleHandoff):
            run(one, version + 1)
        if (state, act) in TRANSITIONS:
            run(one, version)
        else:
            with pytest.raises((WrongLeg, handing.GivenBackBefore)):
                run(one, version)
    assert one_of(one).state == TRANSITIONS.get((state, act), state)
    if (state, act) not in TRANSITIONS:
        assert snapshot(cast) == before


@pytest.mark.parametrize("state", ["received", "answered", "closed", "withdrawn", "reopened", "appealed"])
def test_help_is_asked_for_while_there_is_work(inside, cast, state):
    case = case_in(cast, state)
    before = snapshot(cast)
    with pytest.raises((WrongState, Forbidden)):
        offered(inside, case.id)
    with pytest.raises(Stale), entered(cast.as_ada):
        unit_offering.offer(case.id, case.state_version + 1, UnitAsk(inside.ids["bags"], "?"), author="Ada")
    assert snapshot(cast) == before


def write(model, key, **values):
    """Past all verbs."""
    with entered(Scope.system()), writing():
        row = db.session.get_one(model, key)
        for name, value in values.items():
            setattr(row, name, value)


@pytest.mark.parametrize("state", ["in_work", "awaiting_info", "answered", "confirmed", "reopened", "returned"])
def test_the_database_knows_no_other_step(inside, cast, state):
    one = offered(inside, acknowledged(cast).case_id)
    times = {"accepted_at": clock.now(), "answer_by": clock.now()}
    with pytest.raises(IntegrityError):
        write(UnitHandoff, one, state=state, **times)


def test_the_database_moves_a_case_to_a_unit_only_along_what_it_has_taken_on(inside, cast):
    made = acknowledged(cast)
    offered(inside, made.case_id, whole=True)
    with pytest.raises(IntegrityError):
        write(Access, (made.case_id, cast.meridian), unit_id=inside.ids["bags"])
    assert unit_with(inside, made.case_id) is None


def test_the_database_holds_one_live_hand_off_for_each_part(inside, cast):
    one = offered(inside, acknowledged(cast).case_id)
    row = one_of(one)
    values = {column.name: getattr(row, column.name) for column in UnitHandoff.__table__.columns}

    def again():
        with entered(Scope.system()), writing():
            db.session.add(UnitHandoff(**{**values, "id": one + 1, "to_unit_id": inside.ids["care"]}))

    with pytest.raises(IntegrityError):
        again()


def test_what_is_said_carries_the_case_of_its_own_business(inside, cast):
    """The scope of another business on the same case may neither read nor name a unit of this one."""
    made = acknowledged(cast)
    one = offered(inside, made.case_id)
    outside.offered(inside.partners, made.case_id)
    with entered(cast.as_hugo):
        assert db.session.get(Case, made.case_id) is not None
        assert db.session.get(UnitHandoff, one) is None
        assert db.session.get(Part, one_of(one).part_id) is None


def test_a_unit_may_take_on_whatever_it_is_asked(inside, cast):
    with entered(Scope.system()), writing():
        unit = db.session.get_one(Unit, inside.ids["bags"])
        unit.auto_accept, unit.answer_within = True, ["hours", 3]
    made = acknowledged(cast)
    one = one_of(offered(inside, made.case_id, whole=True))
    assert one.state == "accepted" and (one.answer_by - one.accepted_at).total_seconds() == 3 * 3600
    assert unit_with(inside, made.case_id) == inside.ids["bags"]


def test_the_second_wall_alone_keeps_what_is_inside(inside, cast, monkeypatch):
    """With the wall of the application gone PostgreSQL still shows another business nothing; SQLite has no other."""
    made = acknowledged(cast)
    offered(inside, made.case_id)
    outside.offered(inside.partners, made.case_id)
    monkeypatch.setattr(guard, "_names", lambda _sql: frozenset())
    monkeypatch.setattr(scope, "criteria", lambda *_given, **_more: [])
    with entered(cast.as_hugo):
        internal = select(func.count()).select_from(Part).where(Part.is_internal)
        legs_seen = select(func.count()).select_from(UnitHandoff)
        seen = (db.session.scalar(internal), db.session.scalar(legs_seen))
    assert seen == ((0, 0) if ON_POSTGRESQL else (1, 1))
