"""`make bench`: measures every row against hello, on both databases, and writes docs/benchmarks.md.

Each row alternates with hello (A B A B …) and the medians are divided: on a shared machine only the ratio means
anything. Load goes to loopback only and ends by itself.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import text

from benchmarks.client import Load, rate
from benchmarks.ideas import IDEA_ROWS, IDEAS, VOTES, ideas_target, plans_of_ideas
from benchmarks.importing import import_rate
from benchmarks.memory import pss_mib
from benchmarks.report import write_ideas, write_report, write_search
from benchmarks.rows import DEEP, ROWS, Row, Target
from benchmarks.searching import Searched, complaints, quality
from benchmarks.searching import measure as searched
from benchmarks.seed import HOST, PASSWORD, Seeded, seed
from benchmarks.seed_ideas import seed_ideas
from benchmarks.servers import get, serving
from benchmarks.suggesting import accuracy
from portal.cases.models import Case
from portal.config import Settings
from portal.database import owner_engine, setup
from portal.web import create_app
from tenants.scope import Scope, current, db, entered
from tests.servers import postgresql_url

SECRET = "benchmark-secret-of-more-than-32-characters"  # noqa: S105 (a throw-away portal on loopback)
PORTAL_PORT, HELLO_PORT = 18080, 18081
FORMS = 30_000
COMPLAINTS = Path(__file__).parents[2] / "shared" / "data" / "complaints.jsonl.gz"


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


@dataclass
class Section:
    """Everything measured on one database with one size."""

    engine: str
    cases: int
    results: list[Result] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@click.command()
@click.option("--size", "sizes", type=int, multiple=True, default=(1_000, 100_000), help="Cases; repeat for several.")
@click.option("--engine", "engines", multiple=True, default=("sqlite", "postgresql"), show_default=True)
@click.option("--million", is_flag=True, help="Also with 1,000,000 cases (takes long).")
@click.option("--seconds", default=2.0, show_default=True, help="Of each load.")
@click.option("--rounds", default=3, show_default=True, help="Alternations with hello; the medians count.")
@click.option("--only", default="", help="Only rows whose name contains this.")
@click.option("--search", "searching", is_flag=True, help="Only search and likeness.")
@click.option("--ideas", "boards", is_flag=True, help="Only ideas: 100,000 of them with 5 million votes.")
@click.option("--write/--no-write", default=True, help="Write docs/benchmarks.md.")
def main(
    sizes: tuple[int, ...],
    engines: tuple[str, ...],
    million: bool,
    seconds: float,
    rounds: int,
    only: str,
    searching: bool,
    boards: bool,
    write: bool,
) -> None:
    """Measure and print; every row is a ratio to a bare Flask hello in the same run."""
    if searching:
        measure_search(sizes, engines, write=write)
        return
    if boards:
        measure_ideas(engines, seconds, rounds, write=write)
        return
    sections = []
    for cases in (*sizes, *((1_000_000,) if million else ())):
        for engine in engines:
            sections.append(_measure(engine, cases, seconds, rounds, only))
            _print(sections[-1])
    if write and not only:
        write_report(sections, datetime.now(UTC))


def measure_search(sizes: Sequence[int], engines: Sequence[str], *, write: bool) -> None:
    """The index and its answers for each size and engine; at the smallest size also how well they are found."""
    done: list[Searched] = []
    suggested = accuracy(complaints())
    for sentence in suggested:
        click.echo(f"suggested topics: {sentence}", err=True)
    for cases in sizes:
        for engine in engines:
            with installed(engine) as (settings, environment):
                app = create_app(settings)
                click.echo(f"\nsearch, {engine}, {cases:,} cases", err=True)
                seed(app, cases)
                found = searched(app, engine, cases)
                if cases == min(sizes) and COMPLAINTS.exists():
                    import_rate(COMPLAINTS, environment)
                    found = replace(found, quality=quality(app))
                done.append(found)
                click.echo(f"  {found}", err=True)
                _let_go(app)
    if write:
        write_search(done, suggested, datetime.now(UTC))


def measure_ideas(engines: Sequence[str], seconds: float, rounds: int, *, write: bool) -> None:
    """The pages of a board with very many ideas and votes, and the tap that adds one more."""
    sections = []
    for engine in engines:
        section = Section(engine, IDEAS)
        with installed(engine) as (settings, environment):
            app = create_app(settings)
            click.echo(f"\n{engine}, {IDEAS:,} ideas", err=True)
            seed(app, 1_000)
            seeded = seed_ideas(app, IDEAS, VOTES)
            target = ideas_target(app, seeded, Path(environment["DATA_DIR"]))
            for cold in (False, True):
                rows = [row for row in IDEA_ROWS if row.cold is cold]
                changed = {**environment, "PAGE_MEMORY": "0"} if cold else environment
                _measure_rows(section, rows, target, settings, changed, seconds, rounds)
            section.notes += [f"{seeded.votes:,} votes", *plans_of_ideas(app)]
            _let_go(app)
        sections.append(section)
        _print(section)
    if write:
        write_ideas(sections, datetime.now(UTC))


@contextmanager
def installed(engine: str) -> Iterator[tuple[Settings, dict[str, str]]]:
    """A throw-away installation, set up and empty, and the environment that its programs need."""
    with tempfile.TemporaryDirectory(prefix="daylight-bench-") as folder, ExitStack() as stack:
        database = {} if engine == "sqlite" else {"DATABASE_URL": stack.enter_context(postgresql_url("bench"))}
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


def _size(settings: Settings) -> int:
    """Bytes of the whole database, with its indexes."""
    engine = owner_engine(settings)
    query = "pg_database_size(current_database())"
    if not settings.on_postgresql:
        query = "page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with engine.connect() as connection:
        found = int(connection.scalar(text(f"SELECT {query}")))
    engine.dispose()
    return found


def _let_go(app: Any) -> None:
    app.extensions["search"].close()
    with app.app_context():
        for each in db.engines.values():
            each.dispose()


def _measure(engine: str, cases: int, seconds: float, rounds: int, only: str) -> Section:
    section = Section(engine, cases)
    with installed(engine) as (settings, environment):
        _measure_in(section, settings, environment, seconds, rounds, only)
    return section


def _measure_in(
    section: Section, settings: Settings, environment: dict[str, str], seconds: float, rounds: int, only: str
) -> None:
    app, folder = create_app(settings), Path(environment["DATA_DIR"])
    click.echo(f"\n{section.engine}, {section.cases:,} cases", err=True)
    seeded = seed(app, section.cases)
    target = _target(app, settings, seeded, folder, environment)
    for cold in (False, True):
        rows = [row for row in ROWS if row.cold is cold and only in row.name]
        if rows:
            changed = {**environment, "PAGE_MEMORY": "0"} if cold else environment
            _measure_rows(section, rows, target, settings, changed, seconds, rounds)
    if not only:
        section.notes.append(f"the database takes {_size(settings) / 2**20:,.0f} MiB")
        section.notes += _plans(app)
        if COMPLAINTS.exists() and section.cases <= 1000:
            section.notes.append(import_rate(COMPLAINTS, environment))
    _let_go(app)


def _measure_rows(
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
    ours, hellos = [], []
    for round_number in range(rounds):
        hellos.append(rate(HELLO_PORT, Load("/healthz"), seconds / 2))
        if row.writes and load.script == "forms.lua":
            load = replace(load, arguments=(load.arguments[0], str(round_number * FORMS // rounds // 2)))
        ours.append(rate(PORTAL_PORT, load, seconds))
    result = Result(
        row.name,
        statistics.median(ours),
        statistics.median(hellos),
        row.sqlite if engine == "sqlite" else row.postgresql,
    )
    click.echo(f"  {row.name:<34} {result.ratio:6.3f}  (goal {result.goal:g})", err=True)
    return result


def _check(row: Row, load: Load, target: Any) -> None:
    """The right answer, once, before it is counted."""
    path = load.path if load.script != "paths.lua" else f"/cases/{target.seeded.references[-1]}"
    status, _headers, body = get(PORTAL_PORT, path, load.headers)
    if status != row.status or (status == 200 and b"</" not in body):
        raise RuntimeError(f"{row.name}: {path} answered {status}")


def _target(app: Any, settings: Settings, seeded: Seeded, folder: Path, environment: dict[str, str]) -> Target:
    """Sign in and open a case as its customer, once; then everything is known that the loads need."""
    browser = app.test_client()
    base = f"https://{HOST}"
    same = {"Sec-Fetch-Site": "same-origin"}
    browser.get("/sign-in", base_url=base)
    browser.post("/sign-in", data={"email": "agent@bench.example", "password": PASSWORD}, headers=same, base_url=base)
    staff = _cookie(browser)
    customer = app.test_client()
    customer.post(f"/k/{seeded.key}", headers=same, base_url=base)
    path = f"/cases/{seeded.references[0]}/live"
    etags = {
        "public": app.test_client().get(path, base_url=base).headers["ETag"],
        "owner": customer.get(path, base_url=base).headers["ETag"],
    }
    return Target(seeded, folder, _cookie(customer), staff, _deep(app), etags, _forms(folder))


def _cookie(browser: Any) -> str:
    found = browser.get_cookie("__Host-session", domain=HOST) or browser.get_cookie("__Host-session")
    if found is None:
        raise RuntimeError("no session: the sign-in of the benchmark failed")
    return f"__Host-session={found.value}"


def _deep(app: Any) -> str:
    """The token of the page after `DEEP` rows, or of the middle of a shorter list."""
    cases = Case.__table__
    with app.app_context(), entered(Scope.system()):
        query = current().select(cases.c.id).where(cases.c.visibility == "public").order_by(cases.c.id.desc())
        found = db.session.scalar(query.offset(DEEP).limit(1)) or db.session.scalar(query.offset(200).limit(1))
    return f"{found:x}"


def _forms(folder: Path) -> Path:
    signer = URLSafeTimedSerializer(SECRET, salt="report-form")
    path = folder / "forms.txt"
    with path.open("w") as file:
        for number in range(FORMS):
            nonce = signer.dumps(f"bench-nonce-{number:08d}-xxxxxxxxxx")
            form = {"nonce": nonce, "what": f"The belt stopped again, number {number}.", "visibility": "public",
                    "language": "en", "category": "c3"}  # fmt: skip
            file.write(urlencode(form) + "\n")
    return path


def _plans(app: Any) -> list[str]:
    """How the database reads one page of each filter: which index, and that nothing is scanned whole."""
    from benchmarks.plans import plans

    with app.app_context():
        return plans()


def _print(section: Section) -> None:
    click.echo(f"\n{section.engine}, {section.cases:,} cases")
    for result in section.results:
        mark = "" if result.ratio >= result.goal else "  misses its goal"
        click.echo(f"  {result.row:<34} {result.ratio:6.3f}  goal {result.goal:<5g} {result.rate:>9,.0f}/s{mark}")
    for note in section.notes:
        click.echo(f"  {re.sub(chr(10), ' ', note)}")


if __name__ == "__main__":
    sys.exit(main())
