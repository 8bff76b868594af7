"""Offering a part of a case, or the whole of it, to another business; taking it on, declining it, giving it back.

Offering to a unit of one's own business is in `unit_offering.py`; the verbs that follow are the same for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.calendars.promising import working_time_of
from portal.calendars.targets import Target
from portal.cases import assignment, parts
from portal.cases.holding import held
from portal.cases.models import Case
from portal.cases.states import WrongState
from portal.cases.work_models import Part
from portal.events import kinds
from portal.events.record import set_timer
from portal.handoffs.between import between
from portal.handoffs.inside import is_with_unit
from portal.handoffs.legs import bounces, leg, legs_of, path_of, require_in_time, said, step, told, touch, why_it_ended
from portal.handoffs.models import DECLINES, RETURNS, AnyLeg, Handoff, Partnership
from portal.handoffs.moving import take_on
from portal.handoffs.partnering import agreement_between, covers
from portal.handoffs.paths import OFFERED_IN, AlreadyAsked, check_path
from portal.handoffs.running_out import EXPIRES, hand_back, iso
from portal.handoffs.states import LIVE, WrongLeg
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import require
from tenants.scope import current, db


class NotAgreed(ValueError):
    """There is no agreement by which this business may be asked for this (422)."""


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
        check_path(case, before, ask.to_tenant_id, case.lead_tenant_id)
        one = _make(case, part, agreed, ask)
        begin(case, one, before, ask.brief, author)
        return one.id


def begin(case: Case, one: AnyLeg, before: Sequence[AnyLeg], brief: str, author: str) -> None:
    """Tell of an offer that has just been made; its clock begins, or it is taken on at once."""
    told(
        case,
        kinds.HANDED_ON,
        one,
        mode=one.mode,
        accept_by=iso(one.accept_by),
        after=why_it_ended(before) or None,
        bounces=bounces(before) or None,
    )
    said(case, one, "brief", brief, author)
    touch(case, one)
    terms = between(one).terms()
    if terms is not None and terms.auto_accept:
        take_on(case, one, by_agreement=True)
    elif one.accept_by is not None:
        set_timer(case.network_id, EXPIRES, one.id, one.accept_by)


def accept(handoff_id: int, version: int, *, author: str) -> None:
    """Take it on: an answer is owed by the agreed time. Of a transfer: have the case from now on. Raises RanOut."""
    with leg(handoff_id, version, asker=False) as (case, one):
        require_in_time(one)
        take_on(case, one)
        if between(one).is_shared or one.mode == "transfer":
            assignment.take_if_free(case, author)


def decline(
    handoff_id: int, version: int, *, reason: str, text: str, author: str, suggested_id: int | None = None
) -> None:
    """Say why not, and whose matter it is. The customer reads it together with what comes next. Raises RanOut."""
    _require_reason(reason, DECLINES)
    with leg(handoff_id, version, asker=False) as (case, one):
        _require_step(one, "decline", one.state == "offered")
        require_in_time(one)
        if suggested_id in (None, one.asked_id, one.giver_id) or not between(one).is_known(suggested_id):
            suggested_id = None
        one.reason, one.suggested_id = reason, suggested_id
        suggested = str(suggested_id) if suggested_id else None
        told(case, kinds.HANDOFF_DECLINED, one, text=text or None, reason=reason, suggested=suggested)
        hand_back(case, one, "decline")


def give_back(handoff_id: int, version: int, *, reason: str, evidence: str) -> None:
    """Return what was taken on, with what was found. Once for each partner and part. Raises GivenBackBefore."""
    _require_reason(reason, RETURNS)
    with leg(handoff_id, version, asker=False) as (case, one):
        _require_step(one, "return", one.state in ("accepted", "in_work"))
        before = [each for each in path_of(one) if each.asked_id == one.asked_id]
        if one.by_host or any(each.state == "returned" for each in before):
            raise GivenBackBefore(one.state)
        one.reason = reason
        told(case, kinds.HANDOFF_RETURNED, one, text=evidence, reason=reason)
        hand_back(case, one, "return")


def withdraw(handoff_id: int, version: int) -> None:
    """Take it back: it is not needed any more, or goes elsewhere. Never a transfer that was taken on. Raises RanOut."""
    with leg(handoff_id, version, asker=True) as (case, one):
        if one.mode == "transfer" and one.state != "offered":
            raise WrongLeg(one.state, "withdraw")
        _require_step(one, "withdraw", one.state in LIVE)
        require_in_time(one)
        told(case, kinds.HANDOFF_WITHDRAWN, one)
        touch(case, one)
        step(one, "withdraw")


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
    if part is None or part.done_at is not None or part.is_internal:
        raise parts.NoSuchPart(ask.part_id)
    if is_with_unit(part):
        raise AlreadyAsked(case.reference)
    return part


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


def _require_step(one: AnyLeg, act: str, possible: bool) -> None:
    if not possible:
        raise WrongLeg(one.state, act)


def _require_reason(reason: str, known: tuple[str, ...]) -> None:
    if reason not in known:
        raise NoReason(reason)
