"""What taking a hand-off on brings about: an answer is owed, and a transfer takes the case along."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.calendars.promising import working_time_of
from portal.calendars.targets import Target
from portal.cases.models import Access, Case
from portal.cases.promises import refresh_next
from portal.events import kinds
from portal.events.record import record, set_timer
from portal.handoffs.between import between
from portal.handoffs.legs import number_of, path_of, step, touch
from portal.handoffs.models import AnyLeg, Handoff, UnitHandoff
from portal.handoffs.running_out import LATE, iso
from portal.handoffs.states import WrongLeg
from tenants import clock
from tenants.scope import current, db


def owe_answer(case: Case, one: AnyLeg, within: list[Any] | None) -> None:
    """It is taken on: from now on an answer is owed, `within` so much of the calendar of whoever gives it."""
    time = working_time_of(between(one).keeper())
    one.accepted_at = clock.now()
    one.answer_by = (Target.read(within) if within else Target(5)).after(clock.now(), time)
    set_timer(case.network_id, LATE, one.id, one.answer_by)


def take_on(case: Case, one: AnyLeg, *, by_agreement: bool = False) -> None:
    """`by_agreement` without anybody's press: whoever was asked takes on whatever it is asked."""
    if one.state != "offered":
        raise WrongLeg(one.state, "accept")
    side, actor = between(one), "system" if by_agreement else None
    terms = side.terms()
    owe_answer(case, one, terms.answer_within if terms else None)
    facts = {"handoff": str(one.id), "part": number_of(one.part_id), "mode": one.mode, "answer_by": iso(one.answer_by)}
    if side.names == "unit":
        facts["unit"] = str(one.asked_id)
    kind = side.told_as(kinds.TAKEN_ON)
    record(case, kind, facts=facts, tenant_id=side.keeper(), actor=actor)
    touch(case, one)
    step(one, "accept")
    if one.mode == "transfer":
        take_over(case, one, "handed_on", actor=actor)


def take_over(case: Case, one: AnyLeg, because: str, *, actor: str | None = None) -> None:
    """The case goes to whoever has taken it on."""
    _pass_on(one)
    if isinstance(one, UnitHandoff):
        move_to_unit(case, one.tenant_id, one.to_unit_id)
    else:
        lead_to(case, one, because, actor=actor)


def lead_to(case: Case, one: Handoff, because: str, *, actor: str | None = None) -> None:
    """Make a business the lead of a held case, of which it has taken a transfer on. The customer's clocks run on."""
    owe_by(case, one.answer_by)
    case.lead_tenant_id = one.to_tenant_id
    case.state_version += 1
    db.session.flush()
    facts = {"tenant": str(one.to_tenant_id), "because": because}
    record(case, kinds.LEAD_CHANGED, facts=facts, tenant_id=one.to_tenant_id, actor=actor)


def owe_by(case: Case, answer_by: datetime | None) -> None:
    """By when whoever leads has agreed to answer: lists go by it too, where it comes before what was promised."""
    case.agreed_by = answer_by
    refresh_next(case)


def move_to_unit(case: Case, tenant_id: int, unit_id: int | None) -> None:
    """Within a business the case is with this unit now (None: the front desk), and with none of its people yet."""
    db.session.flush()
    access = Access.__table__
    own = (access.c.case_id == case.id) & (access.c.tenant_id == tenant_id)
    db.session.execute(current().update(access).where(own).values(unit_id=unit_id, assignee_id=None))


def _pass_on(one: AnyLeg) -> None:
    """Whoever had taken the whole case on before has nothing left to do with it."""
    for each in path_of(one):
        if each.id != one.id and each.state in ("accepted", "in_work"):
            step(each, "answer")
            step(each, "confirm")
