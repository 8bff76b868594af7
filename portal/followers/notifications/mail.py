"""Sends one mail: to a folder or the console in development, through SMTP otherwise."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import click

from portal.config import Settings
from tenants import clock

PATIENCE = 20
"""Seconds for a mail server to answer."""
ON_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def send(settings: Settings, effect_id: str, address: str, message: dict[str, Any]) -> None:
    """Send or raise. The Message-ID comes from the effect, so that a second copy is recognised as one."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = message["subject"]
    mail["From"] = settings.mail_from
    mail["To"] = address
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{hashlib.sha256(effect_id.encode()).hexdigest()[:32]}@{settings.mail_from.split('@')[1]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if "thread" in message:
        mail["References"] = mail["In-Reply-To"] = f"<{message['thread']}@{settings.mail_from.split('@')[1]}>"
    if "leave" in message:
        mail["List-Unsubscribe"] = f"<{message['leave']}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    mail.set_content(message["text"])
    if "html" in message:
        mail.add_alternative(message["html"], subtype="html")
    if settings.mail_url == "console:":
        click.echo(f"mail to {address}\n{mail.as_string()}")  # not to the log, which holds no addresses
    elif settings.mail_url.startswith("file:"):
        _to_folder(settings, effect_id, mail)
    else:
        _to_server(settings.mail_url, mail)


def _to_folder(settings: Settings, effect_id: str, mail: EmailMessage) -> None:
    named = settings.mail_url.removeprefix("file:").removeprefix("//")
    folder = Path(named) if named else settings.data_dir / "outbox"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{effect_id.replace(':', '-')}.eml").write_bytes(mail.as_bytes())


def _to_server(url: str, mail: EmailMessage) -> None:
    with server_of(url, PATIENCE) as server:
        server.send_message(mail)


@contextmanager
def server_of(url: str, patience: int) -> Iterator[smtplib.SMTP]:
    """The mail server that `url` names, signed in to. Waits `patience` seconds for each of its answers.

    Whatever leaves this machine goes through TLS where the server offers it, and its certificate is checked against
    the name in `url` (authorities of one's own: SSL_CERT_FILE). A password goes no other way: where it would, raises
    SMTPNotSupportedError before it is sent. A relay on this machine that asks for none is spoken to as it is.
    """
    parts = urlsplit(url)
    host, trusted = parts.hostname or "", ssl.create_default_context()
    with _connected(parts, host, trusted, patience) as server:
        server.ehlo_or_helo_if_needed()  # before it has greeted, a server is known to offer nothing
        if parts.scheme != "smtps" and (parts.username or host not in ON_THIS_MACHINE):
            if server.has_extn("starttls"):
                server.starttls(context=trusted)
            elif parts.username:
                raise smtplib.SMTPNotSupportedError("no STARTTLS is offered, and the password is not sent without it")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _connected(parts: SplitResult, host: str, trusted: ssl.SSLContext, patience: int) -> smtplib.SMTP:
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, parts.port or 465, timeout=patience, context=trusted)
    return smtplib.SMTP(host, parts.port or 587, timeout=patience)
