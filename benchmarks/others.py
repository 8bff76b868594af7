"""The goals that are no rates of a page: what is behind, how long things take, what they weigh."""

from __future__ import annotations

import gzip
import http.client
import re
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from benchmarks.client import rate
from benchmarks.measuring import PORTAL_PORT, Figure
from benchmarks.memory import pss_of
from benchmarks.rows import ROWS, Target
from benchmarks.seed import HOST
from benchmarks.servers import get, serving, wait_for, whole, worker
from portal.config import Settings
from portal.database import owner_engine
from portal.events.models import Event, EventPosition, NewEvent
from portal.followers.base import rebuild
from portal.followers.models import Cursor
from portal.followers.registry import FOLLOWERS, named
from portal.search import editions
from portal.search.engine import NotReady, search_engine
from tenants.scope import Scope, current, db, entered

WRITERS, WRITES, SECONDS = 5, 50, 15
"""Clients, what they write together in a second, and for how long."""
PATIENCE = 120.0
"""Seconds for all of it to be taken in."""
MILLION = 1_000_000
"""Cases from which on the goal for memory is a larger one."""
SMALL = 1_000
"""Measured cases of a portal that the worker takes in from nothing before its pace is measured."""


def measure_others(
    app: Any, settings: Settings, target: Target, environment: dict[str, str], cases: int
) -> list[Figure]:
    """All of them, on a filled portal. Row-level security is switched off at the end: nothing may come after it."""
    alone = {**environment, "WEB_PROCESSES": "1"}
    found = [start(alone), *first_view(settings, environment), *at_rest(alone, cases)]
    with app.app_context():
        found.append(rebuilt())
        if len(target.seeded.references) <= SMALL:
            found.append(sealed(app, settings, target, environment))
    if settings.on_postgresql:
        found += walls(settings, target, environment)
    return found


def start(environment: dict[str, str]) -> Figure:
    """From the command to the first answer, with one web process."""
    began = time.monotonic()
    with whole(environment):
        wait_for(PORTAL_PORT)
        seconds = time.monotonic() - began
    return Figure("start to first answer", "≤ 2 s", f"{seconds:.1f} s", seconds <= 2)


def first_view(settings: Settings, environment: dict[str, str]) -> list[Figure]:
    """What a browser fetches that has never been here: the page, and what it names for it."""
    with serving(settings, environment):
        asked = {"Host": HOST, "Accept-Encoding": "gzip"}
        _status, headers, page = get(PORTAL_PORT, "/", asked)
        html = (gzip.decompress(page) if headers.get("content-encoding") == "gzip" else page).decode()
        named_by = r'<(?:script|img)[^>]*\bsrc="(/[^"]+)"|<link[^>]*rel="(?:stylesheet|icon)"[^>]*href="(/[^"]+)"'
        files = sorted({first or second for first, second in re.findall(named_by, html)})
        sizes = {path: len(get(PORTAL_PORT, path, asked)[2]) for path in files}
    whole = (len(page) + sum(sizes.values())) / 1000
    script = sum(size for path, size in sizes.items() if path.split("?")[0].endswith(".js")) / 1000
    return [
        Figure("first view of the front page, over the wire", "≤ 60 kB", f"{whole:.0f} kB", whole <= 60),
        Figure("first view: requests", "≤ 8", str(1 + len(files)), 1 + len(files) <= 8),
        Figure("first view: script", "≤ 20 kB", f"{script:.0f} kB", script <= 20),
    ]


def at_rest(environment: dict[str, str], cases: int) -> list[Figure]:
    """`portal serve --with-worker` and all that it starts, with one web process; 400 MB are for a million cases."""
    with whole(environment) as server:
        wait_for(PORTAL_PORT)
        time.sleep(8)
        mib, more = (each / 1024 for each in pss_of(server))
    most = 400 if cases >= MILLION else 250
    name = "memory of one web process, the worker and what looks after them (PSS)"
    goal = "≤ 250 MB, with a million cases 400"
    found = [Figure(name, goal, f"{mib:.0f} MiB", mib * 1.048576 <= most)]
    if more:
        found.append(
            Figure("memory of what makes the search index, until it is made (PSS)", "", f"{more:.0f} MiB", True)
        )
    return found


def rebuilt() -> Figure:
    """A projection made again from all events, without search."""
    began = time.monotonic()
    told = rebuild(named("figures"))
    each = told / (time.monotonic() - began)
    return Figure("rebuild of a projection, without search", "≥ 5,000 events/s", f"{each:,.0f} events/s", each >= 5000)


def sealed(app: Any, settings: Settings, target: Target, environment: dict[str, str]) -> Figure:
    """Messages of customers: how long until each has its position, its leaf in the log, its letters, and is found."""
    _caught_up(environment)
    with serving(settings, environment), worker(environment):
        wait_for(PORTAL_PORT)
        seen: list[tuple[float, int]] = []
        over = threading.Event()
        watching = threading.Thread(target=_watch, args=(app, seen, over))
        watching.start()
        first = _last_event()
        with ThreadPoolExecutor(WRITERS) as pool:
            written = sum(pool.map(lambda _each: _write(target), range(WRITERS)))
        _until(lambda: bool(seen) and seen[-1][1] >= _last_position() and _nothing_waits())
        over.set()
        watching.join()
    waits = _waits(first, seen)
    late = statistics.quantiles(waits, n=20)[-1]
    name = f"event sealed, found and in the outbox, p95 under {written / SECONDS:.0f} writes/s"
    return Figure(name, "≤ 2 s", f"{late:.1f} s", late <= 2)


def walls(settings: Settings, target: Target, environment: dict[str, str]) -> list[Figure]:
    """The same pages made anew with the policies on and off, alternating."""
    rows = [row for row in ROWS if row.cold]
    engine = owner_engine(settings)
    found = []
    with serving(settings, {**environment, "PAGE_MEMORY": "0"}):
        for row in rows:
            load = row.load(target)
            on, off = [], []
            for _round in range(3):
                for rates, word in ((on, "ENABLE"), (off, "DISABLE")):
                    _switch(engine, word)
                    rate(PORTAL_PORT, load, 1)
                    rates.append(rate(PORTAL_PORT, load, 2))
            cost = 100 * (1 - statistics.median(on) / statistics.median(off))
            name = f"cost of row-level security: {row.name}"
            found.append(Figure(name, "≤ 15 %", f"{cost:.0f} %", cost <= 15))
    _switch(engine, "ENABLE")
    engine.dispose()
    return found


def _switch(engine: Any, word: str) -> None:
    """Of every table. A request that is still answered may stand in the way, and is given time to end."""
    for _try in range(20):
        time.sleep(0.5)
        with suppress(OperationalError), engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '2s'"))
            guarded = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relforcerowsecurity"
            for (name,) in connection.execute(text(guarded)).all():
                connection.execute(text(f'ALTER TABLE "{name}" {word} ROW LEVEL SECURITY'))
            return
    raise RuntimeError("row-level security could not be switched")


def _write(target: Target) -> int:
    """One client: as many messages a second as its share; gives how many were taken."""
    case = f"/cases/{target.seeded.references[0]}"
    asked = {"Host": HOST, "Cookie": target.customer}
    token = re.search(rb'name="csrf_token" value="([^"]+)"', get(PORTAL_PORT, case, asked)[2])
    if token is None:
        raise RuntimeError("the customer is shown no form")
    headers = {
        **asked,
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
    }
    began, taken = time.monotonic(), 0
    for number in range(WRITES // WRITERS * SECONDS):
        time.sleep(max(0.0, began + number * WRITERS / WRITES - time.monotonic()))
        if time.monotonic() - began > SECONDS:
            break
        connection = http.client.HTTPConnection("127.0.0.1", PORTAL_PORT, timeout=30)
        form = {"text": f"Is there any news? {number}", "csrf_token": token[1].decode()}
        connection.request("POST", f"{case}/messages", urlencode(form), headers)
        answer = connection.getresponse()
        page = answer.read()
        connection.close()
        if answer.status != HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"a message was answered {answer.status}: {page[:500]!r}")
        taken += 1
    return taken


def _watch(app: Any, seen: list[tuple[float, int]], over: threading.Event) -> None:
    """Every now and then: up to which position everything has been taken in."""
    with app.app_context():
        while not over.wait(0.05):
            seen.append((time.time(), _taken_in()))


def _taken_in() -> int:
    with entered(Scope.system()):
        names = [each.name for each in FOLLOWERS]
        at = list(db.session.scalars(select(Cursor.position).where(Cursor.follower.in_(names))))
        edition, found = editions.whole(), 0
        with suppress(NotReady):
            found = search_engine().position(edition) if edition else 0
        db.session.rollback()
    return min([*at, found]) if len(at) == len(names) else 0


def _waits(first: int, seen: list[tuple[float, int]]) -> list[float]:
    events, positions = Event.__table__, EventPosition.__table__
    with entered(Scope.system()):
        query = current().select(events.c.at, positions.c.position)
        query = query.select_from(events.join(positions, positions.c.event_id == events.c.id))
        rows = db.session.execute(query.where(events.c.id > first)).all()
    return [next(at for at, taken in seen if taken >= row.position) - row.at.timestamp() for row in rows]


def _last_event() -> int:
    with entered(Scope.system()):
        return db.session.scalar(current().select(func.max(Event.__table__.c.id), also=[Event.__table__])) or 0


def _last_position() -> int:
    with entered(Scope.system()):
        return editions.last_position()


def _nothing_waits() -> bool:
    with entered(Scope.system()):
        return db.session.execute(current().select(NewEvent.__table__.c.event_id).limit(1)).first() is None


def _caught_up(environment: dict[str, str]) -> None:
    """The worker has taken in what was seeded."""
    with worker(environment):
        _until(lambda: _taken_in() >= _last_position(), 3600)


def _until(holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > patience:
            raise RuntimeError("it was not taken in")
        time.sleep(0.2)
