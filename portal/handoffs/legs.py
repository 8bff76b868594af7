"""One hand-off, of either kind, under its case's lock: loading it, taking it a step on, what its history says of it.

A step comes last in a verb. The database ends the access of who has given a hand-off back, and with it the right to
write: nothing of the case may be left to be written then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.cases.holding import held
from portal.cases.models import Case
from portal.cases.parts import name_of
from portal.cases.work_models import Part
from portal.events import kinds
from portal.events.record import record
from portal.handoffs.between import between
from portal.handoffs.models import AnyLeg, Handoff, UnitHandoff
from portal.handoffs.states import BOUNCED, LIVE, after
from tenants import clock
from tenants.permissions import Forbidden, require
from tenants.scope import current, db, writing

PATIENCE = 2
"""After so many declines and returns the host decides."""


class NoSuchHandoff(LookupError):
    """There is none, or it is between others (404)."""


class StaleHandoff(RuntimeError):
    """It has changed since the form was shown (409). Nothing was written."""


class Frozen(RuntimeError):
    """The agreement behind it has ended, or its business has nothing to do with it any more (409): it goes back by
    itself."""


class RanOut(RuntimeError):
    """Its time for a yes or no is over (409), whether or not the worker has told so by now."""

    def __init__(self, at: datetime | None) -> None:
        super().__init__(f"nobody took it on by {at}")
        self.at = at


@contextmanager
def leg(handoff_id: int, version: int | None = None, *, asker: bool | None) -> Iterator[tuple[Case, Any]]:
    """The hand-off and its case, under the case's lock, for those who answer or for those who wait.

    `asker` None: for the one that handed it over, who may have handed on the whole case since.

    `version` is the one that the form was made from. Raises NoSuchHandoff, StaleHandoff, Frozen or Forbidden.
    """
    side = {True: "asker", False: "answerer", None: "giver"}[asker]
    with as_side(handoff_id, version, side) as found:
        yield found


@contextmanager
def as_side(handoff_id: int, version: int | None, side: str) -> Iterator[tuple[Case, Any]]:
    """As `leg`, for any of its sides."""
    require(current(), "case.hand_off")
    with writing(), held(found(handoff_id).case_id, by_lead=False) as case:
        one = reread(handoff_id)
        if side not in between(one).sides(case):
            raise Forbidden(f"only the {side}")
        if version is not None and one.version != version:
            raise StaleHandoff(one.state)
        if one.state in LIVE and between(one).is_frozen(case):
            raise Frozen(one.state)
        yield case, one


def found(handoff_id: int) -> AnyLeg:
    """Of either kind: no two have one id. Raises NoSuchHandoff."""
    one = db.session.get(Handoff, handoff_id) or db.session.get(UnitHandoff, handoff_id)
    if one is None:
        raise NoSuchHandoff(handoff_id)
    return one


def reread(handoff_id: int) -> Any:
    """As it is now that its case is held."""
    kind = type(found(handoff_id))
    query = select(kind).where(kind.id == handoff_id).execution_options(populate_existing=True)
    one = db.session.scalars(query).one_or_none()
    if one is None:
        raise NoSuchHandoff(handoff_id)
    return one


def step(one: AnyLeg, act: str) -> None:
    """Take it to the state that `act` leads to. The last thing that a verb does. Raises WrongLeg."""
    into = after(one.state, act)
    db.session.flush()
    one.state = into
    one.version += 1
    if into not in LIVE:
        one.settled_at = clock.now()
    db.session.flush()


def require_in_time(one: AnyLeg) -> None:
    """Before a step out of `offered` that somebody asks for. Raises RanOut.

    The date is the rule: before it only people move an offer, from then on only the worker does. Both look at it under
    the case's lock, so that there is one end, whoever comes first.
    """
    if one.ran_out:
        raise RanOut(one.accept_by)


def touch(case: Case, one: AnyLeg) -> None:
    """Something about it has changed without a step: forms made before are stale.

    Forms of the case too, unless others have them who must not notice.
    """
    one.version += 1
    if between(one).is_shared:
        case.state_version += 1


def told(case: Case, kind: kinds.Kind, one: AnyLeg, *, text: str | None = None, **more: Any) -> None:
    """Record what became of it. `more` are facts, besides which hand-off and part it is about, and who was asked."""
    side = between(one)
    kind = side.told_as(kind)
    facts: dict[str, Any] = {"handoff": str(one.id)}
    if "part" in kind.facts:
        facts["part"] = number_of(one.part_id)
    if side.names in kind.facts:
        facts[side.names] = str(one.asked_id)
    facts |= {name: value for name, value in more.items() if value is not None}
    actor = "system" if current().is_system else None
    shared = side.readers(case) if kind.audience is kinds.Audience.SHARED else ()
    record(case, kind, text=text, facts=facts, tenant_id=side.teller(), actor=actor, shared_with=shared)


def said(case: Case, one: AnyLeg, about: str, text: str, author: str) -> None:
    """Words between those who work on it; no third business, no customer and never the public reads them."""
    side = between(one)
    facts = {"handoff": str(one.id), "about": about, **side.speaker(about)}
    kind = side.told_as(kinds.HANDOFF_SAID)
    names, shared = {"staff": author}, side.readers(case)
    record(case, kind, text=text, facts=facts, names=names, tenant_id=side.teller(), shared_with=shared)


def number_of(part_id: int | None) -> str:
    """The number of a part as its history names it; empty for the whole case."""
    return name_of(db.session.get_one(Part, part_id)) if part_id else ""


def legs_of(case_id: int, part_id: int | None) -> list[Handoff]:
    """Every hand-off of this part (or of the whole case), the oldest first."""
    query = select(Handoff).where(Handoff.case_id == case_id)
    query = query.where(Handoff.part_id.is_(None) if part_id is None else Handoff.part_id == part_id)
    return list(db.session.scalars(query.order_by(Handoff.id).execution_options(populate_existing=True)))


def unit_legs_of(case_id: int, part_id: int | None, tenant_id: int) -> list[UnitHandoff]:
    """The same inside one business."""
    query = select(UnitHandoff).where(UnitHandoff.case_id == case_id, UnitHandoff.tenant_id == tenant_id)
    query = query.where(UnitHandoff.part_id.is_(None) if part_id is None else UnitHandoff.part_id == part_id)
    return list(db.session.scalars(query.order_by(UnitHandoff.id).execution_options(populate_existing=True)))


def path_of(one: AnyLeg) -> list[Any]:
    """Every hand-off of the same kind that this part (or the whole case) has had, the oldest first."""
    if isinstance(one, UnitHandoff):
        return list(unit_legs_of(one.case_id, one.part_id, one.tenant_id))
    return list(legs_of(one.case_id, one.part_id))


def bounces(legs: Sequence[AnyLeg]) -> int:
    """How often it came back without an answer."""
    return sum(each.state in BOUNCED for each in legs)


def host_decides(legs: Sequence[AnyLeg], last: str = "") -> bool:
    """Whether it came back so often, or so late, that the host (inside a business: a manager) says who takes it;
    `last` is what the newest becomes.

    A transfer that was given back goes to the host at once: nobody else may move the lead to who did not ask for it.
    """
    states = [each.state for each in legs if each.is_counted]
    if last:
        states[-1] = last
    if "expired" in states or ("returned" in states and legs[-1].mode == "transfer"):
        return True
    return sum(state in BOUNCED for state in states) >= PATIENCE


def why_it_ended(legs: Sequence[AnyLeg]) -> str:
    """How the newest attempt ended, for the event that says what comes next; empty if it was decided about since."""
    last = legs[-1] if legs else None
    if last is None or last.state not in BOUNCED or not last.is_counted:
        return ""
    return f"{last.state}:{last.reason}" if last.reason else last.state
