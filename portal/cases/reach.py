"""Who may read what of a case: the rules, written once for every table that belongs to a case or to its history.

They are SQL conditions on a row that names its case; the tables of cases use them as their `readable`. The same rules
stand as policies of PostgreSQL in the migrations. Aliases that begin with `scope_` are the rules' own.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_, select

from portal.events.models import history_of
from tenants.db import Base
from tenants.ownership import Row, none, same_network
from tenants.scope import Kind, Scope


def case(row: Row, case_id: ColumnElement[int], scope: Scope) -> ColumnElement[bool]:
    """Rows of cases that are open to the scope: its own, those its business has access to, the public ones."""
    if scope.at_the_door:
        return none(row)
    return same_network(row, scope) & _open(row, case_id, scope)


def part(row: Row, scope: Scope) -> ColumnElement[bool]:
    """A part is seen with its case; one that is internal by its business alone."""
    seen = case(row, row.c.case_id, scope)
    if scope.is_system:
        return seen
    outside: ColumnElement[bool] = row.c.is_internal == false()
    if scope.for_tenant:
        return seen & or_(outside, row.c.tenant_id == scope.tenant_id)
    return seen & outside


def personal(row: Row, scope: Scope) -> ColumnElement[bool]:
    """What only the customer and the business that leads may see."""
    if scope.is_system:
        return same_network(row, scope)
    if scope.for_tenant:
        return same_network(row, scope) & _has_access(row.c.case_id, scope, lead=True)
    return own_case(row, scope)


def words(row: Row, scope: Scope) -> ColumnElement[bool]:
    """What the customer told one business alone: seen by those to which it was opened."""
    if scope.for_tenant:
        return same_network(row, scope) & _has_access(row.c.case_id, scope, sees="words")
    return personal(row, scope)


def address(row: Row, scope: Scope) -> ColumnElement[bool]:
    """A way to reach the customer (`row.c.channel`): seen by those to which this kind was opened."""
    if scope.for_tenant:
        open_ones = [
            (row.c.channel == channel) & _has_access(row.c.case_id, scope, sees=channel)
            for channel in ("email", "mobile")
        ]
        return same_network(row, scope) & or_(*open_ones)
    return personal(row, scope)


def parties(row: Row, scope: Scope) -> ColumnElement[bool]:
    """What the customer and the businesses involved may see, and the public never."""
    if scope.for_tenant:
        return same_network(row, scope) & _has_access(row.c.case_id, scope)
    return personal(row, scope)


def own_case(row: Row, scope: Scope) -> ColumnElement[bool]:
    """Rows of the case that the scope is the customer of; none for anybody else."""
    if scope.case_id is None:
        return none(row)
    mine: ColumnElement[bool] = row.c.case_id == scope.case_id
    return same_network(row, scope) & mine


def is_person(scope: Scope) -> bool:
    """Whether the scope is that of an account by itself, and of no case."""
    return scope.kind is Kind.CUSTOMER and scope.person_id is not None and scope.case_id is None


def own_address(row: Row, scope: Scope) -> ColumnElement[bool]:
    """Contacts at the person's own address, once they have confirmed it as their account's and as the case's."""
    users = _table("users").alias("scope_person")
    mine = select(users.c.id).where(
        users.c.id == scope.person_id, users.c.email == row.c.address, users.c.confirmed_at.is_not(None)
    )
    confirmed = (row.c.channel == "email") & row.c.confirmed_at.is_not(None)
    own: ColumnElement[bool] = confirmed & mine.correlate_except(users).exists()
    return same_network(row, scope) & own


@history_of("case_id")
def history(row: Row, scope: Scope) -> ColumnElement[bool]:
    """An entry is seen by the smaller of its own audience and the case's visibility."""
    if scope.is_system:
        return same_network(row, scope)
    if scope.for_tenant:
        return same_network(row, scope) & or_(
            (row.c.audience == "public") & _has_access(row.c.case_id, scope),
            (row.c.audience == "shared") & _has_access(row.c.case_id, scope) & _is_for(row, scope),
            (row.c.audience == "customer") & _has_access(row.c.case_id, scope, sees="words"),
            (row.c.audience == "internal") & (row.c.tenant_id == scope.tenant_id) & _has_access(row.c.case_id, scope),
        )
    if scope.kind is Kind.CUSTOMER:
        told: ColumnElement[bool] = (row.c.case_id == (scope.case_id or 0)) & row.c.audience.in_(("public", "customer"))
        return same_network(row, scope) & told
    if scope.kind is Kind.PUBLIC:
        public: ColumnElement[bool] = (row.c.audience == "public") & _is_public(row.c.case_id)
        return same_network(row, scope) & public
    return none(row)


def _is_for(row: Row, scope: Scope) -> ColumnElement[bool]:
    """Of what businesses say to each other: one's own, all of it where one leads, and what is for one's business."""
    ours = or_(row.c.tenant_id == scope.tenant_id, _has_access(row.c.case_id, scope, lead=True))
    event_id = row.c.event_id if "event_id" in row.c else row.c.id if "case_seq" in row.c else None
    if event_id is None:  # a file is no event: nobody else was named
        return ours
    shared = _table("shared_with").alias("scope_shared")
    query = select(shared.c.event_id).where(shared.c.event_id == event_id, shared.c.tenant_id == scope.tenant_id)
    return or_(ours, query.correlate_except(shared).exists())


def _open(row: Row, case_id: ColumnElement[int], scope: Scope) -> ColumnElement[bool]:
    if scope.is_system:
        return same_network(row, scope)
    if scope.for_tenant:
        return _has_access(case_id, scope)
    if scope.kind is Kind.CUSTOMER:
        return case_id == (scope.case_id or 0)
    is_public: ColumnElement[bool] = row.c.visibility == "public" if "visibility" in row.c else _is_public(case_id)
    return is_public


def _is_public(case_id: ColumnElement[int]) -> ColumnElement[bool]:
    cases = _table("cases").alias("scope_case")
    public = select(cases.c.id).where(cases.c.id == case_id, cases.c.visibility == "public")
    return public.correlate_except(cases).exists()


def _has_access(
    case_id: ColumnElement[int], scope: Scope, *, lead: bool = False, sees: str = ""
) -> ColumnElement[bool]:
    access = _table("access").alias("scope_access")
    query = select(access.c.case_id).where(access.c.case_id == case_id, access.c.tenant_id == scope.tenant_id)
    if lead:
        query = query.where(access.c.level == "lead")
    if sees:
        query = query.where(access.c.level != "past", access.c[f"sees_{sees}"])
    return query.correlate_except(access).exists()


def _table(name: str) -> Any:
    """By name: the models import this module."""
    return Base.metadata.tables[name]
