"""Taking words away for good: one entry of a history, or everything that a customer ever wrote.

The envelope of an event stays, with its commitments, and so does its place in the log: the timeline says that something
was removed and why. What was said is gone from the database itself, so nothing that reads it can show it any more.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.cases.holding import held
from portal.cases.models import Case, Promise
from portal.cases.work_models import Part
from portal.events import kinds
from portal.events.kinds import Audience
from portal.events.models import Event, EventContent
from portal.events.record import record
from tenants.permissions import Forbidden, require
from tenants.scope import Kind, current, db

REASONS = ("personal", "other_person", "unlawful", "mistake")
"""Why something is removed, as a code: a free reason could say again what was removed."""
WITH_FREE_FACTS = frozenset(
    {kinds.REPORTED.name, kinds.FINDING_ADDED.name, kinds.ORIGINAL_KEPT.name, kinds.ASSESSED.name}
)
"""Kinds whose facts hold words that people wrote."""


class NothingThere(LookupError):
    """The case has no such entry, or nothing is left of it to remove (404)."""


def redact(case_id: int, seq: int, reason: str) -> None:
    """Remove the words of one entry. Staff of the lead may do so with any, the customer with their own.

    Raises NothingThere, or ValueError for a reason that is none of REASONS.
    """
    if reason not in REASONS:
        raise ValueError(reason)
    scope = current()
    if scope.kind is not Kind.CUSTOMER:
        require(scope, "case.redact")
    with held(case_id) as case:
        entry = _entry(case, seq)
        if scope.kind is Kind.CUSTOMER and entry.actor != "customer":
            raise Forbidden("only their own words")
        if scope.tenant_id is not None and scope.tenant_id != case.lead_tenant_id:
            raise Forbidden("only the business that leads")
        if not _erase(case, entry):
            raise NothingThere(seq)
        _tell(case, entry, reason)
        case.state_version += 1


def erase_words_of_customer(case: Case) -> None:
    """Remove everything that the customer of a held case wrote, and say so once. For erasure and retention."""
    events = Event.__table__
    theirs = current().select(events).where(events.c.case_id == case.id, events.c.actor == "customer")
    for entry in list(db.session.execute(theirs)):
        _erase(case, entry)
    case.title = ""
    case.content_hash = None


def _entry(case: Case, seq: int) -> Any:
    events = Event.__table__
    query = current().select(events).where(events.c.case_id == case.id, events.c.case_seq == seq)
    row = db.session.execute(query).one_or_none()
    if row is None or row.kind == kinds.ORIGINAL_KEPT.name:
        raise NothingThere(seq)
    return row


def _erase(case: Case, entry: Any) -> bool:
    """Whether there was something to remove. What else repeats the words goes with them."""
    gone = _erase_content(entry.id, with_facts=entry.kind in WITH_FREE_FACTS)
    gone = any([gone, *(_erase_content(each, with_facts=True) for each in _originals(case, entry.case_seq))])
    if gone:
        _erase_copies(case, entry)
    return gone


def _erase_content(event_id: int, *, with_facts: bool) -> bool:
    content = db.session.get(EventContent, event_id, populate_existing=True)
    if content is None:
        return False
    before = (content.text, content.facts if with_facts else None)
    content.text = content.text_salt = None
    if with_facts:
        content.facts = content.facts_salt = None
    content.names = content.names_salt = None
    return any(part is not None for part in before)


def _originals(case: Case, seq: int) -> list[int]:
    """The events that keep the words of this entry as they were before masking."""
    events, contents = Event.__table__, EventContent.__table__
    query = (
        current()
        .select(events.c.id, contents.c.facts)
        .select_from(events.join(contents, contents.c.event_id == events.c.id))
        .where(events.c.case_id == case.id, events.c.kind == kinds.ORIGINAL_KEPT.name)
    )
    return [row.id for row in db.session.execute(query) if (row.facts or {}).get("of") == seq]


def _erase_copies(case: Case, entry: Any) -> None:
    """Words that stand in a row of their own as well: the title, a promise's sentence, a part's name."""
    if entry.kind == kinds.REPORTED.name:
        case.title, case.content_hash = "", None
    if entry.kind in (kinds.PROMISE_MADE.name, kinds.PROMISE_MOVED.name, kinds.PROMISE_EXCEEDED.name):
        for promise in db.session.scalars(select(Promise).where(Promise.case_id == case.id)):
            if entry.kind == kinds.PROMISE_MADE.name and promise.made_at == entry.at:
                promise.sentence = None
            if entry.kind == kinds.PROMISE_MOVED.name and promise.reason is not None:
                promise.reason = None
    if entry.kind in (kinds.PART_OPENED.name, kinds.PART_DONE.name):
        for part in db.session.scalars(select(Part).where(Part.case_id == case.id, Part.opened_at == entry.at)):
            part.title = ""


def _tell(case: Case, entry: Any, reason: str) -> None:
    facts = {"entry": entry.case_seq, "reason": reason}
    record(case, kinds.REDACTED, facts=facts, audience=Audience(entry.audience), tenant_id=current().tenant_id)
