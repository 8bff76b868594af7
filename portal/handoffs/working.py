"""Between taking a hand-off on and its end: questions, more time, the answer, and how it was.

The same for what businesses and what units of one business hand to each other (`between.py` says what differs).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal.cases import parts
from portal.cases.work_models import Part
from portal.events import kinds
from portal.events.record import set_timer
from portal.handoffs.between import between
from portal.handoffs.legs import leg, said, step, told, touch
from portal.handoffs.models import AnyLeg
from portal.handoffs.running_out import LATE, iso
from portal.handoffs.states import OVER, WORKING, WrongLeg, can
from tenants import clock
from tenants.scope import db

GRADES = (1, 2, 3)
"""Poor, fine, good."""


class NotLater(ValueError):
    """More time means a later date, and one to come (422)."""


class NothingAsked(RuntimeError):
    """Nobody has asked for more time, or it has been settled (409)."""


class AlreadyRated(RuntimeError):
    """Another grade than the one that is kept, or a hand-off that is not over (409)."""


def look(handoff_id: int) -> None:
    """Somebody of the business that was asked has opened it: the one that waits sees that. Once."""
    with leg(handoff_id, asker=False) as (_case, one):
        if one.looked_at is None:
            one.looked_at = clock.now()


def report_progress(handoff_id: int, *, text: str, author: str) -> None:
    """Tell the business that waits how it goes. The first word shows that work has begun."""
    with leg(handoff_id, asker=False) as (case, one):
        _require(one, "progress", one.state in WORKING)
        said(case, one, "progress", text, author)
        touch(case, one)
        if can(one.state, "start"):
            step(one, "start")


def ask(handoff_id: int, version: int, *, text: str, author: str) -> None:
    """Ask the business that handed it over for what one needs to know. The dates stay as they are."""
    with leg(handoff_id, version, asker=False) as (case, one):
        _require(one, "ask", can(one.state, "ask"))
        said(case, one, "question", text, author)
        touch(case, one)
        step(one, "ask")


def tell(handoff_id: int, version: int, *, text: str, author: str) -> None:
    """Give what was asked for."""
    with leg(handoff_id, version, asker=True) as (case, one):
        _require(one, "tell", can(one.state, "tell"))
        said(case, one, "information", text, author)
        touch(case, one)
        step(one, "tell")


def ask_longer(handoff_id: int, version: int, *, until: datetime, text: str, author: str) -> None:
    """Ask for more time, before it is up. Raises NotLater.

    For a part of a case: whoever took over the whole of it leads it, and has nobody to ask but the customer.
    """
    with leg(handoff_id, version, asker=False) as (case, one):
        on_time = one.answer_by is not None and clock.now() < one.answer_by
        _require(one, "ask for more time", one.state in WORKING and on_time and one.mode == "assist")
        if one.answer_by is None or until <= one.answer_by:
            raise NotLater(iso(until))
        one.wanted_by = until
        said(case, one, "longer", text, author)
        touch(case, one)


def grant_longer(handoff_id: int, version: int, *, granted: bool) -> None:
    """Give more time, or not. Everybody sees both dates; what the customer was promised stays. Raises NothingAsked."""
    with leg(handoff_id, version, asker=True) as (case, one):
        if one.wanted_by is None or one.state not in WORKING:
            raise NothingAsked(one.state)
        wanted, before = one.wanted_by, one.answer_by
        one.wanted_by = None
        if not granted:
            told(case, kinds.HANDOFF_NOT_EXTENDED, one)
        else:
            one.answer_by, one.late_at = wanted, None
            set_timer(case.network_id, LATE, one.id, wanted)
            told(case, kinds.HANDOFF_EXTENDED, one, answer_by=iso(wanted), before=iso(before))
        touch(case, one)


def answer(handoff_id: int, version: int, *, text: str, author: str) -> None:
    """What was found and done, for the business that waits: it writes the one answer to the customer."""
    with leg(handoff_id, version, asker=False) as (case, one):
        _require(one, "answer", can(one.state, "answer") and one.mode == "assist")
        said(case, one, "answer", text, author)
        told(case, kinds.HANDOFF_ANSWERED, one)
        one.wanted_by = None
        touch(case, one)
        step(one, "answer")


def confirm(handoff_id: int, version: int) -> None:
    """The answer will do: this part of the case is done."""
    with leg(handoff_id, version, asker=True) as (case, one):
        _require(one, "confirm", can(one.state, "confirm") and one.mode == "assist")
        told(case, kinds.HANDOFF_CONFIRMED, one)
        part = db.session.scalars(select(Part).where(Part.id == one.part_id)).one()
        if between(one).ends(case, part):
            parts.end(case, part)
        touch(case, one)
        step(one, "confirm")


def reopen(handoff_id: int, version: int, *, text: str, author: str) -> None:
    """The answer will not do: say what is missing. The agreed date stays."""
    with leg(handoff_id, version, asker=True) as (case, one):
        _require(one, "reopen", can(one.state, "reopen") and one.mode == "assist")
        said(case, one, "again", text, author)
        told(case, kinds.HANDOFF_REOPENED, one)
        if one.answer_by is not None and clock.now() < one.answer_by:
            set_timer(case.network_id, LATE, one.id, one.answer_by)
        touch(case, one)
        step(one, "reopen")


def rate(handoff_id: int, *, help_: int | None = None, ease: int | None = None) -> None:
    """How the answer, or the work together, was: by whoever asked, and read by their own business only.

    Each of the two is given by one press. It is kept once and for all: a grade that could be changed could be bargained
    for. The same press again changes nothing. Raises AlreadyRated.
    """
    with leg(handoff_id, asker=None) as (case, one):
        given = {"help": help_, "ease": ease}
        new = {name: grade for name, grade in given.items() if grade not in (None, getattr(one, f"rated_{name}"))}
        if one.state not in OVER or any(getattr(one, f"rated_{name}") is not None for name in new):
            raise AlreadyRated(one.state)
        if not set(new.values()) <= set(GRADES):
            raise ValueError("a grade is 1, 2 or 3")
        for name, grade in new.items():
            setattr(one, f"rated_{name}", grade)
        if new:
            told(case, kinds.HANDOFF_RATED, one, help=new.get("help"), ease=new.get("ease"))


def _require(one: AnyLeg, act: str, possible: bool) -> None:
    if not possible:
        raise WrongLeg(one.state, act)
