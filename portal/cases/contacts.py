"""Where the customer can be reached: left later than the report, so that a lost secret link can be sent anew.

Or because a business that the case was handed to asked for a way that was not left.

Nothing but one question goes to an address before its own mailbox has confirmed it (`portal/following`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from portal.cases.customer_verbs import require_customer
from portal.cases.holding import NoSuchCase, held
from portal.cases.models import Case, Contact
from portal.events import kinds
from portal.events.models import Event
from portal.events.record import record
from tenants import clock
from tenants.ids import new_id
from tenants.scope import current, db

GIVEN_A_DAY = 5
"""So many addresses at most are left for one case within a day: nobody writes to the world by a report."""
ASK_AGAIN_AFTER = timedelta(hours=24)


class TooManyAddresses(RuntimeError):
    """GIVEN_A_DAY were left already (429). Nothing was written."""


@dataclass(frozen=True)
class Reach:
    """How far a lost link can be renewed: `state` is `none`, `mobile` (no mail goes there), `asked` or `confirmed`."""

    state: str
    address: str = ""


def reach_of(case_id: int) -> Reach:
    """What the customer of a case has left, a confirmed address first. In the customer's scope, else `none`."""
    contacts = Contact.__table__
    query = current().select(contacts).where(contacts.c.case_id == case_id).order_by(contacts.c.given_at.desc())
    rows = list(db.session.execute(query))
    best = min(rows, key=_rank, default=None)
    return Reach(("confirmed", "asked", "mobile")[_rank(best)], best.address) if best else Reach("none")


def leave_address(case_id: int, address: str, channel: str = "email") -> None:
    """Leave an e-mail address, which is then asked to confirm, or a mobile number (both as `forms.channel_of` gives).

    It takes the place of one of its kind that was not confirmed. Leaving the same again asks again after a day, and
    before that changes nothing. Raises Forbidden, NoSuchCase (also once the customer was erased) or TooManyAddresses.
    """
    require_customer()
    with held(case_id) as case:
        if case.erased_at is not None:
            raise NoSuchCase(case_id)
        of_kind = select(Contact).where(Contact.case_id == case.id, Contact.channel == channel)
        known = {contact.address: contact for contact in db.session.scalars(of_kind)}
        same, now = known.get(address), clock.now()
        if same is not None and (same.confirmed_at is not None or same.given_at > now - ASK_AGAIN_AFTER):
            return
        _require_few(case)
        for contact in known.values():
            if contact.confirmed_at is None:
                db.session.delete(contact)
        given: dict[str, Any] = {"network_id": case.network_id, "case_id": case.id, "given_at": now}
        db.session.add(Contact(id=new_id(), channel=channel, address=address, **given))
        record(case, kinds.CONTACT_GIVEN, facts={"channel": channel})


def _require_few(case: Case) -> None:
    events = Event.__table__
    lately = (
        current()
        .select(func.count(), also=[events])
        .where(
            events.c.case_id == case.id,
            events.c.kind == kinds.CONTACT_GIVEN.name,
            events.c.at > clock.now() - timedelta(days=1),
        )
    )
    if (db.session.scalar(lately) or 0) >= GIVEN_A_DAY:
        raise TooManyAddresses(case.reference)


def _rank(row: Any) -> int:
    if row.channel != "email":
        return 2
    return 1 if row.confirmed_at is None else 0
