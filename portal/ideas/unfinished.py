"""What is missing of ideas that are done, or planned, in part: parts of other businesses, what the business itself says
is left out, rival solutions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func

from portal.ideas.models import Idea
from portal.ideas.promising import is_owed
from portal.ideas.states import ON_THE_WAY, OPEN
from portal.ideas.taking_part import BLOCKING
from portal.ideas.team_models import IdeaPart, IdeaPromise
from tenants.prepared import prepared
from tenants.scope import Scope, current, db


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A part that is not done: whose, what, how it stands since when, and the date that was promised for it."""

    tenant_id: int
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
    said: str = ""
    """In the words of the business that answers it."""
    solutions: int = 0
    """Other solutions for the same problem that are still open."""


def missing_of(rows: Sequence[Any], businesses: Mapping[int, str]) -> dict[int, Missing]:
    """By idea, where something is missing; `businesses` are their names, as the reader says them. As many
    statements for a page of ideas as for one."""
    found: dict[int, Missing] = {}
    for idea_id, part in _parts(rows, businesses):
        found.setdefault(idea_id, Missing()).parts.append(part)
    for row in rows:
        if row.left_out and _may_lack(row):
            found.setdefault(row.id, Missing()).said = row.left_out
    for idea_id, count in _solutions(rows):
        found.setdefault(idea_id, Missing()).solutions = count
    return found


def missing_here(row: Any, left: Sequence[MissingPart]) -> Missing | None:
    """The same of one idea whose parts that are not done were read already (`parts_left`)."""
    if not _may_lack(row):
        return None
    parts = [part for part in left if row.state == "shipped" or part.state in BLOCKING]
    solutions = sum(count for _idea_id, count in _solutions([row]))
    return Missing(parts, row.left_out or "", solutions) if parts or row.left_out or solutions else None


def parts_left(parts: Sequence[Any], promises: Sequence[Any], businesses: Mapping[int, str]) -> list[MissingPart]:
    """Of one idea, whatever its state: the parts that are not done, with what was promised for them."""
    owed = {each.tenant_id: each for each in reversed(promises) if is_owed(each)}
    left = [part for part in parts if part.state != "done"]
    return [_missing(part, businesses.get(part.tenant_id, ""), owed.get(part.tenant_id)) for part in left]


def _may_lack(row: Any) -> bool:
    """It is done or on its way, so that something of it may not be."""
    return row.state == "shipped" or row.state in ON_THE_WAY


def _parts(rows: Sequence[Any], businesses: Mapping[int, str]) -> list[tuple[int, MissingPart]]:
    states = {row.id: row.state for row in rows if _may_lack(row)}
    if not states:
        return []
    parts = db.session.execute(_not_done(), {"ideas": list(states)}).all()
    left = [part for part in parts if states[part.idea_id] == "shipped" or part.state in BLOCKING]
    owed = _owed({part.idea_id for part in left})
    return [
        (part.idea_id, _missing(part, businesses.get(part.tenant_id, ""), owed.get((part.idea_id, part.tenant_id))))
        for part in left
    ]


@prepared
def _not_done(scope: Scope) -> Any:
    parts = IdeaPart.__table__
    query = scope.select(parts).where(parts.c.idea_id.in_(bindparam("ideas", expanding=True)), parts.c.state != "done")
    return query.order_by(parts.c.since, parts.c.tenant_id)


def _missing(part: Any, business: str, owed: Any) -> MissingPart:
    late = owed is not None and owed.state == "broken"
    return MissingPart(part.tenant_id, business, part.what, part.state, part.since, owed.due_at if owed else None, late)


def _owed(ids: set[int]) -> dict[tuple[int, int], Any]:
    """The next promise of each business on each idea."""
    made = db.session.execute(_due(), {"ideas": list(ids)}) if ids else ()
    return {(each.idea_id, each.tenant_id): each for each in made if is_owed(each)}


@prepared
def _due(scope: Scope) -> Any:
    promises = IdeaPromise.__table__
    query = scope.select(promises).where(promises.c.idea_id.in_(bindparam("ideas", expanding=True)))
    return query.where(promises.c.state.in_(("due", "broken"))).order_by(promises.c.due_at.desc())


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
