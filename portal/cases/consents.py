"""What a customer agrees to: kept with the version of the text they saw, and taken back at any time."""

from __future__ import annotations

from sqlalchemy import select

from portal.cases.models import Case, Consent
from portal.events import kinds
from portal.events.record import record
from tenants import clock
from tenants.ids import new_id
from tenants.scope import db
from tenants.together import add

PUBLICATION_TEXT = "publication-1"
"""Version of the sentence that a customer agrees to when a case is to be public."""


def agree(case: Case, purpose: str, text_version: str, language: str) -> None:
    """Keep the agreement of a held case's customer, who saw the text in `language`."""
    add(
        Consent(
            id=new_id(),
            network_id=case.network_id,
            case_id=case.id,
            purpose=purpose,
            text_version=text_version,
            language=language,
            given_at=clock.now(),
        )
    )
    facts = {"purpose": purpose, "text_version": text_version}
    record(case, kinds.CONSENT_GIVEN, facts=facts, actor="customer")


def take_back(case: Case, purpose: str) -> None:
    """End every agreement of a held case to this purpose."""
    living = select(Consent).where(
        Consent.case_id == case.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )
    for consent in db.session.scalars(living):
        consent.withdrawn_at = clock.now()
    record(case, kinds.CONSENT_WITHDRAWN, facts={"purpose": purpose})
