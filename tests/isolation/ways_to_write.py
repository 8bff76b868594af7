"""Ways to write a table: those that reach only the scope's own, those that are refused, and those that insert."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, delete, insert, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import make_transient, make_transient_to_detached

from tenants.registry import owned
from tenants.scope import Scope, current, db, entered
from tests.isolation.ways_to_read import key_of, same
from tests.isolation.world import World


class Target:
    """A row that the scope may not change, and what the scope would do to it."""

    def __init__(self, world: World, table: str, letter: str) -> None:
        self.world, self.letter = world, letter
        self.cls: Any = owned()[table]
        self.table: Table = self.cls.__table__
        self.key = world.rows[table][letter]
        with entered(Scope.system()):
            thing = db.session.get_one(self.cls, self.key)
            written = [column.name for column in self.table.columns if column.computed is None]
            self._values = {name: getattr(thing, name) for name in written}
        self.names = [column.name for column in self.table.primary_key]

    @classmethod
    def of(cls, world: World, table: str, letter: str) -> Target:
        """The same for all tests of a world, which is never changed."""
        kept = world.targets
        if (table, letter) not in kept:
            kept[table, letter] = cls(world, table, letter)
        return kept[table, letter]

    @property
    def where(self) -> list[Any]:
        return same(key_of(self.cls), self.key)

    @property
    def values(self) -> dict[str, Any]:
        return dict(self._values)

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


def merged(target):
    db.session.merge(target.cls(**target.mine))
    db.session.flush()


def made_new(target):
    thing = target.cls(**target.mine)
    make_transient(thing)
    db.session.add(thing)
    db.session.flush()


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
