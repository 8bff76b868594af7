"""The acts of a story in which businesses hand parts of a case, or all of it, to one another."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from portal.demo.script import Act
from portal.handoffs import handing, hosting, working
from portal.handoffs.models import Handoff
from portal.handoffs.states import BOUNCED, LIVE
from tenants.models import Tenant
from tenants.scope import current, db


def _tenant(slug: str) -> int | None:
    return db.session.scalar(select(Tenant.id).where(Tenant.slug == slug)) if slug else None


def _newest(case_id: int, *, to_me: bool) -> Handoff:
    """The newest hand-off of a case that is under way: to whoever acts, or that it waits for."""
    query = select(Handoff).where(Handoff.case_id == case_id, Handoff.state.in_(LIVE))
    mine = Handoff.to_tenant_id == current().tenant_id
    return db.session.scalars(query.where(mine if to_me else ~mine).order_by(Handoff.id.desc())).first() or _none()


def _answered(case_id: int) -> Handoff:
    query = select(Handoff).where(Handoff.case_id == case_id, Handoff.state == "answered", Handoff.part_id.is_not(None))
    return db.session.scalars(query.order_by(Handoff.id)).first() or _none()


def _none() -> Handoff:
    raise LookupError("there is no hand-off that the story could go on with")


def hand_off(case_id: int, version: int, act: Act, author: str) -> None:
    """A part that came back, if the story names none; else a new one, or the whole case."""
    title, part_id = act.more["title"], None
    if act.more["again"]:
        query = select(Handoff.part_id).where(Handoff.case_id == case_id, Handoff.state.in_(BOUNCED))
        part_id = db.session.scalar(query.order_by(Handoff.id.desc()).limit(1))
    ask = handing.Ask(_tenant(act.more["to"]) or 0, act.text, part_id, title)
    handing.offer(case_id, version, ask, author=author)


def assign(case_id: int, version: int, act: Act, _author: str) -> None:
    query = select(Handoff.part_id).where(Handoff.case_id == case_id, Handoff.state.in_(BOUNCED))
    part_id = db.session.scalar(query.order_by(Handoff.id.desc()).limit(1))
    to = _tenant(act.more["to"]) or 0
    hosting.assign(case_id, version, part_id=part_id, to_tenant_id=to, reason=act.text)


def take_on(case_id: int, act: Act, author: str) -> None:
    one = _newest(case_id, to_me=True)
    working.look(one.id)
    handing.accept(one.id, one.version, author=author)


def cannot(case_id: int, act: Act, author: str) -> None:
    one = _newest(case_id, to_me=True)
    suggested = _tenant(act.more["suggested"])
    handing.decline(
        one.id, one.version, reason=act.more["reason"], text=act.text, author=author, suggested_id=suggested
    )


def tell_progress(case_id: int, act: Act, author: str) -> None:
    working.report_progress(_newest(case_id, to_me=True).id, text=act.text, author=author)


def answer_part(case_id: int, act: Act, author: str) -> None:
    one = _newest(case_id, to_me=True)
    working.answer(one.id, one.version, text=act.text, author=author)


def will_do(case_id: int, act: Act, _author: str) -> None:
    one = _answered(case_id)
    working.confirm(one.id, one.version)
    working.rate(one.id, help_=act.more["help"], ease=act.more["ease"])


Between = Callable[[int, int, Act, str], None]
"""Plays an act of whoever is in scope: case, its version, the act, the name that is signed with."""
BETWEEN: dict[str, Between] = {
    "hand_off": lambda case_id, version, act, author: hand_off(case_id, version, act, author),
    "assign": lambda case_id, version, act, author: assign(case_id, version, act, author),
    "take_on": lambda case_id, version, act, author: take_on(case_id, act, author),
    "cannot": lambda case_id, version, act, author: cannot(case_id, act, author),
    "tell_progress": lambda case_id, version, act, author: tell_progress(case_id, act, author),
    "answer_part": lambda case_id, version, act, author: answer_part(case_id, act, author),
    "will_do": lambda case_id, version, act, author: will_do(case_id, act, author),
}
