"""Shipping an idea: only with proof. What happens to complaints afterwards is looked at in `watching.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from portal.events import kinds
from portal.events.record import record
from portal.ideas import promising, watching
from portal.ideas.holding import answered_by_us, move
from tenants import clock

ANSWER = "idea.answer"
EARLIEST = timedelta(days=365)
"""So long before it was proposed something may have been there already."""


class NoProof(ValueError):
    """Nothing is shipped without what changed, where, and since when (422). `field` names what is missing."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Proof:
    """What changed, where (a place, or none in particular), since which day."""

    what: str
    since: date
    touchpoint_id: int | None = None
    left_out: str = ""
    """What is not there yet."""


def ship(idea_id: int, version: int, proof: Proof) -> None:
    """It is there: say what changed, where, since when. What was promised is kept. Raises NoProof.

    Everybody who supported it, follows it or had complained about it is told, and asked whether it is really fixed.
    """
    with answered_by_us(idea_id, version, act=ANSWER) as idea:
        if not proof.what.strip():
            raise NoProof("what")
        # Somewhere on earth it is tomorrow already: the page knows the business's own day, and is stricter.
        if not idea.proposed_at.date() - EARLIEST <= proof.since <= clock.now().date() + timedelta(days=1):
            raise NoProof("since")
        before = move(idea, "ship")
        idea.shipped_since, idea.horizon, idea.fell_short_at, idea.watched_at = proof.since, None, None, None
        known, idea.left_out = idea.left_out, proof.left_out.strip() or None
        promising.fulfill_all(idea)
        facts: dict[str, Any] = {"since": proof.since.isoformat(), "before": before}
        facts |= {"touchpoint": str(proof.touchpoint_id)} if proof.touchpoint_id else {}
        facts |= {"left_out": idea.left_out} if idea.left_out and idea.left_out != known else {}
        record(idea, kinds.IDEA_SHIPPED, text=proof.what, facts=facts)
        watching.begin(idea)
