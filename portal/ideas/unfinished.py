"""What is missing of ideas that are done, or planned, in part: parts of other businesses, rival solutions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from portal.ideas.models import Idea
from portal.ideas.promising import is_owed
from portal.ideas.states import ON_THE_WAY, OPEN
from portal.ideas.taking_part import BLOCKING
from portal.ideas.team_models import IdeaPart, IdeaPromise
from tenants.scope import current, db


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A part that is not done: whose, what, how it stands since when, and the date that was promised for it."""

    business: str
    what: str
    state: str
    since: datetime
    due: datetime | None
    is_late: bool


@dataclass(slots=True)
class Missing:
    """Of an idea that is done: all that is not. Of one that is planned: the parts that nobody has agreed to do."""

    parts: list[MissingPart] = field(default_factory=list)
    solutions: int = 0
    """Other solutions for the same problem that are still open."""


def missing_of(rows: Sequence[Any], businesses: Mapping[int, str]) -> dict[int, Missing]:
    """By idea, where something is missing; `businesses` are their names, as the reader says them. As many
    statements for a page of ideas as for one."""
    found: dict[int, Missing] = {}
    for idea_id, part in _parts(rows, businesses):
        found.setdefault(idea_id, Missing()).parts.append(part)
    for idea_id, count in _solutions(rows):
        found.setdefault(idea_id, Missing()).solutions = count
    return found


def parts_left(
    parts: Sequence[IdeaPart], promises: Sequence[IdeaPromise], businesses: Mapping[int, str]
) -> list[MissingPart]:
    """Of one idea, whatever its state: the parts that are not done, with what was promised for them."""
    owed = {each.tenant_id: each for each in reversed(promises) if is_owed(each)}
    left = [part for part in parts if part.state != "done"]
    return [_missing(part, businesses.get(part.tenant_id, ""), owed.get(part.tenant_id)) for part in left]


def _parts(rows: Sequence[Any], businesses: Mapping[int, str]) -> list[tuple[int, MissingPart]]:
    states = {row.id: row.state for row in rows if row.state == "shipped" or row.state in ON_THE_WAY}
    if not states:
        return []
    query = select(IdeaPart).where(IdeaPart.idea_id.in_(states), IdeaPart.state != "done")
    parts = db.session.scalars(query.order_by(IdeaPart.since, IdeaPart.tenant_id)).all()
    left = [part for part in parts if states[part.idea_id] == "shipped" or part.state in BLOCKING]
    owed = _owed({part.idea_id for part in left})
    return [
        (part.idea_id, _missing(part, businesses.get(part.tenant_id, ""), owed.get((part.idea_id, part.tenant_id))))
        for part in left
    ]


def _missing(part: IdeaPart, business: str, owed: IdeaPromise | None) -> MissingPart:
    late = owed is not None and owed.state == "broken"
    return MissingPart(business, part.what, part.state, part.since, owed.due_at if owed else None, late)


def _owed(ids: set[int]) -> dict[tuple[int, int], IdeaPromise]:
    """The next promise of each business on each idea."""
    query = select(IdeaPromise).where(IdeaPromise.idea_id.in_(ids), IdeaPromise.state.in_(("due", "broken")))
    made = db.session.scalars(query.order_by(IdeaPromise.due_at.desc())) if ids else ()
    return {(each.idea_id, each.tenant_id): each for each in made if is_owed(each)}


def _solutions(rows: Sequence[Any]) -> list[tuple[int, int]]:
    problems = {row.id: row.id if row.kind == "problem" else row.problem_id for row in rows if row.state == "shipped"}
    ids = {each for each in problems.values() if each is not None}
    if not ids:
        return []
    ideas = Idea.__table__
    query = current().select(ideas.c.problem_id, func.count().label("times"), also=[ideas])
    query = query.where(ideas.c.problem_id.in_(ids), ideas.c.merged_into_id.is_(None), ideas.c.state.in_(OPEN))
    counts = {row.problem_id: row.times for row in db.session.execute(query.group_by(ideas.c.problem_id))}
    return [(idea_id, counts[problem]) for idea_id, problem in problems.items() if problem in counts]
