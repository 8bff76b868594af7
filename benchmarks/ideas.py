"""What is measured of ideas: lists in both orders and by each filter, the page of one, and the tap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from benchmarks.client import Load
from benchmarks.plans import explained, statements_of
from benchmarks.rows import DEEP, Row, _as
from benchmarks.seed_ideas import SeededIdeas
from portal.database import owner_engine
from portal.directory import directory
from portal.ideas.reading import list_ideas
from tenants import door
from tenants.scope import Scope, entered

IDEAS, VOTES = 100_000, 5_000_000
FILTERS = {"state": "planned", "business": "tenant-3", "category": "c5", "touchpoint": "P7"}


@dataclass(frozen=True)
class IdeasTarget:
    """What the rows need to know: references, the token of a page far down in each order, and a file of taps."""

    seeded: SeededIdeas
    deep: dict[str, str]
    taps: Path


def ideas_target(app: Flask, seeded: SeededIdeas, folder: Path) -> IdeasTarget:
    taps = folder / "taps.txt"
    taps.write_text("\n".join(f"/ballot/ideas/{reference}/vote?brief=1" for reference in seeded.references[:5000]))
    engine = owner_engine(app.config["SETTINGS"])
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT wanted, id FROM ideas ORDER BY wanted DESC, id DESC LIMIT 1 OFFSET :deep"), {"deep": DEEP}
        ).one()
        newest = connection.scalar(text("SELECT id FROM ideas ORDER BY id DESC LIMIT 1 OFFSET :deep"), {"deep": DEEP})
    engine.dispose()
    return IdeasTarget(seeded, {"votes": f"{row.wanted:x}.{row.id:x}", "newest": f"{newest:x}"}, taps)


def _listed(query: str) -> Callable[[IdeasTarget], Load]:
    return lambda _target: Load(f"/ideas?{query}", _as())


def _deep(order: str) -> Callable[[IdeasTarget], Load]:
    return lambda target: Load(f"/ideas?order={order}&after={target.deep[order]}", _as())


IDEA_ROWS: list[Row] = [
    Row("idea page, anonymous", lambda target: Load(f"/ideas/{target.seeded.references[0]}", _as()), 0.06, 0.04),
    Row(
        "idea page, anonymous, cold",
        lambda target: Load(f"/ideas/{target.seeded.references[0]}", _as()),
        0.06,
        0.04,
        cold=True,
    ),
    Row("ideas by votes, first page, cold", _listed("order=votes"), 0.08, 0.06, cold=True),
    Row("ideas by votes, after row 25,000, cold", _deep("votes"), 0.08, 0.06, cold=True),
    Row("roadmap, cold", lambda _target: Load("/roadmap", _as()), 0.06, 0.04, cold=True),
    Row("ideas by votes, first page", _listed("order=votes"), 0.08, 0.06),
    Row("ideas by votes, after row 25,000", _deep("votes"), 0.08, 0.06),
    Row("ideas by time, first page", _listed("order=newest"), 0.08, 0.06),
    Row("ideas by time, after row 25,000", _deep("newest"), 0.08, 0.06),
    *(Row(f"ideas by votes, one {name}", _listed(f"{name}={value}"), 0.08, 0.06) for name, value in FILTERS.items()),
    Row(
        "one-tap vote, durable",
        lambda target: Load("/", {}, script="votes.lua", arguments=(str(target.taps),)),
        0.05,
        0.03,
        writes=True,
    ),
]


def plans_of_ideas(app: Flask) -> list[str]:
    """One line for each list: the index that the planner chose."""
    lines = []
    with app.app_context():
        with entered(Scope.door()):
            card = door.network_by_slug("bench")
        assert card is not None
        with entered(Scope.public(card.id)):
            names = directory(card)
            for order in ("votes", "newest"):
                for name, value in {"": "", **FILTERS}.items():
                    chosen = {name: value} if name else {}
                    (first, *_rest) = statements_of(
                        "FROM ideas", lambda c=chosen, o=order: list_ideas(c, names, order=o)
                    )
                    lines.append(f"plan of `{name or 'all'}` by {order}: {explained(first)}")
    return lines
