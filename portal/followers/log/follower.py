"""The ledger: appends one entry for each public event of a public case or idea.

An entry is RFC 8785 JSON without any text: who, what kind, when (to the minute), which entry of the case or idea and
of the business this is, and the commitments to the content. What is erased later leaves its entry, and its proof, as
they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import rfc8785
from sqlalchemy import func

from portal.events import kinds
from portal.events.heads import head
from portal.events.kinds import Audience
from portal.followers.base import Follower, Nature, Told, told_before
from portal.followers.log.models import LogEntry
from tenants.scope import current, db

VERSION = 1
PUBLISHING = (kinds.MADE_PUBLIC.name, kinds.IDEA_PUBLISHED.name, kinds.IDEA_SHOWN.name)
LEAF = b"\x00"
"""RFC 6962, section 2.1: what is hashed before the bytes of a leaf."""


class Log(Follower):
    """Writes the entries of every network's log."""

    name = "log"
    nature = Nature.LEDGER
    of_ideas = True

    def follow(self, events: Sequence[Told]) -> None:
        by_network: dict[int, list[Told]] = {}
        for event in events:
            if not _is_public(event):
                continue
            public = by_network.setdefault(event.network_id, [])
            if event.kind in PUBLISHING:
                public += _unsealed(event, {each.event_id for each in public})
            public.append(event)
        for network_id, public in sorted(by_network.items()):
            _append(network_id, public)


def _is_public(event: Told) -> bool:
    return event.audience == Audience.PUBLIC and event.visibility == "public"


def _unsealed(published: Told, already: set[int]) -> list[Told]:
    """What happened to a case or idea before it became public: sealed now, with its original times."""
    entries = LogEntry.__table__
    same = entries.c[_column(published)] == _subject(published)[1]
    sealed = set(db.session.scalars(current().select(entries.c.event_id).where(same)))
    before = told_before(published)
    return [event for event in before if _is_public(event) and event.event_id not in sealed | already]


def _append(network_id: int, events: Sequence[Told]) -> None:
    """All of them in one statement: the database is locked for as long as this takes."""
    length = head(f"log:{network_id}")
    histories = _last_of({_subject(event) for event in events})
    acting = {event.tenant_id for event in events if event.tenant_id is not None}
    tenants = {tenant_id: _last_of_tenant(tenant_id) for tenant_id in acting}
    rows = []
    for event in events:
        previous, case_entry = histories.get(_subject(event), (None, 0))
        histories[_subject(event)] = length.value, case_entry + 1
        tenant_entry = None
        if event.tenant_id is not None:
            tenant_entry = tenants[event.tenant_id] = tenants[event.tenant_id] + 1
        rows.append(_row(event, length.value, case_entry + 1, tenant_entry, previous))
        length.value += 1
    db.session.execute(current().insert(LogEntry.__table__), rows)


def _row(event: Told, number: int, case_entry: int, tenant_entry: int | None, previous: int | None) -> dict[str, Any]:
    what, subject = _subject(event)
    entry = rfc8785.dumps(
        {
            "v": VERSION,
            "network": str(event.network_id),
            what: str(subject),
            f"{what}_entry": case_entry,
            "previous": previous,
            "tenant": None if event.tenant_id is None else str(event.tenant_id),
            "tenant_entry": tenant_entry,
            "kind": event.kind,
            "at": f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%MZ}",
            "c": event.commitments,
        }
    )
    return {
        "network_id": event.network_id,
        "number": number,
        "event_id": event.event_id,
        "case_id": event.case_id or None,
        "idea_id": event.idea_id or None,
        "case_entry": case_entry,
        "tenant_id": event.tenant_id,
        "tenant_entry": tenant_entry,
        "entry": entry,
        "leaf": hashlib.sha256(LEAF + entry).digest(),
    }


Subject = tuple[str, int]
"""`case` or `idea`, and its id."""


def _subject(event: Told) -> Subject:
    return ("case", event.case_id) if event.case_id else ("idea", event.idea_id)


def _column(event: Told) -> str:
    return f"{_subject(event)[0]}_id"


def _last_of(subjects: set[Subject]) -> dict[Subject, tuple[int | None, int]]:
    """Case or idea → the number of its last entry, and how many it has."""
    entries = LogEntry.__table__
    last: dict[Subject, tuple[int | None, int]] = {}
    for what in sorted({what for what, _id in subjects}):
        column = entries.c[f"{what}_id"]
        query = (
            current()
            .select(column, func.max(entries.c.number), func.max(entries.c.case_entry), also=[entries])
            .where(column.in_({subject for kind, subject in subjects if kind == what}))
            .group_by(column)
        )
        last |= {(what, subject): (number, count) for subject, number, count in db.session.execute(query)}
    return last


def _last_of_tenant(tenant_id: int) -> int:
    entries = LogEntry.__table__
    query = current().select(func.max(entries.c.tenant_entry), also=[entries]).where(entries.c.tenant_id == tenant_id)
    return db.session.scalar(query) or 0
