"""Public or private: the customer's agreement to publication begins and ends when they say so, at once and everywhere.

A case that becomes public shows what happened before with its original times, and is sealed from then on; one that
becomes private disappears, and what was sealed stays sealed.
"""

from __future__ import annotations

from portal.cases import consents
from portal.cases.holding import held
from portal.events import kinds
from portal.events.record import record
from tenants.permissions import Forbidden
from tenants.scope import Kind, current


def make_public(case_id: int, *, language: str) -> None:
    """Publish a private case. The customer has just agreed to the text of this version, in `language`."""
    if current().kind is not Kind.CUSTOMER:
        raise Forbidden("only the customer")
    with held(case_id) as case:
        if case.visibility == "public":
            return
        case.visibility = "public"
        case.state_version += 1
        case.public_version += 1
        consents.agree(case, "publication", consents.PUBLICATION_TEXT, language)
        record(case, kinds.MADE_PUBLIC)


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
        consents.take_back(case, "publication")
        record(case, kinds.VISIBILITY_CHANGED, facts={"to": "private"})
