"""The log of public events: nothing is missing at its end, and samples of its entries are what was hashed."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from portal.config import Settings
from portal.doctor.findings import Finding, failing, ok
from portal.events.commitments import holds
from portal.events.models import Event, EventContent, Head
from portal.followers.log.follower import LEAF
from portal.followers.log.models import LogEntry
from tenants.models import Network
from tenants.scope import current, db

SAMPLE = 200
"""Entries of each network that are looked at: the newest half of them, and as many drawn by chance."""
KEEP = "Stop the portal, keep a copy of the database as it is, and restore the newest copy that verifies."


def heads(_settings: Settings) -> Iterator[Finding]:
    """As many entries as were counted, in each network."""
    entries = LogEntry.__table__
    counted = {row.name: row.value for row in db.session.execute(select(Head.name, Head.value))}
    wrong, total = [], 0
    for network in db.session.execute(select(Network.id, Network.slug)).all():
        last = db.session.scalar(
            current().select(func.max(entries.c.number), also=[entries]).where(entries.c.network_id == network.id)
        )
        there = 0 if last is None else last + 1
        total += there
        if there != counted.get(f"log:{network.id}", 0):
            wrong.append(network.slug)
    if wrong:
        yield failing("log", f"The log of {', '.join(wrong)} is shorter or longer than was counted.", KEEP)
    else:
        yield ok("log", f"The logs have {total:,} entries, as counted.")


def sample(_settings: Settings) -> Iterator[Finding]:
    """Hashes are those of the entries, entries speak of their events, and contents are what was sealed."""
    looked, wrong = 0, []
    for network in db.session.execute(select(Network.id, Network.slug)).all():
        for row in _drawn(network.id):
            looked += 1
            if not _is_sound(row):
                wrong.append(f"{network.slug} {row.number}")
    if wrong:
        words = f"{len(wrong)} of {looked:,} entries of the log do not verify, the first being {wrong[0]}."
        yield failing("log sample", words, KEEP)
    else:
        yield ok("log sample", f"{looked:,} entries of the log verify, with what they seal.")


def _drawn(network_id: int) -> list[Any]:
    entries, events, contents = LogEntry.__table__, Event.__table__, EventContent.__table__
    mine = entries.c.network_id == network_id
    last = db.session.scalar(current().select(func.max(entries.c.number), also=[entries]).where(mine))
    if last is None:
        return []
    newest = range(max(0, last - SAMPLE // 2 + 1), last + 1)
    drawn = {*newest, *random.sample(range(last + 1), min(last + 1, SAMPLE // 2))}
    joined = entries.join(events, events.c.id == entries.c.event_id).join(contents, contents.c.event_id == events.c.id)
    parts = [contents.c[name] for part in ("facts", "text", "names") for name in (part, f"{part}_salt")]
    query = (
        current()
        .select(entries.c.number, entries.c.entry, entries.c.leaf, events.c.kind, events.c.commitments, *parts)
        .select_from(joined)
        .where(mine, entries.c.number.in_(sorted(drawn)))
    )
    return list(db.session.execute(query))


def _is_sound(row: Any) -> bool:
    if hashlib.sha256(LEAF + row.entry).digest() != row.leaf:
        return False
    entry = json.loads(row.entry)
    if (entry["kind"], entry["c"]) != (row.kind, row.commitments):
        return False
    return all(_is_sealed(row, part, commitment) for part, commitment in row.commitments.items())


def _is_sealed(row: Any, part: str, commitment: str) -> bool:
    """What was erased is no longer there to be held against its seal."""
    content, salt = getattr(row, part), getattr(row, f"{part}_salt")
    return content is None or salt is None or holds(commitment, content, salt)
