"""Ideas that an account proposed or supports, for the person's own page. Runs at the door, for who is signed in."""

from __future__ import annotations

from dataclasses import dataclass

from portal.directory import Directory
from portal.ideas.models import Idea
from portal.ideas.reading import ListedIdea, by_ids, listed
from portal.ideas.vote_models import IdeaVote
from tenants.scope import Scope, current, db, entered

MOST = 50
"""Of each: whoever supports more finds them where they are."""


@dataclass(frozen=True)
class Mine:
    proposed: list[ListedIdea]
    supported: list[ListedIdea]
    """Without one's own, the newest vote first."""


def ideas_of(network_id: int, person_id: int, names: Directory) -> Mine:
    """Only what everybody may read: an idea that was taken down is not shown to its author either."""
    voted = _voted(person_id)
    ideas = Idea.__table__
    with entered(Scope.customer(network_id, person_id=person_id)):
        query = current().select(ideas).where(ideas.c.author_id == person_id).order_by(ideas.c.id.desc()).limit(MOST)
        own = list(db.session.execute(query))
        others = by_ids([each for each in voted if each not in {row.id for row in own}], names)
    return Mine(listed(own, names), others)


def _voted(person_id: int) -> list[int]:
    votes = IdeaVote.__table__
    mine = current().select(votes.c.idea_id).where(votes.c.person_id == person_id, votes.c.about == "idea")
    return list(db.session.scalars(mine.order_by(votes.c.id.desc()).limit(MOST)))
