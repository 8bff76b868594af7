"""Fills a seeded database with many ideas and their votes, by bulk insert.

Votes are written by the database itself, a few statements for millions of rows; the triggers that count them rest
meanwhile, and the counters are set from the rows at the end, as the check of the portal would find them.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from flask import Flask
from sqlalchemy import Connection, text

from benchmarks.seed import SENTENCES, _analyze, _fresh_reference
from portal.cases.directory_models import Category, Touchpoint
from portal.config import Settings
from portal.database import owner_engine
from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.states import STATES
from tenants.ids import new_id
from tenants.models import Network, Tenant
from tenants.scope import Scope, current, db, entered, writing

CHUNK = 2000
STEEP = 0.7
"""How unevenly votes are spread: the idea at rank r has some r^-0.7 of them, as on boards that are public."""


@dataclass(frozen=True)
class SeededIdeas:
    references: list[str]
    """Of ideas that still take votes, the most wanted first."""
    votes: int


def seed_ideas(app: Flask, ideas: int, votes: int) -> SeededIdeas:
    """Write `ideas` ideas with some `votes` votes together into a database that `benchmarks.seed` has filled."""
    rng, started = random.Random(20261127), time.monotonic()
    rows: list[dict[str, Any]] = []
    with app.app_context(), entered(Scope.system()):
        network = db.session.query(Network).one()
        tenants = [each.id for each in db.session.query(Tenant).order_by(Tenant.id)]
        places = [each.id for each in db.session.query(Touchpoint).order_by(Touchpoint.id)]
        topics = [each.id for each in db.session.query(Category).order_by(Category.id)]
        weights = [(rank + 10) ** -STEEP for rank in range(ideas)]
        scale = votes / sum(weights)
        db.session.rollback()
        for start in range(0, ideas, CHUNK):
            part = [
                _idea(rng, network.id, tenants, places, topics, number, ideas, int(weights[number] * scale))
                for number in range(start, min(start + CHUNK, ideas))
            ]
            with writing():
                db.session.execute(current().insert(Idea.__table__), [idea for idea, _revision in part])
                db.session.execute(current().insert(IdeaRevision.__table__), [revision for _idea, revision in part])
            rows += [idea for idea, _revision in part]
            click.echo(f"\r  seeded {len(rows):,} ideas", nl=len(rows) == ideas, err=True)
    made = _votes(app.config["SETTINGS"])
    click.echo(f"  seeded {made:,} votes ({time.monotonic() - started:,.0f} s in all)", err=True)
    _analyze(app.config["SETTINGS"])
    open_ones = [row["reference"] for row in rows if row["state"] not in ("shipped", "declined")]
    return SeededIdeas(open_ones, made)


def _idea(
    rng: random.Random,
    network_id: int,
    tenants: list[int],
    places: list[int],
    topics: list[int],
    number: int,
    ideas: int,
    votes: int,
) -> tuple[dict[str, Any], dict[str, Any]]:
    at = datetime.now(UTC) - timedelta(seconds=(ideas - number) * 97 % 40_000_000)
    idea_id = new_id(at)
    state = rng.choices(STATES, weights=(50, 15, 12, 8, 7, 8))[0]
    idea = {
        "id": idea_id,
        "network_id": network_id,
        "reference": _fresh_reference(),
        "kind": "solution",
        "visibility": "public",
        "state": state,
        "version": 1,
        "title": f"{rng.choice(SENTENCES)[:60]} ({number})",
        "language": "en",
        "tenant_id": tenants[number % len(tenants)],
        "touchpoint_id": rng.choice(places),
        "category_id": rng.choice(topics),
        "proposed_at": at,
        "shipped_since": at.date() if state == "shipped" else None,
        # Until the votes are there, `fixed_yes` says how many this one gets.
        "fixed_yes": votes,
    }
    told = "\n\n".join(rng.choice(SENTENCES) for _ in range(4))
    revision = {"network_id": network_id, "idea_id": idea_id, "number": 1, "title": idea["title"], "text": told}
    return idea, {**revision, "made_at": at, "is_substantial": True}


NUMBERS = "WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < :most)"
SQLITE_VOTES = f"""
    INSERT INTO idea_votes (id, network_id, idea_id, about, kind, says_yes, voter_hash, revision, at)
    {NUMBERS}
    SELECT row_number() OVER () + 1000000, i.network_id, i.id, 'idea', 'anonymous', true, randomblob(32), 1, :at
    FROM ideas i JOIN n ON n.x < i.fixed_yes
"""  # noqa: S608
POSTGRESQL_VOTES = """
    INSERT INTO idea_votes (id, network_id, idea_id, about, kind, says_yes, voter_hash, revision, at)
    SELECT row_number() OVER () + 1000000, i.network_id, i.id, 'idea', 'anonymous', true,
        sha256(int8send(i.id) || int4send(n.x)), 1, :at
    FROM ideas i JOIN LATERAL generate_series(1, i.fixed_yes::int) AS n(x) ON true
"""
COUNT = "UPDATE ideas SET votes = fixed_yes, votes_anonymous = fixed_yes, votes_current = fixed_yes, fixed_yes = 0"


def _votes(settings: Settings) -> int:
    engine = owner_engine(settings)
    with engine.connect().execution_options(writes=True) as connection:
        most = int(connection.scalar(text("SELECT max(fixed_yes) FROM ideas")) or 0)
        at = datetime.now(UTC)
        if settings.on_postgresql:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(POSTGRESQL_VOTES), {"at": at})
            connection.execute(text(COUNT))
        else:
            with _resting(connection):
                connection.execute(text(SQLITE_VOTES), {"at": at.replace(tzinfo=None), "most": most})
                connection.execute(text(COUNT))
        made = connection.scalar(text("SELECT count(*) FROM idea_votes"))
        # As after some minutes of real life: without it PostgreSQL plans for a table of no rows.
        connection.execute(text("ANALYZE"))
        connection.commit()
    engine.dispose()
    return int(made or 0)


class _resting:  # noqa: N801 (used as a block)
    """SQLite's triggers are put aside, and put back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        found = self._connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        self._triggers = [(str(name), str(sql)) for name, sql in found]
        for name, _sql in self._triggers:
            self._connection.execute(text(f"DROP TRIGGER {name}"))

    def __exit__(self, *_problem: object) -> None:
        for _name, sql in self._triggers:
            self._connection.exec_driver_sql(sql)
