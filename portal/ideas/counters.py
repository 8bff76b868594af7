"""The counters of ideas held against the rows that they count. Triggers keep them equal; this proves it.

Reads all votes once: for the command line and for tests, as the system, never for a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, distinct, func, literal, or_
from sqlalchemy import case as choose

from portal.cases.models import Case
from portal.cases.states import OPEN
from portal.ideas.models import Idea
from portal.ideas.talk_models import IdeaComment
from portal.ideas.team_models import IdeaEvidence
from portal.ideas.vote_models import IdeaVote
from tenants.scope import current, db, writing

CHUNK = 5_000
"""Ideas that are looked at together."""


@dataclass(frozen=True)
class Difference:
    """A counter that says something else than its rows."""

    idea: int
    reference: str
    counter: str
    kept: int
    counted: int


def differences() -> Iterator[Difference]:
    """Every counter of every idea that is wrong; none, if all is well. Runs as the system."""
    for _ideas, wrong in chunks():
        yield from wrong


def chunks(*, newest_first: bool = False) -> Iterator[tuple[int, list[Difference]]]:
    """How many ideas were looked at together, and what is wrong with them."""
    ideas, last = Idea.__table__, None
    order = ideas.c.id.desc() if newest_first else ideas.c.id
    while True:
        query = current().select(ideas).order_by(order).limit(CHUNK)
        if last is not None:
            query = query.where(ideas.c.id < last if newest_first else ideas.c.id > last)
        rows = list(db.session.execute(query))
        if not rows:
            return
        last = rows[-1].id
        counted = _counted(*sorted((rows[0].id, last)))
        yield len(rows), [each for row in rows for each in _wrong(row, {**ZERO, **counted.get(row.id, {})})]


def _wrong(row: Any, counted: dict[str, int]) -> Iterator[Difference]:
    for name, number in counted.items():
        if getattr(row, name) != number:
            yield Difference(row.id, row.reference, name, getattr(row, name), number)


def mend() -> int:
    """Set every counter that is wrong to what its rows say, under the lock of its idea. Returns how many there were."""
    ideas, mended = Idea.__table__, 0
    for idea_id in sorted({each.idea for each in differences()}):
        with writing():
            row = db.session.execute(current().select(ideas).where(ideas.c.id == idea_id).with_for_update()).one()
            wrong = list(_wrong(row, {**ZERO, **_counted(idea_id, idea_id).get(idea_id, {})}))
            values = {each.counter: each.counted for each in wrong}
            if values:
                db.session.execute(current().update(ideas).where(ideas.c.id == idea_id).values(values))
        mended += len(values)
    return mended


ZERO = dict.fromkeys(
    (
        "votes",
        "votes_verified",
        "votes_anonymous",
        "votes_behalf",
        "votes_joined",
        "votes_current",
        "fixed_yes",
        "fixed_no",
        "evidence",
        "evidence_open",
        "evidence_joined",
        "comments",
        "comments_held",
    ),
    0,
)


def _counted(first: int, last: int) -> dict[int, dict[str, int]]:
    """What the rows of these ideas say, by idea and counter."""
    found: dict[int, dict[str, int]] = {}
    queries = [_of(query, first, last) for query in (_votes(), _evidence(), _comments())]
    for query in (*queries, _joined(first, last), _evidence_joined(first, last)):
        for row in db.session.execute(query):
            numbers = {name: int(value or 0) for name, value in row._mapping.items() if name != "idea_id"}
            found.setdefault(row.idea_id, {}).update(numbers)
    return found


def _of(query: Any, first: int, last: int) -> Any:
    column = query.selected_columns["idea_id"]
    return query.where(column.between(first, last)).group_by(column)


def _joined(first: int, last: int) -> Any:
    """People behind all of an idea and those merged into it, each once, without those behind itself."""
    votes, ideas = IdeaVote.__table__, Idea.__table__
    root = func.coalesce(ideas.c.merged_into_id, ideas.c.id)
    gone_on = current().select(ideas.c.merged_into_id).where(ideas.c.merged_into_id.between(first, last))
    person = choose(
        (votes.c.person_id.is_not(None), literal("p") + cast(votes.c.person_id, String)),
        (votes.c.case_id.is_not(None), literal("c") + cast(votes.c.case_id, String)),
        else_=literal("v") + cast(votes.c.id, String),
    )
    own = func.sum(choose((ideas.c.merged_into_id.is_(None), 1), else_=0))
    return (
        current()
        .select(root.label("idea_id"), (func.count(distinct(person)) - own).label("votes_joined"), also=[votes, ideas])
        .select_from(votes.join(ideas, ideas.c.id == votes.c.idea_id))
        .where(votes.c.about == "idea", or_(ideas.c.id.in_(gone_on), ideas.c.merged_into_id.between(first, last)))
        .group_by(root)
    )


def _evidence_joined(first: int, last: int) -> Any:
    """Cases behind those that were merged into an idea, each once, without those behind itself."""
    ideas, rows = Idea.__table__, IdeaEvidence.__table__
    own, root = rows.alias("own"), ideas.c.merged_into_id
    number = func.count(distinct(rows.c.case_id)).label("evidence_joined")
    behind = current().select(own.c.case_id).where(own.c.idea_id == root, own.c.removed_at.is_(None))
    return (
        current()
        .select(root.label("idea_id"), number, also=[rows, ideas])
        .select_from(rows.join(ideas, ideas.c.id == rows.c.idea_id))
        .where(rows.c.is_counted, root.between(first, last), rows.c.case_id.not_in(behind))
        .group_by(root)
    )


def _sum(condition: Any, name: str) -> Any:
    return func.sum(choose((condition, 1), else_=0)).label(name)


def _votes() -> Any:
    votes, ideas = IdeaVote.__table__, Idea.__table__
    about = votes.c.about == "idea"
    fixed = votes.c.about == "fixed"
    return (
        current()
        .select(
            votes.c.idea_id,
            _sum(about, "votes"),
            *(_sum(about & (votes.c.kind == kind), f"votes_{kind}") for kind in ("verified", "anonymous", "behalf")),
            _sum(about & (votes.c.revision >= ideas.c.substance), "votes_current"),
            _sum(fixed & votes.c.says_yes, "fixed_yes"),
            _sum(fixed & ~votes.c.says_yes, "fixed_no"),
            also=[ideas],
        )
        .select_from(votes.join(ideas, ideas.c.id == votes.c.idea_id))
    )


def _evidence() -> Any:
    evidence, cases = IdeaEvidence.__table__, Case.__table__
    is_open = cases.c.state.in_(sorted(OPEN))
    return (
        current()
        .select(
            evidence.c.idea_id,
            _sum(evidence.c.is_counted, "evidence"),
            _sum(evidence.c.is_counted & is_open, "evidence_open"),
            also=[cases],
        )
        .select_from(evidence.join(cases, cases.c.id == evidence.c.case_id))
    )


def _comments() -> Any:
    comments = IdeaComment.__table__
    return current().select(
        comments.c.idea_id,
        _sum(comments.c.state == "shown", "comments"),
        _sum(comments.c.state == "held", "comments_held"),
    )
