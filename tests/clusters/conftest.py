"""Weeks of usual cases, and a burst after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from portal.clusters import spikes
from portal.clusters.models import Cluster, ClusterCase
from tenants import clock
from tenants.scope import Scope, current, db, entered
from tests.cast import Cast
from tests.pages.conftest import Browser, another, browser, report, signed_in  # noqa: F401 (fixtures)
from tests.play import reported
from tests.tables import Tables

OTHERS = (
    "The coffee at the gate was cold and cost six euros.",
    "Security took my water bottle although it was empty.",
    "The escalator in the terminal has been broken for weeks.",
    "There is no plug for a laptop anywhere in the departure hall.",
    "The bus to the city left five minutes early.",
    "Nobody answered the telephone of the airline on Sunday.",
    "My seat was given to somebody else although I had paid for it.",
)
BELT = (
    "The belt stands still since noon, all suitcases wait behind it.",
    "Belt three stands still and nobody brings the suitcases out.",
    "We wait an hour, the belt does not move, no suitcase comes.",
    "No suitcases: the belt stands still, nobody tells us why.",
    "The belt with our suitcases stands still again.",
    "Since one hour the belt does not move and suitcases pile up.",
    "Suitcases do not come because the belt stands still.",
)

Tell = Callable[..., int]
WEEKS = 8


@pytest.fixture
def tell(cast: Cast) -> Tell:
    """Report a case; gives its id."""
    texts: Iterator[int] = count(WEEKS * 4)

    def told(text: str | None = None, **changes: Any) -> int:
        return reported(cast, text=text or trouble(texts), **changes).case_id

    return told


def trouble(texts: Iterator[int]) -> str:
    return f"{OTHERS[next(texts) % len(OTHERS)]} {next(texts)}"


@pytest.fixture
def weeks(cast: Cast, tables: Tables, hand: clock.Hand) -> None:
    """Eight weeks in which two cases came each week, of no topic that the tests count."""
    now, texts = clock.now(), count()

    def write() -> None:
        for week in range(WEEKS, 0, -1):
            for day in (6, 3):
                hand.set(now - timedelta(weeks=week) + timedelta(days=day, hours=-1))
                reported(cast, text=trouble(texts), category_id=cast.delay, touchpoint_id=cast.gate)

    tables.once("weeks", write)
    hand.set(now + timedelta(days=2))


def look() -> list[Any]:
    """What a look at Riverside leaves: all its clusters, the oldest first."""
    spikes.look()
    return clusters()


def clusters(scope: Scope | None = None) -> list[Any]:
    with entered(scope or Scope.system()):
        return list(db.session.scalars(select(Cluster).order_by(Cluster.id)))


def cases_in(cluster_id: int, scope: Scope | None = None) -> dict[int, Any]:
    rows = ClusterCase.__table__
    with entered(scope or Scope.system()):
        found = db.session.execute(current().select(rows).where(rows.c.cluster_id == cluster_id))
        return {row.case_id: row for row in found}


__all__ = ["Browser"]
