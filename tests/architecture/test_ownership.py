"""Every mapped class says whose rows it holds, in one of the ways there are, and its rules keep to it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.dialects import postgresql

import portal.tables  # noqa: F401
from portal.ideas.models import OfIdea
from tenants import ownership
from tenants.db import Base
from tenants.ownership import DoorOnly, Global, NetworkShared, TenantOwned, TenantPrivate, WorkerOnly
from tenants.registry import owned, owners
from tenants.scope import Kind, Scope
from tenants.sql_text import statements
from tenants.sql_tokens import read

KINDS = (Global, NetworkShared, TenantOwned, TenantPrivate, DoorOnly, WorkerOnly, OfIdea)
CLASSES = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda cls: cls.__name__)
OWNED = [cls for cls in CLASSES if not issubclass(cls, Global)]
SCOPES = [
    Scope.door(1), Scope.public(1), Scope.customer(1), Scope.customer(1, case_id=2), Scope.customer(1, person_id=3),
    Scope.staff(1, 2, 3, "agent"), Scope.staff(1, 2, 3, "admin"), Scope.remote(1, 2), Scope.system(1),
]  # fmt: skip


def kinds_of(cls: type[Any]) -> list[type[Any]]:
    return [kind for kind in KINDS if kind in cls.__bases__]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_class_has_one_kind_of_owner(cls: type[Any]) -> None:
    assert len(kinds_of(cls)) == 1
    assert cls.__bases__[-2:] == (kinds_of(cls)[0], Base), "columns that classes share may come before"


def test_a_class_without_a_kind_would_be_found() -> None:
    class Nobodys:
        pass

    assert kinds_of(Nobodys) == []


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_class_carries_the_columns_of_its_owner(cls: type[Any]) -> None:
    for column in cls.stamped:
        assert not cls.__table__.c[column].nullable
    assert set(cls.stamped) == {column for kind in kinds_of(cls) for column in kind.stamped}
    assert Kind.PUBLIC not in cls.writers
    assert Kind.SYSTEM in cls.writers
    if cls.of_case is not None:
        assert cls.of_case in cls.__table__.c


def test_every_table_is_one_class() -> None:
    assert owners().keys() == {table.name for table in Base.metadata.sorted_tables}
    assert owned().keys() < owners().keys()


def _conjuncts(predicate: Any) -> list[str]:
    sql = f"SELECT 1 FROM t WHERE 'rule' AND {predicate.compile(dialect=postgresql.dialect())}"  # noqa: S608
    (statement,) = statements(read(sql).items)
    return [" ".join(map(str, condition)) for condition in statement.sources[0].conditions]


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: f"{scope.kind}-{scope.shape[1:]}")
@pytest.mark.parametrize(
    "cls", [cls for cls in CLASSES if cls not in Global.__subclasses__()], ids=lambda c: c.__name__
)
def test_a_rule_never_leaves_its_network(cls: type[Any], scope: Scope) -> None:
    table = cls.__table__
    for rule in (cls.readable(table, scope), cls.changeable(table, scope)):
        assert f"{table.name}.network_id = ?" in _conjuncts(rule)
    if issubclass(cls, TenantPrivate) and scope.for_tenant:
        assert f"{table.name}.tenant_id = ?" in _conjuncts(cls.readable(table, scope))


def test_a_rule_that_leaves_its_network_would_be_found() -> None:
    table = owned()["units"].__table__
    wide = (table.c.network_id == 1) | (table.c.tenant_id == 2)
    assert _conjuncts(wide) != _conjuncts(wide & (table.c.network_id == 1))
    assert "units.network_id = ?" not in _conjuncts(wide)


def test_the_words_of_ownership_are_these() -> None:
    assert {kind.__name__ for kind in KINDS} - {"OfIdea"} == {
        name for name, thing in vars(ownership).items() if isinstance(thing, type) and hasattr(thing, "stamped")
    }
