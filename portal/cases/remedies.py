"""Remedies: offered, accepted or refused by the customer, delivered with proof; and what is usual.

Accepting makes a promise with the date of delivery, so that a remedy which does not come shows like anything else that
was promised. Sums are integers in the currency's smallest unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.cases import promises
from portal.cases.customer_verbs import require_customer
from portal.cases.fair_remedies import Usual, usual
from portal.cases.holding import held, leads
from portal.cases.models import Case
from portal.cases.money import CURRENCIES
from portal.cases.remedy_models import REMEDIES, WITH_MONEY, GoodwillAllowance, Remedy
from portal.cases.states import OPEN, WrongState
from portal.events import kinds
from portal.events.record import record
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import Forbidden, require
from tenants.scope import current, db, writing


class NoSuchRemedy(LookupError):
    """The case has no such remedy (404)."""


class RemedySettled(RuntimeError):
    """It has been accepted, refused, withdrawn or delivered already (409)."""


class NotAnOffer(ValueError):
    """Kind, sum and currency do not fit together (422)."""


class NeedsReason(ValueError):
    """It is more than is usual for such a case: the offer needs a reason (422)."""

    def __init__(self, usual: Usual) -> None:
        super().__init__("more than usual")
        self.usual = usual


class BeyondGoodwill(ValueError):
    """More than an agent may give out of goodwill (422)."""


@dataclass(frozen=True)
class Offer:
    """What is offered. `amount` is in the smallest unit of `currency`; both only for a remedy with money."""

    kind: str
    words: str
    deliver_by: datetime
    amount: int | None = None
    currency: str | None = None
    reason: str = ""
    goodwill: bool = False

    def check(self) -> None:
        """Raise NotAnOffer unless the parts fit together."""
        with_money = self.kind in WITH_MONEY
        if self.kind not in REMEDIES or with_money != (self.amount is not None):
            raise NotAnOffer(self.kind)
        if with_money and (self.currency not in CURRENCIES or not 0 < (self.amount or 0) < 10**12):
            raise NotAnOffer(str(self.amount))
        if self.deliver_by <= clock.now():
            raise promises.PromiseInThePast(self.deliver_by.isoformat())


def offer(case_id: int, version: int, what: Offer) -> int:
    """Offer a remedy. Raises NotAnOffer, NeedsReason or BeyondGoodwill."""
    require(current(), "case.remedy")
    what.check()
    with held(case_id, version) as case:
        if case.state not in OPEN or case.state == "received":
            raise WrongState(case.state, "offer")
        if what.goodwill:
            _within_goodwill(what)
        exceeded = _exceeds(case, what)
        if exceeded is not None and not what.reason:
            raise NeedsReason(exceeded)
        remedy = Remedy(
            id=new_id(),
            network_id=case.network_id,
            case_id=case.id,
            tenant_id=current().tenant_id,
            kind=what.kind,
            amount=what.amount,
            currency=what.currency,
            words=what.words,
            goodwill=what.goodwill,
            round=case.round,
            offered_at=clock.now(),
            deliver_by=what.deliver_by,
        )
        db.session.add(remedy)
        _tell(case, kinds.REMEDY_OFFERED, remedy)
        if what.reason:
            record(case, kinds.REMEDY_JUSTIFIED, text=what.reason, facts={"remedy": str(remedy.id)})
        case.state_version += 1
        return remedy.id


def accept(case_id: int, remedy_id: int) -> None:
    """The customer takes it. From now on its delivery is promised."""
    require_customer()
    with held(case_id) as case:
        remedy = _one(case, remedy_id, "offered")
        remedy.state, remedy.decided_at = "accepted", clock.now()
        _tell(case, kinds.REMEDY_ACCEPTED, remedy)
        if remedy.deliver_by > clock.now():
            promises.make(case, "remedy", remedy.deliver_by, actor="system", tenant_id=remedy.tenant_id)
        case.state_version += 1


def refuse(case_id: int, remedy_id: int) -> None:
    """The customer does not want it. Another may be offered."""
    require_customer()
    with held(case_id) as case:
        remedy = _one(case, remedy_id, "offered")
        remedy.state, remedy.decided_at = "refused", clock.now()
        _tell(case, kinds.REMEDY_REFUSED, remedy)
        case.state_version += 1


def take_back(case_id: int, remedy_id: int) -> None:
    """The business takes an offer back that nobody has decided on."""
    require(current(), "case.remedy")
    with held(case_id, by_lead=False) as case:
        remedy = _ours(case, remedy_id, "offered")
        remedy.state, remedy.decided_at = "withdrawn", clock.now()
        _tell(case, kinds.REMEDY_WITHDRAWN, remedy)
        case.state_version += 1


def deliver(case_id: int, remedy_id: int, *, proof: str, at: datetime | None = None) -> None:
    """It has reached the customer: `proof` says how one can tell (a transfer's number, a receipt), `at` when."""
    require(current(), "case.remedy")
    with held(case_id, by_lead=False) as case:
        remedy = _ours(case, remedy_id, "accepted")
        remedy.state, remedy.proof = "delivered", proof
        remedy.delivered_at = min(at or clock.now(), clock.now())
        _tell(case, kinds.REMEDY_DELIVERED, remedy)
        still = select(Remedy.id).where(Remedy.case_id == case.id, Remedy.state == "accepted", Remedy.id != remedy.id)
        last = db.session.scalar(still.limit(1)) is None
        promises.settle(case, "remedy", due_at=None if last else remedy.deliver_by)
        case.state_version += 1


def remedies_of(case_id: int) -> list[Remedy]:
    """The remedies of a case that the reader may see, the newest first."""
    return list(db.session.scalars(select(Remedy).where(Remedy.case_id == case_id).order_by(Remedy.id.desc())))


def allow_goodwill(currency: str, amount: int) -> None:
    """A manager sets up to which sum agents may do more than was promised; 0 takes it away."""
    require(current(), "remedy.allow")
    if currency not in CURRENCIES or not 0 <= amount < 10**12:
        raise NotAnOffer(currency)
    tenant_id = current().tenant_id
    with writing():
        known = db.session.get(GoodwillAllowance, (tenant_id, currency))
        if known is not None and not amount:
            db.session.delete(known)
        elif known is not None:
            known.amount = amount
        elif amount:
            db.session.add(GoodwillAllowance(tenant_id=tenant_id, currency=currency, amount=amount))


def goodwill_allowances() -> list[GoodwillAllowance]:
    return list(db.session.scalars(select(GoodwillAllowance).order_by(GoodwillAllowance.currency)))


# -- parts -----------------------------------------------------------------------------------------------------------


def _exceeds(case: Case, what: Offer) -> Usual | None:
    """What is usual, if this offer is more than that."""
    known = usual(case.category_id, what.kind, what.currency)
    return known if known is not None and (what.amount or 0) > known.amount else None


def _within_goodwill(what: Offer) -> None:
    allowance = db.session.get(GoodwillAllowance, (current().tenant_id, what.currency or ""))
    if what.amount is not None and (allowance is None or what.amount > allowance.amount):
        raise BeyondGoodwill(what.kind)


def _ours(case: Case, remedy_id: int, state: str) -> Remedy:
    """A remedy is dealt with by whoever offered it, also when another business leads by now, and by the lead."""
    remedy = _one(case, remedy_id, state)
    if not leads(case) and current().tenant_id != remedy.tenant_id:
        raise Forbidden("a remedy of another business")
    return remedy


def _one(case: Case, remedy_id: int, state: str) -> Remedy:
    query = select(Remedy).where(Remedy.case_id == case.id, Remedy.id == remedy_id)
    remedy = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if remedy is None:
        raise NoSuchRemedy(remedy_id)
    if remedy.state != state:
        raise RemedySettled(remedy.state)
    return remedy


def _tell(case: Case, kind: kinds.Kind, remedy: Remedy) -> None:
    facts = {"remedy": str(remedy.id), "kind": remedy.kind}
    record(case, kind, facts=facts, tenant_id=remedy.tenant_id)
