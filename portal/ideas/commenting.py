"""Comments on an idea and on its amendments: said by anybody, and kept readable by the team that answers the idea.

What somebody without an account says is held until the team has looked at it, since nobody can be asked about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.cases.masking import mask
from portal.events import kinds
from portal.events.record import record
from portal.ideas.holding import answered_by_us, held
from portal.ideas.models import Idea
from portal.ideas.talk_models import IdeaAmendment, IdeaComment
from portal.ideas.voices import Voice
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import require
from tenants.scope import current, db

LONGEST = 3_000
REASONS = ("abuse", "advertising", "off_topic", "personal_data", "repeated")
"""Why a comment is taken down; a code, because a free reason could say the words again."""
MOST_HELD = 200
"""Comments of one idea that wait: more are refused until some were looked at."""
PAGE = 100


class NoSuchComment(LookupError):
    """The idea has no such comment (404)."""


class CommentMoved(RuntimeError):
    """A colleague has decided about it already (409)."""


class TooManyHeld(RuntimeError):
    """Too many comments wait to be looked at (429)."""


def comment(idea_id: int, text: str, voice: Voice, *, language: str, amendment_id: int | None = None) -> bool:
    """Say something. Returns whether everybody reads it at once; otherwise the team looks at it first."""
    scope = current()
    if scope.for_tenant:
        require(scope, "idea.talk")
    with held(idea_id) as idea:
        known = voice.person_id is not None
        if not known and idea.comments_held >= MOST_HELD:
            raise TooManyHeld(idea.reference)
        if amendment_id is not None and not _has_amendment(idea.id, amendment_id):
            raise NoSuchComment(amendment_id)
        one = IdeaComment(
            id=new_id(),
            network_id=idea.network_id,
            idea_id=idea.id,
            amendment_id=amendment_id,
            state="shown" if known else "held",
            text=mask(text),
            language=language,
            said_at=clock.now(),
            tenant_id=scope.tenant_id,
            credit=voice.credit or None,
            **voice.marks(idea.id),
        )
        db.session.add(one)
        db.session.flush()
        if known:
            _show(idea, one)
        else:
            idea.comments_held += 1
        return known


def release(idea_id: int, comment_id: int) -> None:
    """Let everybody read a comment that was held, or that was hidden by mistake."""
    with answered_by_us(idea_id, act="idea.moderate") as idea:
        one = _one(idea, comment_id)
        if one.state == "shown":
            raise CommentMoved(one.state)
        idea.comments_held -= one.state == "held"
        one.state, one.reason = "shown", None
        db.session.flush()
        _show(idea, one)


def hide(idea_id: int, comment_id: int, *, reason: str) -> None:
    """Take a comment down; its place stays, with the reason. Raises CommentMoved."""
    if reason not in REASONS:
        raise ValueError(reason)
    with answered_by_us(idea_id, act="idea.moderate") as idea:
        one = _one(idea, comment_id)
        if one.state == "hidden":
            raise CommentMoved(one.state)
        was, one.state, one.reason = one.state, "hidden", reason
        idea.comments_held -= was == "held"
        if was == "shown":
            idea.comments -= 1
            record(idea, kinds.IDEA_COMMENT_HIDDEN, facts={"comment": str(one.id), "reason": reason})
        db.session.flush()


def comments_of(idea_id: int) -> Sequence[Any]:
    """What was said, the oldest first, as far as the scope may read it: the team reads what is held and hidden too."""
    table = IdeaComment.__table__
    query = current().select(table).where(table.c.idea_id == idea_id).order_by(table.c.id.desc()).limit(PAGE)
    return list(db.session.execute(query))[::-1]


def waiting_for_a_look() -> Sequence[Any]:
    """Held comments on ideas that the present business answers, the oldest first."""
    table, ideas = IdeaComment.__table__, Idea.__table__
    query = (
        current()
        .select(table, ideas.c.reference, ideas.c.title.label("idea_title"))
        .select_from(table.join(ideas, ideas.c.id == table.c.idea_id))
        .where(table.c.state == "held", ideas.c.tenant_id == current().tenant_id)
        .order_by(table.c.id)
        .limit(PAGE)
    )
    return list(db.session.execute(query))


def _show(idea: Idea, one: IdeaComment) -> None:
    idea.comments += 1
    facts = {"comment": str(one.id)} | ({"by": one.credit} if one.credit else {})
    facts |= {"amendment": str(one.amendment_id)} if one.amendment_id else {}
    record(
        idea, kinds.IDEA_COMMENTED, text=one.text, facts=facts, tenant_id=one.tenant_id, by_outsider=not one.tenant_id
    )


def _one(idea: Idea, comment_id: int) -> IdeaComment:
    query = select(IdeaComment).where(IdeaComment.idea_id == idea.id, IdeaComment.id == comment_id)
    one = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if one is None:
        raise NoSuchComment(comment_id)
    return one


def _has_amendment(idea_id: int, amendment_id: int) -> bool:
    query = select(IdeaAmendment.id).where(IdeaAmendment.idea_id == idea_id, IdeaAmendment.id == amendment_id)
    return db.session.scalar(query) is not None
