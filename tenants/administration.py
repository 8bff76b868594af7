"""What the command line does for whoever runs an installation: networks, tenants, people and their roles.

Every function runs in its own system scope and transaction. Adding what is there already changes nothing, unless it
would have to be different: then it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from tenants import clock
from tenants.emails import NotAnAddress, normal_email
from tenants.models import BrowserSession, Membership, Network, NetworkHost, Role, SessionKey, Tenant, User
from tenants.scope import Scope, current, db, entered, writing

SLUG = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")
PREFIX = re.compile(r"[A-Z]{2,4}")
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")


class Refused(ValueError):
    """What was asked for cannot be done; the text says why, for the person at the command line."""


@dataclass(frozen=True)
class Account:
    """One person as the list shows them; `seats` are pairs of tenant and role."""

    email: str
    name: str
    has_password: bool
    is_disabled: bool
    seats: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class NetworkSummary:
    id: int
    slug: str
    prefix: str
    zone: str
    hosts: tuple[str, ...]
    tenants: tuple[str, ...]


# -- networks ------------------------------------------------------------------------------------------------------


def add_network(slug: str, *, prefix: str, name: str, zone: str, locale: str, hosts: Iterable[str]) -> int:
    """Make a network and open its hosts; for one that exists, open those that are missing. Returns its id."""
    _check(SLUG, slug, "slug")
    _check(PREFIX, prefix, "prefix")
    known_zone(zone)
    wanted = {_check(HOST, host.lower(), "host") for host in hosts}
    with entered(Scope.system()), writing():
        network = _find_network(slug)
        if network is None:
            _refuse_taken(db.session.scalar(select(Network.slug).where(Network.prefix == prefix)), f"prefix {prefix}")
            network = Network(slug=slug, prefix=prefix, name={locale: name}, zone=zone, locale=locale)
            db.session.add(network)
            db.session.flush()
        elif (network.prefix, network.zone, network.locale) != (prefix, zone, locale):
            raise Refused(f"network {slug} exists with another prefix, zone or locale")
        for host in sorted(wanted):
            _open_host(network, host)
        return network.id


def add_tenant(network_slug: str, slug: str, *, name: str, is_host: bool = False, desk_email: str | None = None) -> int:
    """Make a business in a network. Returns its id."""
    _check(SLUG, slug, "slug")
    email = _email(desk_email) if desk_email else None
    with _network(network_slug) as network:
        tenant = db.session.scalars(select(Tenant).where(Tenant.slug == slug)).one_or_none()
        if tenant is not None:
            if tenant.is_host != is_host:
                raise Refused(f"tenant {slug} exists and is {'' if tenant.is_host else 'not '}the host")
            return tenant.id
        if is_host:
            _refuse_taken(db.session.scalar(select(Tenant.slug).where(Tenant.is_host)), "the place of the host")
        tenant = Tenant(slug=slug, name={network.locale: name}, is_host=is_host, desk_email=email)
        db.session.add(tenant)
        network.version += 1
        db.session.flush()
        return tenant.id


def networks() -> list[NetworkSummary]:
    with entered(Scope.system()):
        return [
            NetworkSummary(
                network.id,
                network.slug,
                network.prefix,
                network.zone,
                tuple(db.session.scalars(select(NetworkHost.host).where(NetworkHost.network_id == network.id))),
                tuple(db.session.scalars(select(Tenant.slug).where(Tenant.network_id == network.id))),
            )
            for network in db.session.scalars(select(Network).order_by(Network.slug))
        ]


def network(slug: str | None) -> NetworkSummary:
    """The network of this name; without a name the only one there is."""
    known = networks()
    found = [network for network in known if slug in (None, network.slug)]
    if not found or len(found) > 1:
        names = ", ".join(network.slug for network in known) or "none yet"
        raise Refused(f"there is no network {slug}" if slug else f"name the network: there are {names}")
    return found[0]


def known_zone(zone: str) -> str:
    """The name of a time zone, if there is one of that name."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(f"not a time zone: {zone}") from None
    return zone


# -- people --------------------------------------------------------------------------------------------------------


def add_user(
    network_slug: str, email: str, *, name: str, password_hash: str | None, seats: Iterable[tuple[str, str]] = ()
) -> bool:
    """Make an account, and give it a role in each tenant of `seats`. Returns whether the account is new.

    An account that exists keeps its name and password, and gets the roles that it does not have.
    """
    email = _email(email)
    with _network(network_slug):
        user = _find_user(email)
        is_new = user is None
        if user is None:
            user = User(email=email, name=name, password_hash=password_hash)
            db.session.add(user)
            db.session.flush()
        for tenant_slug, role in seats:
            _seat(user, tenant_slug, role)
        return is_new


def set_password(network_slug: str, email: str, password_hash: str) -> None:
    """Give an account another password, and end every session that the old one opened."""
    with _network(network_slug):
        user = _user(email)
        user.password_hash = password_hash
        _end_sessions(user)


def disable(network_slug: str, email: str) -> None:
    """Let nobody in with this account any more, and end its sessions."""
    with _network(network_slug):
        user = _user(email)
        user.disabled_at = user.disabled_at or clock.now()
        _end_sessions(user)


def enable(network_slug: str, email: str) -> None:
    with _network(network_slug):
        _user(email).disabled_at = None


def users(network_slug: str) -> list[Account]:
    with _network(network_slug):
        seats: dict[int, list[tuple[str, str]]] = {}
        query = select(Membership.user_id, Tenant.slug, Membership.role).join(Tenant, Tenant.id == Membership.tenant_id)
        for user_id, slug, role in db.session.execute(query.order_by(Tenant.slug)):
            seats.setdefault(user_id, []).append((slug, role))
        return [
            Account(
                user.email,
                user.name,
                user.password_hash is not None,
                user.disabled_at is not None,
                tuple(seats.get(user.id, ())),
            )
            for user in db.session.scalars(select(User).order_by(User.email))
        ]


# -- parts ---------------------------------------------------------------------------------------------------------


@contextmanager
def _network(slug: str) -> Iterator[Network]:
    """Work inside one network, in one transaction."""
    with entered(Scope.system()):
        found = _find_network(slug)
        network_id = found.id if found else None
    if network_id is None:
        raise Refused(f"there is no network {slug}")
    with entered(Scope.system(network_id)), writing():
        yield db.session.get_one(Network, network_id)


def _find_network(slug: str) -> Network | None:
    return db.session.scalars(select(Network).where(Network.slug == slug)).one_or_none()


def _find_user(email: str) -> User | None:
    return db.session.scalars(select(User).where(User.email == email).with_for_update()).one_or_none()


def _user(email: str) -> User:
    user = _find_user(_email(email))
    if user is None:
        raise Refused(f"there is no account {email}")
    return user


def _seat(user: User, tenant_slug: str, role: str) -> None:
    if role not in set(Role):
        raise Refused(f"there is no role {role}: it is one of {', '.join(Role)}")
    tenant_id = db.session.scalar(select(Tenant.id).where(Tenant.slug == tenant_slug))
    if tenant_id is None:
        raise Refused(f"there is no tenant {tenant_slug}")
    membership = db.session.get(Membership, (tenant_id, user.id))
    if membership is None:
        db.session.add(Membership(tenant_id=tenant_id, user_id=user.id, role=role))
    else:
        membership.role = role


def _end_sessions(user: User) -> None:
    held, sessions = SessionKey.__table__, BrowserSession.__table__
    scope = current()
    theirs = select(BrowserSession.id).where(BrowserSession.user_id == user.id)
    for session_id in db.session.scalars(theirs).all():
        db.session.execute(scope.delete(held).where(held.c.session_id == session_id))
        db.session.execute(scope.delete(sessions).where(sessions.c.id == session_id))


def _open_host(network: Network, host: str) -> None:
    known = db.session.get(NetworkHost, host)
    if known is not None and known.network_id != network.id:
        raise Refused(f"host {host} opens another network")
    if known is None:
        db.session.add(NetworkHost(host=host, network_id=network.id))


def _refuse_taken(by: str | None, what: str) -> None:
    if by is not None:
        raise Refused(f"{what} is taken by {by}")


def _check(pattern: re.Pattern[str], value: str, what: str) -> str:
    if not pattern.fullmatch(value):
        raise Refused(f"not a {what}: {value}")
    return value


def _email(text: str) -> str:
    try:
        return normal_email(text)
    except NotAnAddress as wrong:
        raise Refused(str(wrong)) from None
