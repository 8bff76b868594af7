"""`make bench`: measures every row against hello, on both databases, and writes docs/benchmarks.md.

Each row alternates with hello (A B A B …) and the medians are divided: on a shared machine only the ratio means
anything. Load goes to loopback only and ends by itself.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from benchmarks.ideas import IDEA_ROWS, IDEAS, VOTES, ideas_target, plans_of_ideas
from benchmarks.importing import import_rate
from benchmarks.measured import with_earlier
from benchmarks.measuring import Section, installed, let_go, measure_rows, size_of
from benchmarks.others import measure_others
from benchmarks.profiles import profiles
from benchmarks.report import write_ideas, write_report, write_search
from benchmarks.rows import ROWS
from benchmarks.searching import Searched, complaints, quality
from benchmarks.searching import measure as searched
from benchmarks.seed import seed
from benchmarks.seed_ideas import seed_ideas
from benchmarks.suggesting import accuracy
from benchmarks.target import target_of
from portal.config import Settings
from portal.web import create_app

COMPLAINTS = Path(__file__).parents[2] / "shared" / "data" / "complaints.jsonl.gz"


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
    """Measure and print; every row is a ratio to a bare Flask hello in the same run.

    Of one size or engine alone, what was measured of the others on the same day stays in the report.
    """
    if searching:
        measure_search(sizes, engines, write=write)
        return
    if boards:
        measure_ideas(engines, seconds, rounds, write=write)
        return
    for cases in (*sizes, *((1_000_000,) if million else ())):
        for engine in engines:
            section = _measure(engine, cases, seconds, rounds, only)
            _print(section)
            if write and not only:
                write_report(with_earlier(section, now := datetime.now(UTC)), now)


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
                    import_rate(COMPLAINTS, environment, 0)
                    found = replace(found, quality=quality(app))
                done.append(found)
                click.echo(f"  {found}", err=True)
                let_go(app)
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
                measure_rows(section, rows, target, settings, changed, seconds, rounds)
            section.notes += [f"{seeded.votes:,} votes", *plans_of_ideas(app)]
            let_go(app)
        sections.append(section)
        _print(section)
    if write:
        write_ideas(sections, datetime.now(UTC))


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
    target = target_of(app, seeded, folder)
    for cold in (False, True):
        rows = [row for row in ROWS if row.cold is cold and only in row.name]
        if rows:
            changed = {**environment, "PAGE_MEMORY": "0"} if cold else environment
            measure_rows(section, rows, target, settings, changed, seconds, rounds)
    section.profiles = profiles(app, settings, ROWS, section.results, target)
    if not only:
        section.figures = measure_others(app, settings, target, environment, section.cases)
        section.notes.append(f"the database takes {size_of(settings) / 2**20:,.0f} MiB")
        section.notes += _plans(app)
        if COMPLAINTS.exists() and section.cases <= 1000:
            goal = 200 if settings.on_postgresql else 300
            section.figures.append(import_rate(COMPLAINTS, environment, goal))
    let_go(app)


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
    for figure in section.figures:
        mark = "" if figure.met else "  misses its goal"
        goal = f" (goal {figure.goal})" if figure.goal else ""
        click.echo(f"  {figure.name}: {figure.value}{goal}{mark}")
    for profile in section.profiles:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in profile.shares.items() if share >= 0.01)
        click.echo(f"  {profile.row}: {profile.milliseconds:.1f} ms ({shares})")
    for note in section.notes:
        click.echo(f"  {re.sub(chr(10), ' ', note)}")


if __name__ == "__main__":
    sys.exit(main())
