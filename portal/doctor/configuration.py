"""Settings that can be read, and are still not right: a weak secret, an address that opens nothing, mail to nowhere."""

from __future__ import annotations

import smtplib
import ssl
import stat
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

from redis.exceptions import NoPermissionError, RedisError
from sqlalchemy import select

from portal.config import Settings
from portal.doctor.findings import Finding, failing, ok, warning
from portal.files.storage import ContentGone, StorageAway, new_key, storage
from portal.followers.notifications.mail import server_of
from portal.shared_tries import connect
from portal.withholding import safely
from tenants.models import Network, NetworkHost
from tenants.scope import db

LEAST_LETTERS = 12
"""Different characters of a secret: 64 hexadecimal digits drawn by chance have fewer in one of a million cases."""
PATIENCE = 5
"""Seconds for the mail server."""


def secret(settings: Settings) -> Iterator[Finding]:
    """The secret is drawn by chance, and nobody else can read it."""
    kept = settings.data_dir / "secret"
    if len(set(settings.secret_key)) < LEAST_LETTERS:
        make = 'SECRET_KEY=$(python3 -c "import secrets; print(secrets.token_hex(32))")'
        yield failing("secret", "SECRET_KEY can be guessed: it has few different characters.", f"Set {make}.")
    elif kept.exists() and stat.S_IMODE(kept.stat().st_mode) & 0o077:
        yield failing("secret", f"{kept} can be read by others on this machine.", f"chmod 600 {kept}")
    else:
        yield ok("secret", "The secret is long, and kept from others.")


def address(settings: Settings) -> Iterator[Finding]:
    """Nobody runs with the conveniences of development where others can come."""
    if not settings.in_production and settings.host not in ("127.0.0.1", "::1", "localhost"):
        words = f"ENVIRONMENT is development, but others can reach {settings.host}: cookies and hosts are not strict."
        yield warning("address", words, "Set ENVIRONMENT=production, PUBLIC_URL and SECRET_KEY; or HOST=127.0.0.1.")
    else:
        yield ok("address", f"People come to {settings.public_url}.")


def proxies(settings: Settings) -> Iterator[Finding]:
    """TLS ends in front of the portal, so something is in front of it."""
    if settings.in_production and not settings.trusted_proxies:
        words = "No proxy is believed, so the portal takes every visitor for the proxy, and https for http."
        yield warning("proxies", words, "Set TRUSTED_PROXIES=1, or to how many proxies there are.")
    else:
        yield ok("proxies", f"{settings.trusted_proxies} proxies are believed.")


def mail(settings: Settings) -> Iterator[Finding]:
    """Mail leaves, and the server takes our name. Nothing is sent."""
    parts = urlsplit(settings.mail_url)
    if parts.scheme not in ("smtp", "smtps"):
        if settings.in_production:
            mend = "Set MAIL_URL=smtps://user:password@host, or smtp://… with STARTTLS."
            yield warning("mail", f"Mail reaches nobody: MAIL_URL is {parts.scheme}:.", mend)
        else:
            yield ok("mail", f"Mail stays here ({parts.scheme}:).")
        return
    try:
        _greet(settings.mail_url)
    except (OSError, smtplib.SMTPException) as problem:
        mend = "Look at the host, the port, the user and the password in MAIL_URL. Letters wait meanwhile."
        if isinstance(problem, ssl.SSLCertVerificationError):
            mend = "Name the server as its certificate does; put its authority, if it is your own, into SSL_CERT_FILE."
        yield failing("mail", f"The mail server {parts.hostname} refuses ({safely(problem)}).", mend)
    else:
        yield ok("mail", f"The mail server {parts.hostname} answers.")


def _greet(url: str) -> None:
    with server_of(url, PATIENCE) as server:
        server.noop()


def limits(settings: Settings) -> Iterator[Finding]:
    """The store in which tries are counted answers, and throws no count away when it is full. Nothing is written."""
    if not settings.limits_url:
        yield ok("limits", "Tries are counted in the database.")
        return
    try:
        policy = _full_store_forgets(settings.limits_url)
    except (RedisError, OSError) as problem:
        words = f"The store of LIMITS_URL does not answer ({safely(problem)}); the database counts tries meanwhile."
        yield warning(
            "limits", words, "Start Redis or Valkey; look at the host, the port and the password in LIMITS_URL."
        )
        return
    if policy:
        words = f"The store of LIMITS_URL forgets what is counted when its memory is full ({policy})."
        yield warning("limits", words, "redis-cli CONFIG SET maxmemory-policy noeviction; and the same in its file.")
    else:
        yield ok("limits", "Tries are counted in the store of LIMITS_URL, which answers.")


def _full_store_forgets(url: str) -> str:
    """By which rule; '' for one that refuses instead, and where we may not ask."""
    with closing(connect(url)) as store:
        store.ping()
        try:
            told = store.info("memory")
        except NoPermissionError:
            return ""
    policy = str(told.get("maxmemory_policy", "noeviction"))
    return policy if told.get("maxmemory") and policy != "noeviction" else ""


def hosts(settings: Settings) -> Iterator[Finding]:
    """Every network has a host name, and the portal's own address opens one of them."""
    of = {row.host: row.network_id for row in db.session.execute(select(NetworkHost.host, NetworkHost.network_id))}
    networks = list(db.session.execute(select(Network.id, Network.slug).order_by(Network.slug)))
    if not networks:
        mend = "portal network add SLUG --name NAME --prefix ABC --zone Europe/Vienna --host HOST"
        yield warning("hosts", "There is no network yet, so nobody finds anything.", mend)
        return
    name = urlsplit(settings.public_url).hostname
    closed = [row.slug for row in networks if row.id not in of.values()]
    if closed and settings.in_production:
        mend = "Run `portal network add` once more for it, with the same values and --host HOST."
        yield failing("hosts", f"No host name opens {', '.join(closed)}.", mend)
    elif settings.in_production and name not in of:
        mend = (
            f"Add it with `portal network add … --host {name}`, or set PUBLIC_URL to one of: {', '.join(sorted(of))}."
        )
        yield warning("hosts", f"PUBLIC_URL names {name}, which opens no network.", mend)
    else:
        yield ok("hosts", f"{len(of)} host names open {len(networks)} networks.")


def files(settings: Settings) -> Iterator[Finding]:
    """The place of photos and documents answers."""
    try:
        storage().open(new_key()).close()
    except ContentGone:
        yield ok("files", "The place where files are kept answers.")
    except StorageAway as problem:
        mend = "Look at FILES_URL, and at the right to read and write there."
        yield failing("files", f"The place where files are kept does not answer ({safely(problem)}).", mend)
