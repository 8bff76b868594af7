"""How well things are found: questions and texts that people wrote for it, asked of the real complaints.

The tests ask them of a part of the complaints, `make bench` of all of them; both count alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.cases.models import Case
from portal.directory import Directory, _read
from portal.imports.models import ImportedLine
from portal.search.likeness import alike
from portal.search.searching import Asked, Results, search
from tenants.scope import Scope, current, db, entered

HERE = Path(__file__).parent
QUESTIONS, ALIKE = HERE / "questions.tsv", HERE / "alike.tsv"
FIRST = 10
"""A question is answered when its case is among so many."""
SHOWN = 3


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    good: int
    of: int

    def __str__(self) -> str:
        return f"{self.good}/{self.of}"

    @property
    def percent(self) -> float:
        return 100 * self.good / max(self.of, 1)


def lines_of(path: Path) -> Iterator[list[str]]:
    """The fields of each line but for the comments."""
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def expected() -> set[int]:
    """The complaints that some question or text is about."""
    asked = {int(number) for _kind, _question, number in lines_of(QUESTIONS)}
    return asked | {int(number) for _text, number in lines_of(ALIKE) if number != "-"}


def imported(network_id: int, numbers: Mapping[int, int]) -> dict[int, int]:
    """Case ids by the complaints' own numbers; `numbers` gives those by the line of the file that was imported."""
    table = ImportedLine.__table__
    with entered(Scope.system(network_id)):
        rows = list(db.session.execute(current().select(table.c.line, table.c.case_id)))
    return {numbers[row.line]: row.case_id for row in rows if row.case_id is not None}


def recall(network_id: int, cases: Mapping[int, int]) -> dict[str, Share]:
    """For each set of questions, how many of them bring their case among the first results."""
    good, of = Counter[str](), Counter[str]()
    with entered(Scope.public(network_id)):
        names = _read()
        for kind, question, number in lines_of(QUESTIONS):
            of[kind] += 1
            good[kind] += cases[int(number)] in _first(question, names)
    return {kind: Share(good[kind], of[kind]) for kind in of}


def likeness(network_id: int, cases: Mapping[int, int]) -> tuple[Share, Share]:
    """How many texts are shown the case that tells of the same; and how many of those without one are shown nothing."""
    found, silent, alone, pairs = 0, 0, 0, 0
    with entered(Scope.public(network_id)):
        for text, number in lines_of(ALIKE):
            shown = [each.id for each in alike(text, most=SHOWN)]
            if number == "-":
                alone += 1
                silent += not shown
            else:
                pairs += 1
                found += cases[int(number)] in shown
    return Share(found, pairs), Share(silent, alone)


def _first(question: str, names: Directory) -> list[int]:
    results = search(Asked(question), names)
    if not isinstance(results, Results):
        raise TypeError("there is no index")
    table = Case.__table__
    shown = [each.case.reference for each in results.rows[:FIRST] if each.case]
    rows = db.session.execute(current().select(table.c.id).where(table.c.reference.in_(shown)))
    return [row.id for row in rows]
