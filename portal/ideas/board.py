"""The board of a product team: its ideas by what wants doing, page by page. Reading only.

An order by a column walks an index of the board (`models._boards`); only the order by score reckons it for each idea of
the business, which are thousands at most. Nothing is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select

from portal.directory import Directory
from portal.ideas.answering import CASE_WEIGHT, score
from portal.ideas.models import Idea
from portal.ideas.official import Ahead, ahead_by_idea
from portal.ideas.reading import ListedIdea, listed
from portal.ideas.states import STATES
from portal.ideas.team_models import IdeaPart
from tenants import clock
from tenants.scope import current, db

PAGE = 25
ORDERS = ("score", "votes", "newest", "evidence")
FILTERS = ("show", "state", "category", "touchpoint")
SHOWS = ("answer", "part", "review", "comments", "proposed")
"""What of it: new ones without an answer, those that ask for our part, whose review date has passed, with comments to
look at, and those that our own people proposed (whoever answers them)."""
OURS_NO_MORE = ("done", "declined")
"""Parts that ask nothing more of their business."""
FINE = 60
"""The smallest number that every effort divides: scores as whole numbers, which both databases sort alike."""
UNWEIGHED = 2**40
"""What was not weighed yet comes after all that was, the most wanted first."""


@dataclass(frozen=True)
class BoardRow:
    """One line of the board."""

    idea: ListedIdea
    visibility: str
    horizon: str | None
    score: float | None
    joined: int
    """People who support ideas that were merged into it: they count in the score, as do the cases behind those."""
    evidence_joined: int
    reach: int | None
    effort: int | None
    review_on: date | None
    review_late: bool
    comments_held: int
    part: str | None
    """How our own part stands, of an idea that another business answers."""
    ahead: Ahead | None
    """What is owed next."""
    fell_short: bool
    doubted: bool
    """More people say that it is not fixed than that it is."""


@dataclass(frozen=True)
class Board:
    rows: list[BoardRow]
    older: str | None
    is_first: bool


def board(chosen: Mapping[str, str], names: Directory, *, order: str, after: str = "") -> Board:
    """One page of the present business's ideas. What is chosen and names nothing gives an empty page."""
    ideas = Idea.__table__
    query = _shown(current().select(ideas).where(ideas.c.merged_into_id.is_(None)), chosen.get("show", ""))
    for name in ("state", "category", "touchpoint"):
        if chosen.get(name):
            query = query.where(_condition(name, chosen[name], names))
    border = _border(after, order)
    if border is not None:
        query = query.where(border)
    rows = list(db.session.execute(query.order_by(*_by(order)).limit(PAGE + 1)))
    older = _token(rows[PAGE - 1], order) if len(rows) > PAGE else None
    return Board(_rows(rows[:PAGE], names), older, is_first=border is None)


def waiting_parts() -> bool:
    """Whether some idea waits for this business's part: for a line on its board."""
    parts = IdeaPart.__table__
    query = current().select(parts.c.idea_id).where(parts.c.tenant_id == current().tenant_id)
    return db.session.scalar(query.where(parts.c.state == "asked").limit(1)) is not None


def _shown(query: Any, show: str) -> Any:
    ideas, parts, own = Idea.__table__, IdeaPart.__table__, current().tenant_id
    if show == "part":
        asked = current().select(parts.c.idea_id).where(parts.c.tenant_id == own, parts.c.state.not_in(OURS_NO_MORE))
        return query.where(ideas.c.id.in_(asked), ideas.c.state != "declined")
    if show == "proposed":
        return query.where(ideas.c.proposer_tenant_id == own)
    query = query.where(ideas.c.tenant_id == own)
    if show == "answer":
        return query.where(ideas.c.state == "new")
    if show == "review":
        return query.where(ideas.c.review_on.is_not(None), ideas.c.review_on < clock.now().date())
    if show == "comments":
        return query.where(ideas.c.comments_held > 0)
    return query


def _condition(name: str, value: str, names: Directory) -> Any:
    ideas = Idea.__table__
    if name == "state":
        return ideas.c.state == (value if value in STATES else "")
    found: Any = names.category_by_code(value) if name == "category" else names.place_by_code(value)
    column = ideas.c.category_id if name == "category" else ideas.c.touchpoint_id
    return column == (found.id if found else 0)


def _measure(order: str) -> Any:
    """What an order goes by before the id; None for the order by time, which is the id's."""
    ideas = Idea.__table__
    if order == "score":
        wanted = ideas.c.wanted + CASE_WEIGHT * (ideas.c.evidence + ideas.c.evidence_joined)
        return func.coalesce(wanted * ideas.c.reach * FINE // ideas.c.effort, wanted - UNWEIGHED)
    return {"votes": ideas.c.wanted, "evidence": ideas.c.evidence}.get(order)


def _by(order: str) -> list[Any]:
    measure, last = _measure(order), Idea.__table__.c.id.desc()
    return [last] if measure is None else [measure.desc(), last]


def _token(row: Any, order: str) -> str:
    value = {"votes": row.wanted, "evidence": row.evidence, "newest": 0}.get(order)
    if value is None:
        weighed = row.reach is not None and row.effort is not None
        wanted = row.wanted + CASE_WEIGHT * (row.evidence + row.evidence_joined)
        value = wanted * row.reach * FINE // row.effort if weighed else wanted - UNWEIGHED
    return f"{value:x}.{row.id:x}"


def _border(token: str, order: str) -> Any:
    """Everything after the last row of the page before; None for a token that is none."""
    try:
        value, last = (int(part, 16) for part in token.split("."))
    except ValueError:
        return None
    if not (abs(value) < 2**63 and 0 <= last < 2**63):
        return None
    measure, ids = _measure(order), Idea.__table__.c.id
    if measure is None:
        return ids < last
    return and_(measure <= value, or_(measure < value, ids < last))


def _rows(rows: list[Any], names: Directory) -> list[BoardRow]:
    owed, parts = ahead_by_idea([row.id for row in rows]), _own_parts([row.id for row in rows])
    return [
        BoardRow(
            idea=idea,
            visibility=row.visibility,
            horizon=row.horizon,
            score=score(row),
            joined=row.votes_joined,
            evidence_joined=row.evidence_joined,
            reach=row.reach,
            effort=row.effort,
            review_on=row.review_on,
            review_late=row.review_on is not None and row.review_on < clock.now().date(),
            comments_held=row.comments_held,
            part=parts.get(row.id),
            ahead=owed.get(row.id),
            fell_short=row.fell_short_at is not None,
            doubted=row.state == "shipped" and row.fixed_no > row.fixed_yes,
        )
        for row, idea in zip(rows, listed(rows, names), strict=True)
    ]


def _own_parts(ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    query = select(IdeaPart).where(IdeaPart.idea_id.in_(ids), IdeaPart.tenant_id == current().tenant_id)
    return {part.idea_id: part.state for part in db.session.scalars(query)}
