"""Offering a part of a case, or the whole of it, to another business; taking it on, declining it, giving it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.calendars.promising import working_time_of
from portal.calendars.targets import Target
from portal.cases import assignment, parts
from portal.cases.holding import held
from portal.cases.models import Case
from portal.cases.states import WrongState
from portal.cases.work_models import Part
from portal.events import kinds
from portal.events.record import record, set_timer
from portal.handoffs.legs import (
    Frozen,
    bounces,
    host_decides,
    leg,
    legs_of,
    number_of,
    said,
    step,
    told,
    touch,
    why_it_ended,
)
from portal.handoffs.models import DECLINES, RETURNS, Handoff, Partnership
from portal.handoffs.partnering import agreement_between, covers
from portal.handoffs.states import LIVE, WrongLeg
from tenants import clock
from tenants.ids import new_id
from tenants.models import Tenant
from tenants.permissions import require
from tenants.scope import current, db

EXPIRES, LATE, TO_HOST = "handoff.expires", "handoff.late", "handoff.to_host"
OFFERED_IN = {
    "assist": ("acknowledged", "in_progress", "waiting_for_customer"),
    "transfer": ("received", "acknowledged", "in_progress"),
}
"""The states of a case in which it may be handed on: help comes after a plan; what is not ours may pass before."""


class NotAgreed(ValueError):
    """There is no agreement by which this business may be asked for this (422)."""


class AlreadyOnPath(ValueError):
    """It has had this part before (422): only the host may send it there again."""


class HostDecides(RuntimeError):
    """It came back too often, or too late: the host says who takes it (409)."""


class AlreadyAsked(RuntimeError):
    """Somebody is being waited for with this part already (409)."""


class NoReason(ValueError):
    """A code that is not in the list (422)."""


class GivenBackBefore(RuntimeError):
    """A partner gives a part back once, and never what the host has decided (409)."""


@dataclass(frozen=True)
class Ask:
    """What is handed to whom. A part that exists, or the title of a new one that everybody reads; neither: the whole.

    `brief` is for the partner alone.
    """

    to_tenant_id: int
    brief: str
    part_id: int | None = None
    title: str = ""

    @property
    def mode(self) -> str:
        return "assist" if self.part_id is not None or self.title else "transfer"


def offer(case_id: int, version: int, ask: Ask, *, author: str) -> int:
    """Ask a partner. Returns the hand-off's id.

    The partner sees the case from now on, as others do: nothing personal. Raises NotAgreed, AlreadyOnPath, HostDecides,
    AlreadyAsked or WrongState.
    """
    require(current(), "case.hand_off")
    with held(case_id, version) as case:
        if case.state not in OFFERED_IN[ask.mode]:
            raise WrongState(case.state, ask.mode)
        agreed = _agreement(case, ask)
        part = _part(case, ask)
        before = legs_of(case.id, part.id if part else None)
        _check_path(case, before, ask.to_tenant_id)
        one = _make(case, part, agreed, ask)
        told(
            case,
            kinds.HANDED_ON,
            one,
            tenant=str(one.to_tenant_id),
            mode=one.mode,
            accept_by=iso(one.accept_by),
            after=why_it_ended(before) or None,
            bounces=bounces(before) or None,
        )
        said(case, one, "brief", ask.brief, author)
        touch(case, one)
        if agreed.auto_accept:
            _take_on(case, one, by_agreement=True)
        elif one.accept_by is not None:
            set_timer(case.network_id, EXPIRES, one.id, one.accept_by)
        return one.id


def accept(handoff_id: int, version: int, *, author: str) -> None:
    """Take it on: an answer is owed by the agreed time. Of a transfer: lead the case from now on."""
    with leg(handoff_id, version, asker=False) as (case, one):
        _take_on(case, one)
        assignment.take_if_free(case, author)


def decline(
    handoff_id: int, version: int, *, reason: str, text: str, author: str, suggested_id: int | None = None
) -> None:
    """Say why not, and whose matter it is. The customer reads it together with what comes next."""
    _require_reason(reason, DECLINES)
    with leg(handoff_id, version, asker=False) as (case, one):
        _require_step(one, "decline", one.state == "offered")
        if suggested_id in (one.to_tenant_id, one.from_tenant_id) or not _is_tenant(suggested_id):
            suggested_id = None
        one.reason, one.suggested_id = reason, suggested_id
        suggested = str(suggested_id) if suggested_id else None
        told(case, kinds.HANDOFF_DECLINED, one, text=text or None, reason=reason, suggested=suggested)
        _hand_back(case, one, "decline")


def give_back(handoff_id: int, version: int, *, reason: str, evidence: str) -> None:
    """Return what was taken on, with what was found. Once for each partner and part. Raises GivenBackBefore."""
    _require_reason(reason, RETURNS)
    with leg(handoff_id, version, asker=False) as (case, one):
        _require_step(one, "return", one.state in ("accepted", "in_work"))
        before = [each for each in legs_of(case.id, one.part_id) if each.to_tenant_id == one.to_tenant_id]
        if one.by_host or any(each.state == "returned" for each in before):
            raise GivenBackBefore(one.state)
        one.reason = reason
        told(case, kinds.HANDOFF_RETURNED, one, text=evidence, reason=reason)
        _hand_back(case, one, "return")


def withdraw(handoff_id: int, version: int) -> None:
    """Take it back: it is not needed any more, or goes elsewhere. Never a transfer that was taken on."""
    with leg(handoff_id, version, asker=True) as (case, one):
        if one.mode == "transfer" and one.state != "offered":
            raise WrongLeg(one.state, "withdraw")
        _require_step(one, "withdraw", one.state in LIVE)
        told(case, kinds.HANDOFF_WITHDRAWN, one, tenant=str(one.to_tenant_id))
        touch(case, one)
        step(one, "withdraw")


def expire(handoff_id: int) -> None:
    """The timer of an offer: nobody took it on in time, and the host decides. Runs as the system."""
    found = db.session.get(Handoff, handoff_id)
    if found is None or found.state != "offered":
        return
    try:
        with leg(handoff_id, asker=True) as (case, one):
            if one.state == "offered" and one.accept_by is not None and clock.now() >= one.accept_by:
                told(case, kinds.HANDOFF_EXPIRED, one, tenant=str(one.to_tenant_id))
                _hand_back(case, one, "expire")
    except Frozen:
        return  # it goes back by the end of the agreement


def fall_late(handoff_id: int) -> None:
    """The timer of an answer: everybody sees that it is late. It stays with whom it is. Runs as the system."""
    found = db.session.get(Handoff, handoff_id)
    if found is None:
        return
    with held(found.case_id) as case:
        one = next(each for each in legs_of(case.id, found.part_id) if each.id == handoff_id)
        waited = one.state in LIVE and one.state not in ("offered", "answered")
        if not waited or one.late_at is not None or one.answer_by is None or clock.now() < one.answer_by:
            return
        one.late_at = clock.now()
        told(case, kinds.HANDOFF_LATE, one, tenant=str(one.to_tenant_id), answer_by=iso(one.answer_by))
        touch(case, one)


def answer_by(one: Handoff, agreed: Partnership | None) -> datetime:
    """When the business that takes it on answers at the latest, by its own calendar."""
    within = Target.read(agreed.answer_within) if agreed else Target(5)
    return within.after(clock.now(), working_time_of(one.to_tenant_id))


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _agreement(case: Case, ask: Ask) -> Partnership:
    agreed = agreement_between(case.lead_tenant_id, ask.to_tenant_id)
    if agreed is None or agreed.state != "accepted" or ask.mode not in agreed.modes:
        raise NotAgreed(ask.to_tenant_id)
    if not covers(agreed, case.category_id):
        raise NotAgreed(ask.to_tenant_id)
    return agreed


def _part(case: Case, ask: Ask) -> Part | None:
    if ask.mode == "transfer":
        return None
    if ask.part_id is None:
        return parts.open_one(case, ask.title)
    part = db.session.scalars(select(Part).where(Part.case_id == case.id, Part.id == ask.part_id)).one_or_none()
    if part is None or part.done_at is not None:
        raise parts.NoSuchPart(ask.part_id)
    return part


def _check_path(case: Case, before: list[Handoff], to_tenant_id: int) -> None:
    """Nobody gets again what it has had, and one is asked at a time."""
    if any(each.state in LIVE and (each.part_id or each.state == "offered") for each in before):
        raise AlreadyAsked(case.reference)
    if host_decides(before):
        raise HostDecides(case.reference)
    had = {each.to_tenant_id for each in before if each.state != "withdrawn"} | {each.from_tenant_id for each in before}
    if to_tenant_id in had | {case.lead_tenant_id}:
        raise AlreadyOnPath(case.reference)


def _make(case: Case, part: Part | None, agreed: Partnership, ask: Ask) -> Handoff:
    one = Handoff(
        id=new_id(),
        network_id=case.network_id,
        case_id=case.id,
        part_id=part.id if part else None,
        partnership_id=agreed.id,
        from_tenant_id=case.lead_tenant_id,
        to_tenant_id=ask.to_tenant_id,
        mode=ask.mode,
        state="offered",
        version=1,
        offered_at=clock.now(),
        wants=[],
        shown=[],
        accept_by=Target.read(agreed.accept_within).after(clock.now(), working_time_of(ask.to_tenant_id)),
    )
    db.session.add(one)
    db.session.flush()
    return one


def _take_on(case: Case, one: Handoff, *, by_agreement: bool = False) -> None:
    _require_step(one, "accept", one.state == "offered")
    agreed = db.session.get(Partnership, one.partnership_id) if one.partnership_id else None
    one.answer_by = answer_by(one, agreed)
    one.accepted_at = clock.now()
    set_timer(case.network_id, LATE, one.id, one.answer_by)
    facts = {"handoff": str(one.id), "part": number_of(one.part_id), "mode": one.mode, "answer_by": iso(one.answer_by)}
    actor = "system" if by_agreement else None
    record(case, kinds.TAKEN_ON, facts=facts, tenant_id=one.to_tenant_id, actor=actor)
    touch(case, one)
    step(one, "accept")
    if one.mode == "transfer":
        _pass_on(case, one)
        lead_to(case, one.to_tenant_id, "handed_on", actor=actor)


def _pass_on(case: Case, one: Handoff) -> None:
    """Whoever had taken the whole case on before has nothing left to do with it."""
    for each in legs_of(case.id, None):
        if each.id != one.id and each.state in ("accepted", "in_work"):
            step(each, "answer")
            step(each, "confirm")


def lead_to(case: Case, tenant_id: int, because: str, *, actor: str | None = None) -> None:
    """Make a business the lead of a held case, of which it has taken a transfer on. The customer's clocks run on."""
    case.lead_tenant_id = tenant_id
    case.state_version += 1
    db.session.flush()
    facts = {"tenant": str(tenant_id), "because": because}
    record(case, kinds.LEAD_CHANGED, facts=facts, tenant_id=tenant_id, actor=actor)


def _hand_back(case: Case, one: Handoff, act: str) -> None:
    """It comes back. If the host is to decide now, everybody reads that, and why."""
    into = {"decline": "declined", "return": "returned", "expire": "expired"}[act]
    legs = legs_of(case.id, one.part_id)
    if host_decides(legs, into):
        host = db.session.scalar(select(Tenant.id).where(Tenant.is_host))
        why = f"{into}:{one.reason}" if one.reason else into
        told(case, kinds.HOST_ASKED, one, tenant=str(host), after=why, bounces=bounces(legs) + 1)
        set_timer(case.network_id, TO_HOST, one.id, clock.now())
    touch(case, one)
    step(one, act)


def _require_step(one: Handoff, act: str, possible: bool) -> None:
    if not possible:
        raise WrongLeg(one.state, act)


def _require_reason(reason: str, known: tuple[str, ...]) -> None:
    if reason not in known:
        raise NoReason(reason)


def _is_tenant(tenant_id: int | None) -> bool:
    if tenant_id is None:
        return False
    return bool(db.session.scalar(select(func.count()).select_from(Tenant).where(Tenant.id == tenant_id)))
