"""What a place's page shows: how people find it, why the unhappy stay silent, and what came of reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func

from portal.cases.live import beginning
from portal.cases.models import Case
from portal.cases.reading import ListedCase, listed
from portal.directory import Directory
from portal.events import kinds
from portal.events.models import Event, EventContent
from portal.touchpoints.models import DISBELIEFS, MOODS, Mood, MoodDay
from tenants.scope import current, db

DAYS = 90
SHOWN_FROM = 5
"""Fewer taps than this are not shown: they could be told apart."""
LATEST = 5


@dataclass(frozen=True)
class Sums:
    """Taps of a period."""

    moods: dict[str, int]
    disbeliefs: dict[str, int]

    @property
    def taps(self) -> int:
        return sum(self.moods.values())

    @property
    def is_shown(self) -> bool:
        return self.taps >= SHOWN_FROM

    @property
    def asked(self) -> int:
        """How many unhappy people said why they do not report."""
        return sum(self.disbeliefs.values())

    @property
    def disbelief(self) -> float | None:
        """Of those, the share who believe that nothing changes; None while too few said anything."""
        return self.disbeliefs["nothing_changes"] / self.asked if self.asked >= SHOWN_FROM else None


def sums(touchpoint_id: int, since: date, until: date) -> Sums:
    """Taps from `since` up to but without `until`, both days of the network's zone."""
    table = MoodDay.__table__
    names = (*MOODS, *DISBELIEFS)
    query = (
        current()
        .select(*(func.coalesce(func.sum(table.c[name]), 0).label(name) for name in names), also=[table])
        .where(table.c.touchpoint_id == touchpoint_id, table.c.day >= since, table.c.day < until)
    )
    row = db.session.execute(query).one()._mapping
    return Sums({name: int(row[name]) for name in MOODS}, {name: int(row[name]) for name in DISBELIEFS})


def now_and_before(touchpoint_id: int, today: date) -> tuple[Sums, Sums]:
    """The last DAYS days with today, and as many before them."""
    start = today - timedelta(days=DAYS - 1)
    return sums(touchpoint_id, start, today + timedelta(days=1)), sums(
        touchpoint_id, start - timedelta(days=DAYS), start
    )


def what_came_of_it(touchpoint_id: int, names: Directory) -> list[tuple[ListedCase, str]]:
    """The newest public cases of a place that were answered, each with the beginning of its answer.

    The answer is empty when its text was removed.
    """
    cases = Case.__table__
    query = (
        current()
        .select(cases)
        .where(
            cases.c.visibility == "public",
            cases.c.touchpoint_id == touchpoint_id,
            cases.c.state.in_(("answered", "closed")),
            cases.c.answered_at.is_not(None),
        )
        .order_by(cases.c.id.desc())
        .limit(LATEST)
    )
    rows = list(db.session.execute(query))
    answers = _answers([row.id for row in rows])
    return [(line, beginning(answers.get(row.id) or "")) for row, line in zip(rows, listed(rows, names), strict=True)]


def _answers(case_ids: list[int]) -> dict[int, str | None]:
    """The newest answer of each case, as far as the reader may see it."""
    events, contents = Event.__table__, EventContent.__table__
    query = (
        current()
        .select(events.c.case_id, contents.c.text)
        .select_from(events.join(contents, contents.c.event_id == events.c.id))
        .where(events.c.case_id.in_(case_ids), events.c.kind == kinds.ANSWERED.name)
        .order_by(events.c.case_seq)
    )
    return {row.case_id: row.text for row in db.session.execute(query)} if case_ids else {}


def lines(limit: int = 50) -> list[Any]:
    """What people wrote at the business's own places, the newest first: for its staff."""
    table = Mood.__table__
    query = current().select(table).where(table.c.line.is_not(None)).order_by(table.c.at.desc()).limit(limit)
    return list(db.session.execute(query))
