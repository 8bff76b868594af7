"""Shipping an idea: only with proof; and watching whether the complaints behind it fall afterwards.

The class of an idea's complaints are the cases of its topic and place: what the idea was to make rarer. They are
counted by weeks before and after the day on which it was there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from portal.cases.models import Case
from portal.events import kinds
from portal.events.record import record, set_timer
from portal.ideas import promising
from portal.ideas.holding import answered_by_us, held, move, touch
from portal.ideas.models import Idea
from tenants import clock
from tenants.ids import first_id
from tenants.scope import current, db

WATCH = "idea.watch"
BEFORE, AFTER = 8, 4
"""Weeks that are held against each other: two months before, so that one bad week does not decide; one month after, so
that somebody looks while it can still be mended."""
FALLEN = 0.8
"""Complaints have fallen when fewer than this share of the usual weekly number is left: a fifth is more than what two
neighbouring months differ by where a handful comes each week."""
LEAST = 1.0
"""With fewer complaints a week before it there is nothing that could be seen to fall."""
ANSWER = "idea.answer"


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


@dataclass(frozen=True)
class Effect:
    """Complaints of the class by week: (first day, count), the oldest first; the mean before and after, if known."""

    weeks: list[tuple[date, int]]
    since: date
    before: float
    after: float | None

    @property
    def has_fallen(self) -> bool | None:
        """None while it is too early to say, or where there was nothing to fall."""
        if self.after is None or self.before < LEAST:
            return None
        return self.after < FALLEN * self.before


def ship(idea_id: int, version: int, proof: Proof) -> None:
    """It is there: say what changed, where, since when. What was promised is kept. Raises NoProof.

    Everybody who supported it, follows it or had complained about it is told, and asked whether it is really fixed.
    """
    with answered_by_us(idea_id, version, act=ANSWER) as idea:
        if not proof.what.strip():
            raise NoProof("what")
        if proof.since > clock.now().date() or proof.since < idea.proposed_at.date() - timedelta(days=365):
            raise NoProof("since")
        before = move(idea, "ship")
        idea.shipped_since, idea.horizon, idea.fell_short_at, idea.watched_at = proof.since, None, None, None
        for one in promising.promises_of(idea.id):
            if promising.is_owed(one) and one.tenant_id == idea.tenant_id:
                promising.fulfill(idea, one)
        facts: dict[str, Any] = {"since": proof.since.isoformat(), "before": before}
        facts |= {"touchpoint": str(proof.touchpoint_id)} if proof.touchpoint_id else {}
        record(idea, kinds.IDEA_SHIPPED, text=proof.what, facts=facts)
        set_timer(idea.network_id, WATCH, idea.id, _midnight(proof.since) + timedelta(weeks=AFTER))


def watch(idea_id: int) -> None:
    """The timer of a shipped idea: have complaints fallen? If not, everybody reads that. Runs as the system."""
    with held(idea_id, merged=True) as idea:
        if idea.state != "shipped" or idea.shipped_since is None:
            return
        if clock.now() < _midnight(idea.shipped_since) + timedelta(weeks=AFTER):
            return  # shipped anew since; its own timer comes
        effect = effect_of(idea)
        idea.watched_at = clock.now()
        if effect is None or effect.has_fallen is not False or idea.fell_short_at is not None:
            return
        idea.fell_short_at = clock.now()
        touch(idea)
        numbers = {"before": f"{effect.before:.1f}", "after": f"{effect.after or 0:.1f}", "weeks": AFTER}
        record(idea, kinds.IDEA_FELL_SHORT, facts=numbers, tenant_id=idea.tenant_id, actor="system")


def effect_of(idea: Idea | Any) -> Effect | None:
    """The weekly complaints before and after, of those that the scope may count: public cases, for the public.

    None for an idea that was not shipped, or that has neither topic nor place.
    """
    if idea.shipped_since is None or (idea.category_id is None and idea.touchpoint_id is None):
        return None
    turn = _midnight(idea.shipped_since)
    start, end = turn - timedelta(weeks=BEFORE), min(clock.now(), turn + timedelta(weeks=3 * AFTER))
    counts: Counter[int] = Counter()
    for row in _reported(idea, start, end):
        counts[(row.at - turn) // timedelta(weeks=1)] += 1
    last = max((end - turn) // timedelta(weeks=1), 0)
    weeks = [(idea.shipped_since + timedelta(weeks=week), counts[week]) for week in range(-BEFORE, last)]
    before = sum(counts[week] for week in range(-BEFORE, 0)) / BEFORE
    whole = min(last, AFTER)
    after = sum(counts[week] for week in range(whole)) / whole if whole == AFTER else None
    return Effect(weeks, idea.shipped_since, before, after)


def _reported(idea: Any, start: datetime, end: datetime) -> Any:
    cases = Case.__table__
    query = current().select(cases.c.reported_at.label("at")).where(cases.c.kind == "complaint")
    query = query.where(cases.c.id >= first_id(start), cases.c.id < first_id(end))
    if idea.category_id is not None:
        query = query.where(cases.c.category_id == idea.category_id)
    if idea.touchpoint_id is not None:
        query = query.where(cases.c.touchpoint_id == idea.touchpoint_id)
    return db.session.execute(query)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
