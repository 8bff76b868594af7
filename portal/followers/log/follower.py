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
from sqlalchemy import func, select

from portal.events.heads import head
from portal.events.kinds import Audience
from portal.followers.base import Follower, Nature, Told
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
        for event in events:
            if event.audience == Audience.PUBLIC and event.visibility == "public":
                _append(event)


def _append(event: Told) -> None:
    length = head(f"log:{event.network_id}")
    before = _last_of_case(event.case_id)
    case_entry = before.case_entry + 1 if before else 1
    tenant_entry = _last_of_tenant(event.tenant_id) + 1 if event.tenant_id is not None else None
    entry = rfc8785.dumps(
        {
            "v": VERSION,
            "network": str(event.network_id),
            "case": str(event.case_id),
            "case_entry": case_entry,
            "previous": before.number if before else None,
            "tenant": None if event.tenant_id is None else str(event.tenant_id),
            "tenant_entry": tenant_entry,
            "kind": event.kind,
            "at": f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%MZ}",
            "c": event.commitments,
        }
    )
    db.session.add(
        LogEntry(
            network_id=event.network_id,
            number=length.value,
            event_id=event.event_id,
            case_id=event.case_id,
            case_entry=case_entry,
            tenant_id=event.tenant_id,
            tenant_entry=tenant_entry,
            entry=entry,
            leaf=hashlib.sha256(LEAF + entry).digest(),
        )
    )
    length.value += 1
    db.session.flush()


def _last_of_case(case_id: int) -> Any:
    return db.session.execute(
        select(LogEntry.number, LogEntry.case_entry)
        .where(LogEntry.case_id == case_id)
        .order_by(LogEntry.case_entry.desc())
        .limit(1)
    ).one_or_none()


def _last_of_tenant(tenant_id: int) -> int:
    entries = LogEntry.__table__
    query = current().select(func.max(entries.c.tenant_entry), also=[entries]).where(entries.c.tenant_id == tenant_id)
    return db.session.scalar(query) or 0
