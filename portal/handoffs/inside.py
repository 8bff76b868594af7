"""Where a case is inside one business: which unit has it, whose member somebody is, whether there is work to hand on.

A business has to do with a case while it leads it, or while it works on a part that another one has handed to it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.cases.models import Access
from portal.cases.parts import IS_WAITED_FOR
from portal.cases.states import OPEN
from portal.cases.work_models import Part
from portal.handoffs.models import Handoff, UnitHandoff
from portal.handoffs.states import LIVE
from tenants.models import Membership, Unit
from tenants.scope import current, db

TAKEN = LIVE - {"offered"}


def unit_with(case_id: int, tenant_id: int) -> int | None:
    """The unit of this business that has the case; None for its front desk."""
    query = select(Access.unit_id).where(Access.case_id == case_id, Access.tenant_id == tenant_id)
    return db.session.scalar(query)


def unit_of_person() -> int | None:
    """The unit that the present person is a member of; None for those who sit at the front desk."""
    scope = current()
    if scope.person_id is None:
        return None
    mine = select(Membership.unit_id).where(
        Membership.tenant_id == scope.tenant_id, Membership.user_id == scope.person_id
    )
    return db.session.scalar(mine)


def units() -> list[Unit]:
    """Those of the present business, in the order in which they were made."""
    return list(db.session.scalars(select(Unit).where(Unit.tenant_id == current().tenant_id).order_by(Unit.id)))


def parts_handed_to(case_id: int, tenant_id: int) -> set[int]:
    """The parts that this business has taken on from another one and is not done with."""
    query = select(Handoff.part_id).where(
        Handoff.case_id == case_id, Handoff.to_tenant_id == tenant_id, Handoff.state.in_(TAKEN)
    )
    return {part_id for part_id in db.session.scalars(query) if part_id is not None}


def works_on(case: Any, tenant_id: int, part: Part | None = None) -> bool:
    """Whether the business has to do with the case, or with this part of it."""
    if case.state not in OPEN:
        return False
    if case.lead_tenant_id == tenant_id:
        return part is None or part.tenant_id == tenant_id or not part.is_internal
    handed = parts_handed_to(case.id, tenant_id)
    if part is None or part.is_internal:
        return bool(handed)
    return part.id in handed


def is_with_unit(part: Part) -> bool:
    """Whether a unit of the present business is waited for with a part."""
    query = select(UnitHandoff.id).where(UnitHandoff.part_id == part.id, UnitHandoff.state.in_(LIVE))
    return db.session.scalar(query.limit(1)) is not None


IS_WAITED_FOR.append(is_with_unit)
