"""Each public list walks the index that was made for it, so that its first line costs the same among 100,000 ideas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from portal.directory import directory
from portal.ideas.reading import list_ideas, most_wanted
from tenants import door
from tenants.scope import entered
from tests.conftest import ON_POSTGRESQL
from tests.plans import plan_of
from tests.tables import Tables

pytestmark = pytest.mark.database

MANY = 2000
VARIED = {
    "id": "i.id + n",
    "reference": "'R' || n",
    "form_hash": "NULL",
    "state": "CASE n % 20 WHEN 0 THEN 'shipped' WHEN 1 THEN 'planned' ELSE 'declined' END",
    "shipped_since": "CASE n % 20 WHEN 0 THEN DATE '2026-11-16' END",
    "touchpoint_id": "CASE WHEN n % 5 = 0 THEN i.touchpoint_id END",
    "category_id": "CASE WHEN n % 7 = 0 THEN i.category_id END",
    "tenant_id": "(SELECT t.id FROM tenants t WHERE t.network_id = i.network_id ORDER BY t.id OFFSET n % 3 LIMIT 1)",
}
"""What tells the many ideas apart; all else is as of the one that was proposed. Few are open, as on old boards."""


@pytest.fixture
def among_many(cast: Any, proposed: Any, tables: Tables) -> Iterator[None]:
    """One idea, and on PostgreSQL many like it that the planner knows of: of two indexes it takes either for one row.

    SQLite's planner asks no statistics where nobody made any, and no installation has them.
    """
    proposed(category_id=cast.luggage)
    if ON_POSTGRESQL:
        columns = tables.columns["ideas"]
        values = ", ".join(VARIED.get(name, f"i.{name}") for name in columns.split(", "))
        many = f"INSERT INTO ideas ({columns}) SELECT {values} FROM ideas i, generate_series(1, {MANY}) n"  # noqa: S608
        tables._run([many])
        tables.connection.execute("ANALYZE ideas")
    yield
    if ON_POSTGRESQL:
        tables._run(["TRUNCATE ideas CASCADE"])  # what was known of it is forgotten with it


def index_of(read: Any) -> str:
    """The index that the planner chose for the list that `read` reads."""
    return re.search(r"(?:INDEX|using) (\w+)", plan_of("FROM ideas", read))[1]


@pytest.mark.parametrize("order", ["votes", "newest"])
@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        ({}, "open"),
        ({"business": "meridian"}, "open_tenant_id"),
        ({"category": "lost-luggage"}, "open_category_id"),
        ({"touchpoint": "gate-b4"}, "open_touchpoint_id"),
        ({"state": "shipped"}, "state"),
    ],
)
def test_each_list_walks_an_index_of_its_own(cast, among_many, order, chosen, index) -> None:
    with entered(cast.public):
        names = directory(door.network_by_slug("riverside"))
        assert index_of(lambda: list_ideas(chosen, names, order=order)) == f"ix_ideas_{order}_{index}"


def test_so_does_what_is_most_wanted_at_a_place(cast, among_many) -> None:
    with entered(cast.public):
        names = directory(door.network_by_slug("riverside"))
        read = lambda: most_wanted(names, 3, touchpoint_id=cast.gate)  # noqa: E731
        assert index_of(read) == "ix_ideas_votes_open_touchpoint_id"
