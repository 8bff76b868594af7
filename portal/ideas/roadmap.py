"""The roadmap and the changelog: what businesses plan in public, and what came of it. Reading only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_

from portal.directory import Directory, Name
from portal.ideas.fixed import Share, share_of
from portal.ideas.models import Idea
from portal.ideas.official import Ahead, ahead_by_idea
from portal.ideas.outcomes import proofs_of
from portal.ideas.reading import ListedIdea, listed, public_ideas
from portal.ideas.states import HORIZONS
from portal.ideas.watching import Effect, public_effects
from tenants.prepared import prepared
from tenants.scope import Scope, db

MOST = 50
"""Ideas in one column."""
PAGE = 20


@dataclass(frozen=True)
class Planned:
    """One line of the roadmap."""

    idea: ListedIdea
    version: int
    horizon: str
    ahead: Ahead | None
    """What is owed next."""


@dataclass(frozen=True)
class Shipped:
    """One entry of the changelog: what changed, where, since when, and whether it helped."""

    idea: ListedIdea
    what: str | None
    where: Name | None
    since: date
    share: Share
    effect: Effect | None
    fell_short: bool


def columns(names: Directory, *, tenant_id: int | None = None) -> dict[str, list[Planned]]:
    """The columns of the roadmap: public ideas of all businesses, or whatever one business has on it."""
    whose: dict[str, Any] = {} if tenant_id is None else {"tenant": tenant_id}
    rows: list[Any] = []
    for horizon in HORIZONS:
        rows += db.session.execute(_column(bool(whose)), {"horizon": horizon, **whose})
    owed = ahead_by_idea([row.id for row in rows])
    found: dict[str, list[Planned]] = {horizon: [] for horizon in HORIZONS}
    for row, idea in zip(rows, listed(rows, names), strict=True):
        found[row.horizon].append(Planned(idea, row.version, row.horizon, owed.get(row.id)))
    return found


@prepared
def _column(scope: Scope, of_one: bool) -> Select[Any]:
    """One column: of everybody, or of one business."""
    ideas = Idea.__table__
    query = public_ideas()
    if of_one:
        query = scope.select(ideas).where(ideas.c.tenant_id == bindparam("tenant"), ideas.c.merged_into_id.is_(None))
    query = query.where(ideas.c.horizon == bindparam("horizon"))
    return query.order_by(ideas.c.wanted.desc(), ideas.c.id.desc()).limit(MOST)


def shipped(names: Directory, *, after: str = "") -> tuple[list[Shipped], str | None]:
    """One page of what shipped, the newest first, and the token of the page after it."""
    ideas = Idea.__table__
    query = public_ideas().where(ideas.c.shipped_since.is_not(None))
    border = _border(after)
    if border is not None:
        query = query.where(border)
    rows = list(db.session.execute(query.order_by(ideas.c.shipped_since.desc(), ideas.c.id.desc()).limit(PAGE + 1)))
    older = f"{rows[PAGE - 1].shipped_since.toordinal():x}.{rows[PAGE - 1].id:x}" if len(rows) > PAGE else None
    rows = rows[:PAGE]
    proofs, effects = proofs_of([row.id for row in rows]), public_effects(rows)
    shown = zip(rows, listed(rows, names), strict=True)
    return [_entry(row, idea, proofs.get(row.id), effects.get(row.id), names) for row, idea in shown], older


def _entry(row: Any, idea: ListedIdea, proof: Any, effect: Effect | None, names: Directory) -> Shipped:
    facts = (proof.facts or {}) if proof else {}
    place = names.places.get(int(facts.get("touchpoint", row.touchpoint_id or 0)))
    return Shipped(
        idea=idea,
        what=proof.text if proof else None,
        where=place.name if place else None,
        since=row.shipped_since,
        share=share_of(row),
        effect=effect,
        fell_short=row.fell_short_at is not None,
    )


def _border(token: str) -> Any:
    """Everything after the last entry of the page before; None for a token that is none."""
    ideas = Idea.__table__
    try:
        day, last = (int(part, 16) for part in token.split("."))
        since = date.fromordinal(day)
    except (ValueError, OverflowError):
        return None
    if not 0 <= last < 2**63:
        return None
    return and_(ideas.c.shipped_since <= since, or_(ideas.c.shipped_since < since, ideas.c.id < last))
