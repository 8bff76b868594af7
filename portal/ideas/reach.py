"""Who may read what of an idea: the rules, written once for every table that belongs to an idea.

They are SQL conditions on a row; the same rules stand as policies of PostgreSQL in `migrations/versions/0019_ideas.py`.
`public` ideas are everybody's, `network` ones those of the people of its businesses, `internal` ones those of one
business; `hidden` ones were taken down and are seen by the business that answers them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from portal.events.models import history_of
from tenants.db import Base
from tenants.ownership import Row, none, same_network
from tenants.scope import Kind, Scope

TALKERS = (Kind.CUSTOMER, Kind.STAFF)
"""Who writes on ideas: anybody at all, as a customer of nothing in particular, and the people of businesses."""


def idea(row: Row, scope: Scope) -> ColumnElement[bool]:
    """Rows of `ideas` that are open to the scope."""
    if scope.at_the_door:
        return none(row)
    return same_network(row, scope) & _open(row, scope)


def of_idea(row: Row, scope: Scope) -> ColumnElement[bool]:
    """Rows that hang on an idea (`row.c.idea_id`) which is open to the scope."""
    if scope.is_system:
        return same_network(row, scope)
    if scope.at_the_door:
        return none(row)
    return same_network(row, scope) & _idea_is_open(row.c.idea_id, scope)


def changeable(row: Row, scope: Scope, rule: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of the rows that `rule` opens, those that somebody who may write at all may change."""
    return rule if scope.is_system or scope.kind in TALKERS else none(row)


@history_of("idea_id")
def history(row: Row, scope: Scope) -> ColumnElement[bool]:
    """An entry of an idea's history is seen by the smaller of its own audience and the idea's visibility."""
    if scope.is_system:
        return same_network(row, scope)
    if scope.at_the_door or scope.case_id is not None:
        return none(row)
    seen: ColumnElement[bool] = row.c.audience == "public"
    if scope.for_tenant:
        seen = row.c.audience.in_(("public", "shared")) | (
            (row.c.audience == "internal") & (row.c.tenant_id == scope.tenant_id)
        )
    hangs: ColumnElement[bool] = row.c.idea_id.is_not(None)
    return same_network(row, scope) & hangs & seen & _idea_is_open(row.c.idea_id, scope)


def _open(row: Row, scope: Scope) -> ColumnElement[bool]:
    if scope.is_system:
        return same_network(row, scope)
    if scope.for_tenant:
        return or_(row.c.visibility.in_(("public", "network")), row.c.tenant_id == scope.tenant_id)
    public: ColumnElement[bool] = row.c.visibility == "public"
    return public


def _idea_is_open(idea_id: ColumnElement[Any], scope: Scope) -> ColumnElement[bool]:
    ideas: Any = Base.metadata.tables["ideas"].alias("scope_idea")
    query = select(ideas.c.id).where(ideas.c.id == idea_id, _open(ideas, scope))
    return query.correlate_except(ideas).exists()
