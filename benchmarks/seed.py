"""Fills a database with many cases, by bulk insert under the system's own scope. Shows how far it is.

Not a story and not the verbs: rows of the shape that the verbs leave behind, fast. Each case has a handful of events;
every tenth has twenty, and those are the ones whose pages are measured.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from flask import Flask

from benchmarks.searching import complaints
from benchmarks.seed_events import SENTENCES, write_events
from portal.accounts.passwords import hashed
from portal.calendars.models import ServiceCalendar
from portal.cases.directory_models import Category, Touchpoint
from portal.cases.models import Access, Case, Promise
from portal.cases.promises import NEVER
from portal.cases.references import new_reference
from portal.cases.titles import title_of
from portal.config import Settings
from portal.database import owner_engine
from tenants.ids import new_id, token_hash
from tenants.models import Key, Membership, Network, NetworkHost, Tenant, User
from tenants.scope import Scope, current, db, entered, writing

HOST = "bench.example"
PASSWORD = "bench-password-of-twenty"  # noqa: S105 (of a throw-away portal)
TENANTS = 10
CHUNK = 2000
LONG = 20
"""Events of a case whose page is measured."""


@dataclass
class Seeded:
    """What the measurements need to know of what was written."""

    references: list[str]
    key: str
    lead: str


def seed(app: Flask, cases: int) -> Seeded:
    """Write the network and `cases` cases into an empty, migrated database."""
    rng = random.Random(20261122)
    _given.clear()
    with app.app_context(), entered(Scope.system()):
        with writing():
            network_id, tenants, places, subjects = _network()
        references, first, started = [], None, time.monotonic()
        for start in range(0, cases, CHUNK):
            count = min(CHUNK, cases - start)
            with writing():
                made = _write_chunk(rng, network_id, tenants, places, subjects, start, count)
            references += made
            first = first or made[0]
            _progress(start + count, cases, started)
        with writing():
            key = _key(network_id, references[0])
    _analyze(app.config["SETTINGS"])
    return Seeded(references, key, "tenant-0")


def _network() -> tuple[int, list[int], list[int], list[int]]:
    network = _kept(
        Network(slug="bench", prefix="BEN", name={"en": "Bench Airport"}, zone="Europe/Vienna", locale="en")
    )
    _kept(NetworkHost(host=HOST, network_id=network.id))
    tenants = []
    for number in range(TENANTS):
        tenant = _kept(
            Tenant(
                network_id=network.id,
                slug=f"tenant-{number}",
                name={"en": f"Business {number}", "zh_Hans": f"商家{number}"},
                is_host=number == 0,
            )
        )
        week = [[["09:00", "17:00"]]] * 5 + [[], []]
        _kept(
            ServiceCalendar(
                network_id=network.id,
                tenant_id=tenant.id,
                zone="Europe/Vienna",
                week=week,
                closed=[],
                extra=[],
                targets={},
            )
        )
        tenants.append(tenant.id)
    user = _kept(User(network_id=network.id, email="agent@bench.example", name="Agent", password_hash=hashed(PASSWORD)))
    _kept(Membership(network_id=network.id, tenant_id=tenants[0], user_id=user.id, role="agent"))
    places = [
        _kept(
            Touchpoint(network_id=network.id, tenant_id=tenants[n % TENANTS], code=f"P{n}", name={"en": f"Place {n}"})
        ).id
        for n in range(40)
    ]
    subjects = [
        _kept(Category(network_id=network.id, code=f"c{n}", name={"en": f"Category {n}"})).id for n in range(12)
    ]
    return network.id, tenants, places, subjects


def _write_chunk(
    rng: random.Random,
    network_id: int,
    tenants: list[int],
    places: list[int],
    subjects: list[int],
    start: int,
    count: int,
) -> list[str]:
    now = datetime.now(UTC)
    cases, access, promises, measured = [], [], [], []
    histories: list[tuple[dict[str, Any], int, str]] = []
    for number in range(start, start + count):
        at = now - timedelta(seconds=(10_000_000 - number) * 3)
        is_open = rng.random() < 0.1 or number == 0  # the first is written to
        is_long = number % 10 == 0
        case_id, tenant_id = new_id(at), tenants[number % TENANTS]
        due = now + timedelta(hours=rng.randrange(1, 200))
        promise_id = new_id(at)
        said = complaints()[number % len(complaints())]["text"] if complaints() else rng.choice(SENTENCES)
        text = f"{said} ({number})"
        case = {
            "id": case_id,
            "network_id": network_id,
            "reference": _fresh_reference(),
            "kind": "complaint",
            "state": "in_progress" if is_open else "closed",
            "state_version": 3,
            "visibility": "public" if is_long or rng.random() < 0.8 else "private",
            "origin": "web",
            "language": rng.choice(("en", "zh_Hans", "zh_Hant")),
            "title": title_of(text),
            "lead_tenant_id": tenant_id,
            "touchpoint_id": rng.choice(places),
            "category_id": rng.choice(subjects),
            "reported_at": at,
            "closed_at": None if is_open else at + timedelta(days=3),
            "next_promise_id": promise_id if is_open else None,
            "next_due_at": due if is_open else None,
            "open_parts": 0,
            "last_seq": LONG if is_long else 3,
            "public_version": 7,
            "customer_version": 8,
            "shared_version": 8,
        }
        cases.append(case)
        access.append(
            {
                "network_id": network_id,
                "case_id": case_id,
                "tenant_id": tenant_id,
                "level": "lead",
                "sees_words": True,
                "sees_email": True,
                "sees_mobile": True,
                "is_open": is_open,
                "next_due_at": due if is_open else NEVER,
            }
        )
        promises.append(_promise(case, promise_id, due if is_open else at + timedelta(days=2), at, is_open=is_open))
        histories.append((case, case["last_seq"], text))
        if is_long:
            measured.append(case["reference"])
    scope = current()
    db.session.execute(scope.insert(Case.__table__), cases)
    db.session.execute(scope.insert(Access.__table__), access)
    db.session.execute(scope.insert(Promise.__table__), promises)
    write_events(rng, histories)
    return measured


_given: set[str] = set()


def _fresh_reference() -> str:
    """A reference not given out before; among a hundred thousand, two are alike in one seeding of seven."""
    while (reference := new_reference("BEN")) in _given:
        continue
    _given.add(reference)
    return reference


def _promise(case: dict[str, Any], promise_id: int, due: datetime, at: datetime, *, is_open: bool) -> dict[str, Any]:
    return {
        "id": promise_id,
        "network_id": case["network_id"],
        "case_id": case["id"],
        "tenant_id": case["lead_tenant_id"],
        "what": "answer",
        "sentence": None,
        "made_at": at,
        "due_at": due,
        "state": "due" if is_open else "kept",
        "settled_at": None if is_open else due,
        "fulfilled_at": None if is_open else due,
    }


def _key(network_id: int, reference: str) -> str:
    cases = Case.__table__
    case_id = db.session.scalar(current().select(cases.c.id).where(cases.c.reference == reference))
    token, now = "bench-key-of-27-characters-x", datetime.now(UTC)
    _kept(
        Key(
            id=new_id(),
            network_id=network_id,
            purpose="case",
            token_hash=token_hash(token),
            subject_id=case_id,
            subject=reference,
            created_at=now,
            expires_at=now + timedelta(days=30),
        )
    )
    return token


def _kept(thing: Any) -> Any:
    db.session.add(thing)
    db.session.flush()
    return thing


def _analyze(settings: Settings) -> None:
    """Let the planner know what is there, as autovacuum (or `PRAGMA optimize`) would have done by then."""
    engine = owner_engine(settings)
    with engine.connect().execution_options(writes=True) as connection:
        if settings.on_postgresql:
            connection.exec_driver_sql("SELECT setval('events_id_seq', (SELECT max(id) FROM events))")
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    engine.dispose()


def _progress(done: int, total: int, started: float) -> None:
    rate = done / (time.monotonic() - started)
    click.echo(f"\r  seeded {done:,} of {total:,} cases ({rate:,.0f}/s)", nl=done >= total, err=True)
