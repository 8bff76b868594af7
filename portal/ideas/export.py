"""What an account wrote and gave on ideas, to take away, with what a team has taken down or has not looked at yet.

Nobody outside may read those, not even who wrote them; so their own are read as the system, and nothing but their own.
What somebody wrote at work, on ideas that are not public, belongs to the business.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.talk_models import IdeaAmendment, IdeaComment
from portal.ideas.vote_models import IdeaVote
from tenants.scope import Scope, db, entered

OUTSIDE = ("public", "hidden")
OF_IDEA = ("reference", "kind", "state", "title", "language", "proposed_at", "votes")
OF_VERSION = ("number", "title", "text", "made_at", "credit")
OF_AMENDMENT = ("base", "paragraph", "before", "after", "why", "state", "proposed_at", "decided_at", "reason", "credit")
OF_COMMENT = ("text", "language", "state", "said_at", "credit", "reason")
OF_VOTE = ("about", "says_yes", "revision", "at")


def ideas_of(network_id: int, person_id: int) -> dict[str, Any]:
    """Ideas, versions, amendments, comments and votes of an account. Times are in UTC.

    `hidden` says that an idea was taken down; of a comment its `state` does.
    """
    with entered(Scope.door(network_id)):
        votes = list(db.session.scalars(select(IdeaVote).where(IdeaVote.person_id == person_id).order_by(IdeaVote.id)))
        given = [(each.idea_id, _picked(each, OF_VOTE)) for each in votes]
    with entered(Scope.customer(network_id, person_id=person_id)):
        known = _references({idea_id for idea_id, _vote in given})
    with entered(Scope.system(network_id)):
        own = select(Idea).where(Idea.author_id == person_id, Idea.visibility.in_(OUTSIDE)).order_by(Idea.id)
        rows = db.session.scalars(own).all()
        ideas = [_picked(each, OF_IDEA) | {"hidden": each.visibility == "hidden"} for each in rows]
        versions = _written(IdeaRevision, IdeaRevision.author_id == person_id, OF_VERSION)
        amendments = _written(IdeaAmendment, IdeaAmendment.person_id == person_id, OF_AMENDMENT)
        comments = _written(IdeaComment, IdeaComment.person_id == person_id, OF_COMMENT)
    return {
        "ideas": ideas,
        "versions": versions,
        "amendments": amendments,
        "comments": comments,
        "votes": [{"idea": known.get(idea_id)} | vote for idea_id, vote in given],
    }


def _written(model: Any, is_own: Any, names: tuple[str, ...]) -> list[dict[str, Any]]:
    outside = select(Idea.id).where(Idea.visibility.in_(OUTSIDE))
    query = select(model).where(is_own, model.idea_id.in_(outside))
    rows = db.session.scalars(query.order_by(*model.__mapper__.primary_key)).all()
    known = _references({row.idea_id for row in rows})
    return [{"idea": known.get(row.idea_id)} | _picked(row, names) for row in rows]


def _references(ids: set[int]) -> dict[int, str]:
    query = select(Idea.id, Idea.reference).where(Idea.id.in_(ids))
    return {row.id: row.reference for row in db.session.execute(query)} if ids else {}


def _picked(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
