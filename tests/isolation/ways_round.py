"""Ways to read a table that go round the scope, all of which are refused."""

from __future__ import annotations

from sqlalchemy import exists, func, literal, literal_column, select, text, true

from tenants.models import Network
from tenants.scope import current, db
from tests.isolation.ways_to_read import EXECUTE, key_of


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
