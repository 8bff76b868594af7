"""One hand-off under its case's lock: loading it, taking it a step on, and what its history says of it.

A step comes last in a verb. The database ends the access of who has given a hand-off back, and with it the right to
write: nothing of the case may be left to be written then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from portal.cases.holding import held
from portal.cases.models import Case
from portal.cases.work_models import Part
from portal.events import kinds
from portal.events.record import record
from portal.handoffs.models import Handoff, Partnership
from portal.handoffs.states import BOUNCED, LIVE, after
from tenants import clock
from tenants.models import Tenant
from tenants.permissions import Forbidden, require
from tenants.scope import current, db, writing

PATIENCE = 2
"""After so many declines and returns the host decides."""


class NoSuchHandoff(LookupError):
    """There is none, or it is between others (404)."""


class StaleHandoff(RuntimeError):
    """It has changed since the form was shown (409). Nothing was written."""


class Frozen(RuntimeError):
    """The agreement behind it has ended (409): it goes back by itself."""


@contextmanager
def leg(handoff_id: int, version: int | None = None, *, asker: bool | None) -> Iterator[tuple[Case, Handoff]]:
    """The hand-off and its case, under the case's lock, for the business that answers or for the one that waits.

    `asker` None: for the one that handed it over, who may have handed on the whole case since.

    `version` is the one that the form was made from. Raises NoSuchHandoff, StaleHandoff, Frozen or Forbidden.
    """
    require(current(), "case.hand_off")
    with writing():
        found = db.session.get(Handoff, handoff_id)
        if found is None:
            raise NoSuchHandoff(handoff_id)
        with held(found.case_id, by_lead=False) as case:
            one = reread(handoff_id)
            mine = {True: case.lead_tenant_id, False: one.to_tenant_id, None: one.from_tenant_id}[asker]
            if current().for_tenant and current().tenant_id != mine:
                raise Forbidden(
                    "only the business that was asked" if asker is False else "only the business that waits"
                )
            if version is not None and one.version != version:
                raise StaleHandoff(one.state)
            if one.partnership_id is not None and one.state in LIVE:
                # A lead that came later is no party to the agreement, and does not read it.
                partnership = db.session.get(Partnership, one.partnership_id)
                if partnership is not None and partnership.state == "ended":
                    raise Frozen(one.state)
            yield case, one


def reread(handoff_id: int) -> Handoff:
    """As it is now that its case is held."""
    query = select(Handoff).where(Handoff.id == handoff_id).execution_options(populate_existing=True)
    one = db.session.scalars(query).one_or_none()
    if one is None:
        raise NoSuchHandoff(handoff_id)
    return one


def step(one: Handoff, act: str) -> None:
    """Take it to the state that `act` leads to. The last thing that a verb does. Raises WrongLeg."""
    into = after(one.state, act)
    db.session.flush()
    one.state = into
    one.version += 1
    if into not in LIVE:
        one.settled_at = clock.now()
    db.session.flush()


def touch(case: Case, one: Handoff) -> None:
    """Something about it has changed without a step: forms made before are stale."""
    one.version += 1
    case.state_version += 1


def told(case: Case, kind: kinds.Kind, one: Handoff, *, text: str | None = None, **more: Any) -> None:
    """Record what became of it. `more` are facts, besides which hand-off and which part it is about."""
    facts: dict[str, Any] = {"handoff": str(one.id)}
    if "part" in kind.facts:
        facts["part"] = number_of(one.part_id)
    facts |= {name: value for name, value in more.items() if value is not None}
    actor = "system" if current().is_system else None
    shared = between(case, one) if kind.audience is kinds.Audience.SHARED else ()
    record(case, kind, text=text, facts=facts, actor=actor, shared_with=shared)


def said(case: Case, one: Handoff, about: str, text: str, author: str) -> None:
    """Words between the two businesses; no third one, no customer and never the public reads them."""
    facts = {"handoff": str(one.id), "about": about}
    record(case, kinds.HANDOFF_SAID, text=text, facts=facts, names={"staff": author}, shared_with=between(case, one))


def between(case: Case, one: Handoff) -> set[int]:
    """Who reads what is said about it: the two businesses, whoever waits now, and the host while it hears a dispute."""
    readers = {one.from_tenant_id, one.to_tenant_id, case.lead_tenant_id}
    if one.disputed_at is not None and one.ruled_at is None:
        readers |= set(db.session.scalars(select(Tenant.id).where(Tenant.is_host)))
    return readers


def number_of(part_id: int | None) -> str:
    """The number of a part as its history names it; empty for the whole case."""
    return str(db.session.get_one(Part, part_id).number) if part_id else ""


def legs_of(case_id: int, part_id: int | None) -> list[Handoff]:
    """Every hand-off of this part (or of the whole case), the oldest first."""
    query = select(Handoff).where(Handoff.case_id == case_id)
    query = query.where(Handoff.part_id.is_(None) if part_id is None else Handoff.part_id == part_id)
    return list(db.session.scalars(query.order_by(Handoff.id).execution_options(populate_existing=True)))


def bounces(legs: list[Handoff]) -> int:
    """How often it came back without an answer."""
    return sum(each.state in BOUNCED for each in legs)


def host_decides(legs: list[Handoff], last: str = "") -> bool:
    """Whether it came back so often, or so late, that the host says who takes it; `last` is what the newest becomes.

    A transfer that was given back goes to the host at once: nobody else may move the lead to who did not ask for it.
    """
    states = [each.state for each in legs if each.is_counted]
    if last:
        states[-1] = last
    if "expired" in states or ("returned" in states and legs[-1].mode == "transfer"):
        return True
    return sum(state in BOUNCED for state in states) >= PATIENCE


def why_it_ended(legs: list[Handoff]) -> str:
    """How the newest attempt ended, for the event that says what comes next."""
    last = legs[-1] if legs else None
    if last is None or last.state not in BOUNCED:
        return ""
    return f"{last.state}:{last.reason}" if last.reason else last.state
