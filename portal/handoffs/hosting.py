"""The host decides who takes what came back too often; and who is right when a decision is disputed, be it the host's
or, inside a business, a manager's (`managing.py`)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from portal.cases.holding import held
from portal.cases.models import Access, Case
from portal.cases.parts import NoSuchPart
from portal.cases.promises import NEVER
from portal.cases.states import OPEN, WrongState
from portal.cases.work_models import Part
from portal.events import kinds
from portal.events.models import Event, EventContent, SharedWith
from portal.events.record import record, set_timer, share
from portal.handoffs import managing
from portal.handoffs.between import between
from portal.handoffs.legs import NoSuchHandoff, as_side, host_decides, leg, legs_of, number_of, said, step, told, touch
from portal.handoffs.models import Handoff, UnitHandoff
from portal.handoffs.moving import lead_to, owe_answer
from portal.handoffs.partnering import agreement_between, is_host
from portal.handoffs.paths import NothingToDecide
from portal.handoffs.running_out import TO_HOST, iso
from portal.handoffs.states import LIVE, WrongLeg
from tenants import clock
from tenants.ids import new_id
from tenants.models import Tenant
from tenants.permissions import Forbidden, require
from tenants.scope import current, db

HEARING = timedelta(days=1)
"""For so long the business that handed it over may answer a dispute before the host rules without it."""


def let_host_see(handoff_id: int) -> None:
    """The timer of what came back, or is disputed: it is on the host's desk from now on. Runs as the system."""
    found = db.session.get(Handoff, handoff_id)
    if found is None:
        return
    with held(found.case_id) as case:
        host = db.session.scalar(select(Tenant.id).where(Tenant.is_host))
        disputed = found.disputed_at is not None and found.ruled_at is None
        if host is None or not (disputed or host_decides(legs_of(case.id, found.part_id))):
            return
        access = db.session.get(Access, (case.id, host))
        if access is None:
            values = {"network_id": case.network_id, "case_id": case.id, "tenant_id": host, "level": "assist"}
            db.session.add(Access(**values, is_open=case.state in OPEN, next_due_at=case.next_due_at or NEVER))
        elif access.level == "past":
            access.level, access.is_open = "assist", case.state in OPEN
        _let_read(case, legs_of(case.id, found.part_id), host)


def _let_read(case: Case, legs: list[Handoff], host: int) -> None:
    """What was said about these, and about no other part. The host goes on reading what it decided by."""
    db.session.flush()
    about, events, named = {str(each.id) for each in legs}, Event.__table__, SharedWith.__table__
    known = select(named.c.event_id).where(named.c.tenant_id == host, current().predicate(named))
    said_there = (
        current()
        .select(events.c.id, EventContent.__table__.c.facts)
        .where(
            EventContent.__table__.c.event_id == events.c.id,
            events.c.case_id == case.id,
            events.c.audience == "shared",
            events.c.id.not_in(known),
        )
    )
    found = [row.id for row in db.session.execute(said_there) if (row.facts or {}).get("handoff") in about]
    share(case.network_id, found, [host])


def assign(case_id: int, version: int, *, part_id: int | None, to_tenant_id: int, reason: str) -> None:
    """Say who takes it, also again, also the business that leads. It cannot be declined; everybody reads the reason.

    Raises NothingToDecide, Forbidden or WrongState.
    """
    require(current(), "case.assign")
    with held(case_id, version, by_lead=False) as case:
        _require_host()
        if case.state not in OPEN:
            raise WrongState(case.state, "assign")
        legs = legs_of(case.id, part_id)
        if not host_decides(legs):
            raise NothingToDecide(case.reference)
        _give(case, part_id, to_tenant_id, reason)
        _leave(case)


def dispute(handoff_id: int, version: int, *, text: str, author: str) -> None:
    """Say, with evidence, why the host's decision is wrong. Once; the work goes on meanwhile."""
    with leg(handoff_id, version, asker=False) as (case, one):
        if not one.by_host or one.disputed_at is not None or one.state not in LIVE:
            raise WrongLeg(one.state, "dispute")
        one.disputed_at = clock.now()
        said(case, one, "dispute", text, author)
        if between(one).is_shared:
            set_timer(case.network_id, TO_HOST, one.id, clock.now())
        touch(case, one)


def reply(handoff_id: int, version: int, *, text: str, author: str) -> None:
    """The evidence of those who handed it over, against a dispute. Once."""
    with as_side(handoff_id, version, "giver") as (case, one):
        if one.disputed_at is None or one.replied_at is not None or one.ruled_at is not None:
            raise WrongLeg(one.state, "reply")
        one.replied_at = clock.now()
        said(case, one, "reply", text, author)
        touch(case, one)


def rule(handoff_id: int, version: int, *, reason: str, to_id: int | None = None) -> None:
    """Decide a dispute: it stands, or another business (inside a business: another unit) takes it. All who read of the
    hand-off read why.

    Both have been heard, or a day has passed without the other's evidence. Raises NothingToDecide.
    """
    require(current(), "case.assign")
    with as_side(handoff_id, version, "decider") as (case, one):
        if one.disputed_at is None or one.ruled_at is not None or one.state not in LIVE:
            raise NothingToDecide(one.state)
        if one.replied_at is None and clock.now() < one.disputed_at + HEARING:
            raise NothingToDecide(one.state)
        moved = to_id is not None and to_id != one.asked_id
        if moved and not between(one).is_known(to_id or 0):
            raise NoSuchHandoff(to_id)
        one.ruled_at = clock.now()
        told(case, kinds.HOST_RULED, one, text=reason, outcome="moved" if moved else "stands")
        touch(case, one)
        if moved and to_id is not None:
            step(one, "withdraw")
            give = managing.give if isinstance(one, UnitHandoff) else _give
            give(case, one.part_id, to_id, reason)
        if between(one).is_shared:
            _leave(case)


def _give(case: Case, part_id: int | None, to_tenant_id: int, reason: str) -> None:
    for each in legs_of(case.id, part_id):
        each.is_counted = False
    part = _open_part(case, part_id)
    mode = "transfer" if part_id is None else "assist"
    facts = {"part": number_of(part_id), "tenant": str(to_tenant_id), "mode": mode}
    case.state_version += 1
    if to_tenant_id == case.lead_tenant_id:  # back to who leads, who asks nobody else for it
        record(case, kinds.HOST_ASSIGNED, text=reason, facts=facts)
        return
    if db.session.get(Tenant, to_tenant_id) is None:
        raise NoSuchHandoff(to_tenant_id)
    agreed = agreement_between(case.lead_tenant_id, to_tenant_id)
    one = Handoff(
        id=new_id(),
        network_id=case.network_id,
        case_id=case.id,
        part_id=part.id if part else None,
        from_tenant_id=case.lead_tenant_id,
        to_tenant_id=to_tenant_id,
        mode=mode,
        state="accepted",
        by_host=True,
        version=1,
        offered_at=clock.now(),
        wants=[],
        shown=[],
    )
    within = agreed.answer_within if agreed and agreed.state == "accepted" else None
    owe_answer(case, one, within)
    db.session.add(one)
    db.session.flush()
    given = {**facts, "handoff": str(one.id), "answer_by": iso(one.answer_by)}
    record(case, kinds.HOST_ASSIGNED, text=reason, facts=given)
    if mode == "transfer":
        lead_to(case, one, "host_decided")


def _open_part(case: Case, part_id: int | None) -> Part | None:
    if part_id is None:
        return None
    part = db.session.scalars(select(Part).where(Part.case_id == case.id, Part.id == part_id)).one_or_none()
    if part is None or part.done_at is not None:
        raise NoSuchPart(part_id)
    return part


def _leave(case: Case) -> None:
    """The host has decided; the case leaves its desk, unless it works on it itself."""
    scope = current()
    if not scope.for_tenant or case.lead_tenant_id == scope.tenant_id:
        return
    db.session.flush()
    mine = select(Handoff.id).where(
        Handoff.case_id == case.id, Handoff.to_tenant_id == scope.tenant_id, Handoff.state.in_(LIVE)
    )
    if db.session.scalar(mine.limit(1)) is None:
        access = Access.__table__
        own = (access.c.case_id == case.id) & (access.c.level == "assist")
        db.session.execute(scope.update(access).where(own).values(level="past", is_open=False))


def _require_host() -> None:
    scope = current()
    if scope.for_tenant and not is_host(scope.tenant_id):
        raise Forbidden("only the host")
