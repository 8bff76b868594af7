"""One kind of request after the other, each alternating with hello, on a throw-away installation."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import click
from sqlalchemy import text

from benchmarks.client import Load, rate
from benchmarks.memory import pss_mib
from benchmarks.rows import Row
from benchmarks.seed import HOST
from benchmarks.servers import get, serving
from benchmarks.target import FORMS, SECRET
from portal.config import Settings
from portal.database import owner_engine
from portal.migrating import setup
from tenants.scope import db
from tests.servers import postgresql_url

PORTAL_PORT, HELLO_PORT = 18080, 18081


@dataclass
class Result:
    """One measured row: medians of good answers a second, and the ratio."""

    row: str
    rate: float
    hello: float
    goal: float

    @property
    def ratio(self) -> float:
        return self.rate / self.hello


@dataclass(frozen=True)
class Figure:
    """One goal and what was measured, both in words with units."""

    name: str
    goal: str
    value: str
    met: bool


@dataclass
class Section:
    """Everything measured on one database with one size."""

    engine: str
    cases: int
    results: list[Result] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    profiles: list[Any] = field(default_factory=list)
    """Of the rows that miss their goals (`benchmarks/profiles.py`)."""


@contextmanager
def installed(engine: str) -> Iterator[tuple[Settings, dict[str, str]]]:
    """A throw-away installation, set up and empty, and the environment that its programs need."""
    with tempfile.TemporaryDirectory(prefix="daylight-bench-") as folder, ExitStack() as stack:
        database = (
            {} if engine == "sqlite" else {"DATABASE_URL": stack.enter_context(postgresql_url("bench", durable=True))}
        )
        environment = {
            "DATA_DIR": folder,
            "SECRET_KEY": SECRET,
            "PORT": str(PORTAL_PORT),
            "ENVIRONMENT": "production",
            "PUBLIC_URL": f"https://{HOST}",
            **database,
        }
        os.environ.update(environment)
        settings = Settings.load()
        setup(settings)
        yield settings, environment
        for name in database:
            os.environ.pop(name)


def size_of(settings: Settings) -> int:
    """Bytes of the whole database, with its indexes."""
    engine = owner_engine(settings)
    query = "pg_database_size(current_database())"
    if not settings.on_postgresql:
        query = "page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with engine.connect() as connection:
        found = int(connection.scalar(text(f"SELECT {query}")))
    engine.dispose()
    return found


def let_go(app: Any) -> None:
    app.extensions["search"].close()
    with app.app_context():
        for each in db.engines.values():
            each.dispose()


def measure_rows(
    section: Section,
    rows: list[Row],
    target: Any,
    settings: Settings,
    environment: dict[str, str],
    seconds: float,
    rounds: int,
) -> None:
    hello = settings.model_copy(update={"port": HELLO_PORT})
    with serving(hello, {}, hello=True), serving(settings, environment):
        if not rows[0].cold:
            section.notes.append(f"memory of the web processes at rest: {pss_mib(PORTAL_PORT):.0f} MiB (PSS)")
        for row in rows:
            section.results.append(_measure_row(section.engine, row, target, seconds, rounds))


def _measure_row(engine: str, row: Row, target: Any, seconds: float, rounds: int) -> Result:
    load = row.load(target)
    if not row.writes:
        _check(row, load, target)
    rate(PORTAL_PORT, unsent(load, rounds, rounds), 1)  # templates compiled, statements prepared
    ours, hellos = [], []
    for round_number in range(rounds):
        hellos.append(rate(HELLO_PORT, Load("/healthz"), seconds / 2))
        ours.append(rate(PORTAL_PORT, unsent(load, round_number, rounds), seconds))
    result = Result(
        row.name,
        statistics.median(ours),
        statistics.median(hellos),
        row.sqlite if engine == "sqlite" else row.postgresql,
    )
    click.echo(f"  {row.name:<34} {result.ratio:6.3f}  (goal {result.goal:g})", err=True)
    return result


def unsent(load: Load, round_number: int, rounds: int) -> Load:
    """The same load; of forms those that no other round sends. The round after the last is for warming up."""
    if load.script != "forms.lua":
        return load
    return replace(load, arguments=(load.arguments[0], str(round_number * FORMS // (rounds + 1) // 2)))


def _check(row: Row, load: Load, target: Any) -> None:
    """The right answer, once, before it is counted."""
    path = load.path if load.script != "paths.lua" else f"/cases/{target.seeded.references[-1]}"
    status, _headers, body = get(PORTAL_PORT, path, load.headers)
    if status != row.status or (status == 200 and b"</" not in body):
        raise RuntimeError(f"{row.name}: {path} answered {status}")
