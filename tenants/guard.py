"""The hook that refuses what went round the scope.

It sees every statement on its way to the driver, whoever made it and however, and believes nothing but the text and
the parameters that the database will get: beside every owned table, in every SELECT, UPDATE and DELETE at any depth,
the table's own rule must stand, with the scope's own values; what is inserted must carry the scope's network and
tenant. Text SQL on an owned table never passes. What a text needs is worked out once and kept; then only its
parameters are compared.

This is a wall against mistakes, not against code that means harm: such code could take the hook off.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, TextClause, TextualSelect, event

from tenants.proof import Plan, Unscoped, tables_in, work_out
from tenants.registry import owners
from tenants.scope import ForeignWrite, NoScope, Scope

__all__ = ["ReadOnly", "Unscoped", "guard"]


class ReadOnly(PermissionError):
    """A write outside `writing()`: reading a page never changes anything."""


_names = lru_cache(maxsize=4096)(tables_in)
_plans: dict[tuple[Any, ...], Plan] = {}
KEPT_PLANS = 4096
TEXT = (TextClause, TextualSelect)


def guard(engine: Engine) -> None:
    """Put the hook on an engine. The owner's engine for migrations goes without."""

    @event.listens_for(engine, "before_cursor_execute")
    def check(connection: Any, _cursor: Any, sql: str, parameters: Any, context: Any, _many: bool) -> None:
        if not _names(sql):
            return
        session = connection.info.get("session")
        if session is None:
            raise NoScope(f"a statement on {_listed(sql)} outside any session")
        if context is None or context.compiled is None:
            raise Unscoped(f"driver SQL on {_listed(sql)}")
        if isinstance(context.compiled.statement, TEXT):
            raise Unscoped(f"text SQL on {_listed(sql)}")
        scope: Scope = session.scope
        plan = _plan(engine, sql, scope)
        if plan.writes:
            _check_write(connection, session, scope, plan)
        # Several VALUES in one statement are announced as many too, but have their parameters in one piece.
        for given in parameters if isinstance(parameters, list) else (parameters,):
            _check_values(plan, given, scope)

    @event.listens_for(engine, "checkin")
    def forget(_connection: Any, record: Any) -> None:
        record.info.pop("session", None)


def _plan(engine: Engine, sql: str, scope: Scope) -> Plan:
    key = (sql, scope.shape, engine.dialect.name)
    plan = _plans.get(key)
    if plan is None:
        plan = work_out(sql, scope, engine.dialect)
        if len(_plans) >= KEPT_PLANS:
            _plans.clear()
        _plans[key] = plan
    return plan


def _check_write(connection: Any, session: Any, scope: Scope, plan: Plan) -> None:
    if not connection.get_execution_options().get("writes"):
        raise ReadOnly(f"a write on {', '.join(plan.writes)} outside writing()")
    for table in plan.writes:
        if scope.kind not in owners()[table].writers:
            raise ForeignWrite(f"{table} is not written on behalf of {scope.kind}")
    # A flush names its rows by primary key; they came in through the scope, and their owner was compared before.
    if plan.unproven and not session.flushing:
        raise Unscoped(f"a change of {plan.unproven} without its rule")


def _check_values(plan: Plan, given: Any, scope: Scope) -> None:
    for alternatives in plan.comparisons:
        for comparisons in alternatives:
            for key, name, value, _error in comparisons:
                if given[key] != (value if name is None else getattr(scope, name)):
                    break
            else:
                break
        else:
            _key, name, _value, error = alternatives[0][0]
            raise error(f"{name or 'a value'} of another scope in a statement on {plan.about}")


def _listed(sql: str) -> str:
    return ", ".join(sorted(_names(sql)))
