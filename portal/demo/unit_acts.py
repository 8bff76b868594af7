"""The acts of a story in which units of one business hand parts of a case, or all of it, to one another."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from portal.demo.script import Act
from portal.handoffs import handing, managing, unit_offering, working
from portal.handoffs.models import UnitHandoff
from portal.handoffs.states import BOUNCED, LIVE
from portal.handoffs.unit_offering import UnitAsk
from tenants.models import Unit
from tenants.scope import current, db


def _unit(slug: str) -> int | None:
    query = select(Unit.id).where(Unit.slug == slug, Unit.tenant_id == current().tenant_id)
    return db.session.scalar(query) if slug else None


def _live(case_id: int) -> UnitHandoff:
    """The newest one of a case that is under way."""
    query = select(UnitHandoff).where(UnitHandoff.case_id == case_id, UnitHandoff.state.in_(LIVE))
    found = db.session.scalars(query.order_by(UnitHandoff.id.desc())).first()
    if found is None:
        raise LookupError("there is no hand-off between units that the story could go on with")
    return found


def _came_back(case_id: int) -> int | None:
    """The part that came back last; None for the whole case."""
    query = select(UnitHandoff.part_id).where(UnitHandoff.case_id == case_id, UnitHandoff.state.in_(BOUNCED))
    return db.session.scalar(query.order_by(UnitHandoff.id.desc()).limit(1))


def give(case_id: int, version: int, act: Act, author: str) -> None:
    part_id = _came_back(case_id) if act.more["again"] else None
    ask = UnitAsk(_unit(act.more["to"]) or 0, act.text, part_id, act.more["title"])
    unit_offering.offer(case_id, version, ask, author=author)


def take(case_id: int, author: str) -> None:
    one = _live(case_id)
    working.look(one.id)
    handing.accept(one.id, one.version, author=author)


def cannot(case_id: int, act: Act, author: str) -> None:
    one, suggested = _live(case_id), _unit(act.more["suggested"])
    values = {"reason": act.more["reason"], "text": act.text, "suggested_id": suggested}
    handing.decline(one.id, one.version, author=author, **values)


def answer(case_id: int, act: Act, author: str) -> None:
    one = _live(case_id)
    working.answer(one.id, one.version, text=act.text, author=author)


def will_do(case_id: int, act: Act) -> None:
    one = _live(case_id)
    working.confirm(one.id, one.version)
    working.rate(one.id, help_=act.more["help"], ease=act.more["ease"])


def assign(case_id: int, version: int, act: Act) -> None:
    to = _unit(act.more["to"])
    managing.assign(case_id, version, part_id=_came_back(case_id), to_unit_id=to, reason=act.text)


INSIDE: dict[str, Callable[[int, int, Act, str], None]] = {
    "give_unit": give,
    "unit_takes": lambda case_id, version, act, author: take(case_id, author),
    "unit_cannot": lambda case_id, version, act, author: cannot(case_id, act, author),
    "unit_answers": lambda case_id, version, act, author: answer(case_id, act, author),
    "unit_will_do": lambda case_id, version, act, author: will_do(case_id, act),
    "assign_unit": lambda case_id, version, act, author: assign(case_id, version, act),
}
"""Plays an act of whoever is in scope: case, its version, the act, the name that is signed with."""
