"""Remedies: offer, decision, delivery with proof; what is usual, goodwill, and whether shouting pays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.cases import fair_remedies, money, promises, remedies
from portal.cases.holding import NoSuchCase
from portal.cases.models import Case, Promise
from portal.cases.remedies import BeyondGoodwill, NeedsReason, NoSuchRemedy, NotAnOffer, Offer, RemedySettled
from portal.cases.remedy_models import Remedy
from portal.cases.states import WrongState
from portal.worker.main import until_idle
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Scope, current, db, entered, writing
from tests.play import acknowledged, at_once, case_of, history, kinds_of, promises_of, reported, snapshot, wait_until

pytestmark = pytest.mark.database


def manager(cast):
    return Scope.staff(cast.riverside, cast.meridian, cast.ada, "manager")


def refund(amount=5000, **changes):
    plain = Offer("refund", "Your fare back.", clock.now() + timedelta(days=7), amount, "EUR")
    return replace(plain, **changes)


def offered(cast, case, what=None):
    with entered(cast.as_ada):
        return remedies.offer(case.case_id, case_of(cast, case.case_id).state_version, what or refund())


def row(cast, remedy_id):
    with entered(Scope.system(cast.riverside)):
        return db.session.get_one(Remedy, remedy_id)


def settled(cast, amount, *, round_=1, **changes):
    """A remedy that a customer accepted, some time ago."""
    case = acknowledged(cast, **changes)
    with entered(Scope.system(cast.riverside)), writing():
        table = Case.__table__
        db.session.execute(current().update(table).where(table.c.id == case.case_id).values(round=round_))
    remedy = offered(cast, case, refund(amount, reason="so"))
    with entered(cast.customer(case.case_id)):
        remedies.accept(case.case_id, remedy)
    return case


def test_from_the_offer_to_the_proof(cast):
    case = acknowledged(cast)
    remedy = offered(cast, case)
    with entered(cast.customer(case.case_id)):
        remedies.accept(case.case_id, remedy)
    promise = promises_of(cast, case.case_id)["remedy"]
    assert (promise.state, promise.due_at) == ("due", clock.now() + timedelta(days=7))
    with entered(cast.as_ada):
        remedies.deliver(case.case_id, remedy, proof="Transfer 123")
    after = row(cast, remedy)
    assert (after.state, after.proof, after.delivered_at) == ("delivered", "Transfer 123", clock.now())
    assert promises_of(cast, case.case_id)["remedy"].state == "kept"


def test_each_delivery_keeps_its_own_promise_and_no_press_does(cast):
    case = acknowledged(cast)
    soon, later = refund(), refund(deliver_by=clock.now() + timedelta(days=9))
    given = [offered(cast, case, what) for what in (soon, later)]
    with entered(cast.customer(case.case_id)):
        for remedy in given:
            remedies.accept(case.case_id, remedy)

    def states():
        with entered(Scope.system(cast.riverside)):
            made = select(Promise).where(Promise.case_id == case.case_id, Promise.what == "remedy")
            return {promise.due_at: (promise.state, promise.id) for promise in db.session.scalars(made)}

    with entered(cast.as_ada), pytest.raises(promises.NotByHand):
        promises.keep(case.case_id, states()[soon.deliver_by][1])
    with entered(cast.as_ada):
        remedies.deliver(case.case_id, given[0], proof="Transfer 123")
    assert (states()[soon.deliver_by][0], states()[later.deliver_by][0]) == ("kept", "due")
    with entered(cast.as_ada):
        remedies.deliver(case.case_id, given[1], proof="Transfer 124")
    assert {state for state, _id in states().values()} == {"kept"}


def test_one_that_does_not_come_breaks_a_promise(cast, hand):
    case = acknowledged(cast)
    remedy = offered(cast, case)
    with entered(cast.customer(case.case_id)):
        remedies.accept(case.case_id, remedy)
    wait_until(clock.now() + timedelta(days=7))
    until_idle()
    assert promises_of(cast, case.case_id)["remedy"].state == "broken"


def test_the_public_sees_the_kind_and_never_the_sum_or_the_words(cast):
    case = acknowledged(cast)
    remedy = offered(cast, case)
    told = history(cast, case.case_id, cast.public)[-1]
    assert (told.kind, told.facts) == ("case.remedy.offered", {"remedy": str(remedy), "kind": "refund"})
    with entered(cast.public):
        assert remedies.remedies_of(case.case_id) == []
    for scope in (cast.as_hugo, cast.as_otto, cast.customer(reported(cast).case_id)):
        with entered(scope):
            assert remedies.remedies_of(case.case_id) == []
    for scope in (cast.as_ada, cast.customer(case.case_id)):
        with entered(scope):
            assert [each.amount for each in remedies.remedies_of(case.case_id)] == [5000]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "apology"},
        {"kind": "bribe"},
        {"amount": None, "currency": None},
        {"currency": None},
        {"currency": "XXX"},
        {"amount": 0},
        {"amount": -5},
        {"amount": 10**12},
    ],
)
def test_what_is_no_offer(cast, changes):
    case = acknowledged(cast)
    before = snapshot(cast)
    with pytest.raises(NotAnOffer):
        offered(cast, case, refund(**changes))
    assert snapshot(cast) == before


def test_each_state_allows_its_own_next_step_only(cast):
    case = acknowledged(cast)

    def accept(remedy):
        with entered(cast.customer(case.case_id)):
            remedies.accept(case.case_id, remedy)

    def refuse(remedy):
        with entered(cast.customer(case.case_id)):
            remedies.refuse(case.case_id, remedy)

    def take_back(remedy):
        with entered(cast.as_ada):
            remedies.take_back(case.case_id, remedy)

    def deliver(remedy):
        with entered(cast.as_ada):
            remedies.deliver(case.case_id, remedy, proof="p")

    acts = {"accept": accept, "refuse": refuse, "take_back": take_back, "deliver": deliver}
    leads_to = {
        ("offered", "accept"): "accepted",
        ("offered", "refuse"): "refused",
        ("offered", "take_back"): "withdrawn",
        ("accepted", "deliver"): "delivered",
    }
    ways = {
        "offered": [],
        "accepted": ["accept"],
        "refused": ["refuse"],
        "withdrawn": ["take_back"],
        "delivered": ["accept", "deliver"],
    }
    for state, way in ways.items():
        for name, act in acts.items():
            remedy = offered(cast, case, refund(reason="so"))
            for step in way:
                acts[step](remedy)
            if after := leads_to.get((state, name)):
                act(remedy)
                assert row(cast, remedy).state == after
            else:
                with pytest.raises(RemedySettled):
                    act(remedy)
                assert row(cast, remedy).state == state


def test_accepting_twice_at_once_promises_once(app, cast):
    case = acknowledged(cast)
    remedy = offered(cast, case)

    def press():
        with entered(cast.customer(case.case_id)):
            remedies.accept(case.case_id, remedy)

    results = at_once(app, [press] * 4)
    assert [type(result) for result in results].count(type(None)) == 1
    assert kinds_of(cast, case.case_id).count("case.remedy.accepted") == 1


def test_others_may_not(cast):
    case, other = acknowledged(cast), acknowledged(cast)
    remedy = offered(cast, case)
    with entered(cast.customer(other.case_id)), pytest.raises(NoSuchRemedy):
        remedies.accept(other.case_id, remedy)
    with entered(cast.as_hugo), pytest.raises(NoSuchCase):
        remedies.deliver(case.case_id, remedy, proof="p")
    with entered(cast.as_ada), pytest.raises(Forbidden):
        remedies.accept(case.case_id, remedy)
    fresh = reported(cast)
    with pytest.raises(WrongState):
        offered(cast, fresh)


def test_more_than_usual_needs_a_reason_that_stays_inside(cast):
    for amount in (1000, 2000, 3000, 4000, 9000):
        settled(cast, amount)
    case = acknowledged(cast)
    with pytest.raises(NeedsReason) as wrong:
        offered(cast, case, refund(3001))
    assert (wrong.value.usual.amount, wrong.value.usual.cases) == (3000, 5)
    offered(cast, case, refund(3000))
    offered(cast, case, refund(3001, reason="A child was with them."))
    with entered(cast.customer(case.case_id)):
        pass
    assert "case.remedy.justified" not in kinds_of(cast, case.case_id, cast.customer(case.case_id))
    assert "case.remedy.justified" in kinds_of(cast, case.case_id, cast.as_ada)


def test_a_few_say_nothing_about_what_is_usual(cast):
    for amount in (1000, 2000, 3000, 4000):
        settled(cast, amount)
    offered(cast, acknowledged(cast), refund(99_000))


def test_goodwill_has_a_limit_that_managers_set(cast):
    with entered(cast.as_ada), pytest.raises(Forbidden):
        remedies.allow_goodwill("EUR", 2500)
    with entered(manager(cast)):
        remedies.allow_goodwill("EUR", 2500)
    case = acknowledged(cast)
    with pytest.raises(BeyondGoodwill):
        offered(cast, case, refund(2501, goodwill=True))
    assert row(cast, offered(cast, case, refund(2500, goodwill=True))).goodwill
    with entered(manager(cast)):
        remedies.allow_goodwill("EUR", 0)
        assert remedies.goodwill_allowances() == []
    with pytest.raises(BeyondGoodwill):
        offered(cast, case, refund(1, goodwill=True))


def test_parity_tells_whether_shouting_pays(cast):
    for amount in (1000, 3000):
        settled(cast, amount)
    for amount in (4000, 6000):
        settled(cast, amount, round_=2)
    settled(cast, 7000, category_id=cast.delay)
    with entered(cast.as_ada), pytest.raises(Forbidden):
        fair_remedies.parity()
    with entered(manager(cast)):
        found = fair_remedies.parity()
    assert [(each.quiet, each.quiet_cases, each.escalated, each.escalated_cases, each.ratio) for each in found] == [
        (2000, 2, 5000, 2, 2.5)
    ]
    with entered(cast.as_greta):
        assert fair_remedies.parity() == []


@pytest.mark.parametrize(
    ("typed", "currency", "sum_"),
    [
        ("12", "EUR", 1200),
        ("12.5", "EUR", 1250),
        ("12,50", "EUR", 1250),
        ("1,250.00", "USD", 125_000),
        ("1.250,00", "EUR", 125_000),
        ("1'250", "CHF", 125_000),
        ("1 250", "EUR", 125_000),
        ("1,250", "JPY", 1250),
        ("0.05", "CNY", 5),
        ("007", "EUR", 700),
    ],
)
def test_sums_as_people_type_them(typed, currency, sum_):
    assert money.read(typed, currency) == sum_


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("", "EUR"),
        ("x", "EUR"),
        ("-1", "EUR"),
        ("1.234", "XXX"),
        ("1.5", "JPY"),
        ("1,2,3", "EUR"),
        ("1e9", "EUR"),
        ("12.345.6", "EUR"),
        ("٣", "EUR"),
    ],
)
def test_what_is_no_sum(typed, currency):
    with pytest.raises(money.NotASum):
        money.read(typed, currency)
