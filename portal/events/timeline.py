"""`timeline()`: the events of a case or an idea that the reader may see, read through the scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam

from portal.events.models import Event, EventContent
from tenants.prepared import prepared
from tenants.scope import Scope, db

LONGEST = 500
"""Entries of one history that a page reads, the newest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as its reader sees it. `erased` names the parts that were committed to and are gone.

    `told` are entries that belong to the same act and are told with it, where a page folds them.
    """

    seq: int
    kind: str
    audience: str
    actor: str
    tenant_id: int | None
    at: datetime
    due_at: datetime | None
    text: str | None
    facts: dict[str, Any]
    names: dict[str, Any]
    erased: tuple[str, ...]
    told: tuple[Entry, ...] = ()


def timeline(case_id: int, *, limit: int = LONGEST) -> list[Entry]:
    """The newest `limit` entries, newest first. Who reads is the scope's business: nothing is filtered here."""
    return [_entry(row) for row in db.session.execute(_of_case(), {"subject": case_id, "most": limit})]


def timeline_of_idea(idea_id: int, *, limit: int = LONGEST) -> list[Entry]:
    """The same of an idea."""
    return [_entry(row) for row in db.session.execute(_of_idea(), {"subject": idea_id, "most": limit})]


@prepared
def _of_case(scope: Scope) -> Any:
    return _history(scope, "case_id")


@prepared
def _of_idea(scope: Scope) -> Any:
    return _history(scope, "idea_id")


def _history(scope: Scope, column: str) -> Any:
    events, contents = Event.__table__, EventContent.__table__
    return (
        scope.select(
            events.c.case_seq,
            events.c.kind,
            events.c.audience,
            events.c.actor,
            events.c.tenant_id,
            events.c.at,
            events.c.due_at,
            events.c.commitments,
            contents.c.text,
            contents.c.facts,
            contents.c.names,
        )
        .select_from(events.join(contents, contents.c.event_id == events.c.id))
        .where(events.c[column] == bindparam("subject"))
        .order_by(events.c.case_seq.desc())
        .limit(bindparam("most"))
    )


def _entry(row: Any) -> Entry:
    parts = {"text": row.text, "facts": row.facts, "names": row.names}
    return Entry(
        seq=row.case_seq,
        kind=row.kind,
        audience=row.audience,
        actor=row.actor,
        tenant_id=row.tenant_id,
        at=row.at,
        due_at=row.due_at,
        text=row.text,
        facts=row.facts or {},
        names=row.names or {},
        erased=tuple(name for name in row.commitments if parts[name] is None),
    )
