"""Every table, every kind of scope, every way to write: what is not the scope's own stays as it was."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from tenants.guard import ReadOnly, Unscoped
from tenants.registry import owned
from tenants.scope import ForeignWrite, NoScope, Scope, db, entered, writing
from tests.isolation.every import for_every
from tests.isolation.expected import SCOPES, seen, written
from tests.isolation.ways_to_write import (
    INSERTS,
    LOUD,
    QUIET,
    Target,
    bulk_save,
    bulk_update_mappings,
    made_new,
    merged,
    orm_add,
    orm_delete,
    orm_insert,
    orm_update,
    plain_delete,
    plain_update,
    query_update,
    scope_delete,
    scope_insert,
    scope_insert_many,
    scope_update,
    scope_update_many,
    text_delete,
    update_by_key,
)
from tests.isolation.world import World

pytestmark = [
    pytest.mark.database,
    pytest.mark.filterwarnings("ignore:Column .* is marked as a member of the primary key"),
]

SEEN, WRITTEN = seen(), written()
TABLES = sorted(WRITTEN)
WALL = (Unscoped, ForeignWrite)


@pytest.mark.parametrize("table", TABLES)
@for_every("scope", SCOPES)
def test_what_belongs_to_others_is_not_reached(world: World, everything: Any, table: str, scope: str) -> None:
    before = everything()
    for letter in set("MHN") - set(WRITTEN[table][scope]):
        target = Target.of(world, table, letter)
        for way in QUIET:
            with entered(world.scope(scope)):
                try:
                    with writing():
                        assert way(target) == 0, way.__name__
                except StatementError:
                    assert way is scope_update_many  # SQLAlchemy has no IN with many sets of parameters
                except ForeignWrite:
                    assert not WRITTEN[table][scope], f"{way.__name__} was refused to one who may write"
    assert everything() == before


@pytest.mark.parametrize("table", TABLES)
@for_every("scope", SCOPES)
def test_what_is_ones_own_is_reached(world: World, table: str, scope: str) -> None:
    """The other side of the last test: the same statements do find what the scope may change."""

    class UndoError(Exception):
        pass

    for letter in WRITTEN[table][scope]:
        target = Target.of(world, table, letter)
        for way in (orm_update, scope_update):
            with entered(world.scope(scope)):
                try:
                    with writing():
                        assert way(target) == 1, way.__name__
                        raise UndoError
                except UndoError:
                    pass
                except Exception as refused:
                    assert "append-only" in str(refused) or "only be erased" in str(refused)  # noqa: PT017


@pytest.mark.parametrize("table", TABLES)
@for_every("scope", SCOPES)
def test_what_goes_round_the_scope_is_refused(world: World, everything: Any, table: str, scope: str) -> None:
    before = everything()
    target = Target.of(world, table, "N" if scope != "elsewhere" else "M")
    for way in LOUD:
        if way in (update_by_key, bulk_update_mappings, bulk_save) and set(target.change) <= set(target.names):
            continue  # nothing but its key: SQLAlchemy sends no statement at all
        with entered(world.scope(scope)):
            try:
                with writing():
                    way(target)
            except (
                *WALL,
                StaleDataError,
            ):  # stale: a key that holds the network became one's own, and nothing is there
                continue
            pytest.fail(f"{way.__name__} was let through")
    assert everything() == before


def _undone(way, target):
    with writing():
        way(target)
        raise ForeignWrite("a row of one's own was made, which is undone here")


@pytest.mark.parametrize("table", TABLES)
@for_every("scope", ["public", "customer", "lead", "uninvolved", "remote", "door", "system"])
def test_a_row_of_another_network_is_not_taken_over(world: World, everything: Any, table: str, scope: str) -> None:
    """The same primary key again, now as one's own: the database refuses it, or a row of one's own is made."""
    before, target = everything(), Target.of(world, table, "N")
    for way in (merged, made_new):
        with entered(world.scope(scope)), pytest.raises((*WALL, IntegrityError, StaleDataError, ProgrammingError)):
            _undone(way, target)
    assert everything() == before


@pytest.mark.parametrize("table", TABLES)
@for_every("scope", SCOPES)
def test_nothing_is_inserted_for_another_network(world: World, everything: Any, table: str, scope: str) -> None:
    before = everything()
    target = Target.of(world, table, "N" if scope != "elsewhere" else "M")
    for way in INSERTS:
        with entered(world.scope(scope)):
            try:
                with writing():
                    way(target.cls, target.values)
            except WALL:
                continue
            pytest.fail(f"{way.__name__} was let through")
    assert everything() == before


TENANTS_OWN = [table for table in TABLES if "tenant_id" in owned()[table].stamped]


@pytest.mark.parametrize("table", TENANTS_OWN)
@for_every("scope", ["lead", "uninvolved", "remote"])
def test_nothing_is_inserted_for_another_tenant(world: World, everything: Any, table: str, scope: str) -> None:
    before, target = everything(), Target.of(world, table, "H")
    for way in INSERTS:
        with entered(world.scope(scope)):
            try:
                with writing():
                    way(target.cls, target.values)
            except WALL:
                continue
            pytest.fail(f"{way.__name__} was let through")
    assert everything() == before


def test_a_write_would_be_noticed(world: World, everything: Any) -> None:
    """What `everything` has found once is not all that it knows."""
    target = Target.of(world, "units", "M")
    before = everything()
    for name in ("Another", target.values["name"]["en"]):
        with entered(Scope.system()), writing():
            db.session.get_one(target.cls, target.key).name = {"en": name}
        assert (everything() == before) is (name != "Another")


# -- outside of everything -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_written_without_a_scope_or_outside_writing(world: World, everything: Any, table: str) -> None:
    before, target = everything(), Target.of(world, table, "M")
    plain = [orm_update, orm_delete, query_update, plain_update, plain_delete, text_delete]
    for way in plain:
        with pytest.raises(NoScope):
            way(target)
    with pytest.raises(NoScope), writing():
        pass
    db.session.remove()
    inserts = (orm_add, orm_insert, scope_insert, scope_insert_many)
    for outside in (orm_update, orm_delete, scope_update, scope_delete, query_update):
        with entered(Scope.system(world.cast.riverside)), pytest.raises(ReadOnly):
            outside(target)
    for outside in inserts:
        with entered(Scope.system(world.cast.riverside)), pytest.raises(ReadOnly):
            outside(target.cls, target.values)
    assert everything() == before
