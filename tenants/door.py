"""The door: which network a host name opens, and who is standing there.

These are the only look-ups that may run before anybody is known. Each names its purpose and its network, compares
hashes of tokens only, and answers None for everything unknown, expired, revoked or disabled alike.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from tenants import clock
from tenants.ids import new_id, new_token, token_hash
from tenants.models import (
    BrowserSession,
    Key,
    Membership,
    Network,
    NetworkHost,
    SessionKey,
    Tenant,
    User,
)
from tenants.prepared import prepared
from tenants.scope import Scope, current, db, entered, writing
from tenants.together import add, insert_one

STAFF_SESSION = timedelta(hours=12)
CUSTOMER_SESSION = timedelta(days=30)
SEEN_EVERY = timedelta(hours=1)
KEEP_NETWORKS = 2.0
"""Seconds for which a process may go on with what it knows of a network."""


@dataclass(frozen=True)
class NetworkCard:
    """What every request needs to know of its network."""

    id: int
    slug: str
    prefix: str
    name: dict[str, str]
    zone: str
    locale: str
    version: int


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    email: str
    locale: str | None


@dataclass(frozen=True)
class Seat:
    """One of a person's roles: which tenant, as what."""

    tenant_id: int
    slug: str
    name: dict[str, str]
    role: str


@dataclass(frozen=True)
class Visitor:
    """A recognised browser."""

    session_id: int
    person: Person | None
    seats: tuple[Seat, ...]
    due_for_seen: bool
    since: datetime
    """When the session began."""


_networks: dict[str, tuple[float, NetworkCard | None]] = {}


def network_by_host(host: str) -> NetworkCard | None:
    """The network behind an exact host name, without its port."""
    return _kept(f"host:{host}", select(Network).join(NetworkHost).where(NetworkHost.host == host))


def network_by_slug(slug: str) -> NetworkCard | None:
    return _kept(f"slug:{slug}", select(Network).where(Network.slug == slug))


def forget_networks() -> None:
    """Drop what is kept in this process, after a network has been changed by it."""
    _networks.clear()


def _kept(key: str, query: Select[Network]) -> NetworkCard | None:
    kept = _networks.get(key)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    with entered(Scope.door()):
        network = db.session.scalars(query).one_or_none()
    card = _card(network) if network else None
    if len(_networks) > 1000:
        _networks.clear()
    _networks[key] = (time.monotonic() + KEEP_NETWORKS, card)
    return card


def _card(network: Network) -> NetworkCard:
    return NetworkCard(
        id=network.id,
        slug=network.slug,
        prefix=network.prefix,
        name=network.name,
        zone=network.zone,
        locale=network.locale,
        version=network.version,
    )


def visitor(token: str) -> Visitor | None:
    """The browser that holds this session token, unless it has expired or its person has been disabled."""
    now = clock.now()
    row = db.session.execute(_session(), {"hash": token_hash(token), "now": now}).one_or_none()
    if row is None:
        return None
    due_for_seen = now - row.seen_at > SEEN_EVERY
    if row.user_id is None:
        return Visitor(row.id, None, (), due_for_seen, row.created_at)
    person, places = _person_with_seats(row.user_id)
    return Visitor(row.id, person, places, due_for_seen, row.created_at) if person else None


def _person_with_seats(user_id: int) -> tuple[Person | None, tuple[Seat, ...]]:
    """Who this is, unless disabled, and where they work: one statement for whoever works somewhere."""
    rows = db.session.execute(_working(), {"id": user_id}).all()
    if rows:
        places = tuple(Seat(row.tenant_id, row.slug, row.tenant_name, row.role) for row in rows)
        return Person(user_id, rows[0].name, rows[0].email, rows[0].locale), places
    person = db.session.execute(_person(), {"id": user_id}).one_or_none()
    return (Person(user_id, person.name, person.email, person.locale) if person else None), ()


def opened_subject(session_id: int, purpose: str, subject: str) -> int | None:
    """The id of the subject (a case, by its reference) that this browser holds a living key for."""
    given = {"session": session_id, "purpose": purpose, "subject": subject, "now": clock.now()}
    return db.session.execute(_opened(), given).scalar_one_or_none()


@dataclass(frozen=True)
class FoundKey:
    id: int
    subject_id: int
    subject: str


def key(token: str, purpose: str) -> FoundKey | None:
    """The living key with this token, for this purpose only."""
    given = {"hash": token_hash(token), "purpose": purpose, "now": clock.now()}
    row = db.session.execute(_key(), given).one_or_none()
    return FoundKey(row.id, row.subject_id, row.subject) if row else None


def use_up(found: FoundKey) -> bool:
    """Take a key out of use, inside `writing()`. False when somebody else has just used it: it acts once."""
    return revoke(Key.__table__.c.id == found.id) == 1


def revoke(which: ColumnElement[bool]) -> int:
    """Take all living keys that fit out of use, inside `writing()`. Returns how many there were."""
    keys = Key.__table__
    living = current().update(keys).where(which, keys.c.revoked_at.is_(None)).values(revoked_at=clock.now())
    return int(db.session.execute(living).rowcount)  # type: ignore[attr-defined]


@prepared
def _session(scope: Scope) -> Select[Any]:
    sessions = BrowserSession.__table__
    return scope.select(sessions.c.id, sessions.c.user_id, sessions.c.seen_at, sessions.c.created_at).where(
        sessions.c.token_hash == bindparam("hash"), sessions.c.expires_at > bindparam("now")
    )


@prepared
def _person(scope: Scope) -> Select[Any]:
    users = User.__table__
    return scope.select(users.c.name, users.c.email, users.c.locale).where(
        users.c.id == bindparam("id"), users.c.disabled_at.is_(None)
    )


@prepared
def _working(scope: Scope) -> Select[Any]:
    users, memberships, tenants = User.__table__, Membership.__table__, Tenant.__table__
    wanted = scope.select(
        memberships.c.tenant_id, tenants.c.slug, tenants.c.name.label("tenant_name"), memberships.c.role,
        users.c.name, users.c.email, users.c.locale,
    )  # fmt: skip
    there = memberships.join(tenants, tenants.c.id == memberships.c.tenant_id)
    wanted = wanted.select_from(there.join(users, users.c.id == memberships.c.user_id))
    wanted = wanted.where(memberships.c.user_id == bindparam("id"), users.c.disabled_at.is_(None))
    return wanted.order_by(memberships.c.tenant_id)


@prepared
def _opened(scope: Scope) -> Select[Any]:
    keys, held = Key.__table__, SessionKey.__table__
    return (
        scope.select(keys.c.subject_id, also=[held])
        .select_from(held.join(keys, keys.c.id == held.c.key_id))
        .where(
            held.c.session_id == bindparam("session"),
            keys.c.purpose == bindparam("purpose"),
            keys.c.subject == bindparam("subject"),
            keys.c.revoked_at.is_(None),
            keys.c.expires_at > bindparam("now"),
        )
        .limit(1)
    )


@prepared
def _key(scope: Scope) -> Select[Any]:
    keys = Key.__table__
    return scope.select(keys.c.id, keys.c.subject_id, keys.c.subject).where(
        keys.c.token_hash == bindparam("hash"),
        keys.c.purpose == bindparam("purpose"),
        keys.c.revoked_at.is_(None),
        keys.c.expires_at > bindparam("now"),
    )


def hand_in(key_id: int, session_token: str | None) -> str:
    """Remember a key for this browser. Returns the session token that its cookie must hold, old or new.

    Whose session is lost with the power of the server opens the link once more.
    """
    with writing(lasting=False):
        known = visitor(session_token) if session_token else None
        token = session_token if known and session_token else new_token()
        session_id = known.session_id if known else open_session(token, None, CUSTOMER_SESSION)
        if known is None or db.session.get(SessionKey, (session_id, key_id)) is None:
            add(SessionKey(session_id=session_id, key_id=key_id))
    return token


def mark_seen(session_id: int) -> None:
    with writing():
        sessions = BrowserSession.__table__
        db.session.execute(current().update(sessions).where(sessions.c.id == session_id).values(seen_at=clock.now()))


def open_session(token: str, user_id: int | None, lifetime: timedelta, user_agent: str = "") -> int:
    now = clock.now()
    session = {
        "token_hash": token_hash(token),
        "user_id": user_id,
        "created_at": now,
        "seen_at": now,
        "expires_at": now + lifetime,
        "user_agent": user_agent[:200],
    }
    return insert_one(BrowserSession, session)


def new_key(purpose: str, subject_id: int, subject: str, expires_at: datetime, *, network_id: int | None = None) -> str:
    """Make a secret link to a subject, inside the verb that owns it. Returns the token; only its hash is kept.

    `network_id` is only for the system, which works for all networks and stamps nothing.
    """
    token = new_token()
    keep_key(purpose, token, subject_id, subject, expires_at, network_id=network_id)
    return token


def keep_key(
    purpose: str,
    token: str,
    subject_id: int,
    subject: str,
    expires_at: datetime,
    *,
    network_id: int | None = None,
) -> int:
    """Keep a key whose token is known already; gives its id. A token in use violates a unique constraint."""
    key = Key(id=new_id(), purpose=purpose, token_hash=token_hash(token), subject_id=subject_id, subject=subject)
    key.created_at, key.expires_at = clock.now(), expires_at
    if network_id is not None:
        key.network_id = network_id
    add(key)
    return key.id
