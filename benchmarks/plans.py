"""How the database reads each filter of the public list, as its planner says: the notes under the table."""

from __future__ import annotations

import re
from types import SimpleNamespace

from sqlalchemy import event

from portal.cases.reading import FILTERS, list_cases
from portal.desk.reading import SHOWS, queue
from portal.directory import directory
from tenants import door
from tenants.models import Membership
from tenants.scope import Scope, current, db, entered

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
    return [*lines, *_plans_of_desk(card)]


def _plans_of_desk(card: door.NetworkCard) -> list[str]:
    """The same for each list of a business's desk."""
    seats = Membership.__table__
    with entered(Scope.system(card.id)):
        seat = db.session.execute(current().select(seats.c.tenant_id, seats.c.user_id)).one()
    lines = []
    with entered(Scope.staff(card.id, seat.tenant_id, seat.user_id, "agent")):
        names = directory(card)
        for show in SHOWS:
            statement = statements_of("FROM access", lambda show=show: queue(names, show))[0]
            lines.append(f"plan of the desk's `{show}`: {explained(statement)}")
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
    keys = [f"key of {table}" for table in re.findall(r"SEARCH (\w+) USING INTEGER PRIMARY KEY", text)]
    sorts = ["sorts"] if re.search(r"TEMP B-TREE|Sort", text) else []
    scans = re.findall(r"(?:SCAN|Seq Scan on) (\w+)", text)
    told = [*(found or keys), *sorts] or [f"scans {table}" for table in scans]
    return ", ".join(dict.fromkeys(told))
