"""What an account wrote and gave on ideas, to take away: read as its owner may read it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.talk_models import IdeaAmendment, IdeaComment
from portal.ideas.vote_models import IdeaVote
from tenants.scope import Scope, db, entered

OF_IDEA = ("reference", "kind", "state", "title", "language", "proposed_at", "votes")
OF_VERSION = ("number", "title", "text", "made_at", "credit")
OF_AMENDMENT = ("base", "paragraph", "before", "after", "why", "state", "proposed_at", "decided_at", "reason", "credit")
OF_COMMENT = ("text", "language", "state", "said_at", "credit", "reason")
OF_VOTE = ("about", "says_yes", "revision", "at")


def ideas_of(network_id: int, person_id: int) -> dict[str, Any]:
    """Ideas, versions, amendments, comments and votes of an account. Times are in UTC."""
    with entered(Scope.door(network_id)):
        votes = list(db.session.scalars(select(IdeaVote).where(IdeaVote.person_id == person_id).order_by(IdeaVote.id)))
        given = [(each.idea_id, _picked(each, OF_VOTE)) for each in votes]
    with entered(Scope.customer(network_id, person_id=person_id)):
        own = select(Idea).where(Idea.author_id == person_id).order_by(Idea.id)
        ideas = [_picked(each, OF_IDEA) for each in db.session.scalars(own)]
        versions = _written(IdeaRevision, IdeaRevision.author_id == person_id, OF_VERSION)
        amendments = _written(IdeaAmendment, IdeaAmendment.person_id == person_id, OF_AMENDMENT)
        comments = _written(IdeaComment, IdeaComment.person_id == person_id, OF_COMMENT)
        known = _references({idea_id for idea_id, _vote in given})
    return {
        "ideas": ideas,
        "versions": versions,
        "amendments": amendments,
        "comments": comments,
        "votes": [{"idea": known.get(idea_id)} | vote for idea_id, vote in given],
    }


def _written(model: Any, is_own: Any, names: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(model).where(is_own).order_by(*model.__mapper__.primary_key)).all()
    known = _references({row.idea_id for row in rows})
    return [{"idea": known.get(row.idea_id)} | _picked(row, names) for row in rows]


def _references(ids: set[int]) -> dict[int, str]:
    query = select(Idea.id, Idea.reference).where(Idea.id.in_(ids))
    return {row.id: row.reference for row in db.session.execute(query)} if ids else {}


def _picked(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
