"""`portal import`: cases from a file."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

if TYPE_CHECKING:
    from portal.imports.importing import Step

needs = "portal.imports.importing"


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--network", "slug", help="Slug of the network; may be left out when there is only one.")
@click.option("--historic", is_flag=True, help="Lines that were published elsewhere: closed, no promise, no mail.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), help="Told by the file's name unless given.")
@click.option("--map", "spec", default="", metavar="FIELD=COLUMN,…", help="Where a field stands under another name.")
@click.option("--language", default="", help="Of lines that name none: en, zh, zh-TW, …")
@click.option("--create/--no-create", default=None, help="Make businesses and categories that are missing.")
@click.option("--report", type=click.Path(path_type=Path), help="Write refused lines here, as JSON lines.")
def command(
    file: Path,
    slug: str | None,
    historic: bool,
    form: str | None,
    spec: str,
    language: str,
    create: bool | None,
    report: Path | None,
) -> None:
    """Make a case of each line of FILE, CSV or JSON lines, plain or gzipped.

    Fields are id, lang, text, business, reason, source, at, touchpoint, wish and visibility; only lang and text must
    be there, and for --historic business and source. A run that was interrupted goes on where it stopped; lines that
    were refused are tried again. Missing businesses and categories are made with --historic, else only with --create.

    Exit codes: 0 done (refused lines are counted and reported), 1 failed or unreadable, 2 called wrongly.
    """
    from portal import installation
    from portal.imports.checking import Manner
    from portal.imports.importing import import_lines
    from portal.imports.reading import Unreadable, WrongMapping, mapping_of, source_of
    from tenants import administration

    try:
        source = source_of(file, form, mapping_of(spec))
    except WrongMapping as wrong:
        raise click.UsageError(str(wrong)) from None
    except Unreadable as problem:
        raise click.ClickException(str(problem)) from None
    with installation.opened(), _report(report) as refusals:
        network = administration.network(slug)
        manner = Manner(network.id, historic, historic if create is None else create, language)
        counted = _Counted(source.line_breaks)
        for step in import_lines(source, manner):
            _write_refusals(step, refusals)
            counted.add(step)
        counted.finish()


class _Counted:
    """Counts and tells: one line a second, and the sum at the end."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.imported = self.refused = self.before = 0
        self.began = self.told = time.monotonic()

    def add(self, step: Step) -> None:
        refused = sum(outcome.refused is not None for outcome in step.outcomes)
        self.refused += refused
        self.imported += len(step.outcomes) - refused
        self.before += step.before
        if time.monotonic() - self.told >= 1:
            self.told = time.monotonic()
            done = self.imported + self.refused + self.before
            click.echo(f"{done:,} of about {self.total:,} lines, {self._rate()}, {self.refused:,} refused", err=True)

    def finish(self) -> None:
        if self.before and not self.imported and not self.refused:
            click.echo(f"Already imported: {self.before:,} lines. Nothing was changed.")
            return
        before = f" {self.before:,} had been imported before." if self.before else ""
        click.echo(f"Imported {self.imported:,} lines ({self._rate()}), refused {self.refused:,}.{before}")

    def _rate(self) -> str:
        return f"{(self.imported + self.refused) / max(time.monotonic() - self.began, 0.001):,.0f} lines/s"


@contextmanager
def _report(path: Path | None) -> Iterator[IO[str] | None]:
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as problem:
        raise click.ClickException(str(problem)) from None
    with file:
        yield file


def _write_refusals(step: Step, file: IO[str] | None) -> None:
    if file is None:
        return
    for outcome in step.outcomes:
        if outcome.refused is not None:
            told = {"line": outcome.line.number, "reason": outcome.refused, "content": outcome.line.content}
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
    file.flush()
