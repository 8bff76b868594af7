"""Letters that somebody asked for, beside what events tell: a link for signing in, an invitation.

They are deliveries like all others, with an effect id of their own. What opens something is wiped after it was sent.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select

from portal.followers.models import Delivery
from portal.ideas import forgetting
from tenants import clock
from tenants.ids import new_id
from tenants.models import NetworkHost
from tenants.scope import Scope, current, db, entered, writing


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


FORGET = "forget"
"""Channel of a delivery to ourselves: the worker takes an address out of every letter, sent or waiting."""


def ask_to_forget(network_id: int, address: str) -> None:
    """Have the worker forget an address, inside the `writing()` that erases its account."""
    errand = {
        "effect_id": f"{FORGET}:{new_id()}",
        "channel": FORGET,
        "address": address,
        "message": {"network": network_id},
        "secret": True,
        "next_at": clock.now(),
    }
    db.session.execute(current().insert(Delivery.__table__).inline(), errand)


FORGET_IDEAS = "forget_ideas"
"""Channel of a delivery to ourselves: the worker takes an account off the ideas that it wrote about."""


def ask_to_forget_ideas(network_id: int, person_id: int, *, words: bool) -> None:
    """Have the worker take an account off all ideas, inside the `writing()` that erases the account.

    `words`: what the account wrote goes as well.
    """
    errand = {
        "effect_id": f"{FORGET_IDEAS}:{new_id()}",
        "channel": FORGET_IDEAS,
        "address": "",
        "message": {"network": network_id, "person": person_id, "words": words},
        "secret": True,
        "next_at": clock.now(),
    }
    db.session.execute(current().insert(Delivery.__table__).inline(), errand)


def forget_ideas(_effect_id: str, _address: str, message: dict[str, Any]) -> None:
    forgetting.forget(message["network"], message["person"], words=message["words"])


def forget(_effect_id: str, address: str, message: dict[str, Any]) -> None:
    """Take an address out of every letter of a network; what still waits is not sent any more."""
    mail = Delivery.__table__
    with entered(Scope.system(message["network"])), writing():
        theirs = current().update(mail).where(mail.c.address == address)
        waiting = theirs.where(mail.c.state == "queued", mail.c.channel != FORGET)
        db.session.execute(waiting.values(state="dead", problem="erased"))
        db.session.execute(theirs.values(address="", message={}))


def base_url(network_id: int) -> str:
    """Where the network's pages are, from configuration and never from a request."""
    public = urlsplit(current_app.config["SETTINGS"].public_url)
    query = select(NetworkHost.host).where(NetworkHost.network_id == network_id).order_by(NetworkHost.host)
    hosts = db.session.scalars(query).all()
    if public.hostname in hosts or not hosts:
        return f"{public.scheme}://{public.netloc}"
    port = f":{public.port}" if public.port else ""
    return f"{public.scheme}://{hosts[0]}{port}"
