"""Hand-offs as the people of a business read them: what is asked of them, what they wait for, what the host decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from portal.cases.models import Access, Case
from portal.cases.states import OPEN
from portal.cases.work_models import Part
from portal.handoffs.legs import NoSuchHandoff, bounces, host_decides
from portal.handoffs.models import AnyLeg, Handoff, Partnership
from portal.handoffs.partnering import is_host, partners_for
from portal.handoffs.paths import OFFERED_IN
from portal.handoffs.states import LIVE, OVER, WORKING, can
from tenants.scope import current, db

RECENT = 20
"""Hand-offs that are over, on a desk's list."""
SIDES = {
    "answerer": ("accept", "decline", "return", "ask", "answer"),
    "asker": ("withdraw", "tell", "confirm", "reopen"),
}


@dataclass(frozen=True)
class Leg:
    """One hand-off with the case and the part that it is about."""

    row: Handoff
    case: Any
    part: Part | None
    mine: str
    """`answerer`, `asker`, or `host` for who only decides."""

    @property
    def ours(self) -> bool:
        """Whether the other one waits for a word of this business: yes or no, what it asked, whether it will do."""
        if self.mine == "answerer":
            return self.row.state in ("offered", "reopened") and not self.row.ran_out
        leads = self.case.lead_tenant_id == current().tenant_id
        if self.mine == "asker" and leads and self.row.state in LIVE:
            return self.row.wanted_by is not None or self.row.state in ("awaiting_info", "answered")
        return False


@dataclass(frozen=True)
class Inbox:
    """What a business has to do with others, the most pressing first."""

    asked: list[Leg]
    waiting: list[Leg]
    over: list[Leg]
    to_decide: list[Open]


@dataclass(frozen=True)
class Open:
    """A part of a case, or the whole of it, that has come back: the host says who takes it."""

    case: Any
    part: Part | None
    bounces: int


def inbox() -> Inbox:
    """For the present business."""
    me = current().tenant_id
    rows = db.session.scalars(
        select(Handoff)
        .where(or_(Handoff.to_tenant_id == me, Handoff.from_tenant_id == me), Handoff.state.in_(LIVE))
        .order_by(Handoff.accept_by, Handoff.id)
    ).all()
    past = db.session.scalars(
        select(Handoff)
        .where(or_(Handoff.to_tenant_id == me, Handoff.from_tenant_id == me), Handoff.state.not_in(LIVE))
        .order_by(Handoff.settled_at.desc(), Handoff.id.desc())
        .limit(RECENT)
    ).all()
    legs = [leg for leg in _legs(rows) if leg.row.mode == "assist" or leg.row.state == "offered" or _has_it(leg)]
    return Inbox(
        asked=sorted((leg for leg in legs if leg.mine == "answerer"), key=pressing),
        waiting=sorted((leg for leg in legs if leg.mine == "asker"), key=pressing),
        over=_legs(past),
        to_decide=to_decide() if is_host(me) else [],
    )


def to_decide(case_id: int | None = None) -> list[Open]:
    """For the host: what has come back too often or too late (of one case, or of all), the oldest first."""
    mine = select(Access.case_id).where(Access.tenant_id == current().tenant_id, Access.is_open)
    legs: dict[tuple[int, int | None], list[Handoff]] = {}
    query = select(Handoff).where(Handoff.case_id.in_(mine) if case_id is None else Handoff.case_id == case_id)
    for row in db.session.scalars(query.order_by(Handoff.id)):
        legs.setdefault((row.case_id, row.part_id), []).append(row)
    found = [(key, rows) for key, rows in legs.items() if host_decides(rows) and rows[-1].state not in LIVE]
    cases, parts = cases_of([key[0] for key, _rows in found]), parts_by_id([key[1] for key, _rows in found])
    return [Open(cases[key[0]], parts.get(key[1] or 0), bounces(rows)) for key, rows in found if key[0] in cases]


def decisions_on(case_id: int) -> list[Open]:
    """What of this case the host, if it is the present business, has to decide."""
    if not is_host(current().tenant_id):
        return []
    return to_decide(case_id)


def leg_of(handoff_id: int) -> Leg:
    """One of them, as the present business may see it. Raises NoSuchHandoff."""
    row = db.session.get(Handoff, handoff_id)
    found = _legs([row]) if row is not None else []
    if not found:
        raise NoSuchHandoff(handoff_id)
    return found[0]


def legs_of_case(case_id: int) -> list[Leg]:
    """All hand-offs of a case, the newest first."""
    query = select(Handoff).where(Handoff.case_id == case_id).order_by(Handoff.id.desc())
    return _legs(db.session.scalars(query).all())


def possible(leg: Leg) -> set[str]:
    """What the present business may do with it as it stands. The verbs check again."""
    me = current().tenant_id
    sides = {"giver": leg.row.from_tenant_id == me, "decider": is_host(me)}
    # Who handed on the whole case since waits for nothing any more.
    sides[leg.mine] = leg.mine != "asker" or leg.case.lead_tenant_id == me
    return {act for side, holds in sides.items() if holds for act in acts_of(leg.row, side)}


def acts_of(row: AnyLeg, side: str) -> set[str]:
    """What one side of a hand-off, of either kind, may do with it as it stands."""
    if row.ran_out:
        return set()
    acts = {act for act in SIDES.get(side, ()) if can(row.state, act)}
    if row.mode == "transfer":
        acts -= {"answer", "confirm", "reopen", "ask", "tell"} | ({"withdraw"} if row.state != "offered" else set())
    if row.by_host:
        acts -= {"return"}
    if side == "answerer" and row.state in ("accepted", "in_work", "reopened") and row.mode == "assist":
        # More time is asked for before it is up: who is late answers, or says how it goes.
        acts |= {"progress", "longer"} if row.wanted_by is None and row.late_since is None else {"progress"}
    if side == "asker" and row.wanted_by is not None:
        acts.add("grant")
    if row.by_host and row.state in LIVE:
        acts |= {"dispute"} if side == "answerer" and row.disputed_at is None else set()
        is_open = row.disputed_at is not None and row.ruled_at is None
        acts |= {"reply"} if side == "giver" and is_open and row.replied_at is None else set()
        acts |= {"rule"} if side == "decider" and is_open else set()
    if side == "giver" and row.state in OVER and None in (row.rated_help, row.rated_ease):
        acts.add("rate")
    return acts


def may_hand_on(case: Any) -> list[Partnership]:
    """The agreements under which the lead may ask somebody now; none when the case is not in a state for it."""
    modes = {mode for mode, states in OFFERED_IN.items() if case.state in states}
    return [each for each in partners_for(case) if modes & set(each.modes)]


def cooperation(tenant_id: int) -> tuple[int, float, float] | None:
    """How this business has rated another: how often, and the two means from 1 to 3."""
    query = select(func.count(), func.avg(Handoff.rated_help), func.avg(Handoff.rated_ease)).where(
        Handoff.to_tenant_id == tenant_id,
        Handoff.from_tenant_id == current().tenant_id,
        Handoff.rated_help.is_not(None),
        Handoff.rated_ease.is_not(None),
    )
    count, help_, ease = db.session.execute(query).one()
    return (count, float(help_), float(ease)) if count else None


def _legs(rows: Sequence[Handoff]) -> list[Leg]:
    """Those that are this business's matter: a partner with another part of the same case has no part in these."""
    cases, parts = cases_of([row.case_id for row in rows]), parts_by_id([row.part_id for row in rows])
    sides = {row.id: _side(row, cases[row.case_id]) for row in rows if row.case_id in cases}
    if "host" in sides.values() and not is_host(current().tenant_id):
        sides = {handoff_id: side for handoff_id, side in sides.items() if side != "host"}
    return [Leg(row, cases[row.case_id], parts.get(row.part_id or 0), sides[row.id]) for row in rows if row.id in sides]


def _side(row: Handoff, case: Any) -> str:
    """`host` for whoever is none of the two."""
    me = current().tenant_id
    if row.to_tenant_id == me:
        return "answerer"
    return "asker" if me in (case.lead_tenant_id, row.from_tenant_id) else "host"


def _has_it(leg: Leg) -> bool:
    """Whether this business has taken the whole case on, and still owes the answer."""
    leads = bool(leg.case.lead_tenant_id == current().tenant_id)
    return leg.mine == "answerer" and leads and leg.row.state in WORKING and leg.case.state in OPEN


def cases_of(ids: Sequence[int]) -> dict[int, Any]:
    table = Case.__table__
    found = db.session.execute(current().select(table).where(table.c.id.in_(ids)))
    return {row.id: row for row in found}


def parts_by_id(ids: Sequence[int | None]) -> dict[int, Part]:
    known = [each for each in ids if each]
    return {part.id: part for part in db.session.scalars(select(Part).where(Part.id.in_(known)))} if known else {}


def pressing(leg: Any) -> tuple[bool, bool, Any]:
    """The key by which hand-offs that are under way are sorted: what is late first, then what waits for a word, then by
    what is due."""
    due = leg.row.accept_by if leg.row.state == "offered" else leg.row.answer_by
    return (leg.row.late_since is None, not leg.ours, due or leg.row.offered_at)
