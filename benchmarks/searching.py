"""Search and likeness: how fast the index is made and asked, and how well the real complaints are found.

Times are of one process that asks one question after the other, without the web in between; a page adds its own.
"""

from __future__ import annotations

import gzip
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal.directory import _read
from portal.search import editions, keeping
from portal.search.likeness import alike
from portal.search.searching import Asked, search
from portal.worker.sequencer import sequence
from tenants.models import Network
from tenants.scope import Scope, db, entered
from tests.search.quality import ALIKE, QUESTIONS, imported, likeness, lines_of, recall

COMPLAINTS = Path(__file__).parents[2] / "shared" / "data" / "complaints.jsonl.gz"
ASKED = 200


@dataclass(frozen=True)
class Searched:
    """What was measured with one engine and one size. Times in milliseconds."""

    engine: str
    cases: int
    documents: float
    """Cases that the index takes in, a second; each has a document for the public and one for its business."""
    query: tuple[float, float]
    alike: tuple[float, float]
    """The median, and what 95 of 100 stay under."""
    quality: tuple[str, ...] = ()


@cache
def complaints() -> list[dict[str, Any]]:
    """The real complaints; none where they are not beside the project."""
    if not COMPLAINTS.exists():
        return []
    with gzip.open(COMPLAINTS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def measure(app: Any, engine: str, cases: int) -> Searched:
    """Make the index again from nothing, and ask it."""
    with app.app_context():
        network_id = _network("bench")
        taken, seconds = _make()
        with entered(Scope.public(network_id)):
            names = _read()
            questions = [question for _kind, question, _number in lines_of(QUESTIONS)] + _words()
            query = _times(questions, lambda question: search(Asked(question), names))
            like = _times([text for text, _number in lines_of(ALIKE)] + _texts(), alike)
        return Searched(engine, cases, taken / seconds, query, like)


def quality(app: Any) -> tuple[str, ...]:
    """Of the complaints as they were imported, after the index has taken them in."""
    with app.app_context():
        while sequence() + keeping.turn():
            pass
        network_id = _network("bench")
        numbers = {line: row["id"] for line, row in enumerate(complaints(), 1)}
        cases = imported(network_id, numbers)
        found, silent = likeness(network_id, cases)
        shares = recall(network_id, cases)
    told = ", ".join(f"{kind} {share}" for kind, share in shares.items())
    return (
        f"questions whose complaint is among the first ten: {told}",
        f"texts shown the complaint that tells of the same: {found}; without one, shown nothing: {silent}",
    )


def _make() -> tuple[int, float]:
    with entered(Scope.system()):
        edition = editions.ask_for("asked").id
    started = time.monotonic()
    while keeping.turn():
        pass
    seconds = time.monotonic() - started
    with entered(Scope.system()):
        made = db.session.get_one(editions.Edition, edition)
        if made.finished_at is None:
            raise RuntimeError("the index was not made")
        return made.done, seconds


def _times(asked: Sequence[str], ask: Callable[[str], object]) -> tuple[float, float]:
    for each in asked[:10]:
        ask(each)
    times = []
    for each in asked:
        started = time.perf_counter()
        ask(each)
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def _words() -> list[str]:
    """Two neighbouring words of a complaint each, as people type them."""
    rng, found = random.Random(4), []
    for row in rng.sample(complaints(), min(ASKED, len(complaints()))):
        words = row["text"].split() if row["lang"] == "en" else [row["text"][:4], row["text"][4:6]]
        start = rng.randrange(max(1, len(words) - 1))
        found.append(" ".join(words[start : start + 2]))
    return found


def _texts() -> list[str]:
    rng = random.Random(5)
    return [row["text"][:200] for row in rng.sample(complaints(), min(ASKED, len(complaints())))]


def _network(slug: str) -> int:
    with entered(Scope.system()):
        return db.session.query(Network).filter_by(slug=slug).one().id
