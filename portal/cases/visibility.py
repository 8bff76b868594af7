"""Taking a public case back: the customer's agreement to publication ends when they say so, at once and everywhere."""

from __future__ import annotations

from sqlalchemy import select

from portal.cases.holding import held
from portal.cases.models import Consent
from portal.events import kinds
from portal.events.record import record
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Kind, current, db


def make_private(case_id: int) -> None:
    """Hide a public case from the public. What happened stays on record for the customer and the businesses."""
    if current().kind is not Kind.CUSTOMER:
        raise Forbidden("only the customer")
    with held(case_id) as case:
        if case.visibility == "private":
            return
        case.visibility = "private"
        case.state_version += 1
        case.public_version += 1
        living = select(Consent).where(
            Consent.case_id == case.id, Consent.purpose == "publication", Consent.withdrawn_at.is_(None)
        )
        for consent in db.session.scalars(living):
            consent.withdrawn_at = clock.now()
        record(case, kinds.CONSENT_WITHDRAWN, facts={"purpose": "publication"})
        record(case, kinds.VISIBILITY_CHANGED, facts={"to": "private"})
