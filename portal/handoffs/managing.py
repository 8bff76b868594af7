"""Inside a business a manager stands in the place of the host: which unit takes what came back too often or late."""

from __future__ import annotations

from portal.cases.holding import held
from portal.cases.models import Case
from portal.cases.states import WrongState
from portal.cases.work_models import Part
from portal.events import kinds
from portal.events.record import record
from portal.handoffs.inside import unit_with, works_on
from portal.handoffs.legs import host_decides, number_of, unit_legs_of
from portal.handoffs.moving import move_to_unit, owe_answer, take_over
from portal.handoffs.paths import NothingToDecide
from portal.handoffs.running_out import iso
from portal.handoffs.unit_offering import new_leg, part_to_give
from tenants.departments import unit_by_id
from tenants.permissions import require
from tenants.scope import current, db


def assign(case_id: int, version: int, *, part_id: int | None, to_unit_id: int | None, reason: str) -> None:
    """Say which unit takes it, also again; None: the front desk has it back. It cannot be declined.

    Raises NothingToDecide, Forbidden, WrongState, or NoSuchUnit.
    """
    require(current(), "case.assign_unit")
    with held(case_id, version, by_lead=False) as case:
        tenant_id = current().tenant_id or 0
        part = db.session.get(Part, part_id) if part_id is not None else None
        if not works_on(case, tenant_id, part):
            raise WrongState(case.state, "assign")
        if not host_decides(unit_legs_of(case.id, part_id, tenant_id)):
            raise NothingToDecide(case.reference)
        give(case, part_id, to_unit_id, reason)


def give(case: Case, part_id: int | None, to_unit_id: int | None, reason: str) -> None:
    """Of a held case: to this unit, with an answer owed at once."""
    tenant_id = current().tenant_id or 0
    for each in unit_legs_of(case.id, part_id, tenant_id):
        each.is_counted = False
    mode = "transfer" if part_id is None else "assist"
    facts = {"part": number_of(part_id), "mode": mode}
    if to_unit_id is None:
        record(case, kinds.INSIDE[kinds.HOST_ASSIGNED.name], text=reason, facts=facts, tenant_id=tenant_id)
        if part_id is None:
            move_to_unit(case, tenant_id, None)
        return
    unit, holder = unit_by_id(to_unit_id), unit_with(case.id, tenant_id)
    part = part_to_give(case, tenant_id, part_id) if part_id is not None else None
    one = new_leg(case, part, to_unit_id, holder if holder != to_unit_id else None, tenant_id)
    one.state, one.by_host = "accepted", True
    owe_answer(case, one, unit.answer_within)
    db.session.add(one)
    db.session.flush()
    facts |= {"unit": str(to_unit_id), "handoff": str(one.id), "answer_by": iso(one.answer_by) or ""}
    record(case, kinds.INSIDE[kinds.HOST_ASSIGNED.name], text=reason, facts=facts, tenant_id=tenant_id)
    if mode == "transfer":
        take_over(case, one, "host_decided")
