"""Comments on an idea and on its amendments: said by anybody, and kept readable by the team that answers the idea.

What somebody without an account says is held until the team has looked at it, since nobody can be asked about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError

from portal.cases.masking import mask
from portal.events import kinds
from portal.events.record import record
from portal.ideas.amending import NoSuchAmendment
from portal.ideas.erasing import erase_events
from portal.ideas.holding import answered_by_us, held
from portal.ideas.models import Idea
from portal.ideas.talk_models import IdeaAmendment, IdeaComment
from portal.ideas.voices import Voice, sealed
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import require
from tenants.prepared import prepared
from tenants.scope import Scope, current, db

LONGEST = 3_000
REASONS = ("abuse", "advertising", "off_topic", "personal_data", "repeated")
"""Why a comment is taken down; a code, because a free reason could say the words again."""
MOST_HELD = 200
"""Comments of one idea that wait: more are refused until some were looked at."""
PAGE = 100


@dataclass(frozen=True)
class Said:
    """What somebody says; `amendment_id` names the amendment that it is about."""

    text: str
    language: str
    amendment_id: int | None = None


class NoSuchComment(LookupError):
    """The idea has no such comment (404)."""


class CommentMoved(RuntimeError):
    """A colleague has decided about it already (409)."""


class TooManyHeld(RuntimeError):
    """Too many comments on it wait to be looked at (429)."""


def comment(idea_id: int, said: Said, voice: Voice) -> bool:
    """Say something. Returns whether everybody reads it at once; otherwise the team looks at it first.

    The same words of one person, said twice, are one comment. Raises TooManyHeld, NoSuchAmendment or Forbidden.
    """
    if current().for_tenant:
        require(current(), "idea.talk")
    with suppress(IntegrityError):  # said before; whether it is held, its sender may not read
        _comment(idea_id, said, voice)
    return voice.person_id is not None


def _comment(idea_id: int, said: Said, voice: Voice) -> None:
    with held(idea_id) as idea:
        is_known = voice.person_id is not None
        if not is_known and idea.comments_held >= MOST_HELD:
            raise TooManyHeld(idea.reference)
        if said.amendment_id is not None and not _has_amendment(idea.id, said.amendment_id):
            raise NoSuchAmendment(said.amendment_id)
        one = IdeaComment(
            id=new_id(),
            network_id=idea.network_id,
            idea_id=idea.id,
            amendment_id=said.amendment_id,
            state="shown" if is_known else "held",
            text=mask(said.text),
            language=said.language,
            said_at=clock.now(),
            tenant_id=current().tenant_id,
            credit=voice.credit or None,
            said_hash=_said_hash(idea.id, said, voice),
            **voice.marks(idea.id),
        )
        db.session.add(one)
        db.session.flush()
        if is_known:
            _show(idea, one)
        else:
            idea.comments_held += 1


def _said_hash(idea_id: int, said: Said, voice: Voice) -> bytes:
    """Stands for who said what where. The page of an idea is the same for all: its form can carry no number."""
    who = f"{voice.person_id}" if voice.person_id else (voice.hash_on(idea_id) or b"").hex()
    return sealed(f"said:{idea_id}\0{said.amendment_id}\0{who}\0{said.text}")


def release(idea_id: int, comment_id: int) -> None:
    """Let everybody read a comment that was held, or that was hidden by mistake."""
    with answered_by_us(idea_id, act="idea.moderate", merged=True) as idea:
        one = _one(idea, comment_id)
        if one.state == "shown" or one.text is None:
            raise CommentMoved(one.state)
        idea.comments_held -= one.state == "held"
        one.state, one.reason = "shown", None
        db.session.flush()
        _show(idea, one, {"said": one.said_at.isoformat()})


def hide(idea_id: int, comment_id: int, *, reason: str) -> None:
    """Take a comment down. Its words leave the history as well; that it stood there, and why it went, stays.

    The row keeps them for the team, which may let everybody read it again. Raises CommentMoved.
    """
    if reason not in REASONS:
        raise ValueError(reason)
    with answered_by_us(idea_id, act="idea.moderate", merged=True) as idea:
        one = _one(idea, comment_id)
        if one.state == "hidden":
            raise CommentMoved(one.state)
        was, one.state, one.reason = one.state, "hidden", reason
        idea.comments_held -= was == "held"
        if was == "shown":
            idea.comments -= 1
            erase_comment_events(idea.id, one.id)
            record(idea, kinds.IDEA_COMMENT_HIDDEN, facts={"comment": str(one.id), "reason": reason})
        db.session.flush()


def erase_comment_events(idea_id: int, comment_id: int) -> list[int]:
    """Take a comment's words out of the history. Returns the numbers of the entries."""
    is_it = {"comment": str(comment_id)}.items()
    return erase_events(idea_id, [kinds.IDEA_COMMENTED.name], lambda facts: is_it <= facts.items())


def comments_of(idea_id: int, *, amendment_id: int | None = None) -> Sequence[Any]:
    """What everybody reads of what was said about the idea, or about one of its amendments, the oldest first."""
    if amendment_id is None:
        return list(db.session.execute(_about_idea(), {"idea": idea_id}))[::-1]
    return list(db.session.execute(_about_amendment(), {"idea": idea_id, "amendment": amendment_id}))[::-1]


@prepared
def _about_idea(scope: Scope) -> Any:
    return _shown(scope, IdeaComment.__table__.c.amendment_id.is_(None))


@prepared
def _about_amendment(scope: Scope) -> Any:
    return _shown(scope, IdeaComment.__table__.c.amendment_id == bindparam("amendment"))


def _shown(scope: Scope, about: Any) -> Any:
    table = IdeaComment.__table__
    query = scope.select(table).where(table.c.idea_id == bindparam("idea"), table.c.state == "shown", about)
    return query.order_by(table.c.id.desc()).limit(PAGE)


def discussed(idea_id: int) -> dict[int, int]:
    """How many comments everybody reads about each amendment."""
    table = IdeaComment.__table__
    query = current().select(table.c.amendment_id, func.count().label("many"), also=[table])
    query = query.where(table.c.idea_id == idea_id, table.c.state == "shown", table.c.amendment_id.is_not(None))
    return {row.amendment_id: row.many for row in db.session.execute(query.group_by(table.c.amendment_id))}


def waiting() -> int:
    """How many comments wait for a look by the present business."""
    table, ideas = IdeaComment.__table__, Idea.__table__
    query = (
        current()
        .select(func.count(), also=[table, ideas])
        .select_from(table.join(ideas, ideas.c.id == table.c.idea_id))
    )
    return db.session.scalar(query.where(table.c.state == "held", ideas.c.tenant_id == current().tenant_id)) or 0


def to_look_at(state: str, limit: int = PAGE) -> Sequence[Any]:
    """Comments in this state on ideas that the present business answers: held ones the oldest first, others last."""
    table, ideas = IdeaComment.__table__, Idea.__table__
    query = (
        current()
        .select(table, ideas.c.reference, ideas.c.title.label("idea_title"), ideas.c.language.label("idea_language"))
        .select_from(table.join(ideas, ideas.c.id == table.c.idea_id))
        .where(table.c.state == state, ideas.c.tenant_id == current().tenant_id)
        .order_by(table.c.id if state == "held" else table.c.id.desc())
        .limit(limit)
    )
    return list(db.session.execute(query))


def _show(idea: Idea, one: IdeaComment, more: dict[str, str] | None = None) -> None:
    """Everybody reads it from now on. `more`: when it was said, if that was not now."""
    idea.comments += 1
    facts = {"comment": str(one.id), **(more or {})} | ({"by": one.credit} if one.credit else {})
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
