"""The figures on the front page: what happened in the last ninety days, from the daily counts.

Private cases count too, so a sum below `SMALLEST` is not told: it could betray that there is one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func

from portal.figures.models import DailyFigure
from tenants import clock
from tenants.scope import current, db

DAYS = 90
SMALLEST = 5
KEEP = 15.0
"""Seconds for which a process repeats what it has counted."""


@dataclass(frozen=True)
class Headline:
    """Each is None while its sum is too small to be told. `published` cases came from other sources."""

    reported: int | None
    answered: int | None
    published: int
    kept_percent: int | None
    asked_twice: int | None
    """How often somebody asked for what the customer had told already."""


_kept: dict[int, tuple[float, Headline]] = {}


def headline(network_id: int) -> Headline:
    kept = _kept.get(network_id)
    if kept and kept[0] > time.monotonic():
        return kept[1]
    counted = _count()
    if len(_kept) > 1000:
        _kept.clear()
    _kept[network_id] = (time.monotonic() + KEEP, counted)
    return counted


def forget() -> None:
    _kept.clear()


def _count() -> Headline:
    figures = DailyFigure.__table__
    since = (clock.now() - timedelta(days=DAYS)).date()
    query = (
        current()
        .select(figures.c.figure, func.sum(figures.c.count))
        .where(figures.c.day >= since)
        .group_by(figures.c.figure)
    )
    sums = {figure: int(total) for figure, total in db.session.execute(query)}
    kept = sums.get("promises_kept", 0) + sums.get("promises_exceeded", 0)
    fallen = kept + sums.get("promises_broken", 0)
    return Headline(
        reported=_told(sums.get("reported", 0)),
        answered=_told(sums.get("answered", 0)),
        published=sums.get("published", 0),
        kept_percent=round(100 * kept / fallen) if _told(fallen) else None,
        asked_twice=_told(sums.get("asked_twice", 0)),
    )


def _told(total: int) -> int | None:
    return total if total >= SMALLEST else None
