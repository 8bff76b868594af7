"""What happens to a hand-off when its time is up: nobody took it on, or nobody has answered. Run by the worker."""

from __future__ import annotations

from datetime import datetime

from portal.cases.models import Case
from portal.events import kinds
from portal.events.record import set_timer
from portal.handoffs.between import between
from portal.handoffs.legs import (
    Frozen,
    NoSuchHandoff,
    bounces,
    host_decides,
    leg,
    path_of,
    step,
    told,
    touch,
)
from portal.handoffs.models import AnyLeg
from portal.handoffs.states import WORKING
from tenants import clock

EXPIRES, LATE, TO_HOST = "handoff.expires", "handoff.late", "handoff.to_host"


def expire(handoff_id: int) -> None:
    """The timer of an offer: nobody took it on in time, and the host decides. Runs as the system."""
    try:
        with leg(handoff_id, asker=True) as (case, one):
            if one.state == "offered" and one.accept_by is not None and clock.now() >= one.accept_by:
                told(case, kinds.HANDOFF_EXPIRED, one)
                hand_back(case, one, "expire")
    except (Frozen, NoSuchHandoff):
        return  # it goes back by the end of the agreement


def fall_late(handoff_id: int) -> None:
    """The timer of an answer: it is late, and shows. It stays with whom it is. Runs as the system."""
    try:
        with leg(handoff_id, asker=True) as (case, one):
            waited = one.state in WORKING and one.late_at is None and one.answer_by is not None
            if not waited or clock.now() < one.answer_by:
                return
            one.late_at = clock.now()
            told(case, kinds.HANDOFF_LATE, one, answer_by=iso(one.answer_by))
            touch(case, one)
    except (Frozen, NoSuchHandoff):
        return


def hand_back(case: Case, one: AnyLeg, act: str) -> None:
    """It comes back. If the host (inside a business: a manager) is to decide now, that is told, and why."""
    into = {"decline": "declined", "return": "returned", "expire": "expired"}[act]
    legs = path_of(one)
    if host_decides(legs, into):
        why = f"{into}:{one.reason}" if one.reason else into
        told(case, kinds.HOST_ASKED, one, after=why, bounces=bounces(legs) + 1, **between(one).decider())
        if between(one).is_shared:
            set_timer(case.network_id, TO_HOST, one.id, clock.now())
    touch(case, one)
    step(one, act)


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
