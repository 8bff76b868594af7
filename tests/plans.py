"""How the database finds what is read, as it plans for whatever it is given."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from tenants.scope import db
from tests.conftest import ON_POSTGRESQL


def plan_of(about: str, read: Callable[[], object]) -> str:
    """The plan of the first statement with the words `about` that `read` runs. It must not sort.

    PostgreSQL plans as if there were many: it may not read a table whole, nor fetch and sort.
    """
    seen: list[tuple[str, Any]] = []

    def watch(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        seen.append((sql, parameters))

    event.listen(db.engine, "before_cursor_execute", watch)
    try:
        read()
    finally:
        event.remove(db.engine, "before_cursor_execute", watch)
    sql, parameters = next(each for each in seen if about in each[0])
    plan = _on_postgresql(sql) if ON_POSTGRESQL else _on_sqlite(sql, parameters)
    assert "TEMP B-TREE" not in plan and "Sort" not in plan, plan
    return plan


def _on_postgresql(sql: str) -> str:
    cursor = db.session.connection().connection.cursor()
    for kind in ("seqscan", "bitmapscan", "sort"):
        cursor.execute(f"SET LOCAL enable_{kind} = off")
    numbers = iter(range(1, 100))
    numbered = re.sub(r"%\(\w+\)s", lambda _name: f"${next(numbers)}", sql)
    cursor.execute(f"EXPLAIN (GENERIC_PLAN) {numbered}", prepare=False)
    return "\n".join(row[0] for row in cursor.fetchall())


def _on_sqlite(sql: str, parameters: Any) -> str:
    cursor = db.session.connection().connection.cursor()
    cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
    return "\n".join(row[3] for row in cursor.fetchall())
