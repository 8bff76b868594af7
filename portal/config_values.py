"""What a setting has to look like: one function for each kind of value, which returns it or says what is wrong."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

POSTGRESQL = "postgresql+psycopg://"


def with_driver(url: str) -> str:
    """Name the driver, because SQLAlchemy would otherwise look for psycopg2."""
    return url.replace("postgresql://", POSTGRESQL, 1) if url.startswith("postgresql://") else url


def database(url: str) -> str:
    if url.startswith("sqlite:///"):
        if url in {"sqlite:///", "sqlite:///:memory:"}:
            raise ValueError("must name a file: a database in memory cannot be shared by web and worker")
        return url
    return postgresql(url)


def postgresql(url: str) -> str:
    url = with_driver(url)
    if not url.startswith(POSTGRESQL) or not url.removeprefix(POSTGRESQL).partition("/")[2]:
        raise ValueError("must look like postgresql://user:password@host/database (or sqlite:////path/to/file)")
    return url


def listening_address(host: str) -> str:
    if host != "localhost":
        try:
            ip_address(host)
        except ValueError:
            raise ValueError("must be an IP address of this machine, 0.0.0.0 for all of them, or localhost") from None
    return host


def mail_transport(url: str) -> str:
    scheme = url.partition(":")[0]
    if url == "console:":
        return url
    if scheme == "file" and "//" not in url.removeprefix("file://"):
        return url
    try:
        parts = urlsplit(url)
        if parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0:
            return url
    except ValueError:
        pass
    raise ValueError(
        "must be console:, file:, file:///a/folder, smtp://user:password@host:port or smtps://user:password@host:port"
    )


def limits_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_server = parts.scheme in {"redis", "rediss"} and parts.hostname and parts.port != 0
        if not url or (is_server and re.fullmatch(r"/?|/[0-9]+", parts.path)):
            return url
        if parts.scheme == "unix" and Path(parts.path).is_absolute() and not parts.hostname:
            return url
    except ValueError:
        pass
    raise ValueError(
        "must be redis://user:password@host:port/0, rediss://user:password@host:port/0 or unix:///path/to/socket"
    )


def mail_address(address: str) -> str:
    if not re.fullmatch(r"""[^@\s<>,;"]+@[^@\s<>,;"]+""", address):
        raise ValueError("must be one bare mail address, for example portal@example.org")
    return address


def networks(listed: str) -> str:
    """Addresses and networks, with commas; `nobody` for none."""
    for each in () if listed == "nobody" else listed.split(","):
        try:
            ip_network(each.strip())
        except ValueError:
            raise ValueError("must be addresses or networks such as 127.0.0.1,10.0.0.0/8, or nobody") from None
    return listed


def metrics_token(token: str) -> str:
    if token and not re.fullmatch(r"[\x21-\x7e]{32,}", token):
        raise ValueError("must have at least 32 characters, without spaces")
    return token


def upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def files_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and (not parts.path or Path(parts.path).is_absolute()):
        return url
    if parts.scheme == "s3" and re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", parts.netloc):
        return url
    raise ValueError("must be file:, file:///a/folder or s3://bucket/prefix?endpoint=https://host&region=name")


DatabaseUrl = Annotated[str, AfterValidator(database)]
PostgresqlUrl = Annotated[str, AfterValidator(postgresql)]
