"""Made-up files, and what has come of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from portal.cases.models import Case
from portal.imports.checking import Manner
from portal.imports.importing import import_lines
from portal.imports.reading import Source, mapping_of, source_of
from tenants.scope import Scope, db, entered
from tests.cast import Cast
from tests.play import history


def a_line(**changes: Any) -> dict[str, Any]:
    said = {
        "id": 1,
        "lang": "en",
        "text": "Bad food.",
        "business": "Meridian Air",
        "reason": "Delay",
        "source": "paper",
    }
    return {**said, **changes}


def write(path: Path, lines: list[dict[str, Any]]) -> Source:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return source_of(path, "jsonl", mapping_of(""))


def run(source: Source, manner: Manner) -> tuple[int, int, dict[int, str]]:
    """What came of it: imported, imported before, and reasons of refusals by line."""
    steps = list(import_lines(source, manner))
    outcomes = [outcome for step in steps for outcome in step.outcomes]
    refused = {outcome.line.number: outcome.refused for outcome in outcomes if outcome.refused}
    return len(outcomes) - len(refused), sum(step.before for step in steps), refused


def some(number: int) -> list[dict[str, Any]]:
    return [a_line(id=each, text=f"Complaint number {each}.") for each in range(1, number + 1)]


def cases(cast: Cast) -> list[Case]:
    with entered(Scope.system(cast.riverside)):
        return db.session.scalars(select(Case).order_by(Case.id)).all()


def count(*models: type[Any]) -> list[int]:
    with entered(Scope.system()):
        return [db.session.scalar(select(func.count()).select_from(model)) for model in models]


def sources(cast: Cast) -> list[int]:
    """The ids that the imported cases had in the file."""
    return sorted(int(entry.facts["source_id"]) for case in cases(cast)
                  for entry in history(cast, case.id) if entry.kind == "case.published")  # fmt: skip
