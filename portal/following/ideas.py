"""Following ideas: whoever supports one with an account gets its news, until they say that they do not want them.

A subscription that was ended stays as a row, and only the person begins it anew: voting again, or for a changed idea,
does not. Runs at the door.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.following.models import Subscription
from portal.ideas import voting
from portal.ideas.team_models import IdeaEvidence
from portal.ideas.voices import Voice
from tenants import clock
from tenants.ids import new_id
from tenants.models import User
from tenants.scope import current, db, writing


def after_vote(idea: Any, voice: Voice) -> None:
    """Called in the transaction of a vote: an account whose address is confirmed follows what it supports."""
    if voice.person_id is not None:
        _begin(idea.id, voice.person_id)


def follow(idea_id: int, person_id: int) -> bool:
    """The person's own wish, also after they had ended it. False for an account without a confirmed address."""
    with writing():
        if not _begin(idea_id, person_id):
            return False
        own = _of(idea_id, person_id)
        if own is not None:
            own.ended_at = None
        return True


def stop(idea_id: int, person_id: int) -> None:
    """No more news of this idea. Doing it twice changes nothing."""
    with writing():
        own = _of(idea_id, person_id)
        if own is not None and own.ended_at is None:
            own.ended_at = clock.now()


def follows(idea_id: int, person_id: int) -> bool:
    """Whether the account gets news of the idea."""
    own = _of(idea_id, person_id)
    return own is not None and own.ended_at is None and own.confirmed_at is not None


def active_on(idea_ids: list[int], after: int, most: int, *, of_cases: bool) -> list[Subscription]:
    """Whom to tell of these ideas, as the system sees it, from one subscription on; `of_cases`: also the customers of
    the cases behind them."""
    evidence = select(IdeaEvidence.case_id).where(IdeaEvidence.idea_id.in_(idea_ids), IdeaEvidence.removed_at.is_(None))
    of_customers = (Subscription.role == "customer") & Subscription.case_id.in_(evidence)
    of_ideas = Subscription.idea_id.in_(idea_ids)
    about = or_(of_ideas, of_customers) if of_cases else of_ideas
    live = (Subscription.confirmed_at.is_not(None), Subscription.ended_at.is_(None), Subscription.id > after)
    return list(db.session.scalars(select(Subscription).where(about, *live).order_by(Subscription.id).limit(most)))


def _begin(idea_id: int, person_id: int) -> bool:
    """A subscription unless there was one, ended or not. The address of an account was confirmed from its mailbox."""
    person = db.session.get(User, person_id)
    if person is None or person.confirmed_at is None:
        return False
    now, table = clock.now(), Subscription.__table__
    row = {"id": new_id(), "idea_id": idea_id, "role": "follower", "address": person.email}
    row |= {"locale": person.locale or "en", "asked_at": now, "confirmed_at": now}
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    once = dialect.insert(table).values(row).on_conflict_do_nothing(index_elements=["idea_id", "address", "role"])
    db.session.execute(current().insert(table, once))
    return True


def _of(idea_id: int, person_id: int) -> Subscription | None:
    address = select(User.email).where(User.id == person_id).scalar_subquery()
    query = select(Subscription).where(Subscription.idea_id == idea_id, Subscription.address == address)
    return db.session.scalars(query.where(Subscription.role == "follower")).one_or_none()


voting.AFTER_VOTE.append(after_vote)
