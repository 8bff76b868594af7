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
    """Businesses involved: its author, whoever leads, and those that `shared_with` names."""
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
ORIGINAL_KEPT = _kind("case.original.kept", Audience.CUSTOMER, "of", "wish", "happened")
"""What the customer wrote before personal data in it was masked; `of` is the number of the masked event."""
QUESTION_ASKED = _kind("case.question.asked", Audience.PUBLIC)
WENT_ON = _kind("case.resumed", Audience.PUBLIC)
PROMISE_PAUSED = _kind("case.promise.paused", Audience.PUBLIC, "promise", "what", "due")
PROMISE_RESUMED = _kind("case.promise.resumed", Audience.PUBLIC, "promise", "what", "due", "new_due")
WITHDRAWN = _kind("case.withdrawn", Audience.PUBLIC)
REOPENED = _kind("case.reopened", Audience.PUBLIC)
APPEALED = _kind("case.appealed", Audience.PUBLIC)
TAKEN_UP = _kind("case.taken_up", Audience.PUBLIC)
FINDING_ADDED = _kind("case.finding.added", Audience.PUBLIC, "demand", "source", "standard")
ASSESSED = _kind("case.assessed", Audience.PUBLIC, "outcome", "factual", "in_scope", "can_act", "reason", "clause")
UNDERSTOOD = _kind("case.assessment.understood", Audience.PUBLIC)
DISAGREED = _kind("case.assessment.disputed", Audience.PUBLIC)
REMEDY_OFFERED = _kind("case.remedy.offered", Audience.PUBLIC, "remedy", "kind")
REMEDY_ACCEPTED = _kind("case.remedy.accepted", Audience.PUBLIC, "remedy", "kind")
REMEDY_REFUSED = _kind("case.remedy.refused", Audience.PUBLIC, "remedy", "kind")
REMEDY_WITHDRAWN = _kind("case.remedy.withdrawn", Audience.PUBLIC, "remedy", "kind")
REMEDY_DELIVERED = _kind("case.remedy.delivered", Audience.PUBLIC, "remedy", "kind")
REMEDY_JUSTIFIED = _kind("case.remedy.justified", Audience.INTERNAL, "remedy")
ATTRIBUTED = _kind("case.attributed", Audience.INTERNAL, "touchpoint", "category")
MADE_PUBLIC = _kind("case.made_public", Audience.PUBLIC)
SURVEY_ASKED = _kind("case.survey.asked", Audience.CUSTOMER, "occasion")
SURVEY_ANSWERED = _kind(
    "case.survey.answered", Audience.CUSTOMER, "occasion", "professionalism", "quality", "ease", "quickness", "back"
)
REDACTED = _kind("case.redacted", Audience.PUBLIC, "entry", "reason")
ERASED = _kind("case.erased", Audience.PUBLIC, "because")
LEAD_CHANGED = _kind("case.lead.changed", Audience.PUBLIC, "tenant", "because")
MERGED = _kind("case.merged", Audience.PUBLIC, "into")
UNMERGED = _kind("case.unmerged", Audience.PUBLIC, "into")
PART_OPENED = _kind("case.part.opened", Audience.PUBLIC, "part", "tenant")
PART_DONE = _kind("case.part.done", Audience.PUBLIC, "part")
FILE_ADDED = _kind("case.file.added", Audience.PUBLIC, "file", "type", "size")
FILE_REMOVED = _kind("case.file.removed", Audience.PUBLIC, "file")
KIND_CORRECTED = _kind("case.kind.corrected", Audience.PUBLIC, "kind", "before")
WISH_CORRECTED = _kind("case.wish.corrected", Audience.PUBLIC, "wish")
NEEDS_TOLD = _kind("case.needs.told", Audience.CUSTOMER, "kinds")
ASKED_TWICE = _kind("case.asked_twice", Audience.INTERNAL, "kinds")
"""Somebody asked the customer for what they had told already, although they were warned."""
HANDED_ON = _kind(
    "case.handoff.offered", Audience.PUBLIC, "handoff", "part", "tenant", "mode", "accept_by", "after", "bounces"
)
"""`after`: how the attempt before ended, and why (`declined:not_ours`): told here alone, with what comes next."""
TAKEN_ON = _kind("case.handoff.accepted", Audience.PUBLIC, "handoff", "part", "mode", "answer_by")
HANDOFF_DECLINED = _kind("case.handoff.declined", Audience.SHARED, "handoff", "part", "reason", "suggested")
HANDOFF_RETURNED = _kind("case.handoff.returned", Audience.SHARED, "handoff", "part", "reason")
HANDOFF_WITHDRAWN = _kind("case.handoff.withdrawn", Audience.PUBLIC, "handoff", "part", "tenant", "because")
HANDOFF_EXPIRED = _kind("case.handoff.expired", Audience.SHARED, "handoff", "part", "tenant")
HANDOFF_SAID = _kind("case.handoff.said", Audience.SHARED, "handoff", "about")
"""Words between the businesses: `about` is one of brief, question, information, progress, longer, answer, again,
dispute, reply."""
HANDOFF_LATE = _kind("case.handoff.late", Audience.PUBLIC, "handoff", "part", "tenant", "answer_by")
HANDOFF_EXTENDED = _kind("case.handoff.extended", Audience.PUBLIC, "handoff", "part", "tenant", "answer_by", "before")
HANDOFF_NOT_EXTENDED = _kind("case.handoff.not_extended", Audience.SHARED, "handoff")
HANDOFF_ANSWERED = _kind("case.handoff.answered", Audience.PUBLIC, "handoff", "part")
HANDOFF_CONFIRMED = _kind("case.handoff.confirmed", Audience.PUBLIC, "handoff", "part", "tenant")
HANDOFF_REOPENED = _kind("case.handoff.reopened", Audience.PUBLIC, "handoff", "part", "tenant")
HANDOFF_RATED = _kind("case.handoff.rated", Audience.INTERNAL, "handoff", "help", "ease")
HOST_ASKED = _kind("case.host.asked", Audience.PUBLIC, "handoff", "part", "tenant", "after", "bounces")
HOST_ASSIGNED = _kind("case.host.assigned", Audience.PUBLIC, "handoff", "part", "tenant", "mode", "answer_by")
HOST_RULED = _kind("case.host.ruled", Audience.PUBLIC, "handoff", "part", "outcome")
SHARING_ASKED = _kind("case.sharing.asked", Audience.SHARED, "handoff", "part", "field")
SHARING_GIVEN = _kind("case.sharing.given", Audience.CUSTOMER, "tenant", "field", "text_version")
SHARING_REFUSED = _kind("case.sharing.refused", Audience.CUSTOMER, "tenant", "field")
SHARING_TAKEN_BACK = _kind("case.sharing.taken_back", Audience.CUSTOMER, "tenant", "field")
SHARING_SHOWN = _kind("case.sharing.shown", Audience.CUSTOMER, "handoff", "part", "tenant", "field")
"""Somebody of a business looked at an address that the customer had opened to it."""


def _inside(outside: Kind, what: str) -> Kind:
    """The same between two units of one business, for that business alone: it names units where the other names
    businesses."""
    return _kind(f"case.unit.{what}", Audience.INTERNAL, *(outside.facts - {"tenant"} | {"unit"}))


INSIDE: dict[str, Kind] = {
    HANDED_ON.name: _inside(HANDED_ON, "offered"),
    TAKEN_ON.name: _inside(TAKEN_ON, "accepted"),
    HANDOFF_DECLINED.name: _inside(HANDOFF_DECLINED, "declined"),
    HANDOFF_RETURNED.name: _inside(HANDOFF_RETURNED, "returned"),
    HANDOFF_WITHDRAWN.name: _inside(HANDOFF_WITHDRAWN, "withdrawn"),
    HANDOFF_EXPIRED.name: _inside(HANDOFF_EXPIRED, "expired"),
    HANDOFF_SAID.name: _inside(HANDOFF_SAID, "said"),
    HANDOFF_LATE.name: _inside(HANDOFF_LATE, "late"),
    HANDOFF_EXTENDED.name: _inside(HANDOFF_EXTENDED, "extended"),
    HANDOFF_NOT_EXTENDED.name: _inside(HANDOFF_NOT_EXTENDED, "not_extended"),
    HANDOFF_ANSWERED.name: _inside(HANDOFF_ANSWERED, "answered"),
    HANDOFF_CONFIRMED.name: _inside(HANDOFF_CONFIRMED, "confirmed"),
    HANDOFF_REOPENED.name: _inside(HANDOFF_REOPENED, "reopened"),
    HANDOFF_RATED.name: _inside(HANDOFF_RATED, "rated"),
    HOST_ASKED.name: _inside(HOST_ASKED, "manager_asked"),
    HOST_ASSIGNED.name: _inside(HOST_ASSIGNED, "assigned"),
    HOST_RULED.name: _inside(HOST_RULED, "ruled"),
}
"""What happens between units, by what it is called between businesses. No reader of a case but the business has any."""

IDEA_PROPOSED = _kind("idea.proposed", Audience.PUBLIC, "kind", "title", "language", "by", "problem", "because")
"""`because`: `case` when it came from a case, `staff` when the front line of a business proposed it."""
IDEA_PUBLISHED = _kind("idea.published", Audience.PUBLIC)
"""An internal idea became everybody's: what happened before is public from now on."""
IDEA_HIDDEN = _kind("idea.hidden", Audience.SHARED, "reason")
IDEA_SHOWN = _kind("idea.shown", Audience.PUBLIC)
"""What was taken down is there again: what happened meanwhile is public from now on."""
IDEA_REVISED = _kind("idea.revised", Audience.PUBLIC, "revision", "title", "substantial", "by", "amendment")
IDEA_COMMENTED = _kind("idea.commented", Audience.PUBLIC, "comment", "amendment", "by", "said")
IDEA_COMMENT_HIDDEN = _kind("idea.comment.hidden", Audience.PUBLIC, "comment", "reason")
AMENDMENT_PROPOSED = _kind("idea.amendment.proposed", Audience.PUBLIC, "amendment", "paragraph", "by")
AMENDMENT_ACCEPTED = _kind("idea.amendment.accepted", Audience.PUBLIC, "amendment", "revision", "by")
AMENDMENT_DECLINED = _kind("idea.amendment.declined", Audience.PUBLIC, "amendment", "by")
AMENDMENT_WITHDRAWN = _kind("idea.amendment.withdrawn", Audience.PUBLIC, "amendment", "by")
AMENDMENT_RIVALS = _kind("idea.amendment.rival", Audience.PUBLIC, "amendment", "idea")
EVIDENCE_LINKED = _kind("idea.evidence.linked", Audience.PUBLIC, "count")
"""A case was linked; which one is said by the list of cases to those who may read it."""
EVIDENCE_REMOVED = _kind("idea.evidence.removed", Audience.PUBLIC, "count")
IDEA_MOVED = _kind(
    "idea.moved",
    Audience.PUBLIC,
    "act",
    "state",
    "before",
    "reason",
    "cost",
    "review_on",
    "would_change",
    "left_out",
    "fixed_yes",
    "fixed_no",
)
"""A step of the product team, with its official response: `would_change` says what would change a "no", `left_out` what
is not planned with the rest (by the step that says it first, and by no other), the last two what people had said about
its being fixed when it was taken up again."""
IDEA_SHIPPED = _kind("idea.shipped", Audience.PUBLIC, "touchpoint", "since", "before", "left_out")
IDEA_SCHEDULED = _kind("idea.scheduled", Audience.PUBLIC, "horizon", "before")
IDEA_WEIGHED = _kind("idea.weighed", Audience.PUBLIC, "reach", "effort")
IDEA_FELL_SHORT = _kind("idea.fell_short", Audience.PUBLIC, "before", "after", "weeks")
IDEA_MERGED = _kind("idea.merged", Audience.PUBLIC, "into")
IDEA_UNMERGED = _kind("idea.unmerged", Audience.PUBLIC, "into")
IDEA_GAINED = _kind("idea.gained", Audience.PUBLIC, "idea")
IDEA_LOST = _kind("idea.lost", Audience.PUBLIC, "idea")
"""Another idea was merged into this one, or was taken out again."""
IDEA_PART_ASKED = _kind("idea.part.asked", Audience.PUBLIC, "tenant")
IDEA_PART_MOVED = _kind("idea.part.moved", Audience.PUBLIC, "tenant", "state", "before")
IDEA_PROMISE_MADE = _kind("idea.promise.made", Audience.PUBLIC, "promise", "due")
IDEA_PROMISE_KEPT = _kind("idea.promise.kept", Audience.PUBLIC, "promise", "due")
IDEA_PROMISE_BROKEN = _kind("idea.promise.broken", Audience.PUBLIC, "promise", "due")
IDEA_PROMISE_MOVED = _kind("idea.promise.moved", Audience.PUBLIC, "promise", "due", "new_due")
IDEA_REDACTED = _kind("idea.redacted", Audience.PUBLIC, "what", "entry", "reason")
"""`what` was removed: version, amendment, comment, or an entry of the history; `entry` is the number of the first of
its entries."""
IDEA_NOTED = _kind("idea.note.added", Audience.INTERNAL)
