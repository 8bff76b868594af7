"""What lists say about ideas that are over: why one was declined, what one changed. One statement for all of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.events import kinds
from portal.events.models import Event, EventContent
from portal.ideas.fixed import Share, share_of
from tenants.scope import current, db


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one that was declined the code of its reason and when it is looked at again; of one that is done what changed,
    and who says that it is fixed."""

    reason: str | None
    review_on: date | None
    what: str | None
    share: Share


def outcomes_of(rows: Sequence[Any]) -> dict[int, Outcome]:
    """By idea, of those that are declined or done."""
    proofs = proofs_of([row.id for row in rows if row.state == "shipped"])
    refusals = _refusals([row.id for row in rows if row.state == "declined"])
    found: dict[int, Outcome] = {}
    for row in rows:
        if row.state in ("shipped", "declined"):
            proof, refusal = proofs.get(row.id), refusals.get(row.id, {})
            found[row.id] = Outcome(refusal.get("reason"), row.review_on, proof.text if proof else None, share_of(row))
    return found


def proofs_of(ids: Sequence[int]) -> dict[int, Any]:
    """The newest proof of each: its text and facts."""
    return {row.idea_id: row for row in _told(ids, kinds.IDEA_SHIPPED.name)}


def _refusals(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The facts of the newest "no" of each."""
    return {row.idea_id: row.facts or {} for row in _told(ids, kinds.IDEA_MOVED.name, act="decline")}


def _told(ids: Sequence[int], kind: str, *, act: str = "") -> list[Any]:
    """Events of a kind with their content, the oldest first."""
    if not ids:
        return []
    events, contents = Event.__table__, EventContent.__table__
    query = current().select(events.c.idea_id, contents.c.text, contents.c.facts)
    query = query.select_from(events.join(contents, contents.c.event_id == events.c.id))
    query = query.where(events.c.idea_id.in_(ids), events.c.kind == kind)
    rows = db.session.execute(query.order_by(events.c.case_seq))
    return [row for row in rows if not act or (row.facts or {}).get("act") == act]
