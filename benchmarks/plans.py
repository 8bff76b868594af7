"""How the database reads each filter of the public list, as its planner says: the notes under the table."""

from __future__ import annotations

import re
from types import SimpleNamespace

from sqlalchemy import event

from portal.cases.reading import FILTERS, list_cases
from portal.directory import directory
from tenants import door
from tenants.scope import Scope, db, entered

VALUES = {
    "business": "tenant-3", "category": "c5", "touchpoint": "P7", "state": "in_progress", "kind": "complaint",
    "language": "zh_Hant", "period": "365d",
}  # fmt: skip


def plans() -> list[str]:
    """One line for each filter: the index that the planner chose for its first page."""
    with entered(Scope.door()):
        card = door.network_by_slug("bench")
    assert card is not None
    lines = []
    with entered(Scope.public(card.id)):
        names = directory(card)
        for name in FILTERS:
            statement = statements_of("FROM cases", lambda name=name: list_cases({name: VALUES[name]}, names))[0]
            lines.append(f"plan of `{name}`: {explained(statement)}")
    return lines


def statements_of(about: str, read: object) -> list[SimpleNamespace]:
    """The statements that `read` runs and that hold the words `about`."""
    seen: list[SimpleNamespace] = []

    def watch(_connection: object, _cursor: object, sql: str, parameters: object, *_rest: object) -> None:
        if about in sql:
            seen.append(SimpleNamespace(sql=sql, parameters=parameters))

    engine = db.engine
    event.listen(engine, "before_cursor_execute", watch)
    try:
        read()  # type: ignore[operator]
    finally:
        event.remove(engine, "before_cursor_execute", watch)
    return seen


def explained(statement: SimpleNamespace) -> str:
    """Which indexes the planner chose, and what it scans."""
    connection = db.session.connection()
    raw = connection.connection.cursor()
    sqlite = connection.dialect.name == "sqlite"
    raw.execute(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement.sql, statement.parameters)
    text = " ".join(str(row[3] if sqlite else row[0]) for row in raw.fetchall())
    raw.close()
    found = re.findall(r"(?:INDEX |Index (?:Only )?Scan (?:Backward )?using |Bitmap Index Scan on )(\w+)", text)
    scans = re.findall(r"(?:SCAN|Seq Scan on) (\w+)", text)
    return ", ".join(dict.fromkeys(found)) + (f" — scans {', '.join(scans)}" if scans and not found else "")
