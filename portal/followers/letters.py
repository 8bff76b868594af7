"""Letters that somebody asked for, beside what events tell: a link for signing in, an invitation.

They are deliveries like all others, with an effect id of their own. What opens something is wiped after it was sent.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select

from portal.followers.models import Delivery
from tenants import clock
from tenants.models import NetworkHost
from tenants.scope import current, db


def post_secret(effect_id: str, address: str, *, subject: str, text: str) -> None:
    """Queue a mail that opens something, inside the `writing()` of the verb that makes its token."""
    letter = {
        "effect_id": effect_id,
        "channel": "mail",
        "address": address,
        "message": {"subject": subject, "text": text},
        "secret": True,
        "next_at": clock.now(),
    }
    db.session.execute(current().insert(Delivery.__table__).inline(), letter)


def post(
    effect_id: str,
    address: str,
    message: dict[str, Any],
    *,
    secret: bool = False,
    event_id: int | None = None,
    network_id: int | None = None,
) -> None:
    """Queue a letter, inside `writing()`. `network_id` only for the system, which works for all of them."""
    letter = {
        "effect_id": effect_id,
        "channel": "mail",
        "address": address,
        "message": message,
        "secret": secret,
        "event_id": event_id,
        "next_at": clock.now(),
    }
    if network_id is not None:
        letter["network_id"] = network_id
    db.session.execute(current().insert(Delivery.__table__).inline(), letter)


def base_url(network_id: int) -> str:
    """Where the network's pages are, from configuration and never from a request."""
    public = urlsplit(current_app.config["SETTINGS"].public_url)
    query = select(NetworkHost.host).where(NetworkHost.network_id == network_id).order_by(NetworkHost.host)
    hosts = db.session.scalars(query).all()
    if public.hostname in hosts or not hosts:
        return f"{public.scheme}://{public.netloc}"
    port = f":{public.port}" if public.port else ""
    return f"{public.scheme}://{hosts[0]}{port}"
