"""Holding an idea: the lock under which every verb works, and what goes wrong before it begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from portal.ideas.models import Idea
from portal.ideas.states import after
from tenants.permissions import Forbidden, require
from tenants.scope import current, db, writing


class NoSuchIdea(LookupError):
    """There is none, or not for this reader: the two are never told apart (404)."""


class StaleIdea(RuntimeError):
    """The idea has changed since the form was shown (409). Nothing was written."""


class Merged(RuntimeError):
    """It was merged into another one, where it goes on (409)."""


@contextmanager
def held(idea_id: int, version: int | None = None, *, merged: bool = False) -> Iterator[Idea]:
    """The idea under its lock, inside one write transaction that commits at the end of the block.

    Rows that only name the idea (a vote, a solution of the problem) may be written meanwhile: no lock that the database
    takes for a foreign key waits for this one, so it is in nobody's order.
    `version` is the one that the form was made from. Raises NoSuchIdea, StaleIdea, or Merged unless `merged` allows it.
    """
    with writing() as session:
        query = select(Idea).where(Idea.id == idea_id).with_for_update(of=Idea, key_share=True)
        idea = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if idea is None:
            raise NoSuchIdea(idea_id)
        if version is not None and idea.version != version:
            raise StaleIdea(idea.reference)
        if idea.merged_into_id is not None and not merged:
            raise Merged(idea.reference)
        yield idea


def lock(*idea_ids: int) -> None:
    """Lock several ideas, inside `writing()`, before any of them is held: always in one order, so that two verbs which
    need the same two never wait for each other."""
    query = select(Idea.id).where(Idea.id.in_(idea_ids)).order_by(Idea.id).with_for_update(of=Idea, key_share=True)
    db.session.scalars(query).all()


def goes_on_in(*idea_ids: int) -> list[int]:
    """The ideas into which these were merged: what counts for those moves when these do."""
    query = select(Idea.merged_into_id).where(Idea.id.in_(idea_ids), Idea.merged_into_id.is_not(None))
    return [each for each in db.session.scalars(query) if each is not None]


@contextmanager
def answered_by_us(idea_id: int, version: int | None = None, *, act: str, merged: bool = False) -> Iterator[Idea]:
    """The idea for the team of the business that answers it, whose role may do `act`. Raises Forbidden besides."""
    require(current(), act)
    with held(idea_id, version, merged=merged) as idea:
        scope = current()
        if scope.for_tenant and scope.tenant_id != idea.tenant_id:
            raise Forbidden("only the business that answers the idea")
        yield idea


def move(idea: Idea, act: str) -> str:
    """Take the idea to the state that `act` leads to. Returns the state before. Raises WrongIdeaState."""
    before, idea.state = idea.state, after(idea.state, act)
    touch(idea)
    return before


def touch(idea: Idea) -> None:
    """Forms of the team that were made before are stale."""
    idea.version += 1
