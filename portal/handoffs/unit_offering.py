"""Offering a part of a case, or all that the business has of it, to one of its own units.

By the same rules as to another business; what follows is done by the same verbs (`handing.py`, `working.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.calendars.promising import working_time_of
from portal.calendars.targets import Target
from portal.cases import parts
from portal.cases.holding import held
from portal.cases.models import Case
from portal.cases.states import WrongState
from portal.cases.work_models import Part
from portal.handoffs.handing import begin
from portal.handoffs.inside import unit_of_person, unit_with, works_on
from portal.handoffs.legs import unit_legs_of
from portal.handoffs.models import UnitHandoff
from portal.handoffs.paths import OFFERED_IN, AlreadyAsked, check_path
from tenants import clock
from tenants.departments import unit_by_id
from tenants.ids import new_id
from tenants.permissions import Forbidden, allows, require
from tenants.scope import current, db


@dataclass(frozen=True)
class UnitAsk:
    """What is handed to which unit. A part that exists, or the title of a new one that only the business knows.

    Neither: the whole case, as far as the business has it. `brief` is for the unit.
    """

    to_unit_id: int
    brief: str
    part_id: int | None = None
    title: str = ""

    @property
    def mode(self) -> str:
        return "assist" if self.part_id is not None or self.title else "transfer"


def offer(case_id: int, version: int, ask: UnitAsk, *, author: str) -> int:
    """Ask a unit, as the one that has the case, or as the front desk. Returns the hand-off's id.

    Nobody outside the business sees that anything has happened. Raises NoSuchUnit, AlreadyOnPath, HostDecides,
    AlreadyAsked, Forbidden or WrongState.
    """
    require(current(), "case.hand_off")
    tenant_id = current().tenant_id or 0
    with held(case_id, version, by_lead=False) as case:
        if not works_on(case, tenant_id):
            raise Forbidden("only a business that works on the case")
        holder = unit_with(case.id, tenant_id)
        if holder not in (None, unit_of_person()) and not allows(current(), "case.assign_unit"):
            raise Forbidden("only the unit that has the case")
        if case.state not in OFFERED_IN[ask.mode]:
            raise WrongState(case.state, ask.mode)
        unit, part = unit_by_id(ask.to_unit_id), _part(case, ask, tenant_id)
        before = unit_legs_of(case.id, part.id if part else None, tenant_id)
        check_path(case, before, unit.id, holder)
        one = new_leg(case, part, unit.id, holder, tenant_id)
        within = Target.read(unit.accept_within)
        one.accept_by = within.after(clock.now(), working_time_of(tenant_id))
        db.session.add(one)
        db.session.flush()
        begin(case, one, before, ask.brief, author)
        return one.id


def new_leg(case: Case, part: Part | None, to_unit_id: int, from_unit_id: int | None, tenant_id: int) -> UnitHandoff:
    """A hand-off that begins now; not written yet."""
    return UnitHandoff(
        id=new_id(),
        network_id=case.network_id,
        tenant_id=tenant_id,
        case_id=case.id,
        part_id=part.id if part else None,
        from_unit_id=from_unit_id,
        to_unit_id=to_unit_id,
        mode="assist" if part else "transfer",
        state="offered",
        version=1,
        offered_at=clock.now(),
    )


def part_to_give(case: Case, tenant_id: int, part_id: int) -> Part:
    """A part that the business works on itself. Raises NoSuchPart, Forbidden or AlreadyAsked."""
    part = db.session.get(Part, part_id, populate_existing=True)
    if part is None or part.case_id != case.id or part.done_at is not None:
        raise parts.NoSuchPart(part_id)
    if not works_on(case, tenant_id, part):
        raise Forbidden("only the business that works on this part")
    if part.is_handed and case.lead_tenant_id == tenant_id:
        raise AlreadyAsked(case.reference)
    return part


def _part(case: Case, ask: UnitAsk, tenant_id: int) -> Part | None:
    if ask.mode == "transfer":
        return None
    if ask.part_id is None:
        return parts.open_one(case, ask.title, inside=tenant_id)
    return part_to_give(case, tenant_id, ask.part_id)
