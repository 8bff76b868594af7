"""Every table, every kind of scope, every way to write: what is not the scope's own stays as it was."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, ProgrammingError, StatementError
from sqlalchemy.orm import make_transient, make_transient_to_detached
from sqlalchemy.orm.exc import StaleDataError

from tenants.guard import ReadOnly, Unscoped
from tenants.registry import owned
from tenants.scope import ForeignWrite, NoScope, Scope, current, db, entered, writing
from tests.isolation.expected import SCOPES, seen, written
from tests.isolation.test_reading import key_of, same
from tests.isolation.world import World

pytestmark = [
    pytest.mark.database,
    pytest.mark.filterwarnings("ignore:Column .* is marked as a member of the primary key"),
]

SEEN, WRITTEN = seen(), written()
TABLES = sorted(WRITTEN)
WALL = (Unscoped, ForeignWrite)


class Target:
    """A row that the scope may not change, and what the scope would do to it."""

    def __init__(self, world: World, table: str, letter: str) -> None:
        self.world, self.letter = world, letter
        self.cls: Any = owned()[table]
        self.table: Table = self.cls.__table__
        self.key = world.rows[table][letter]
        with entered(Scope.system()):
            thing = db.session.get_one(self.cls, self.key)
            self.values = {column.name: getattr(thing, column.name) for column in self.table.columns}
        self.names = [column.name for column in self.table.primary_key]

    @property
    def where(self) -> list[Any]:
        return same(key_of(self.cls), self.key)

    @property
    def core_where(self) -> list[Any]:
        return same([self.table.c[name] for name in self.names], self.key)

    @property
    def change(self) -> dict[str, Any]:
        """One column that is neither key nor owner, and another value for it."""
        for column in self.table.columns:
            if not column.primary_key and column.name not in self.cls.stamped:
                return {column.name: self.values[column.name]}
        return {self.names[-1]: self.values[self.names[-1]]}

    @property
    def mine(self) -> dict[str, Any]:
        """The same row with the owner that the scope would stamp."""
        stamps = current().stamps(self.cls)
        return {**self.values, **{column: value for column, value in stamps.items() if value is not None}}


# -- changing what exists: each of these returns how many rows it reached ----------------------------------------------


def orm_update(target):
    return db.session.execute(update(target.cls).where(*target.where).values(target.change)).rowcount


def orm_update_fetch(target):
    statement = update(target.cls).where(*target.where).values(target.change)
    return db.session.execute(statement, execution_options={"synchronize_session": "fetch"}).rowcount


def orm_delete(target):
    return db.session.execute(delete(target.cls).where(*target.where)).rowcount


def scope_update(target):
    statement = current().update(target.table).where(*target.core_where).values(target.change)
    return db.session.execute(statement).rowcount


def scope_delete(target):
    return db.session.execute(current().delete(target.table).where(*target.core_where)).rowcount


def scope_update_many(target):
    from sqlalchemy import bindparam

    where = [target.table.c[name] == bindparam(f"key_{name}") for name in target.names]
    keys = {f"key_{name}": value for name, value in zip(target.names, target.key, strict=True)}
    (name, value), *_rest = target.change.items()
    statement = (
        current().update(target.table).where(*where).values({name: bindparam("new", type_=target.table.c[name].type)})
    )
    return db.session.connection().execute(statement, [{**keys, "new": value}, {**keys, "new": value}]).rowcount


def query_update(target):
    return db.session.query(target.cls).filter(*target.where).update(target.change)


def query_delete(target):
    return db.session.query(target.cls).filter(*target.where).delete()


QUIET = [
    orm_update, orm_update_fetch, orm_delete, scope_update, scope_delete, scope_update_many, query_update, query_delete,
]  # fmt: skip


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", TABLES)
def test_what_belongs_to_others_is_not_reached(world: World, everything: Any, table: str, scope: str) -> None:
    before = everything()
    for letter in set("MHN") - set(WRITTEN[table][scope]):
        target = Target(world, table, letter)
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


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", TABLES)
def test_what_is_ones_own_is_reached(world: World, table: str, scope: str) -> None:
    """The other side of the last test: the same statements do find what the scope may change."""

    class UndoError(Exception):
        pass

    for letter in WRITTEN[table][scope]:
        target = Target(world, table, letter)
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


# -- ways that are refused outright -----------------------------------------------------------------------------------


def plain_update(target):
    db.session.execute(update(target.table).where(*target.core_where).values(target.change))


def plain_delete(target):
    db.session.execute(delete(target.table).where(*target.core_where))


def update_by_key(target):
    db.session.execute(update(target.cls), [dict(zip(target.names, target.key, strict=True)) | target.change])


def bulk_update_mappings(target):
    db.session.bulk_update_mappings(target.cls, [dict(zip(target.names, target.key, strict=True)) | target.change])


def bulk_save(target):
    thing = target.cls(**target.mine)
    make_transient_to_detached(thing)
    for name in target.change:
        setattr(thing, name, getattr(thing, name))
    db.session.bulk_save_objects([thing])


def detached(target):
    thing = target.cls(**target.mine)
    make_transient_to_detached(thing)
    db.session.add(thing)
    db.session.flush()


def deleted_detached(target):
    thing = target.cls(**target.mine)
    make_transient_to_detached(thing)
    db.session.delete(thing)
    db.session.flush()


def text_update(target):
    db.session.execute(text(f"UPDATE {target.table.name} SET network_id = network_id"))  # noqa: S608


def text_delete(target):
    db.session.execute(text(f"delete from {target.table.name}"))  # noqa: S608


def driver_delete(target):
    db.session.connection().exec_driver_sql(f"DELETE FROM {target.table.name}")  # noqa: S608


def change_in_a_cte(target):
    changed = update(target.table).where(*target.core_where).values(target.change).returning(target.table.c.network_id)
    db.session.execute(select(changed.cte("changed")))


def give_away(target):
    """Nobody can give a row to another owner, not even their own."""
    statement = current().update(target.table).values(network_id=987_654)
    db.session.execute(statement)


def give_away_as_an_entity(target):
    db.session.execute(update(target.cls).values(network_id=987_654))


def upsert(target):
    maker = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement: Any = current().insert(target.table, maker(target.table))
    statement = statement.values(target.mine).on_conflict_do_update(index_elements=target.names, set_=target.change)
    db.session.execute(statement)


def replace(target):
    db.session.execute(current().insert(target.table).prefix_with("OR REPLACE").values(target.mine))


LOUD = [
    plain_update, plain_delete, update_by_key, bulk_update_mappings, bulk_save,
    detached, deleted_detached, text_update, text_delete, driver_delete, change_in_a_cte, give_away,
    give_away_as_an_entity, upsert, replace,
]  # fmt: skip


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", TABLES)
def test_what_goes_round_the_scope_is_refused(world: World, everything: Any, table: str, scope: str) -> None:
    before = everything()
    target = Target(world, table, "N" if scope != "elsewhere" else "M")
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


def merged(target):
    db.session.merge(target.cls(**target.mine))
    db.session.flush()


def made_new(target):
    thing = target.cls(**target.mine)
    make_transient(thing)
    db.session.add(thing)
    db.session.flush()


@pytest.mark.parametrize("scope", ["public", "customer", "lead", "uninvolved", "remote", "door", "system"])
@pytest.mark.parametrize("table", TABLES)
def test_a_row_of_another_network_is_not_taken_over(world: World, everything: Any, table: str, scope: str) -> None:
    """The same primary key again, now as one's own: the database refuses it, or a row of one's own is made."""
    before, target = everything(), Target(world, table, "N")
    for way in (merged, made_new):
        with entered(world.scope(scope)), pytest.raises((*WALL, IntegrityError, StaleDataError, ProgrammingError)):
            _undone(way, target)
    assert everything() == before


# -- inserting with somebody else's owner ----------------------------------------------------------------------------


def orm_add(cls, values):
    db.session.add(cls(**values))
    db.session.flush()


def orm_insert(cls, values):
    db.session.execute(insert(cls).values(values))


def orm_bulk_insert(cls, values):
    db.session.execute(insert(cls), [values, values])


def orm_bulk_insert_returning(cls, values):
    db.session.scalars(insert(cls).returning(cls), [values, values]).all()


def bulk_save_new(cls, values):
    db.session.bulk_save_objects([cls(**values), cls(**values)])


def bulk_insert_mappings(cls, values):
    db.session.bulk_insert_mappings(cls, [values])


def core_insert(cls, values):
    db.session.execute(insert(cls.__table__).values(values))


def scope_insert(cls, values):
    db.session.execute(current().insert(cls.__table__).values(values))


def scope_insert_parameters(cls, values):
    db.session.execute(current().insert(cls.__table__), values)


def scope_insert_many(cls, values):
    db.session.execute(current().insert(cls.__table__), [values, values])


def core_insert_rows(cls, values):
    own = {**values, **current().stamps(cls)}
    db.session.execute(insert(cls.__table__).values([own, values]))


def from_select(cls, values):
    names = list(values)
    query = select(*(literal(values[name], cls.__table__.c[name].type) for name in names))
    db.session.execute(insert(cls.__table__).from_select(names, query))


def from_select_of_rows(cls, values):
    """The owner is taken from a row, and not from the scope."""
    table = cls.__table__
    names = [column.name for column in table.columns]
    db.session.execute(insert(table).from_select(names, current().select(*table.columns)))


def insert_expression(cls, values):
    computed = {**values, "network_id": literal(values["network_id"]) + 0}
    db.session.execute(insert(cls.__table__).values(computed))


def without_owner(cls, values):
    db.session.execute(insert(cls.__table__).values({k: v for k, v in values.items() if k not in cls.stamped}))


def text_insert(cls, values):
    db.session.execute(text(f"INSERT INTO {cls.__tablename__} (network_id) VALUES (:n)"), {"n": values["network_id"]})  # noqa: S608


INSERTS = [
    orm_add, orm_insert, orm_bulk_insert, orm_bulk_insert_returning, bulk_save_new, bulk_insert_mappings, core_insert,
    scope_insert, scope_insert_parameters, scope_insert_many, core_insert_rows, from_select, from_select_of_rows,
    insert_expression, without_owner, text_insert,
]  # fmt: skip


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_inserted_for_another_network(world: World, everything: Any, table: str, scope: str) -> None:
    before = everything()
    target = Target(world, table, "N" if scope != "elsewhere" else "M")
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


@pytest.mark.parametrize("scope", ["lead", "uninvolved", "remote"])
@pytest.mark.parametrize("table", TENANTS_OWN)
def test_nothing_is_inserted_for_another_tenant(world: World, everything: Any, table: str, scope: str) -> None:
    before, target = everything(), Target(world, table, "H")
    for way in INSERTS:
        with entered(world.scope(scope)):
            try:
                with writing():
                    way(target.cls, target.values)
            except WALL:
                continue
            pytest.fail(f"{way.__name__} was let through")
    assert everything() == before


# -- outside of everything -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_written_without_a_scope_or_outside_writing(world: World, everything: Any, table: str) -> None:
    before, target = everything(), Target(world, table, "M")
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
