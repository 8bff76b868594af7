"""The projection behind the public figures: what happened at each business, by day.

Each figure counts events, but `answered` counts cases: an answer after a second look counts as `answered_again`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from portal.events import kinds
from portal.figures.models import DailyFigure
from portal.followers.answers import first_of_their_cases
from portal.followers.base import Follower, Nature, Told
from tenants.scope import current, db

FIGURE_OF = {
    kinds.ROUTED.name: "reported",
    kinds.PUBLISHED.name: "published",
    kinds.ANSWERED.name: "answered",
    kinds.ASKED_TWICE.name: "asked_twice",
    kinds.PROMISE_MADE.name: "promises_made",
    kinds.PROMISE_KEPT.name: "promises_kept",
    kinds.PROMISE_EXCEEDED.name: "promises_exceeded",
    kinds.PROMISE_BROKEN.name: "promises_broken",
    kinds.PROMISE_MOVED.name: "promises_moved",
}


AGAIN = "answered_again"
CLOSED_BY = {"customer": "closed_accepted", "staff": "closed_by_business", "system": "closed_silent"}
"""A case that its customer confirmed counts apart from one that closed in silence, or was closed by hand."""


def figure_of(kind: str, actor: str) -> str | None:
    """Which figure an event counts for, if any."""
    return CLOSED_BY.get(actor) if kind == kinds.CLOSED.name else FIGURE_OF.get(kind)


class Figures(Follower):
    """Counts events by business and day."""

    name = "figures"
    nature = Nature.PROJECTION

    def follow(self, events: Sequence[Told]) -> None:
        answers = [event for event in events if event.kind == kinds.ANSWERED.name]
        again = {event.event_id for event in answers} - {event.event_id for event in first_of_their_cases(answers)}
        counts = Counter(
            (event.network_id, event.tenant_id, event.at.date(), AGAIN if event.event_id in again else figure)
            for event in events
            if (figure := figure_of(event.kind, event.actor)) and event.tenant_id is not None
        )
        for (network_id, tenant_id, day, figure), count in sorted(counts.items()):
            db.session.execute(_add(network_id, tenant_id, day, figure, count))

    def clear(self) -> None:
        db.session.execute(current().delete(DailyFigure.__table__))


def _add(network_id: int, tenant_id: int, day: Any, figure: str, count: int) -> Any:
    table: Any = DailyFigure.__table__
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(
        network_id=network_id, tenant_id=tenant_id, day=day, figure=figure, count=count
    )
    added = statement.on_conflict_do_update(
        index_elements=["network_id", "tenant_id", "day", "figure"],
        set_={"count": table.c.count + statement.excluded.count},
    )
    return current().insert(table, added)
