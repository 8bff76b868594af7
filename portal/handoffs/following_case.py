"""What becomes of hand-offs when the case itself moves, or when the agreement behind them ends."""

from __future__ import annotations

from sqlalchemy import select

from portal.cases import holding, parts
from portal.cases.holding import held
from portal.cases.models import Case
from portal.cases.second_look import hand_to
from portal.cases.work_models import Part
from portal.events import kinds
from portal.handoffs.between import between
from portal.handoffs.inside import works_on
from portal.handoffs.legs import legs_of, reread, step, told, touch, unit_legs_of
from portal.handoffs.models import AnyLeg, Handoff, Partnership, UnitHandoff
from portal.handoffs.states import LIVE
from tenants.models import Tenant
from tenants.scope import db

OVER_INSIDE = "unit_handoff.over"
"""Set by triggers (migration 0017), since whoever moves or ends a case need not see what it ends."""


def follow(case: Case, act: str) -> None:
    """Called under the case's lock after each of its steps.

    Whoever was handed the whole case, from another business or inside the own one, has answered with the answer to the
    customer. What the customer takes back, nobody has to work on any more; inside a business, of which the customer's
    scope knows nothing, the worker ends it (`over_inside`).
    """
    if act == "withdraw":
        for one in _live(case):
            told(case, kinds.HANDOFF_WITHDRAWN, one, because="customer")
            step(one, "withdraw")
    if act in ("answer", "close"):
        whole: list[AnyLeg] = [*legs_of(case.id, None), *unit_legs_of(case.id, None, case.lead_tenant_id)]
        for each in whole:
            if each.state in ("accepted", "in_work") and act == "answer":
                step(each, "answer")
            if each.state == "answered" and act == "close":
                step(each, "confirm")


def over_inside(case_id: int) -> None:
    """The timer of a case that has gone elsewhere or is over: what units of businesses that have nothing to do with it
    any more still work on ends, and so do the parts that only those businesses knew. Runs as the system."""
    if db.session.get(Case, case_id) is None:
        return
    with held(case_id) as case:
        query = select(UnitHandoff).where(UnitHandoff.case_id == case.id, UnitHandoff.state.in_(LIVE))
        for one in db.session.scalars(query.order_by(UnitHandoff.id).execution_options(populate_existing=True)).all():
            if between(one).is_frozen(case):
                _end_inside(case, one)
        alone = select(Part).where(Part.case_id == case.id, Part.is_internal, Part.done_at.is_(None))
        for part in db.session.scalars(alone.order_by(Part.id)).all():
            if not works_on(case, part.tenant_id, part):
                parts.end(case, part)


def _end_inside(case: Case, one: UnitHandoff) -> None:
    if case.state == "closed" and one.mode == "transfer" and one.state == "answered":
        step(one, "confirm")
        return
    told(case, kinds.HANDOFF_WITHDRAWN, one, because="over")
    step(one, "withdraw")


def give_back_all(partnership_id: int) -> None:
    """The timer of an agreement's end: what was handed over under it goes back. Runs as the system.

    Parts go back to whoever leads; a case whose lead had moved by it goes to the host.
    """
    partnership = db.session.get(Partnership, partnership_id)
    if partnership is None or partnership.state != "ended":
        return
    query = select(Handoff.id, Handoff.case_id).where(Handoff.partnership_id == partnership_id, Handoff.state.in_(LIVE))
    for handoff_id, case_id in db.session.execute(query.order_by(Handoff.id)).all():
        with held(case_id) as case:
            one = reread(handoff_id)
            if one.state in LIVE:
                _end(case, one)


def _end(case: Case, one: Handoff) -> None:
    taken = one.mode == "transfer" and one.state != "offered"
    told(case, kinds.HANDOFF_WITHDRAWN, one, because="agreement_ended")
    touch(case, one)
    step(one, "withdraw")
    host = db.session.scalar(select(Tenant.id).where(Tenant.is_host))
    if taken and host is not None and case.lead_tenant_id == one.to_tenant_id != host:
        hand_to(case, host, "agreement_ended")


def _live(case: Case) -> list[Handoff]:
    query = select(Handoff).where(Handoff.case_id == case.id, Handoff.state.in_(LIVE)).order_by(Handoff.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


holding.AFTER_STEP.append(follow)
