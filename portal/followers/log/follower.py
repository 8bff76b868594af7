"""The ledger: appends one entry for each public event of a public case.

An entry is RFC 8785 JSON without any text: who, what kind, when (to the minute), which entry of the case and of the
business this is, and the commitments to the content. What is erased later leaves its entry, and its proof, as they are.
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
from portal.followers.base import Follower, Nature, Told, told_of_case
from portal.followers.log.models import LogEntry
from tenants.scope import current, db

VERSION = 1
LEAF = b"\x00"
"""RFC 6962, section 2.1: what is hashed before the bytes of a leaf."""


class Log(Follower):
    """Writes the entries of every network's log."""

    name = "log"
    nature = Nature.LEDGER

    def follow(self, events: Sequence[Told]) -> None:
        by_network: dict[int, list[Told]] = {}
        for event in events:
            if not _is_public(event):
                continue
            public = by_network.setdefault(event.network_id, [])
            if event.kind == kinds.MADE_PUBLIC.name:
                public += _unsealed(event, {each.event_id for each in public})
            public.append(event)
        for network_id, public in sorted(by_network.items()):
            _append(network_id, public)


def _is_public(event: Told) -> bool:
    return event.audience == Audience.PUBLIC and event.visibility == "public"


def _unsealed(published: Told, already: set[int]) -> list[Told]:
    """What happened to a case before it became public: sealed now, with its original times."""
    entries = LogEntry.__table__
    sealed = set(db.session.scalars(current().select(entries.c.event_id).where(entries.c.case_id == published.case_id)))
    before = told_of_case(published.case_id, published.position)
    return [event for event in before if _is_public(event) and event.event_id not in sealed | already]


def _append(network_id: int, events: Sequence[Told]) -> None:
    """All of them in one statement: the database is locked for as long as this takes."""
    length = head(f"log:{network_id}")
    cases = _last_of_cases({event.case_id for event in events})
    acting = {event.tenant_id for event in events if event.tenant_id is not None}
    tenants = {tenant_id: _last_of_tenant(tenant_id) for tenant_id in acting}
    rows = []
    for event in events:
        previous, case_entry = cases.get(event.case_id, (None, 0))
        cases[event.case_id] = length.value, case_entry + 1
        tenant_entry = None
        if event.tenant_id is not None:
            tenant_entry = tenants[event.tenant_id] = tenants[event.tenant_id] + 1
        rows.append(_row(event, length.value, case_entry + 1, tenant_entry, previous))
        length.value += 1
    db.session.execute(current().insert(LogEntry.__table__), rows)


def _row(event: Told, number: int, case_entry: int, tenant_entry: int | None, previous: int | None) -> dict[str, Any]:
    entry = rfc8785.dumps(
        {
            "v": VERSION,
            "network": str(event.network_id),
            "case": str(event.case_id),
            "case_entry": case_entry,
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
        "case_id": event.case_id,
        "case_entry": case_entry,
        "tenant_id": event.tenant_id,
        "tenant_entry": tenant_entry,
        "entry": entry,
        "leaf": hashlib.sha256(LEAF + entry).digest(),
    }


def _last_of_cases(case_ids: set[int]) -> dict[int, tuple[int | None, int]]:
    """Case → the number of its last entry, and how many it has."""
    entries = LogEntry.__table__
    query = (
        current()
        .select(entries.c.case_id, func.max(entries.c.number), func.max(entries.c.case_entry), also=[entries])
        .where(entries.c.case_id.in_(case_ids))
        .group_by(entries.c.case_id)
    )
    return {case_id: (number, count) for case_id, number, count in db.session.execute(query)}


def _last_of_tenant(tenant_id: int) -> int:
    entries = LogEntry.__table__
    query = current().select(func.max(entries.c.tenant_entry), also=[entries]).where(entries.c.tenant_id == tenant_id)
    return db.session.scalar(query) or 0
