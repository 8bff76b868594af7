"""Every table, every kind of scope, every way to ask: what is seen is what `expected.py` says, or nothing at all."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, text

from tenants.guard import Unscoped
from tenants.registry import owned
from tenants.scope import NoScope, Scope, db, entered
from tests.isolation.every import for_every
from tests.isolation.expected import AUDIENCES, read, seen
from tests.isolation.ways_round import REFUSED
from tests.isolation.ways_to_read import EXECUTE, WAYS
from tests.isolation.world import SCOPES, World, _Rows, event_of

pytestmark = pytest.mark.database

SEEN = seen()
TABLES = sorted(SEEN)


def test_the_table_of_expectations_is_whole(world: World) -> None:
    assert SEEN.keys() == owned().keys()


def letters(world: World, table: str, rows: Any) -> str:
    """Whose rows these are. A row may carry more in front of its key; rows of the cast's others count for nobody."""
    owners = {key: letter for letter, key in world.rows[table].items()}
    width = len(next(iter(owners)))
    return "".join(sorted({owners[key] for row in rows if (key := tuple(row)[-width:]) in owners}, key="MHN".index))


@pytest.mark.filterwarnings("ignore:SELECT statement has a cartesian product")
@pytest.mark.parametrize("table", TABLES)
@for_every("scope", SCOPES)
def test_what_is_seen(world: World, table: str, scope: str) -> None:
    cls, known = owned()[table], list(world.rows[table].values())
    with entered(world.scope(scope)):
        for way in WAYS:
            assert letters(world, table, way(cls, known)) == SEEN[table][scope], way.__name__
            db.session.expunge_all()


@pytest.mark.parametrize("scope", SCOPES)
def test_events_by_audience(world: World, scope: str) -> None:
    from portal.events.models import Event, EventContent
    from tenants.scope import writing

    expected = read(AUDIENCES)
    with entered(Scope.system()), writing():
        if db.session.scalar(select(func.count()).select_from(Event)) == 3:
            for home in (world.homes["M"], world.homes["H"]):
                for seq, audience in enumerate(("customer", "shared", "internal"), 4):
                    event_of(_Rows(world, home), home, audience, seq)
    with entered(world.scope(scope)):
        for cls, key in ((Event, Event.id), (EventContent, EventContent.event_id)):
            rows = EXECUTE(select(cls.case_id, cls.audience, key).where(cls.network_id == world.cast.riverside)).all()
            visibility = {home.case_id: home.visibility for home in world.homes.values()}
            found = {f"{visibility[row.case_id]}.{row.audience}" for row in rows}
            assert found == {event for event, cells in expected.items() if cells[scope]}, cls.__name__


@pytest.mark.filterwarnings("ignore:SELECT statement has a cartesian product")
@pytest.mark.parametrize("table", TABLES)
@for_every("scope", SCOPES)
def test_what_went_round_the_scope_is_refused(world: World, table: str, scope: str) -> None:
    with entered(world.scope(scope)):
        for way in REFUSED:
            try:
                way(owned()[table])
            except Unscoped:
                continue
            pytest.fail(f"{way.__name__} was let through")


@pytest.mark.filterwarnings("ignore:SELECT statement has a cartesian product")
@pytest.mark.parametrize("table", TABLES)
def test_without_a_scope_nothing_is_read(world: World, table: str) -> None:
    cls = owned()[table]
    for way in [*WAYS, *REFUSED]:
        with pytest.raises(NoScope):
            way(*(cls, [world.rows[table]["M"]])[: way.__code__.co_argcount])


@pytest.mark.parametrize("table", TABLES)
def test_a_connection_outside_any_session_reads_nothing(world: World, table: str) -> None:
    cls = owned()[table]
    for engine in db.engines.values():
        with entered(world.scope("system")) as scope, engine.connect() as connection:
            for statement in (select(cls.__table__), scope.select(cls.__table__), text(f"SELECT * FROM {table}")):  # noqa: S608
                with pytest.raises(NoScope):
                    connection.execute(statement)
            with pytest.raises(NoScope):
                connection.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608
