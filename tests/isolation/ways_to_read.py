"""Ways to read a table that show what the scope may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import exists, func, literal, select, true
from sqlalchemy.orm import aliased

from tenants.models import Network
from tenants.scope import current, db

EXECUTE: Callable[..., Any] = lambda *given: db.session.execute(*given)  # noqa: E731


def same(columns: list[Any], key: Any) -> list[Any]:
    return [column == value for column, value in zip(columns, key, strict=True)]


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
