"""The hook that refuses what went round the scope.

It sees every statement on its way to the driver, whoever made it. A statement on an owned table passes only when it
carries the mark of the scope that the connection works for, every owned table in it is one that the scope narrowed,
and what it writes carries the scope's own network and tenant. Text SQL on an owned table never passes.

This is a wall against mistakes, not against code that means harm: such code could take the hook off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, TextClause, event
from sqlalchemy.sql.expression import Alias, ColumnClause, TableClause

from tenants.scope import ForeignWrite, NoScope, Scope, owners


class Unscoped(PermissionError):
    """A statement on an owned table that no scope has narrowed."""


class ReadOnly(PermissionError):
    """A write outside `writing()`: reading a page never changes anything."""


_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_SOURCE = re.compile(r'(?:\bFROM|\bJOIN|,|\()\s*"?([a-z_]+)"?(?:\s+AS\s+"?([a-z_0-9]+)"?)?')
TRUSTED = "scope_"
"""Aliases with this prefix are made by the rules themselves."""
UPSERTED = "excluded"
"""The name under which ON CONFLICT DO UPDATE sees the row that was to be inserted."""

_seen: dict[tuple[str, str], bool] = {}


@lru_cache(maxsize=4096)
def _owned_tables_in(sql: str) -> frozenset[str]:
    return frozenset(_WORD.findall(sql)) & owners().keys()


def guard(engine: Engine) -> None:
    """Put the hook on an engine. The owner's engine for migrations goes without."""

    @event.listens_for(engine, "before_cursor_execute")
    def check(connection: Any, _cursor: Any, sql: str, _parameters: Any, context: Any, _many: bool) -> None:
        tables = _owned_tables_in(sql)
        if not tables:
            return
        session = connection.info.get("session")
        if session is None:
            raise NoScope(f"a statement on {', '.join(sorted(tables))} outside any session")
        if context is None or context.compiled is None:
            raise Unscoped(f"driver SQL on {', '.join(sorted(tables))}")
        writes = context.isinsert or context.isupdate or context.isdelete
        if writes and not session.info.get("writing"):
            raise ReadOnly(f"a write on {', '.join(sorted(tables))} outside writing()")
        scope: Scope = session.scope
        if not session.flushing:
            _check_mark(scope, sql, context, tables)
        if writes:
            _check_owner(scope, context)

    @event.listens_for(engine, "checkin")
    def forget(_connection: Any, record: Any) -> None:
        record.info.pop("session", None)


def _check_mark(scope: Scope, sql: str, context: Any, tables: frozenset[str]) -> None:
    if context.execution_options.get("scope") is not scope:
        raise Unscoped(f"a statement on {', '.join(sorted(tables))} without the mark of its scope")
    key = (scope.kind.value + ("*" if scope.everywhere else ""), sql)
    if key in _seen:
        return
    narrowed = context.execution_options.get("scope_froms", frozenset())
    sources = list(_sources(context.invoked_statement))
    # The ORM mixes an entity with bare columns of its table. By the name it has in the statement it is the same FROM.
    entities = {table.name for table, is_entity in sources if is_entity}
    for table, _is_entity in sources:
        if _name(table) in owners() and table.name not in entities and table not in narrowed:
            raise Unscoped(f"{_name(table)} joined without the scope's predicate")
    if not scope.everywhere and not context.isinsert:
        _check_text(sql)
    if len(_seen) > 10_000:
        _seen.clear()
    _seen[key] = True


def _check_text(sql: str) -> None:
    """The last look: every owned table in the finished text is compared with a network."""
    for name, alias in _SOURCE.findall(sql):
        if name not in owners() or alias.startswith(TRUSTED):
            continue
        if f"{alias or name}.network_id = " not in sql.replace('"', ""):
            raise Unscoped(f"{alias or name} reached the database without its network")


def _check_owner(scope: Scope, context: Any) -> None:
    """What is inserted carries the scope's stamps; what is updated never changes its owner."""
    owner = owners().get(getattr(getattr(context.compiled, "dml_compile_state", None), "dml_table", _NoTable).name)
    if owner is None or scope.everywhere:
        return
    stamps = scope.stamps(owner)
    for row in context.compiled_parameters:
        for key, value in row.items():
            column = re.sub(r"_m\d+$", "", key)
            if column not in owner.stamped:
                continue
            if context.isupdate:
                raise ForeignWrite(f"{owner.__name__}.{column} never changes")
            if column in stamps and value != stamps[column]:
                raise ForeignWrite(f"{owner.__name__} belongs to another {column.removesuffix('_id')}")


class _NoTable:
    name = ""


def _sources(statement: Any) -> Iterator[tuple[Any, bool]]:
    """Every table or alias that a statement reads or writes, and whether the ORM knows it as an entity there."""
    stack, done = [statement], set()
    while stack:
        element = stack.pop()
        if id(element) in done:
            continue
        done.add(id(element))
        is_entity = "parententity" in getattr(element, "_annotations", {})
        if isinstance(element, TextClause) or (isinstance(element, ColumnClause) and element.is_literal):
            _refuse_text(str(element))
        elif isinstance(element, ColumnClause):
            if element.table is not None:
                if is_entity and isinstance(getattr(element.table, "element", element.table), TableClause):
                    yield element.table, True
                else:
                    stack.append(element.table)
        elif isinstance(element, Alias) and isinstance(element.element, TableClause):
            if not element.name.startswith(TRUSTED) and element.name != UPSERTED:
                yield element, is_entity
        elif isinstance(element, TableClause):
            yield element, is_entity
        else:
            stack.extend(element.get_children())


def _refuse_text(text: str) -> None:
    tables = _owned_tables_in(text)
    if tables:
        raise Unscoped(f"text SQL on {', '.join(sorted(tables))}")


def _name(table: Any) -> str:
    return str(getattr(table, "element", table).name)
