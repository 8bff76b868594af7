"""What of a customer is open to a business that their case was handed to: only what they allowed, and while they do.

Asked for by the business that needs it, within what its agreement lets pass; given by the customer's own press; taken
back at any time. `access` holds what is open, so that the next read after a withdrawal finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.cases.holding import held
from portal.cases.models import Access, Case, Consent, Contact
from portal.events import kinds
from portal.events.record import record
from portal.events.timeline import timeline
from portal.handoffs.legs import NoSuchHandoff, leg, reread, told, touch
from portal.handoffs.models import FIELDS, Handoff, Partnership
from portal.handoffs.states import WORKING, WrongLeg
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import Forbidden
from tenants.scope import Kind, current, db

TEXT = "sharing-1"
"""Version of the sentences that a customer agrees to when something is opened to another business."""


class NotAllowedToPass(ValueError):
    """The agreement does not let this pass in this mode (422)."""


class NothingLeft(ValueError):
    """The customer has left no such address (422): there is nothing to open yet. `field` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Opened:
    """What is open to which business: since when, and when somebody there first looked at it."""

    tenant_id: int
    field: str
    since: datetime
    shown_at: datetime | None


def passes(one: Handoff) -> frozenset[str]:
    """What may pass with this hand-off, if the customer agrees. Nothing where there is no agreement."""
    agreed = db.session.get(Partnership, one.partnership_id) if one.partnership_id else None
    if agreed is None or agreed.state != "accepted":
        return frozenset()
    return frozenset(agreed.passes.get(one.mode, ())) & frozenset(FIELDS)


def ask_for(handoff_id: int, version: int, field: str) -> None:
    """Ask the customer to open this to us. Raises NotAllowedToPass."""
    with leg(handoff_id, version, asker=False) as (case, one):
        if one.state not in WORKING:
            raise WrongLeg(one.state, "ask the customer")
        if field not in passes(one):
            raise NotAllowedToPass(field)
        if field not in one.wants:
            one.wants = sorted({*one.wants, field})
            told(case, kinds.SHARING_ASKED, one, field=field)
            touch(case, one)


def give(case_id: int, handoff_id: int, field: str, language: str) -> None:
    """The customer opens what was asked for. Recorded with the text that they saw, in `language`.

    What the agreement lets pass was checked when it was asked for; nothing else can be given.
    """
    with _customers(case_id, handoff_id, field) as (case, one):
        if field in missing(case.id):
            raise NothingLeft(field)
        db.session.add(
            Consent(
                id=new_id(),
                network_id=case.network_id,
                case_id=case.id,
                purpose=f"share:{field}",
                tenant_id=one.to_tenant_id,
                text_version=TEXT,
                language=language,
                given_at=clock.now(),
            )
        )
        _open(case, one.to_tenant_id, field, is_open=True)
        facts = {"tenant": str(one.to_tenant_id), "field": field, "text_version": TEXT}
        record(case, kinds.SHARING_GIVEN, facts=facts)


def refuse(case_id: int, handoff_id: int, field: str) -> None:
    """The customer does not. It can be asked for again."""
    with _customers(case_id, handoff_id, field) as (case, one):
        record(case, kinds.SHARING_REFUSED, facts={"tenant": str(one.to_tenant_id), "field": field})


def take_back(case_id: int, tenant_id: int, field: str) -> None:
    """The customer closes it again: nobody there reads it from now on."""
    _require_customer()
    with held(case_id) as case:
        living = select(Consent).where(
            Consent.case_id == case.id,
            Consent.purpose == f"share:{field}",
            Consent.tenant_id == tenant_id,
            Consent.withdrawn_at.is_(None),
        )
        found = db.session.scalars(living).all()
        if field not in FIELDS or not found:
            raise NoSuchHandoff(tenant_id)
        for consent in found:
            consent.withdrawn_at = clock.now()
        _open(case, tenant_id, field, is_open=False)
        theirs = select(Handoff).where(Handoff.case_id == case.id, Handoff.to_tenant_id == tenant_id)
        for one in db.session.scalars(theirs):
            one.shown = [each for each in one.shown if each != field]
        record(case, kinds.SHARING_TAKEN_BACK, facts={"tenant": str(tenant_id), "field": field})


def show(handoff_id: int, field: str) -> None:
    """Somebody of the business looks at an address that was opened to it: the customer reads who, and when. Once."""
    with leg(handoff_id, asker=False) as (case, one):
        access = db.session.get(Access, (case.id, one.to_tenant_id), populate_existing=True)
        if field not in ("email", "mobile") or access is None or not getattr(access, f"sees_{field}"):
            raise NoSuchHandoff(handoff_id)
        if field not in one.shown:
            one.shown = sorted({*one.shown, field})
            told(case, kinds.SHARING_SHOWN, one, field=field)


@dataclass(frozen=True)
class Passing:
    """How it stands with one thing for the business that answers: may be asked for, asked, open, or looked at."""

    field: str
    state: str
    address: str | None = None


def as_it_stands(one: Handoff) -> list[Passing]:
    """For the desk of the business that answers: each thing that may pass, or that is open."""
    access = db.session.get(Access, (one.case_id, one.to_tenant_id))
    if access is None or one.state not in WORKING:
        return []
    found = []
    for field in FIELDS:
        if getattr(access, f"sees_{field}"):
            found.append(Passing(field, "open", address_shown(one, field)))
        elif field in one.wants:
            found.append(Passing(field, "asked"))
        elif field in passes(one):
            found.append(Passing(field, "closed"))
    return found


def address_shown(one: Handoff, field: str) -> str | None:
    """The address, once it has been asked to be shown, and as long as it is open."""
    if field not in one.shown:
        return None
    query = select(Contact.address).where(Contact.case_id == one.case_id, Contact.channel == field)
    return db.session.scalar(query.order_by(Contact.confirmed_at.is_(None), Contact.id.desc()).limit(1))


def asks_to_see(case_id: int) -> bool:
    """Whether the present business knows of this case by a hand-off, so that looking at an address is on record."""
    query = select(Handoff.id).where(Handoff.case_id == case_id, Handoff.to_tenant_id == current().tenant_id)
    return db.session.scalar(query.limit(1)) is not None


def asked_of(case_id: int) -> Sequence[Handoff]:
    """The hand-offs that wait for the customer's word on something. For the customer's scope."""
    found = db.session.scalars(select(Handoff).where(Handoff.case_id == case_id, Handoff.state.in_(WORKING)))
    return [one for one in found if one.wants]


def missing(case_id: int) -> set[str]:
    """Which of the ways to reach the customer were not left. For the customer's scope."""
    left = set(db.session.scalars(select(Contact.channel).where(Contact.case_id == case_id)))
    return {"email", "mobile"} - left


def opened(case_id: int) -> list[Opened]:
    """What is open to whom. For the customer's scope."""
    query = select(Consent).where(
        Consent.case_id == case_id, Consent.tenant_id.is_not(None), Consent.withdrawn_at.is_(None)
    )
    shown = {
        (one.to_tenant_id, field): one.id
        for one in db.session.scalars(select(Handoff).where(Handoff.case_id == case_id))
        for field in one.shown
    }
    times = _first_looks(case_id) if shown else {}
    found = db.session.scalars(query.order_by(Consent.id))
    return [
        Opened(
            consent.tenant_id or 0,
            field := consent.purpose.removeprefix("share:"),
            consent.given_at,
            times.get((consent.tenant_id or 0, field)),
        )
        for consent in found
    ]


@contextmanager
def _customers(case_id: int, handoff_id: int, field: str) -> Iterator[tuple[Case, Handoff]]:
    """The hand-off that asked for `field`, for the customer; it does not wait for this any more afterwards."""
    _require_customer()
    with held(case_id) as case:
        one = reread(handoff_id)
        if one.case_id != case.id:
            raise NoSuchHandoff(handoff_id)
        if field not in one.wants or one.state not in WORKING:
            raise WrongLeg(one.state, "open")
        one.wants = [each for each in one.wants if each != field]
        touch(case, one)
        yield case, one


def _open(case: Case, tenant_id: int, field: str, *, is_open: bool) -> None:
    access = Access.__table__
    theirs = (access.c.case_id == case.id) & (access.c.tenant_id == tenant_id)
    db.session.execute(current().update(access).where(theirs).values({f"sees_{field}": is_open}))


def _first_looks(case_id: int) -> dict[tuple[int, str], datetime]:
    """When an address was first looked at: business and kind of address → the time."""
    looks = [entry for entry in timeline(case_id) if entry.kind == kinds.SHARING_SHOWN.name]
    return {(int(entry.facts["tenant"]), entry.facts["field"]): entry.at for entry in looks}


def _require_customer() -> None:
    if current().kind is not Kind.CUSTOMER:
        raise Forbidden("only the customer")
