"""Taking words of an idea away for good: a version, an amendment, a comment, or an entry of its history.

Staff of the business that answers it may do so with any words, anybody with their own. Whatever repeats them goes with
them: the entries of the history, the title, the paragraph that an amendment was about. Envelopes stay, with their
commitments and their place in the log, and the history says that something was removed and why.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.cases.redaction import REASONS, NothingThere
from portal.events import kinds
from portal.events.models import Event, EventContent
from portal.events.record import record
from portal.ideas.amending import NoSuchAmendment
from portal.ideas.commenting import NoSuchComment, erase_comment_events
from portal.ideas.erasing import erase_content, erase_events
from portal.ideas.holding import held, touch
from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.talk_models import IdeaAmendment, IdeaComment
from portal.ideas.team_models import IdeaPart, IdeaPromise
from portal.ideas.voices import Voice
from tenants import clock
from tenants.permissions import Forbidden, require
from tenants.scope import current, db

OF_AMENDMENTS = (
    kinds.AMENDMENT_PROPOSED,
    kinds.AMENDMENT_ACCEPTED,
    kinds.AMENDMENT_DECLINED,
    kinds.AMENDMENT_WITHDRAWN,
)
WHOLE = frozenset(kind.name for kind in (kinds.IDEA_PROPOSED, kinds.IDEA_REVISED, kinds.IDEA_COMMENTED, *OF_AMENDMENTS))
"""Entries that repeat a version, a comment or an amendment: one removes that, and they go with it."""
WITH_FREE_FACTS = frozenset({kinds.IDEA_MOVED.name})
"""Other entries whose facts hold words that people wrote."""
LEAVING_OUT = frozenset({kinds.IDEA_MOVED.name, kinds.IDEA_SHIPPED.name})
"""Those that may say what is left out; the idea repeats it while it holds."""


def redact_version(idea_id: int, number: int, reason: str, voice: Voice) -> None:
    """Remove the words of one version. If it stands, the idea has no words until somebody writes it anew.

    Raises NothingThere, Forbidden, or ValueError for a reason that is none of REASONS.
    """
    _require_reason(reason)
    with held(idea_id, merged=True) as idea:
        one = db.session.get(IdeaRevision, (idea.id, number), populate_existing=True)
        if one is None or one.removed_at is not None:
            raise NothingThere(number)
        _require_right(idea, one.author_id, one.author_hash, voice)
        _tell(idea, "version", erase_version(idea, one), reason)


def redact_amendment(idea_id: int, amendment_id: int, reason: str, voice: Voice) -> None:
    """Remove the words of an amendment: both wordings, and why. What was taken in stands in the versions."""
    _require_reason(reason)
    with held(idea_id, merged=True) as idea:
        one = _one(IdeaAmendment, idea, amendment_id)
        if one is None:
            raise NoSuchAmendment(amendment_id)
        if all(words is None for words in (one.before, one.after, one.why, one.reason, one.credit)):
            raise NothingThere(amendment_id)
        _require_right(idea, one.person_id, one.voter_hash, voice)
        _tell(idea, "amendment", erase_amendment(one), reason)


def redact_comment(idea_id: int, comment_id: int, reason: str, voice: Voice) -> None:
    """Remove the words of a comment. Its place stays, with why it is empty."""
    _require_reason(reason)
    with held(idea_id, merged=True) as idea:
        one = _one(IdeaComment, idea, comment_id)
        if one is None:
            raise NoSuchComment(comment_id)
        if one.text is None:
            raise NothingThere(comment_id)
        _require_right(idea, one.person_id, one.voter_hash, voice)
        entries = erase_comment(idea, one)
        if entries:
            _tell(idea, "comment", entries, reason)


def redact_entry(idea_id: int, seq: int, reason: str) -> None:
    """Remove the words of another entry of the history, such as an official response. Staff of the answering business.

    Raises NothingThere, also for what repeats a version, a comment or an amendment.
    """
    _require_reason(reason)
    with held(idea_id, merged=True) as idea:
        _require_right(idea, None, None, Voice())
        events = Event.__table__
        query = current().select(events).where(events.c.idea_id == idea.id, events.c.case_seq == seq)
        entry = db.session.execute(query).one_or_none()
        if entry is None or entry.kind in WHOLE or entry.kind == kinds.IDEA_REDACTED.name:
            raise NothingThere(seq)
        free = entry.kind in WITH_FREE_FACTS or _left_out_in(entry) is not None
        _erase_copies(idea, entry)
        if not erase_content(entry.id, with_facts=free):
            raise NothingThere(seq)
        _tell(idea, "entry", [seq], reason)


# -- what forgetting somebody does as well -----------------------------------------------------------------------------


def erase_version(idea: Idea, one: IdeaRevision) -> list[int]:
    """Erase a version of a held idea, and what repeats it. Returns the numbers of the entries that told it."""
    one.title = one.text = one.credit = None
    one.removed_at = clock.now()
    if one.number == idea.revision:
        idea.title = ""
    about = select(IdeaAmendment).where(IdeaAmendment.idea_id == idea.id, IdeaAmendment.base == one.number)
    for amendment in db.session.scalars(about):
        amendment.before = amendment.after = None
    db.session.flush()
    told = erase_events(idea.id, [kinds.IDEA_REVISED.name], lambda facts: facts.get("revision") == one.number)
    if one.number == 1:
        told += erase_events(idea.id, [kinds.IDEA_PROPOSED.name], lambda _facts: True)
    return sorted(told)


def erase_amendment(one: IdeaAmendment) -> list[int]:
    one.before = one.after = one.why = one.reason = one.credit = None
    db.session.flush()
    of_amendments = [kind.name for kind in OF_AMENDMENTS]
    return erase_events(one.idea_id, of_amendments, lambda facts: facts.get("amendment") == str(one.id))


def erase_comment(idea: Idea, one: IdeaComment) -> list[int]:
    """One that nobody has looked at is not waiting any more; one that everybody read keeps its place, empty."""
    if one.state == "held":
        idea.comments_held -= 1
        one.state = "hidden"
    one.text = one.credit = one.said_hash = None
    db.session.flush()
    return erase_comment_events(idea.id, one.id)


# -- parts -------------------------------------------------------------------------------------------------------------


def _require_reason(reason: str) -> None:
    if reason not in REASONS:
        raise ValueError(reason)


def _require_right(idea: Idea, person_id: int | None, voter_hash: bytes | None, voice: Voice) -> None:
    """Staff of the answering business with any words, anybody else with their own."""
    scope = current()
    if scope.for_tenant and scope.tenant_id == idea.tenant_id:
        require(scope, "idea.moderate")
    elif not voice.wrote(idea.id, person_id, voter_hash):
        raise Forbidden("only their own words")


def _one(model: Any, idea: Idea, one_id: int) -> Any:
    query = select(model).where(model.idea_id == idea.id, model.id == one_id)
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _erase_copies(idea: Idea, entry: Any) -> None:
    """Words that stand in a row as well: a promise's sentence, the part of a business, what is left out."""
    if entry.kind in LEAVING_OUT and idea.left_out is not None and idea.left_out == _left_out_in(entry):
        idea.left_out = None
    if entry.kind.startswith("idea.promise."):
        for promise in db.session.scalars(select(IdeaPromise).where(IdeaPromise.idea_id == idea.id)):
            if entry.kind != kinds.IDEA_PROMISE_MOVED.name and promise.made_at == entry.at:
                promise.sentence = ""
            elif entry.kind == kinds.IDEA_PROMISE_MOVED.name:
                promise.reason = None
    if entry.kind.startswith("idea.part."):
        for part in db.session.scalars(select(IdeaPart).where(IdeaPart.idea_id == idea.id)):
            part.what, part.reason = "", None


def _left_out_in(entry: Any) -> str | None:
    content = db.session.get(EventContent, entry.id) if entry.kind in LEAVING_OUT else None
    return (content.facts or {}).get("left_out") if content is not None else None


def _tell(idea: Idea, what: str, entries: list[int], reason: str) -> None:
    facts: dict[str, Any] = {"what": what, "reason": reason}
    if entries:
        facts["entry"] = entries[0]
    record(idea, kinds.IDEA_REDACTED, facts=facts, tenant_id=current().tenant_id)
    touch(idea)
