"""What becomes of hand-offs when the case itself moves, or when the agreement behind them ends."""

from __future__ import annotations

from sqlalchemy import select

from portal.cases import holding
from portal.cases.holding import held
from portal.cases.models import Case
from portal.cases.second_look import hand_to
from portal.events import kinds
from portal.handoffs.legs import legs_of, reread, step, told, touch
from portal.handoffs.models import Handoff, Partnership
from portal.handoffs.states import LIVE
from tenants.models import Tenant
from tenants.scope import db


def follow(case: Case, act: str) -> None:
    """Called under the case's lock after each of its steps.

    Whoever was handed the whole case has answered with the answer to the customer. What the customer takes back, nobody
    has to work on any more.
    """
    if act == "withdraw":
        for one in _live(case):
            told(case, kinds.HANDOFF_WITHDRAWN, one, tenant=str(one.to_tenant_id), because="customer")
            step(one, "withdraw")
    if act in ("answer", "close"):
        for one in legs_of(case.id, None):
            if one.state in ("accepted", "in_work") and act == "answer":
                step(one, "answer")
            if one.state == "answered" and act == "close":
                step(one, "confirm")


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
    told(case, kinds.HANDOFF_WITHDRAWN, one, tenant=str(one.to_tenant_id), because="agreement_ended")
    touch(case, one)
    step(one, "withdraw")
    host = db.session.scalar(select(Tenant.id).where(Tenant.is_host))
    if taken and host is not None and case.lead_tenant_id == one.to_tenant_id != host:
        hand_to(case, host, "agreement_ended")


def _live(case: Case) -> list[Handoff]:
    query = select(Handoff).where(Handoff.case_id == case.id, Handoff.state.in_(LIVE)).order_by(Handoff.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


holding.AFTER_STEP.append(follow)
