"""Each list of the desk finds its page in an index, so that it costs the same among ten thousand open cases."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from portal.desk.counting import counts
from portal.desk.reading import queue
from portal.directory import directory
from tenants import door
from tenants.scope import Scope, entered
from tests.cast import Cast
from tests.conftest import ON_POSTGRESQL
from tests.plans import plan_of
from tests.play import reported
from tests.tables import Tables

pytestmark = pytest.mark.database
MANY = 6000
COPIED = {
    "cases": {"id": "s.id + n", "reference": "'R' || n", "next_promise_id": "NULL"},
    "access": {"case_id": "s.case_id + n", "is_open": "n % 2 = 0", "next_due_at": "s.next_due_at + n * interval '1 s'"},
}
"""What tells the many cases apart from the one that was reported."""
ALONE = "Index Only Scan(?: Backward)? using" if ON_POSTGRESQL else "COVERING INDEX"
"""That the table is not looked at. PostgreSQL would else rather fetch all open cases of a business, and sort them."""


@pytest.fixture
def among_many(cast: Cast, tables: Tables) -> Iterator[None]:
    """One case, and on PostgreSQL thousands like it, which the planner knows of. SQLite's asks no statistics."""
    reported(cast)
    if ON_POSTGRESQL:
        for table, varied in COPIED.items():
            columns = tables.columns[table]
            values = ", ".join(varied.get(name, f"s.{name}") for name in columns.split(", "))
            many = f"SELECT {values} FROM {table} s, generate_series(1, {MANY}) n"  # noqa: S608
            tables._run([f"INSERT INTO {table} ({columns}) {many}"])
            # As the server does by itself, after a while: only then an index knows enough to be asked alone.
            tables.connection.execute(f"VACUUM ANALYZE {table}")
    yield
    if ON_POSTGRESQL:
        tables._run(["TRUNCATE cases CASCADE"])  # what was known of it is forgotten with it


@pytest.mark.parametrize("show", ["open", "mine", "unit", "free", "closed"])
@pytest.mark.parametrize("after", ["", "5.6"])
def test_a_list_is_read_in_its_order(cast: Cast, among_many: None, show: str, after: str) -> None:
    with entered(Scope.door()):
        card = door.network_by_slug("riverside")
    assert card is not None
    with entered(cast.as_ada):
        names = directory(card)
        plan = plan_of("FROM access", lambda: queue(names, show, after=after))
    assert re.search(f"{ALONE} {'ix_access_age' if show == 'closed' else 'ix_access_queue'}", plan), plan


def test_counting_looks_at_the_index_alone(cast: Cast, among_many: None) -> None:
    with entered(cast.as_ada):
        plan = plan_of("FROM access", lambda: counts("Europe/Vienna"))
    assert len(re.findall(f"{ALONE} ix_access_", plan)) == 3, plan
