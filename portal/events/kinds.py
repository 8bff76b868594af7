"""The catalogue of everything that can happen. A kind is spelled here and nowhere else.

Grammar: subject, thing, past participle (`case.promise.broken`). `audience` is what the kind is unless the verb says
less. `facts` are the names of the structured values that go with it; times among them are ISO 8601 in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Who may see an event, from the widest to the narrowest."""

    PUBLIC = "public"
    CUSTOMER = "customer"
    """The customer and the business that leads."""
    SHARED = "shared"
    """The businesses involved."""
    INTERNAL = "internal"
    """The author's own tenant."""


@dataclass(frozen=True)
class Kind:
    name: str
    audience: Audience
    facts: frozenset[str]


CATALOGUE: dict[str, Kind] = {}


def _kind(name: str, audience: Audience, *facts: str) -> Kind:
    kind = CATALOGUE[name] = Kind(name, audience, frozenset(facts))
    return kind


REPORTED = _kind("case.reported", Audience.PUBLIC, "wish", "happened", "touchpoint", "language")
PUBLISHED = _kind("case.published", Audience.PUBLIC, "source", "source_id", "language")
CONTACT_GIVEN = _kind("case.contact.given", Audience.CUSTOMER, "channel")
CONSENT_GIVEN = _kind("case.consent.given", Audience.CUSTOMER, "purpose", "text_version")
ROUTED = _kind("case.routed", Audience.PUBLIC, "tenant", "because")
ACKNOWLEDGED = _kind("case.acknowledged", Audience.PUBLIC)
STARTED = _kind("case.started", Audience.PUBLIC)
REPLIED = _kind("case.reply.sent", Audience.PUBLIC)
CUSTOMER_WROTE = _kind("case.message.received", Audience.PUBLIC)
NOTED = _kind("case.note.added", Audience.INTERNAL)
ANSWERED = _kind("case.answered", Audience.PUBLIC)
CLOSED = _kind("case.closed", Audience.PUBLIC, "how")
PROMISE_MADE = _kind("case.promise.made", Audience.PUBLIC, "promise", "what", "due")
PROMISE_KEPT = _kind("case.promise.kept", Audience.PUBLIC, "promise", "what", "due")
PROMISE_EXCEEDED = _kind("case.promise.exceeded", Audience.PUBLIC, "promise", "what", "due")
PROMISE_BROKEN = _kind("case.promise.broken", Audience.PUBLIC, "promise", "what", "due")
PROMISE_MOVED = _kind("case.promise.moved", Audience.PUBLIC, "promise", "what", "due", "new_due")
CONSENT_WITHDRAWN = _kind("case.consent.withdrawn", Audience.CUSTOMER, "purpose")
VISIBILITY_CHANGED = _kind("case.visibility.changed", Audience.CUSTOMER, "to")
ASSIGNED = _kind("case.assigned", Audience.INTERNAL)
