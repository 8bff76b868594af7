"""Importing: each line of a file becomes a case through a verb of reporting, remembered in the same transaction.

A run that was interrupted goes on where it stopped; lines that were refused are tried again. Nothing is half written:
a line has its case and its row in `imported_lines`, or neither.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from portal.cases.models import Case
from portal.cases.opening import Report, open_case, publish_historic
from portal.imports.checking import Manner, Ready, ready, unfit
from portal.imports.directory import Directory
from portal.imports.models import ImportedLine
from portal.imports.reading import Line, Source
from tenants import clock
from tenants.models import Network
from tenants.scope import Scope, current, db, entered, writing

LINES = 50
SECONDS = 0.1
"""What one transaction may hold and how long it may last, so that nobody else waits for an import."""
ATTEMPTS = 5
REFUSALS = (LookupError, DataError, IntegrityError)
"""What a verb or the database raises for a single line that cannot become a case."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line: a case, or the reason why not."""

    line: Line
    case_id: int | None
    refused: str | None


@dataclass
class Step:
    """What one transaction has done. `before` counts lines that an earlier run had imported."""

    before: int = 0
    outcomes: list[Outcome] = field(default_factory=list)


def import_lines(source: Source, manner: Manner) -> Iterator[Step]:
    """Import everything that has not been imported yet; yields after each transaction."""
    with entered(Scope.system(manner.network_id)):
        directory = Directory(manner.network_id)
        lines = source.lines()
        while chunk := list(islice(lines, LINES)):
            if done := _imported(source, chunk):
                yield Step(before=len(done))
            waiting = _prepared([line for line in chunk if line.number not in done], manner, directory)
            while waiting:
                step = _write(source, manner, waiting)
                waiting = waiting[step.before + len(step.outcomes) :]
                yield step


def _prepared(lines: Sequence[Line], manner: Manner, directory: Directory) -> list[Ready]:
    if manner.may_create:
        fit = [line.fields for line in lines if not unfit(line)]
        directory.make_missing({fields["business"] for fields in fit}, {fields["reason"] for fields in fit})
    return [ready(line, manner, directory) for line in lines]


def _imported(source: Source, lines: Sequence[Line]) -> set[int]:
    """Which of these lines have become cases already."""
    query = select(ImportedLine.line).where(
        ImportedLine.file_hash == source.sha256,
        ImportedLine.line.between(lines[0].number, lines[-1].number),
        ImportedLine.case_id.is_not(None),
    )
    return set(db.session.scalars(query))


def _write(source: Source, manner: Manner, waiting: Sequence[Ready]) -> Step:
    """Write as much as one transaction may hold: plainly at first, and if something fails, with a savepoint per line.

    Two runs over one file meet at the primary key of `imported_lines`: who comes second looks again.
    """
    for attempt in range(ATTEMPTS):
        try:
            return _write_some(source, manner, waiting, careful=attempt > 0)
        except REFUSALS:
            continue
    raise RuntimeError("another import of this file is always quicker")


def _write_some(source: Source, manner: Manner, waiting: Sequence[Ready], *, careful: bool) -> Step:
    step, began = Step(), time.monotonic()
    with writing():
        network = db.session.get_one(Network, manner.network_id)  # held for all lines, so that it is read once
        done = _imported(source, [each.line for each in waiting])
        for each in waiting:
            if each.line.number in done:
                step.before += 1
                continue
            step.outcomes.append(_carefully(network, each) if careful else _become_case(network, each))
            if time.monotonic() - began > SECONDS:
                break
        _remember(source, step.outcomes)
    return step


def _carefully(network: Network, ready: Ready) -> Outcome:
    """What a line has written that is refused halfway is taken back to its savepoint."""
    try:
        with db.session.begin_nested():
            return _become_case(network, ready)
    except REFUSALS as problem:
        return Outcome(ready.line, None, f"{type(problem).__name__}: {problem}"[:500])


def _become_case(network: Network, ready: Ready) -> Outcome:
    if ready.report is None:
        return Outcome(ready.line, None, ready.refused)
    return Outcome(ready.line, _open(network.id, ready.report, ready).id, None)


def _open(network_id: int, report: Report, ready: Ready) -> Case:
    if ready.published:
        return publish_historic(network_id, report, ready.published, at=ready.at)
    return open_case(network_id, report, route=ready.route)


def _remember(source: Source, outcomes: Sequence[Outcome]) -> None:
    if not outcomes:
        return
    table, scope, now = ImportedLine.__table__, current(), clock.now()
    numbers = [outcome.line.number for outcome in outcomes]
    refused_before = scope.delete(table).where(
        table.c.file_hash == source.sha256, table.c.line.in_(numbers), table.c.case_id.is_(None)
    )
    db.session.execute(refused_before)
    rows = [
        {
            "network_id": scope.network_id,
            "file_hash": source.sha256,
            "line": outcome.line.number,
            "case_id": outcome.case_id,
            "refused": outcome.refused,
            "at": now,
        }
        for outcome in outcomes
    ]
    db.session.execute(scope.insert(table), rows)
