"""Hand-offs between units as the people of their business read them: the inbox, one of them, figures for managers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case as choose
from sqlalchemy import func, select

from portal.cases import parts
from portal.cases.work_models import Part
from portal.handoffs.between import between
from portal.handoffs.inside import parts_handed_to, unit_of_person, unit_with, units, works_on
from portal.handoffs.legs import NoSuchHandoff, bounces, host_decides
from portal.handoffs.models import UnitHandoff
from portal.handoffs.paths import OFFERED_IN
from portal.handoffs.reading import RECENT, Open, acts_of, cases_of, parts_by_id, pressing
from portal.handoffs.states import BOUNCED, LIVE, WORKING
from tenants.permissions import allows
from tenants.scope import current, db


@dataclass(frozen=True)
class UnitLeg:
    """One hand-off between units, with the case and the part that it is about."""

    row: UnitHandoff
    case: Any
    part: Part | None
    sides: frozenset[str]
    """Those that the present person may act for."""
    mine: bool
    """Whether the present person is of the unit that was asked."""

    @property
    def ours(self) -> bool:
        """Whether others wait for a word of this person's side."""
        if self.mine:
            return self.row.state in ("offered", "reopened") and not self.row.ran_out
        asked = self.row.wanted_by is not None or self.row.state in ("awaiting_info", "answered")
        return "asker" in self.sides and self.row.state in LIVE and asked


@dataclass(frozen=True)
class Acts:
    """What may be done for one unit (None: the front desk), or, if it `decides`, as a manager."""

    unit_id: int | None
    decides: bool
    can: set[str]


@dataclass(frozen=True)
class Inside:
    """What the units of a business have to do with each other, for one person: their own unit first."""

    asked: list[UnitLeg]
    waiting: list[UnitLeg]
    others: list[UnitLeg]
    """Between other units; for managers."""
    over: list[UnitLeg]
    to_decide: list[Open]


@dataclass(frozen=True)
class UnitFigures:
    """What became of what a unit was asked."""

    asked: int = 0
    declined: int = 0
    returned: int = 0
    expired: int = 0
    late: int = 0
    rated: int = 0
    help: float = 0.0
    ease: float = 0.0
    """Means from 1 to 3."""


def inside() -> Inside:
    """For the present person."""
    me, decides = unit_of_person(), allows(current(), "case.assign_unit")
    live = _of(UnitHandoff.state.in_(LIVE))
    live = [each for each in live if each.row.mode == "assist" or each.row.state == "offered" or _has_it(each)]
    live.sort(key=pressing)
    asked = [each for each in live if each.mine]
    waits = [each for each in live if not each.mine and each.row.from_unit_id == me and "asker" in each.sides]
    waiting = [each for each in waits if each.row.mode == "assist" or each.row.state == "offered"]
    rest = [each for each in live if each not in asked and each not in waiting]
    over = _of(UnitHandoff.state.not_in(LIVE), newest=RECENT)
    return Inside(
        asked=asked,
        waiting=waiting,
        others=rest if decides else [],
        over=[each for each in over if decides or each.mine or "asker" in each.sides],
        to_decide=to_decide() if decides else [],
    )


def unit_leg_of(handoff_id: int) -> UnitLeg:
    """One of them, as the present business may see it. Raises NoSuchHandoff."""
    row = db.session.get(UnitHandoff, handoff_id)
    found = _legs([row]) if row is not None else []
    if not found:
        raise NoSuchHandoff(handoff_id)
    return found[0]


def unit_legs_of_case(case_id: int) -> list[UnitLeg]:
    """All hand-offs of a case between units of the present business, the newest first."""
    query = select(UnitHandoff).where(UnitHandoff.case_id == case_id).order_by(UnitHandoff.id.desc())
    return _legs(db.session.scalars(query).all())


def possible(leg: UnitLeg) -> list[Acts]:
    """What the present person may do with it as it stands, for each unit apart: a manager acts for all, and should see
    whose word it is. The verbs check again."""
    if leg.row.state in LIVE and between(leg.row).is_frozen(leg.case):
        return []
    rated = leg.row.mode == "assist" or leg.row.state in BOUNCED
    holder = unit_with(leg.case.id, leg.row.tenant_id) if "asker" in leg.sides else None
    units_of = {"answerer": leg.row.to_unit_id, "asker": holder, "giver": leg.row.from_unit_id, "decider": None}
    found: dict[tuple[int | None, bool], set[str]] = {}
    for side, unit_id in units_of.items():
        acts = acts_of(leg.row, side) - (set() if rated else {"rate"}) if side in leg.sides else set()
        if acts:
            found.setdefault((unit_id, side == "decider"), set()).update(acts)
    return [Acts(unit_id, decides, acts) for (unit_id, decides), acts in found.items()]


def to_decide(case_id: int | None = None) -> list[Open]:
    """For managers: what has come back too often or too late (of one case, or of all), the oldest first."""
    query = select(UnitHandoff)
    if case_id is not None:
        query = query.where(UnitHandoff.case_id == case_id)
    legs: dict[tuple[int, int | None], list[UnitHandoff]] = {}
    for row in db.session.scalars(query.where(UnitHandoff.is_counted).order_by(UnitHandoff.id)):
        legs.setdefault((row.case_id, row.part_id), []).append(row)
    found = [(key, rows) for key, rows in legs.items() if host_decides(rows) and rows[-1].state not in LIVE]
    cases, known = cases_of([key[0] for key, _rows in found]), parts_by_id([key[1] for key, _rows in found])
    undecided = [(cases[key[0]], known.get(key[1] or 0), rows) for key, rows in found if key[0] in cases]
    me = current().tenant_id or 0
    return [Open(case, part, bounces(rows)) for case, part, rows in undecided if works_on(case, me, part)]


def may_give(case: Any) -> bool:
    """Whether the present person may hand on something of this case to a unit now."""
    me = current().tenant_id or 0
    if not any(case.state in states for states in OFFERED_IN.values()) or not works_on(case, me):
        return False
    holder = unit_with(case.id, me)
    return holder in (None, unit_of_person()) or allows(current(), "case.assign_unit")


def parts_to_give(case: Any) -> list[Part]:
    """The open parts that the present business works on itself, and no unit has yet."""
    me = current().tenant_id or 0
    leads = case.lead_tenant_id == me
    handed = set() if leads else parts_handed_to(case.id, me)
    query = select(UnitHandoff.part_id).where(UnitHandoff.case_id == case.id, UnitHandoff.state.in_(LIVE))
    busy = set(db.session.scalars(query))
    public = [part for part in parts.parts_of(case.id) if (not part.is_handed if leads else part.id in handed)]
    known = [*public, *parts.inside_parts(case.id)]
    return [part for part in known if part.done_at is None and part.id not in busy]


def figures() -> dict[int, UnitFigures]:
    """For each unit of the business, by its id: what was asked of it, and how often that came back, or late."""
    count = {state: func.sum(choose((UnitHandoff.state == state, 1), else_=0)).label(state) for state in BOUNCED}
    query = select(
        UnitHandoff.to_unit_id,
        func.count().label("asked"),
        *count.values(),
        func.count(UnitHandoff.late_at).label("late"),
        func.count(UnitHandoff.rated_help).label("rated"),
        func.avg(UnitHandoff.rated_help).label("help"),
        func.avg(UnitHandoff.rated_ease).label("ease"),
    ).group_by(UnitHandoff.to_unit_id)
    found = {each.id: UnitFigures() for each in units()}
    for unit_id, asked, declined, returned, expired, late, rated, help_, ease in db.session.execute(query):
        means = (float(help_ or 0), float(ease or 0))
        found[unit_id] = UnitFigures(asked, int(declined), int(returned), int(expired), late, rated, *means)
    return found


def _has_it(leg: UnitLeg) -> bool:
    """Whether the unit has taken the whole case on, has it still, and no answer is given yet."""
    works = leg.row.state in WORKING and not between(leg.row).is_frozen(leg.case)
    return works and unit_with(leg.case.id, leg.row.tenant_id) == leg.row.to_unit_id


def _of(condition: Any, newest: int | None = None) -> list[UnitLeg]:
    query = select(UnitHandoff).where(condition)
    if newest is not None:
        query = query.order_by(UnitHandoff.settled_at.desc(), UnitHandoff.id.desc()).limit(newest)
    return _legs(db.session.scalars(query).all())


def _legs(rows: Sequence[UnitHandoff]) -> list[UnitLeg]:
    cases, known = cases_of([row.case_id for row in rows]), parts_by_id([row.part_id for row in rows])
    me = unit_of_person()
    return [
        UnitLeg(
            row,
            cases[row.case_id],
            known.get(row.part_id or 0),
            between(row).sides(cases[row.case_id]),
            row.to_unit_id == me,
        )
        for row in rows
        if row.case_id in cases
    ]
