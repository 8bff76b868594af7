"""The rules of the tables as SQL, made once for each shape of scope and filled in when a statement runs.

A rule is written with a specimen's ids, which are then replaced by parameters that ask the scope of the moment. So
the next request finds every rule, and every compiled statement, as the last one left it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, Table, bindparam, true
from sqlalchemy.orm import LoaderCriteriaOption
from sqlalchemy.sql import visitors

from tenants.db import Id
from tenants.registry import owned, owner_of

if TYPE_CHECKING:
    from tenants.scope import Scope

_rules: dict[tuple[Any, ...], ColumnElement[bool]] = {}
_criteria: dict[tuple[Any, ...], Any] = {}


def rule(row: Any, scope: Scope, *, to_change: bool = False) -> ColumnElement[bool]:
    """What makes a row of this table (or alias) one that a scope of this shape may see, or change."""
    if not isinstance(row, Table):
        return _late(written_rule(row, scope, to_change=to_change))
    key = (row, scope.shape, to_change)
    if key not in _rules:
        _rules[key] = _late(written_rule(row, scope, to_change=to_change))
    return _rules[key]


def written_rule(row: Any, scope: Scope, *, to_change: bool = False) -> ColumnElement[bool]:
    """The same with the specimen's ids where the scope's own will be."""
    owner = owner_of(row)
    written: ColumnElement[bool] = (owner.changeable if to_change else owner.readable)(row, scope.specimen)
    return written


def criteria(statement: Any, scope: Scope, *, to_change: bool = False) -> list[Any]:
    """Loader criteria for the owned classes that the statement names, at whatever depth."""
    return [_criterion(cls, scope, to_change) for cls in _classes_in(statement) if cls.__tablename__ in owned()]


def _criterion(cls: type[Any], scope: Scope, to_change: bool) -> Any:
    key = (cls, scope.shape, to_change)
    if key not in _criteria:
        _criteria[key] = _Criterion(cls, scope, to_change)
    return _criteria[key]


class _Criterion(LoaderCriteriaOption):
    """SQLAlchemy's own, but for one thing: an alias gets a rule of its own instead of an adapted one.

    In `A JOIN A AS b` the adapted rule of `b` is left speaking of `A`, and `b` would be read without any.
    """

    inherit_cache = True
    _cache_key_traversal = LoaderCriteriaOption._traverse_internals

    def __init__(self, cls: type[Any], scope: Scope, to_change: bool) -> None:
        where = scope.predicate(cls.__table__, to_change=to_change)
        super().__init__(cls, where, include_aliases=True, propagate_to_loaders=False)
        self.rule_of = partial(scope.specimen.predicate, to_change=to_change)

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        row = ext_info.selectable
        if not ext_info.is_aliased_class:
            return super()._resolve_where_criteria(ext_info)
        # What an alias of a subquery shows has been narrowed inside of it.
        result: ColumnElement[bool] = self.rule_of(row) if isinstance(getattr(row, "element", None), Table) else true()
        return result


def _classes_in(statement: Any) -> list[type[Any]]:
    found = {}
    for element in visitors.iterate(statement):
        entity = element._annotations.get("parententity")
        if entity is not None:
            found[entity.mapper.class_] = True
    return list(found)


def _late(predicate: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same rule with the scope's own values instead of the specimen's."""

    def ask(element: Any, **_options: Any) -> Any:
        if not isinstance(element, BindParameter) or element.expanding or element.value is None:
            return None
        return _ASKED.get(element.value)

    result: ColumnElement[bool] = visitors.replacement_traverse(predicate, {}, ask)
    return result


def _value(name: str) -> Any:
    from tenants.scope import current

    return getattr(current(), name)


IDS = {"network_id": -11, "tenant_id": -12, "person_id": -13, "case_id": -14}
"""The ids that a scope may carry, each with a value that no row has."""

_ASKED = {value: bindparam(f"scope_{name}", callable_=partial(_value, name), type_=Id) for name, value in IDS.items()}
