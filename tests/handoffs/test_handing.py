"""Offering, taking on, declining, giving back: by whom, in which state, once, and what the others see of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.cases import handling, parts
from portal.cases.customer_verbs import withdraw
from portal.cases.holding import NoSuchCase, Stale
from portal.cases.models import Case
from portal.cases.states import WrongState
from portal.handoffs import handing, hosting, legs, partnering, paths, working
from portal.handoffs.handing import Ask
from portal.handoffs.legs import NoSuchHandoff, StaleHandoff
from portal.handoffs.models import Handoff
from portal.handoffs.states import STATES, TRANSITIONS, WrongLeg
from portal.worker.main import until_idle
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered, writing
from tests.cases.test_handling import case_in
from tests.handoffs.acts import accepted, do, levels, offered
from tests.handoffs.conftest import agreed, as_manager, handoff
from tests.play import acknowledged, at_once, case_of, history, kinds_of, promises_of, snapshot, wait_until

pytestmark = pytest.mark.database


def test_help_with_a_part_from_the_asking_to_the_answer(partners, cast):
    """The lead keeps the case and the promises to its customer; the partner sees it, and nothing personal."""
    made = acknowledged(cast, address="nia@example.com", channel="email")
    before = {name: promise.due_at for name, promise in promises_of(cast, made.case_id).items()}
    one = offered(partners, made.case_id)
    assert levels(cast, made.case_id) == {cast.meridian: "lead", cast.harbor: "assist"}
    row = handoff(one)
    assert row.state == "offered" and row.accept_by is not None and row.answer_by is None
    do(partners, "harbor", handing.accept, one, author="Hugo")
    with entered(cast.as_hugo):
        working.report_progress(one, text="We look in the belt’s cellar.", author="Hugo")
    assert handoff(one).state == "in_work"
    do(partners, "harbor", working.ask, one, text="Which colour?", author="Hugo")
    do(partners, "meridian", working.tell, one, text="Blue.", author="Ada")
    do(partners, "harbor", working.answer, one, text="It lay behind belt 3.", author="Hugo")
    assert case_of(cast, made.case_id).open_parts == 1
    do(partners, "meridian", working.confirm, one)
    case = case_of(cast, made.case_id)
    assert handoff(one).state == "confirmed" and case.open_parts == 0 and case.lead_tenant_id == cast.meridian
    assert levels(cast, made.case_id) == {cast.meridian: "lead", cast.harbor: "past"}
    assert {name: promise.due_at for name, promise in promises_of(cast, made.case_id).items()} == before
    seen = kinds_of(cast, made.case_id, cast.public)
    assert [kind for kind in seen if kind.startswith("case.handoff")] == [
        "case.handoff.offered",
        "case.handoff.accepted",
        "case.handoff.answered",
        "case.handoff.confirmed",
    ]
    told = repr([(entry.text, entry.facts, entry.names) for entry in history(cast, made.case_id, cast.public)])
    assert not any(word in told for word in ("Where is it?", "cellar", "Blue.", "behind belt 3", "Hugo"))
    shared = " ".join(entry.text or "" for entry in history(cast, made.case_id, cast.as_hugo))
    assert "Where is it?" in shared and "Blue." in shared


def test_a_transfer_takes_the_lead_along_and_nothing_personal(partners, cast):
    made = acknowledged(cast, address="nia@example.com", channel="email")
    before = {name: promise.due_at for name, promise in promises_of(cast, made.case_id).items()}
    one = offered(partners, made.case_id, whole=True)
    assert case_of(cast, made.case_id).lead_tenant_id == cast.meridian
    do(partners, "harbor", handing.accept, one, author="Hugo")
    case = case_of(cast, made.case_id)
    assert case.lead_tenant_id == cast.harbor and case.state == "acknowledged"
    assert levels(cast, made.case_id) == {cast.meridian: "past", cast.harbor: "lead"}
    assert {name: promise.due_at for name, promise in promises_of(cast, made.case_id).items()} == before
    with entered(cast.as_hugo):
        assert not [entry for entry in history(cast, made.case_id, cast.as_hugo) if entry.audience == "customer"]
        handling.answer(made.case_id, case.state_version, text="It is here.", author="Hugo")
    assert handoff(one).state == "answered"
    with entered(cast.as_hugo):
        handling.close(made.case_id, case_of(cast, made.case_id).state_version)
    assert handoff(one).state == "confirmed"


def test_who_declines_sees_the_case_no_more_and_the_customer_reads_why_with_what_comes_next(partners, cast):
    made = acknowledged(cast, visibility="private")
    one = offered(partners, made.case_id)
    ids = partners.ids
    values = {"reason": "not_ours", "text": "Security has it.", "author": "Hugo", "suggested_id": ids["lantern"]}
    do(partners, "harbor", handing.decline, one, **values)
    assert levels(cast, made.case_id) == {cast.meridian: "lead"}
    row = handoff(one)
    assert (row.state, row.reason, row.suggested_id) == ("declined", "not_ours", ids["lantern"])
    customer = cast.customer(made.case_id)
    assert "declined" not in repr(history(cast, made.case_id, customer)[-1])
    part = row.part_id
    two = offered(partners, made.case_id, "lantern", part_id=part)
    last = [entry for entry in history(cast, made.case_id, customer) if entry.kind == "case.handoff.offered"][-1]
    assert last.facts["after"] == "declined:not_ours" and last.facts["bounces"] == 1
    assert handoff(two).part_id == part and "Security has it." not in repr(history(cast, made.case_id, customer))


@pytest.mark.parametrize("whole", [False, True])
def test_nobody_gets_again_what_it_has_had(partners, cast, whole):
    made = acknowledged(cast)
    one = offered(partners, made.case_id, whole=whole)
    do(partners, "harbor", handing.decline, one, reason="no_capacity", text="", author="Hugo")
    part = handoff(one).part_id
    before = snapshot(cast)
    with pytest.raises(paths.AlreadyOnPath):
        offered(partners, made.case_id, "harbor", whole=whole, part_id=part)
    assert snapshot(cast) == before


def test_from_one_to_the_next_and_never_back(partners, cast):
    made = acknowledged(cast)
    accepted(partners, made.case_id, whole=True)
    with pytest.raises(paths.AlreadyOnPath):
        offered(partners, made.case_id, "meridian", by="harbor", whole=True)
    accepted(partners, made.case_id, "lantern", by="harbor", whole=True)
    assert case_of(cast, made.case_id).lead_tenant_id == partners.ids["lantern"]
    with entered(Scope.system(cast.riverside)):
        states = db.session.scalars(select(Handoff.state).order_by(Handoff.id)).all()
    assert states == ["confirmed", "accepted"]


@pytest.mark.parametrize("act", ["withdraw", "tell", "confirm", "reopen"])
def test_who_leads_later_waits_for_the_part_as_well(partners, cast, act):
    """Though the agreement behind it is between two others."""
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    accepted(partners, made.case_id, "lantern", whole=True)
    if act == "tell":
        do(partners, "harbor", working.ask, one, text="Which colour?", author="Hugo")
    if act in ("confirm", "reopen"):
        do(partners, "harbor", working.answer, one, text="Found.", author="Hugo")
    with pytest.raises(Forbidden):
        do(partners, "meridian", _verb(act), one)
    do(partners, "lantern", _verb(act), one)
    assert (
        handoff(one).state == TRANSITIONS[{"withdraw": "accepted", "tell": "awaiting_info"}.get(act, "answered"), act]
    )


def _verb(act):
    return lambda one, version: VERBS[act](one, version)


def test_what_nobody_takes_on_in_time_goes_to_the_host(partners, cast):
    made = acknowledged(cast)
    one = offered(partners, made.case_id)
    accept_by = handoff(one).accept_by
    wait_until(accept_by)
    until_idle()
    wait_until(clock.now())
    until_idle()
    assert handoff(one).state == "expired" and levels(cast, made.case_id)[cast.airport] == "assist"
    with pytest.raises(paths.HostDecides):
        offered(partners, made.case_id, "lantern", part_id=handoff(one).part_id)
    values = {"part_id": handoff(one).part_id, "reason": "The belt is theirs."}
    version = case_of(cast, made.case_id).state_version
    with entered(cast.as_ada), pytest.raises(Forbidden):
        hosting.assign(made.case_id, version, to_tenant_id=cast.harbor, **values)
    with entered(cast.as_greta):
        hosting.assign(made.case_id, version, to_tenant_id=cast.harbor, **values)
    with entered(Scope.system(cast.riverside)):
        new = db.session.scalars(select(Handoff).order_by(Handoff.id.desc())).first()
    assert (new.state, new.by_host, new.to_tenant_id) == ("accepted", True, cast.harbor)
    assert levels(cast, made.case_id) == {cast.meridian: "lead", cast.harbor: "assist", cast.airport: "past"}
    with pytest.raises(WrongLeg):
        do(partners, "harbor", handing.decline, new.id, reason="not_ours", text="", author="Hugo")
    with pytest.raises(handing.GivenBackBefore):
        do(partners, "harbor", handing.give_back, new.id, reason="not_ours", evidence="Plans of the belt.")
    assert "The belt is theirs." in repr(history(cast, made.case_id, cast.public))


def test_a_dispute_is_heard_and_ruled_on(partners, cast):
    made = acknowledged(cast)
    one = offered(partners, made.case_id)
    wait_until(handoff(one).accept_by)
    until_idle()
    wait_until(clock.now())
    until_idle()
    part = handoff(one).part_id
    with entered(cast.as_greta):
        version = case_of(cast, made.case_id).state_version
        hosting.assign(made.case_id, version, part_id=part, to_tenant_id=cast.harbor, reason="Theirs.")
    with entered(Scope.system(cast.riverside)):
        two = db.session.scalars(select(Handoff.id).order_by(Handoff.id.desc())).first()
    do(partners, "harbor", hosting.dispute, two, text="Our contract ends at the door.", author="Hugo")
    with pytest.raises(WrongLeg):
        do(partners, "harbor", hosting.dispute, two, text="Again.", author="Hugo")
    wait_until(clock.now())
    until_idle()
    with pytest.raises(paths.NothingToDecide):
        do(partners, "airport", hosting.rule, two, reason="Too early.")
    do(partners, "meridian", hosting.reply, two, text="The contract says otherwise.", author="Ada")
    do(partners, "airport", hosting.rule, two, reason="The door is Lantern’s.", to_id=partners.ids["lantern"])
    with entered(Scope.system(cast.riverside)):
        three = db.session.scalars(select(Handoff).order_by(Handoff.id.desc())).first()
    assert handoff(two).state == "withdrawn" and three.to_tenant_id == partners.ids["lantern"] and three.by_host
    assert "The door is Lantern’s." in repr(history(cast, made.case_id, cast.public))
    assert "contract" not in repr(history(cast, made.case_id, cast.public))


def test_it_is_given_back_once_with_evidence(partners, cast):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    do(partners, "harbor", handing.give_back, one, reason="cannot_solve", evidence="Not in our cellar.")
    assert handoff(one).state == "returned" and levels(cast, made.case_id)[cast.harbor] == "past"
    with pytest.raises(WrongLeg):
        do(partners, "harbor", handing.give_back, one, reason="cannot_solve", evidence="Again.")


def test_more_time_is_asked_for_before_it_is_up(partners, cast):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    by = handoff(one).answer_by
    with pytest.raises(working.NotLater):
        do(partners, "harbor", working.ask_longer, one, until=by, text="Snow.", author="Hugo")
    later = by.replace(year=2027)
    do(partners, "harbor", working.ask_longer, one, until=later, text="Snow.", author="Hugo")
    do(partners, "meridian", working.grant_longer, one, granted=True)
    assert handoff(one).answer_by == later and handoff(one).wanted_by is None
    wait_until(by)
    until_idle()
    assert handoff(one).late_at is None
    wait_until(later)
    until_idle()
    assert handoff(one).late_at is not None and handoff(one).state == "accepted"
    assert kinds_of(cast, made.case_id, cast.public).count("case.handoff.late") == 1
    with pytest.raises(WrongLeg):
        do(partners, "harbor", working.ask_longer, one, until=later.replace(year=2028), text="More.", author="Hugo")


def test_the_end_of_an_agreement_freezes_and_gives_back(partners, cast):
    made, other = acknowledged(cast), acknowledged(cast)
    one, two = accepted(partners, made.case_id), accepted(partners, other.case_id, whole=True)
    with entered(as_manager(partners, "meridian")):
        partnering.end(partnering.agreement_between(cast.meridian, cast.harbor).id)
    with pytest.raises(legs.Frozen):
        do(partners, "harbor", working.answer, one, text="Late.", author="Hugo")
    wait_until(clock.now())
    until_idle()
    assert handoff(one).state == handoff(two).state == "withdrawn"
    assert case_of(cast, made.case_id).lead_tenant_id == cast.meridian
    assert case_of(cast, other.case_id).lead_tenant_id == cast.airport
    assert levels(cast, made.case_id)[cast.harbor] == "past"


def test_what_the_customer_takes_back_is_nobodys_work(partners, cast):
    made = acknowledged(cast)
    one, two = accepted(partners, made.case_id), offered(partners, made.case_id, "lantern", title="Ask the guards")
    with entered(cast.customer(made.case_id)):
        withdraw(made.case_id, case_of(cast, made.case_id).state_version)
    assert handoff(one).state == handoff(two).state == "withdrawn"
    assert levels(cast, made.case_id) == {cast.meridian: "lead", cast.harbor: "past"}


def test_an_agreement_may_take_on_by_itself_and_is_about_what_it_says(partners, cast):
    with entered(as_manager(partners, "meridian")):
        partnering.end(partnering.agreement_between(cast.meridian, cast.harbor).id)
    agreed(partners, "meridian", "harbor", auto_accept=True, modes=("assist",), topics=(cast.luggage,))
    made, other = acknowledged(cast), acknowledged(cast)
    one = offered(partners, made.case_id)
    assert handoff(one).state == "accepted"
    with pytest.raises(handing.NotAgreed):
        offered(partners, made.case_id, whole=True)
    with entered(Scope.system()), writing():
        db.session.get_one(Case, other.case_id).category_id = cast.delay
    with pytest.raises(handing.NotAgreed):
        offered(partners, other.case_id)


def test_a_part_that_is_with_a_partner_is_not_ended_over_its_head(partners, cast):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    part = handoff(one).part_id
    with entered(cast.as_ada), pytest.raises(parts.PartIsHanded):
        parts.finish(made.case_id, part)
    do(partners, "meridian", handing.withdraw, one)
    with entered(cast.as_ada):
        parts.finish(made.case_id, part)
    assert case_of(cast, made.case_id).open_parts == 0


@pytest.mark.parametrize("whole", [False, True])
def test_twenty_who_accept_at_once_make_one_acceptance(app, partners, cast, whole):
    made = acknowledged(cast)
    one = offered(partners, made.case_id, whole=whole)
    version = handoff(one).version

    def take():
        with entered(partners.scopes["harbor"]):
            handing.accept(one, version, author="Hugo")

    results = at_once(app, [take] * 20)
    assert sum(result is None for result in results) == 1
    assert {type(result) for result in results if result is not None} <= {StaleHandoff, WrongLeg}
    assert kinds_of(cast, made.case_id).count("case.handoff.accepted") == 1
    assert kinds_of(cast, made.case_id).count("case.lead.changed") == whole


def test_accepting_and_withdrawing_at_once_leave_one_result(app, partners, cast):
    for _ in range(3):
        made = acknowledged(cast)
        one = offered(partners, made.case_id, whole=True)
        version = handoff(one).version

        def take(one=one, version=version):
            with entered(partners.scopes["harbor"]):
                handing.accept(one, version, author="Hugo")

        def back(one=one, version=version):
            with entered(partners.scopes["meridian"]):
                handing.withdraw(one, version)

        at_once(app, [take, back, take, back])
        state, lead = handoff(one).state, case_of(cast, made.case_id).lead_tenant_id
        assert (state, lead) in (("accepted", cast.harbor), ("withdrawn", cast.meridian))
        kinds = kinds_of(cast, made.case_id)
        assert kinds.count("case.handoff.accepted") + kinds.count("case.handoff.withdrawn") == 1


VERBS = {
    "accept": lambda one, version: handing.accept(one, version, author="X"),
    "decline": lambda one, version: handing.decline(one, version, reason="not_ours", text="", author="X"),
    "give_back": lambda one, version: handing.give_back(one, version, reason="not_ours", evidence="E"),
    "withdraw": lambda one, version: handing.withdraw(one, version),
    "ask": lambda one, version: working.ask(one, version, text="?", author="X"),
    "tell": lambda one, version: working.tell(one, version, text="!", author="X"),
    "answer": lambda one, version: working.answer(one, version, text="!", author="X"),
    "confirm": lambda one, version: working.confirm(one, version),
    "reopen": lambda one, version: working.reopen(one, version, text="!", author="X"),
}
ACT = {"give_back": "return"}
OF_ASKER = {"withdraw", "tell", "confirm", "reopen"}


def put(one, state):
    """Into a state, over the steps that lead there."""
    with entered(Scope.system()), writing():
        way = {
            "offered": [],
            "accepted": ["accepted"],
            "in_work": ["accepted", "in_work"],
            "awaiting_info": ["accepted", "awaiting_info"],
            "answered": ["accepted", "answered"],
            "reopened": ["accepted", "answered", "reopened"],
            "confirmed": ["accepted", "answered", "confirmed"],
            "returned": ["accepted", "returned"],
        }.get(state, [state])
        row = db.session.get_one(Handoff, one)
        for each in way:
            if each == "accepted":
                row.accepted_at, row.answer_by = clock.now(), clock.now()
            row.state = each
            db.session.flush()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_in_each_state_by_each_side(partners, cast, verb, state):
    made = acknowledged(cast)
    one = offered(partners, made.case_id)
    put(one, state)
    version, before = handoff(one).version, snapshot(cast)
    act = ACT.get(verb, verb)
    right, wrong = ("meridian", "harbor") if verb in OF_ASKER else ("harbor", "meridian")
    for stranger in (wrong, "lantern", "airport"):
        with entered(partners.scopes[stranger]), pytest.raises((Forbidden, NoSuchHandoff, NoSuchCase)):
            VERBS[verb](one, version)
    assert snapshot(cast) == before
    sees = state not in ("declined", "withdrawn", "expired") or right == "meridian"
    with entered(partners.scopes[right]):
        if sees:
            with pytest.raises(StaleHandoff):
                VERBS[verb](one, version + 1)
        if (state, act) in TRANSITIONS:
            VERBS[verb](one, version)
        else:
            with pytest.raises((WrongLeg, NoSuchHandoff, handing.GivenBackBefore)):
                VERBS[verb](one, version)
    assert handoff(one).state == TRANSITIONS.get((state, act), state)
    if (state, act) not in TRANSITIONS:
        assert snapshot(cast) == before


def write(made, *, state=None, lead=None):
    """Past all verbs."""
    with entered(Scope.system()), writing():
        if state:
            row = db.session.get_one(Handoff, made)
            row.answer_by = row.accepted_at = clock.now()
            row.state = state
        if lead:
            db.session.get_one(Case, made).lead_tenant_id = lead


@pytest.mark.parametrize(
    "state",
    sorted(set(STATES) - {after for (state, _), after in TRANSITIONS.items() if state == "offered"} - {"offered"}),
)
def test_the_database_knows_no_other_step(partners, cast, state):
    one = offered(partners, acknowledged(cast).case_id)
    with pytest.raises(IntegrityError):
        write(one, state=state)


def test_the_database_moves_the_lead_along_a_transfer_only(partners, cast):
    made = acknowledged(cast)
    offered(partners, made.case_id, whole=True)
    with pytest.raises(IntegrityError):
        write(made.case_id, lead=cast.harbor)
    assert case_of(cast, made.case_id).lead_tenant_id == cast.meridian


@pytest.mark.parametrize("state", ["received", "answered", "closed", "withdrawn", "reopened", "appealed"])
def test_help_is_asked_for_while_there_is_work(partners, cast, state):
    case = case_in(cast, state)
    before = snapshot(cast)
    with pytest.raises(WrongState):
        offered(partners, case.id)
    with pytest.raises(Stale), entered(cast.as_ada):
        handing.offer(case.id, case.state_version + 1, Ask(cast.harbor, "?", None, "Find it"), author="Ada")
    assert snapshot(cast) == before
