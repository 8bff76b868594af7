"""Merging ideas by a reversible link: one goes on as part of another, and both keep their own votes, page and history.

Votes are added up where they can be told apart: an account, or a case, that is behind both counts once. Browsers
without an account are known by another hash on each idea, so that nobody can be followed; theirs may count twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, case, func, select

from portal.cases.references import normal
from portal.events import kinds
from portal.events.record import record
from portal.ideas.holding import NoSuchIdea, answered_by_us, goes_on_in, held, lock, touch
from portal.ideas.models import Idea
from portal.ideas.vote_models import IdeaVote
from tenants.permissions import require
from tenants.prepared import prepared
from tenants.scope import Scope, current, db, entered, writing

ANSWER = "idea.answer"


class NotMergeable(ValueError):
    """An idea goes into one of the same business and openness, which is not merged itself, nor the same (422)."""


@dataclass(frozen=True)
class Together:
    """An idea with those that were merged into it: their votes, and how many people that are."""

    votes: int
    twice: int
    """Accounts and cases behind more than one of them, which count once."""

    @property
    def people(self) -> int:
        return self.votes - self.twice


def merge(idea_id: int, version: int, *, into: str, reason: str) -> None:
    """Let an idea go on as part of another one, named by its reference. Raises NotMergeable or NoSuchIdea.

    Nothing of it is lost: `unmerge` brings it back with its votes, its place on the roadmap and its promises.
    """
    require(current(), ANSWER)
    with writing():
        target_id = _named(into)
        lock(idea_id, target_id)
        with answered_by_us(idea_id, version, act=ANSWER) as idea, held(target_id, merged=True) as target:
            if target.id == idea.id or target.merged_into_id is not None or target.tenant_id != idea.tenant_id:
                raise NotMergeable(into)
            if target.visibility != idea.visibility or _has_merged(idea.id):
                raise NotMergeable(into)
            idea.merged_into_id = target.id
            touch(idea)
            touch(target)
            record(idea, kinds.IDEA_MERGED, text=reason, facts={"into": target.reference})
            record(target, kinds.IDEA_GAINED, facts={"idea": idea.reference})


def unmerge(idea_id: int, version: int, *, reason: str) -> None:
    """Take an idea out again: all is as it was, votes included. Raises NotMergeable for one that is not merged."""
    require(current(), ANSWER)
    with writing():
        lock(idea_id, *goes_on_in(idea_id))
        with answered_by_us(idea_id, version, act=ANSWER, merged=True) as idea:
            if idea.merged_into_id is None:
                raise NotMergeable(idea.reference)
            with held(idea.merged_into_id, merged=True) as other:
                idea.merged_into_id = None
                touch(idea)
                touch(other)
                record(idea, kinds.IDEA_UNMERGED, text=reason, facts={"into": other.reference})
                record(other, kinds.IDEA_LOST, facts={"idea": idea.reference})


def merged_into(idea_id: int) -> list[Any]:
    """The rows of ideas that go on in this one, the most wanted first."""
    return list(db.session.execute(_merged_into(), {"goes_on_in": idea_id}))


@prepared
def _merged_into(scope: Scope) -> Any:
    ideas = Idea.__table__
    query = scope.select(ideas).where(ideas.c.merged_into_id == bindparam("goes_on_in"))
    return query.order_by(ideas.c.wanted.desc(), ideas.c.id).limit(50)


def together(network_id: int, idea: Any, others: list[Any]) -> Together:
    """All votes of an idea and of those merged into it. Single votes are read at the door; only sums leave it."""
    if not others:
        return Together(idea.votes, 0)
    ids = [idea.id, *(other.id for other in others)]
    votes = IdeaVote.__table__
    with entered(Scope.door(network_id)):
        twice = 0
        without_account = case((votes.c.person_id.is_(None), votes.c.case_id))
        for column in (votes.c.person_id, without_account):
            count = func.count().label("times")
            on_them = (votes.c.idea_id.in_(ids), votes.c.about == "idea", column.is_not(None))
            again = current().select(column, count, also=[votes]).where(*on_them).group_by(column).having(count > 1)
            twice += sum(row.times - 1 for row in db.session.execute(again))
    return Together(idea.votes + sum(other.votes for other in others), twice)


def _named(reference: str) -> int:
    """The id of the idea that somebody named, however they wrote it. Raises NoSuchIdea."""
    found = db.session.scalar(select(Idea.id).where(Idea.reference == (normal(reference) or reference)))
    if found is None:
        raise NoSuchIdea(reference)
    return found


def _has_merged(idea_id: int) -> bool:
    return db.session.scalar(select(Idea.id).where(Idea.merged_into_id == idea_id).limit(1)) is not None
