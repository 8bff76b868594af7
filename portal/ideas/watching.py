"""Watching whether the complaints behind an idea fall after it was shipped.

The class of an idea's complaints are the cases of its topic and place: what the idea was to make rarer. They are
counted by weeks before and after the day on which it was there. Everybody sees public cases counted; the system's
verdict counts private ones besides, but never so few that a number would tell of single people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, literal, union_all

from portal.cases.models import Case
from portal.events import kinds
from portal.events.record import record, set_timer
from portal.ideas.holding import held, touch
from portal.ideas.models import Idea
from tenants import clock
from tenants.db import Id
from tenants.ids import first_id
from tenants.scope import Scope, current, db, entered

WATCH = "idea.watch"
WEEK = timedelta(weeks=1)
BEFORE, AFTER = 8, 4
"""Weeks that are held against each other: two months before, so that one bad week does not decide; one month after, so
that somebody looks while it can still be mended."""
SHOWN = 12
"""Weeks after it that are shown."""
FALLEN = 0.8
"""Complaints have fallen when fewer than this share of the usual weekly number is left: a fifth is more than what two
neighbouring months differ by where a handful comes each week."""
LEAST = 1.0
"""With fewer complaints a week before it there is nothing that could be seen to fall."""
FEW = 5
"""Fewer private cases than this are not counted to the last one."""


@dataclass(frozen=True)
class Effect:
    """Complaints of the class by week: (first day, count), the oldest first; the mean before and after, if known."""

    weeks: list[tuple[date, int]]
    since: date
    before: float
    after: float | None

    @property
    def most(self) -> int:
        return max((count for _day, count in self.weeks), default=0)

    @property
    def too_few(self) -> bool:
        """Whether so few came before it that no fall could be told from chance."""
        return self.before < LEAST

    @property
    def has_fallen(self) -> bool | None:
        """None while it is too early to say, or where there was nothing to fall."""
        if self.after is None or self.too_few:
            return None
        return self.after < FALLEN * self.before


def begin(idea: Idea) -> None:
    """Of a held idea that was just shipped: have the worker look when four weeks are over."""
    if idea.shipped_since is not None:
        set_timer(idea.network_id, WATCH, idea.id, _midnight(idea.shipped_since) + AFTER * WEEK)


def watch(idea_id: int) -> None:
    """The timer of a shipped idea: have complaints fallen? If not, everybody reads that. Runs as the system."""
    with held(idea_id, merged=True) as idea:
        if idea.state != "shipped" or idea.shipped_since is None:
            return
        if clock.now() < _midnight(idea.shipped_since) + AFTER * WEEK:
            return  # shipped anew since; its own timer comes
        effect = _verdict(idea)
        idea.watched_at = clock.now()
        if effect is None or effect.has_fallen is not False or idea.fell_short_at is not None:
            return
        idea.fell_short_at = clock.now()
        touch(idea)
        numbers = {"before": f"{effect.before:.1f}", "after": f"{effect.after or 0:.1f}", "weeks": AFTER}
        record(idea, kinds.IDEA_FELL_SHORT, facts=numbers, tenant_id=idea.tenant_id, actor="system")


def public_effect(idea: Any) -> Effect | None:
    """The weekly complaints before and after as everybody may count them: of public cases, whoever asks.

    None for an idea that was not shipped, or that has neither topic nor place.
    """
    return public_effects([idea]).get(idea.id)


def public_effects(ideas: Sequence[Any]) -> dict[int, Effect]:
    """The same of several ideas of one network, by idea, in one statement. Those without an effect are left out."""
    watched = [idea for idea in ideas if _has_class(idea)]
    if not watched:
        return {}
    with entered(Scope.public(watched[0].network_id)):
        weekly = _weekly(watched)
    return {idea.id: _effect(idea, weekly[idea.id]["public"]) for idea in watched}


def _verdict(idea: Idea) -> Effect | None:
    """What the system goes by: public cases, and private ones where there were at least FEW of them before.

    Fewer than FEW after it count as none: in doubt complaints have fallen, and no number tells of single people.
    """
    if not _has_class(idea):
        return None
    weekly = _weekly([idea])[idea.id]
    public, private = weekly["public"], weekly["private"]
    before = sum(private[week] for week in range(BEFORE))
    after = sum(private[week] for week in range(BEFORE, BEFORE + AFTER))
    if before < FEW:
        return _effect(idea, public)
    return _effect(idea, public + Counter({week: private[week] for week in private if week < BEFORE or after >= FEW}))


def _effect(idea: Any, counts: Counter[int]) -> Effect:
    """Weeks are numbered from the first of those before."""
    turn = _midnight(idea.shipped_since)
    whole = BEFORE + min(max((clock.now() - turn) // WEEK, 0), SHOWN)
    weeks = [(idea.shipped_since + (week - BEFORE) * WEEK, counts[week]) for week in range(whole)]
    before = sum(counts[week] for week in range(BEFORE)) / BEFORE
    after = sum(counts[week] for week in range(BEFORE, BEFORE + AFTER)) / AFTER if whole >= BEFORE + AFTER else None
    return Effect(weeks, idea.shipped_since, before, after)


def _weekly(ideas: Sequence[Any]) -> dict[int, dict[str, Counter[int]]]:
    """Complaints that the scope may count, by idea, visibility and week."""
    found = {idea.id: {"public": Counter[int](), "private": Counter[int]()} for idea in ideas}
    for row in db.session.execute(union_all(*(_of_class(idea) for idea in ideas))):
        found[row.idea_id][row.visibility][row.week] += row.times
    return found


def _of_class(idea: Any) -> Select[Any]:
    """Counted by the database over ranges of ids."""
    cases, start = Case.__table__, _midnight(idea.shipped_since) - BEFORE * WEEK
    end = start + (BEFORE + SHOWN) * WEEK
    week = (cases.c.id - first_id(start)) // (first_id(start + WEEK) - first_id(start))
    whose, times = literal(idea.id, Id).label("idea_id"), func.count().label("times")
    query = current().select(whose, cases.c.visibility, week.label("week"), times, also=[cases])
    query = query.where(cases.c.kind == "complaint", cases.c.id >= first_id(start), cases.c.id < first_id(end))
    if idea.category_id is not None:
        query = query.where(cases.c.category_id == idea.category_id)
    if idea.touchpoint_id is not None:
        query = query.where(cases.c.touchpoint_id == idea.touchpoint_id)
    return query.group_by(cases.c.visibility, "week")


def _has_class(idea: Any) -> bool:
    return idea.shipped_since is not None and (idea.category_id is not None or idea.touchpoint_id is not None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
