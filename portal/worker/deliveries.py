"""Sends deliveries: claim with a lease, send outside any transaction, mark as sent only if the claim still holds.

A sender that dies loses its lease and another tries again with the same effect id. A sender that wakes up late finds
its fence outdated and changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import or_, select

from portal.followers import letters
from portal.followers.models import QUEUED, Delivery
from portal.followers.notifications import mail
from portal.logs import about, fields
from portal.withholding import safely
from tenants import clock
from tenants.scope import Scope, current, db, entered, writing

LOG = logging.getLogger(__name__)
BATCH = 20
LEASE = timedelta(minutes=2)
WAITS = [timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720, 1440, 1440)]
"""How long to wait after each failure: some three days in all, then the delivery is dead."""

Send = Callable[[str, str, dict[str, Any]], None]


@dataclass(frozen=True)
class Claim:
    """A delivery that this worker may send until its lease ends."""

    id: int
    fence: int
    effect_id: str
    channel: str
    address: str
    message: dict[str, Any]
    until: datetime
    """When the lease ends."""
    secret: bool = False
    """Whether the message is wiped at its end."""


def senders() -> dict[str, Send]:
    settings = current_app.config["SETTINGS"]
    return {
        letters.FORGET: letters.forget,
        letters.FORGET_IDEAS: letters.forget_ideas,
        "mail": lambda effect_id, address, message: mail.send(settings, effect_id, address, message),
    }


def send_due(batch: int = BATCH) -> int:
    """Claim and send what is due, at most `batch`. Returns how many were claimed."""
    claims = claim(batch)
    channels = senders()
    for held in claims:
        if clock.now() >= held.until:  # those before it took too long: by now it may be another worker's
            continue
        with about(delivery=held.id, channel=held.channel):
            _send(channels, held)
    return len(claims)


def _send(channels: dict[str, Send], held: Claim) -> None:
    try:
        channels[held.channel](held.effect_id, held.address, held.message)
    except Exception as problem:
        LOG.warning("a delivery failed", extra=fields("delivery.failed", problem=problem))
        failed(held, problem)
    else:
        sent(held)
        LOG.info("a delivery left", extra=fields("delivery.sent"))


def claim(batch: int = BATCH) -> list[Claim]:
    """Take the next deliveries that nobody holds."""
    now = clock.now()
    with entered(Scope.system()):
        free = (Delivery.state == QUEUED) & (Delivery.next_at <= now)
        unheld = or_(Delivery.leased_until.is_(None), Delivery.leased_until <= now)
        query = select(Delivery).where(free, unheld).order_by(Delivery.next_at, Delivery.id).limit(batch)
        if db.session.scalar(select(Delivery.id).where(free, unheld).limit(1)) is None:
            return []
        with writing():
            claims = []
            for delivery in db.session.scalars(query.with_for_update(skip_locked=True)):
                delivery.fence += 1
                delivery.leased_until = now + LEASE
                claims.append(
                    Claim(
                        delivery.id,
                        delivery.fence,
                        delivery.effect_id,
                        delivery.channel,
                        delivery.address,
                        delivery.message,
                        now + LEASE,
                        delivery.secret,
                    )
                )
            return claims


def sent(held: Claim) -> bool:
    """Mark as sent. False when the lease had passed to somebody else meanwhile."""
    return _end(held, state="sent", sent_at=clock.now(), leased_until=None, problem=None, **_wiped(held))


def failed(held: Claim, problem: Exception) -> bool:
    """Mark as failed: to be tried again later, or dead when there was enough of that."""
    with entered(Scope.system()):
        tries = db.session.scalar(select(Delivery.tries).where(Delivery.id == held.id)) or 0
    words = safely(problem)
    if tries >= len(WAITS):
        return _end(held, state="dead", tries=tries + 1, leased_until=None, problem=words, **_wiped(held))
    return _end(held, tries=tries + 1, next_at=clock.now() + WAITS[tries], leased_until=None, problem=words)


def _wiped(held: Claim) -> dict[str, Any]:
    """A message that opens something does not outlive its sending."""
    return {"message": {}} if held.secret else {}


def _end(held: Claim, **values: Any) -> bool:
    table = Delivery.__table__
    with entered(Scope.system()), writing():
        result = db.session.execute(
            current().update(table).where(table.c.id == held.id, table.c.fence == held.fence).values(**values)
        )
        return bool(result.rowcount)  # type: ignore[attr-defined]
