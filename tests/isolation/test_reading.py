"""Every table, every kind of scope, every way to ask: what is seen is what `expected.py` says, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import exists, func, literal, literal_column, select, text, true
from sqlalchemy.orm import aliased

from tenants.guard import Unscoped
from tenants.models import Network
from tenants.registry import owned
from tenants.scope import NoScope, Scope, current, db, entered
from tests.isolation.expected import AUDIENCES, read, seen
from tests.isolation.world import SCOPES, World, _Rows, event_of

pytestmark = pytest.mark.database

SEEN = seen()
TABLES = sorted(SEEN)
EXECUTE: Callable[..., Any] = lambda *given: db.session.execute(*given)  # noqa: E731


def test_the_table_of_expectations_is_whole(world: World) -> None:
    assert SEEN.keys() == owned().keys()


# -- ways that show what may be seen -------------------------------------------------------------------------------


def key_of(cls: Any) -> list[Any]:
    return [getattr(cls, column.name) for column in cls.__table__.primary_key]


def identities(things: Any, cls: Any) -> list[Any]:
    return [tuple(getattr(thing, column.name) for column in cls.__table__.primary_key) for thing in things]


def entities(cls, _known):
    return identities(db.session.scalars(select(cls)), cls)


def columns(cls, _known):
    return EXECUTE(select(*key_of(cls))).all()


def by_key(cls, known):
    db.session.expunge_all()
    found = [db.session.get(cls, key) for key in known]
    return identities(filter(None, found), cls)


def by_key_again(cls, known):
    """Rows that the session holds already are read anew."""
    found = [thing for key in known if (thing := db.session.get(cls, key))]
    db.session.expire_all()
    return identities(found, cls)


def query(cls, _known):
    return identities(db.session.query(cls).all(), cls)


def counted(cls, known):
    one = [select(func.count()).select_from(cls).where(*same(key_of(cls), key)) for key in known]
    return [key for key, statement in zip(known, one, strict=True) if db.session.scalar(statement)]


def counted_by_column(cls, known):
    one = [select(func.count(key_of(cls)[0])).where(*same(key_of(cls), key)) for key in known]
    return [key for key, statement in zip(known, one, strict=True) if db.session.scalar(statement)]


def alias(cls, _known):
    other = aliased(cls)
    return EXECUTE(select(*key_of(other))).all()


def alias_of_subquery(cls, _known):
    other = aliased(cls, select(cls).subquery())
    return identities(db.session.scalars(select(other)), cls)


def subquery(cls, _known):
    inner = select(*key_of(cls)).subquery()
    return EXECUTE(select(inner)).all()


def cte(cls, _known):
    inner = select(*key_of(cls)).cte("inner_rows")
    return EXECUTE(select(inner)).all()


def recursive_cte(cls, _known):
    inner = select(*key_of(cls)).cte("inner_rows", recursive=True)
    inner = inner.union(select(*key_of(cls)))
    return EXECUTE(select(inner)).all()


def union(cls, _known):
    return EXECUTE(select(*key_of(cls)).union(select(*key_of(cls)))).all()


def except_nothing(cls, _known):
    return EXECUTE(select(*key_of(cls)).except_(select(*key_of(cls)).where(literal(1) == 2))).all()


def joined(cls, _known):
    return EXECUTE(select(*key_of(cls)).select_from(Network).join(cls, cls.network_id == Network.id)).all()


def outer_joined(cls, _known):
    rows = EXECUTE(select(*key_of(cls)).select_from(Network).outerjoin(cls, cls.network_id == Network.id)).all()
    return [row for row in rows if None not in row]


def joined_with_itself(cls, _known):
    other = aliased(cls)
    return EXECUTE(select(*key_of(other)).select_from(cls).join(other, true())).all()


def listed_side_by_side(cls, _known):
    return EXECUTE(select(Network.id, *key_of(cls)).where(cls.network_id == Network.id)).all()


def exists_in_where(cls, known):
    found = select(Network.id).where(Network.id > 0)
    return [
        key
        for key in known
        if EXECUTE(found.where(exists(select(key_of(cls)[0]).where(*same(key_of(cls), key))))).first()
    ]


def in_where(cls, known):
    found = select(Network.id)
    return [
        key
        for key in known
        if EXECUTE(found.where(Network.id.in_(select(cls.network_id).where(*same(key_of(cls), key))))).first()
    ]


def scalar_subquery(cls, known):
    counts = [select(func.count()).select_from(cls).where(*same(key_of(cls), key)).scalar_subquery() for key in known]
    return [key for key, count in zip(known, counts, strict=True) if EXECUTE(select(Network.id, count)).first()[1]]


def streamed(cls, _known):
    return identities(db.session.scalars(select(cls).execution_options(yield_per=1)), cls)


def from_statement(cls, _known):
    return identities(db.session.scalars(select(cls).from_statement(current().select(cls.__table__))), cls)


def core(cls, _known):
    return EXECUTE(current().select(*cls.__table__.primary_key)).all()


def core_alias(cls, _known):
    other = cls.__table__.alias()
    return EXECUTE(current().select(*(other.c[column.name] for column in cls.__table__.primary_key))).all()


def core_scope_alias(cls, _known):
    other = cls.__table__.alias("scope_other")
    return EXECUTE(current().select(*(other.c[column.name] for column in cls.__table__.primary_key))).all()


def core_subquery(cls, _known):
    return EXECUTE(select(current().select(*cls.__table__.primary_key).subquery())).all()


def core_in_core(cls, _known):
    table = cls.__table__
    inner = current().select(*table.primary_key).subquery()
    first = next(iter(table.primary_key)).name
    outer = current().select(*table.primary_key).select_from(table.join(inner, inner.c[first] == table.c[first]))
    return EXECUTE(outer).all()


def core_also(cls, _known):
    return EXECUTE(current().select(Network.__table__.c.id, *cls.__table__.primary_key)).all()


def core_on_the_connection(cls, _known):
    return db.session.connection().execute(current().select(*cls.__table__.primary_key)).all()


WAYS = [
    entities, columns, by_key, by_key_again, query, counted, counted_by_column, alias, alias_of_subquery, subquery, cte,
    recursive_cte, union, except_nothing, joined, outer_joined, joined_with_itself, listed_side_by_side,
    exists_in_where, in_where, scalar_subquery, streamed, from_statement, core, core_alias, core_scope_alias,
    core_subquery, core_in_core, core_also, core_on_the_connection,
]  # fmt: skip


def same(columns: list[Any], key: Any) -> list[Any]:
    return [column == value for column, value in zip(columns, key, strict=True)]


def letters(world: World, table: str, rows: Any) -> str:
    """Whose rows these are. A row may carry more in front of its key; rows of the cast's others count for nobody."""
    owners = {key: letter for letter, key in world.rows[table].items()}
    width = len(next(iter(owners)))
    return "".join(sorted({owners[key] for row in rows if (key := tuple(row)[-width:]) in owners}, key="MHN".index))


@pytest.mark.filterwarnings("ignore:SELECT statement has a cartesian product")
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", TABLES)
def test_what_is_seen(world: World, table: str, scope: str) -> None:
    cls, known = owned()[table], list(world.rows[table].values())
    for way in WAYS:
        with entered(world.scope(scope)):
            assert letters(world, table, way(cls, known)) == SEEN[table][scope], way.__name__


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


# -- ways that are refused -----------------------------------------------------------------------------------------


def text_sql(cls):
    return EXECUTE(text(f"SELECT * FROM {cls.__tablename__}"))  # noqa: S608


def shouted_text(cls):
    return EXECUTE(text(f'SELECT * FROM "{cls.__tablename__.upper()}"'))  # noqa: S608


def text_with_columns(cls):
    return EXECUTE(text(f"SELECT network_id FROM {cls.__tablename__}").columns(cls.__table__.c.network_id))  # noqa: S608


def text_of_an_entity(cls):
    return db.session.scalars(select(cls).from_statement(text(f"SELECT * FROM {cls.__tablename__}"))).all()  # noqa: S608


def text_in_a_column(cls):
    return EXECUTE(select(Network.id, text(f"(SELECT count(*) FROM {cls.__tablename__})")))  # noqa: S608


def literal_in_a_column(cls):
    return EXECUTE(select(literal_column(f"(SELECT count(*) FROM {cls.__tablename__})")))  # noqa: S608


def text_in_where(cls):
    return EXECUTE(select(Network.id).where(text(f"exists (select 1 from {cls.__tablename__})")))  # noqa: S608


def text_as_a_table(cls):
    return EXECUTE(select(literal_column("1")).select_from(text(cls.__tablename__)))


def driver_sql(cls):
    return db.session.connection().exec_driver_sql(f"SELECT * FROM {cls.__tablename__}")  # noqa: S608


def shouted_driver_sql(cls):
    return db.session.connection().exec_driver_sql(f"SELECT * FROM {cls.__tablename__.upper()}")  # noqa: S608


def plain_core(cls):
    return EXECUTE(select(cls.__table__))


def plain_core_on_the_connection(cls):
    return db.session.connection().execute(select(cls.__table__))


def entity_on_the_connection(cls):
    return db.session.connection().execute(select(cls))


def plain_core_with_a_network_of_ones_own(cls):
    table = cls.__table__
    return EXECUTE(select(table).where(table.c.network_id == 987_654))


def plain_core_alias(cls):
    return EXECUTE(select(cls.__table__.alias()))


def plain_core_named_like_a_rule(cls):
    return EXECUTE(select(cls.__table__.alias("scope_access")))


def plain_core_beside_a_narrowed_one(cls):
    table = cls.__table__
    return EXECUTE(current().select(*table.primary_key, select(func.count()).select_from(table).scalar_subquery()))


def plain_core_beside_the_entity(cls):
    return EXECUTE(select(*key_of(cls), select(func.count()).select_from(cls.__table__).scalar_subquery()))


def plain_core_under_or(cls):
    table, scope = cls.__table__, current()
    return EXECUTE(select(table).where(scope.predicate(table) | true()))


def plain_core_in_a_left_join(cls):
    """The rule in the ON of a LEFT JOIN narrows the table on its right, not the one on its left."""
    table = cls.__table__
    networks = Network.__table__
    return EXECUTE(select(*table.primary_key).select_from(table.outerjoin(networks, current().predicate(table))))


def plain_core_in_a_union(cls):
    table = cls.__table__
    return EXECUTE(current().select(*table.primary_key).union(select(*table.primary_key)))


def plain_core_in_a_cte(cls):
    return EXECUTE(select(select(cls.__table__).cte("x")))


def entity_from_plain_core(cls):
    return db.session.scalars(select(cls).from_statement(select(cls.__table__))).all()


def marked_by_hand(cls):
    return EXECUTE(select(cls.__table__).execution_options(scope=current(), scope_froms=frozenset([cls.__table__])))


def exists_over_plain_core(cls):
    return EXECUTE(select(Network.id).where(exists(select(cls.__table__.c.network_id))))


def cte_with_the_name_of_a_table(cls):
    return EXECUTE(select(select(literal(1).label("x")).cte(cls.__tablename__)))


def dropped(cls):
    from sqlalchemy.schema import DropTable

    return EXECUTE(DropTable(cls.__table__))


REFUSED = [
    text_sql, shouted_text, text_with_columns, text_of_an_entity, text_in_a_column, literal_in_a_column, text_in_where,
    text_as_a_table, driver_sql, shouted_driver_sql, plain_core, plain_core_on_the_connection,
    entity_on_the_connection, plain_core_with_a_network_of_ones_own, plain_core_alias, plain_core_named_like_a_rule,
    plain_core_beside_a_narrowed_one, plain_core_beside_the_entity, plain_core_under_or, plain_core_in_a_left_join,
    plain_core_in_a_union, plain_core_in_a_cte, entity_from_plain_core, marked_by_hand, exists_over_plain_core,
    cte_with_the_name_of_a_table, dropped,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:SELECT statement has a cartesian product")
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", TABLES)
def test_what_went_round_the_scope_is_refused(world: World, table: str, scope: str) -> None:
    for way in REFUSED:
        with entered(world.scope(scope)):
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
