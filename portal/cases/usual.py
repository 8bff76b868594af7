"""What is usual here: how long such cases take until there is an answer, and how they are put right mostly.

From the network's own cases of the last year, private ones too; so nothing is said while they are fewer than a handful.
The time is plain time, as people count it, not working time. Told of the same topic if that is known well enough, else
of the same place, else of the whole network. Kept by `portal/followers/usual.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import or_

from portal.cases.usual_models import UsualFigure
from tenants import clock
from tenants.scope import current, db

LOOK_BACK = timedelta(days=365)
ENOUGH = 5
"""Fewer cases say nothing about what is usual, and could give a single one away."""
NEWEST = 300
"""So many of the newest answers, and of the newest remedies, are kept."""


@dataclass(frozen=True)
class Usual:
    """`about` is `category`, `touchpoint` or `network`. `remedy` is the kind settled on most, if one is known."""

    about: str
    seconds: int
    cases: int
    remedy: str | None = None
    share: int = 0
    """Of all remedies that were accepted, in percent."""

    @property
    def capped(self) -> bool:
        """Whether there were more cases within the year than are kept."""
        return self.cases >= NEWEST


def usual_of(category_id: int | None, touchpoint_id: int | None) -> Usual | None:
    """What is usual for a case of this topic at this place; None while too few have been answered."""
    rows = _rows(category_id, touchpoint_id)
    told = [about for about in ("category", "touchpoint", "network") if len(_recent(rows, about, "answers")) >= ENOUGH]
    if not told:
        return None
    answers = [int(seconds) for _when, seconds in _recent(rows, told[0], "answers")]
    remedy, share = _remedy(rows)
    return Usual(told[0], int(median(answers)), len(answers), remedy, share)


def _remedy(rows: dict[str, Any]) -> tuple[str | None, int]:
    """The commonest kind of remedy, and its share, where enough were settled."""
    for about in ("category", "touchpoint", "network"):
        settled = _recent(rows, about, "settled")
        if len(settled) >= ENOUGH:
            (kind, count), *_others = Counter(str(kind) for _when, kind in settled).most_common(1)
            return kind, round(100 * count / len(settled))
    return None, 0


def _rows(category_id: int | None, touchpoint_id: int | None) -> dict[str, Any]:
    figures = UsualFigure.__table__
    wanted = [("category", category_id), ("touchpoint", touchpoint_id), ("network", 0)]
    mine = or_(
        *((figures.c.about == about) & (figures.c.subject_id == each) for about, each in wanted if each is not None)
    )
    return {row.about: row for row in db.session.execute(current().select(figures).where(mine))}


def _recent(rows: dict[str, Any], about: str, column: str) -> Sequence[tuple[int, Any]]:
    since = (clock.now() - LOOK_BACK).timestamp()
    kept = getattr(rows[about], column) if about in rows else []
    return [(when, value) for when, value in kept if when > since]
