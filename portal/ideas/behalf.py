"""Votes that staff give for a customer, with the case named in which the customer said so.

Each counts apart from the others ("through a case") and the case stands behind the idea. Where the case is kept in an
account the vote carries that account, so that the same person is never counted twice, whoever comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_

from portal.ideas.behind import both, may_link
from portal.ideas.evidence import put_behind
from portal.ideas.persons import accounts_of
from portal.ideas.states import OPEN, WrongIdeaState
from portal.ideas.vote_models import IdeaVote
from portal.ideas.voting import insert_once
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import Forbidden
from tenants.scope import Scope, current, db, entered, writing


class HasVoted(RuntimeError):
    """This customer counts already: by their account, by the case itself, or because a colleague was quicker (409)."""


def vote_for(idea_id: int, case_id: int) -> None:
    """Count the customer of the case for the idea, and put the case behind it. Not inside another write.

    Raises NoSuchIdea, NoSuchCase, Forbidden, Merged, WrongIdeaState for one that is over, or HasVoted.
    """
    if not current().for_tenant:
        raise Forbidden("customers vote themselves")
    with both(idea_id, case_id) as pair:
        if pair.idea.state not in OPEN:
            raise WrongIdeaState(pair.idea.state, "vote")
        accounts = accounts_of(case_id)
        if _voted(idea_id, case_id, accounts):
            raise HasVoted(pair.idea.reference)
        vote = {"id": new_id(), "idea_id": idea_id, "about": "idea", "says_yes": True, "kind": "behalf"}
        vote |= {"case_id": case_id, "tenant_id": pair.by.tenant_id, "person_id": accounts[0] if accounts else None}
        if not insert_once(vote | {"voter_hash": None, "revision": pair.idea.revision, "at": clock.now()}):
            raise HasVoted(pair.idea.reference)
        put_behind(pair)


def take_back(idea_id: int, case_id: int) -> bool:
    """Take back what people of this business gave for the customer; the case stays behind the idea. False when there
    was nothing of theirs."""
    scope = current()
    may_link(idea_id, case_id)
    if not scope.for_tenant:
        raise Forbidden("customers take their own vote back")
    db.session.rollback()
    votes = IdeaVote.__table__
    with entered(Scope.door(scope.network_id)), writing():
        gone = current().delete(votes).where(votes.c.idea_id == idea_id, *_ours(case_id, scope.tenant_id))
        return db.session.execute(gone.returning(votes.c.id)).first() is not None


def given_for(case_id: int, idea_ids: Sequence[int]) -> set[int]:
    """The ideas, of these, for which people of this business have given the customer's vote."""
    scope, votes = current(), IdeaVote.__table__
    if not idea_ids or not scope.for_tenant:
        return set()
    with entered(Scope.door(scope.network_id)):
        query = current().select(votes.c.idea_id).where(votes.c.idea_id.in_(idea_ids))
        return set(db.session.scalars(query.where(*_ours(case_id, scope.tenant_id))))


def _ours(case_id: int, tenant_id: int | None) -> tuple[Any, ...]:
    votes = IdeaVote.__table__
    return votes.c.case_id == case_id, votes.c.about == "idea", votes.c.kind == "behalf", votes.c.tenant_id == tenant_id


def _voted(idea_id: int, case_id: int, accounts: Sequence[int]) -> bool:
    votes = IdeaVote.__table__
    theirs = or_(votes.c.case_id == case_id, votes.c.person_id.in_(accounts))
    query = current().select(votes.c.id).where(votes.c.idea_id == idea_id, votes.c.about == "idea", theirs)
    return db.session.scalar(query.limit(1)) is not None
