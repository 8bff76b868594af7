"""The act that helps next where a hand-off came back or is late: on the page of the case, named by what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.cases.states import can
from portal.directory import Directory
from portal.handoffs import legs, reading, unit_reading
from portal.handoffs.inside import units
from portal.handoffs.models import AnyLeg
from portal.handoffs.reading import may_hand_on
from portal.handoffs.states import BOUNCED, WORKING
from portal.languages import gettext as _
from portal.wording import local
from tenants.permissions import allows
from tenants.scope import current


@dataclass(frozen=True)
class Step:
    """An act of the case's page: `address` is what follows the address of the page."""

    label: str
    address: str


def next_step(leg: reading.Leg, names: Directory) -> list[Step]:
    """Between businesses: the first is the one that comes next."""
    row, case = leg.row, leg.case
    if case.lead_tenant_id != current().tenant_id:
        return []
    if leg.mine == "answerer" and row.mode == "transfer" and row.state in WORKING:
        return _of_lead(case)
    if leg.mine == "asker" and row.late_since and row.mode == "assist" and allows(current(), "case.reply"):
        return [Step(_("Tell the customer how it stands"), "?act=reply#act-reply")]
    if not _came_back(row) or legs.host_decides(legs.path_of(row)):
        return []
    known = {each.answerer_id: names.businesses[each.answerer_id] for each in may_hand_on(case)}
    named = known.get(row.suggested_id or 0)
    offer = (named.slug, local(named.name)) if named else None
    return _ask(row, bool(known), offer, "hand_off", "partner")


def next_unit_step(leg: unit_reading.UnitLeg) -> list[Step]:
    """The same between units."""
    row = leg.row
    if not _came_back(row) or "asker" not in leg.sides:
        return []
    if legs.host_decides(legs.path_of(row)):
        decides = any(each.part == leg.part for each in unit_reading.to_decide(leg.case.id))
        act = "?act=assign_unit#act-assign_unit"
        return [Step(_("Decide which unit takes it"), act)] if decides and allows(current(), "case.assign_unit") else []
    known = {each.id: local(each.name) for each in units()}
    named = known.get(row.suggested_id or 0)
    offer = (str(row.suggested_id), named) if named else None
    return _ask(row, unit_reading.may_give(leg.case), offer, "give_unit", "unit")


def _of_lead(case: Any) -> list[Step]:
    """Who has taken the whole case on owes the customer the answer, and news until then."""
    answers = can(case.state, "answer") and allows(current(), "case.answer")
    writes = case.state in ("acknowledged", "in_progress") and allows(current(), "case.reply")
    moves = writes and allows(current(), "case.promise")
    return [
        *([Step(_("Give the answer"), "?act=answer#act-answer")] if answers else []),
        *([Step(_("Tell the customer how it stands"), "?act=reply#act-reply")] if writes else []),
        *([Step(_("Move the promised date"), "#promises")] if moves else []),
    ]


def _came_back(row: AnyLeg) -> bool:
    """Whether it ended without an answer, and nothing has come of that yet."""
    return row.state in BOUNCED and row.is_counted and legs.path_of(row)[-1].id == row.id


def _ask(row: AnyLeg, may: bool, named: tuple[str, str] | None, act: str, field: str) -> list[Step]:
    """Ask whoever was named by those that refused, unless they have had it; else somebody."""
    if not may or not allows(current(), "case.hand_off"):
        return []
    before = legs.path_of(row)
    had = {each.asked_id for each in before} | {each.giver_id for each in before}
    if named and row.suggested_id not in had:
        return [Step(_("Ask %(name)s", name=named[1]), f"?act={act}&{field}={named[0]}#act-{act}")]
    return [Step(_("Ask somebody else"), f"?act={act}#act-{act}")]
