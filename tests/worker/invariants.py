"""What must be true of the history and of everything that follows it, whatever happened. Runs inside an app context."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from portal.cases.models import Case
from portal.events.models import Event, EventPosition, NewEvent
from portal.figures.models import DailyFigure
from portal.followers.figures import AGAIN, figure_of
from portal.followers.log.models import LogEntry
from portal.followers.models import Cursor, Delivery
from portal.followers.registry import FOLLOWERS
from tenants.models import Tenant
from tenants.scope import Scope, current, db, entered


def rows(model: type[Any], *order: str) -> list[Any]:
    table = model.__table__
    with entered(Scope.system()):
        return list(db.session.execute(current().select(table).order_by(*(table.c[name] for name in order))))


def is_counted(numbers: Iterable[int], first: int) -> bool:
    """Whether these are first, first + 1, … without a gap or a repetition, in this order."""
    return all(number == expected for expected, number in enumerate(numbers, first))


def check_history() -> None:
    """Each case's events are numbered from 1, and the case knows how many there are."""
    by_case = defaultdict(list)
    for event in rows(Event, "case_id", "case_seq"):
        by_case[event.case_id].append(event.case_seq)
    assert all(is_counted(numbers, 1) for numbers in by_case.values())
    cases = rows(Case, "id")
    assert {case.id: case.last_seq for case in cases} == {case: len(numbers) for case, numbers in by_case.items()}


def check_positions() -> None:
    """Every committed event has one position; positions have no gap; a case's events keep their order."""
    events = {event.id: event for event in rows(Event, "id")}
    positions = rows(EventPosition, "position")
    assert not rows(NewEvent, "event_id")
    assert is_counted([row.position for row in positions], 1)
    assert sorted(row.event_id for row in positions) == sorted(events)
    by_case = defaultdict(list)
    for row in positions:
        by_case[events[row.event_id].case_id].append(events[row.event_id].case_seq)
    assert all(is_counted(numbers, 1) for numbers in by_case.values())


def check_cursors() -> None:
    last = len(rows(EventPosition, "position"))
    assert {row.follower: row.position for row in rows_of_cursors()} == {f.name: last for f in FOLLOWERS}


def rows_of_cursors() -> list[Any]:
    from sqlalchemy import select

    with entered(Scope.system()):
        return list(db.session.execute(select(Cursor.follower, Cursor.position)))


def check_log() -> None:
    """One entry for each public event of a public case, counted by network, case and business, each naming the last."""
    by_event = {event.id: event for event in rows(Event, "id")}
    public = {case.id for case in rows(Case, "id") if case.visibility == "public"}
    due = {event.id for event in by_event.values() if event.audience == "public" and event.case_id in public}
    entries = rows(LogEntry, "network_id", "number")
    assert {entry.event_id for entry in entries} == due and len(entries) == len(due)
    numbers, cases, tenants, last = (defaultdict(list) for _ in range(4))
    for entry in entries:
        numbers[entry.network_id].append(entry.number)
        cases[entry.case_id].append(entry.case_entry)
        tenants[entry.tenant_id].append(entry.tenant_entry)
        said = json.loads(entry.entry)
        assert said["previous"] == (last[entry.case_id][-1] if last[entry.case_id] else None)
        last[entry.case_id].append(entry.number)
        check_entry(entry, said, by_event[entry.event_id])
    tenants.pop(None, None)
    assert all(is_counted(each, 0) for each in numbers.values())
    assert all(is_counted(each, 1) for counted in (cases, tenants) for each in counted.values())


def check_entry(entry: Any, said: dict[str, Any], event: Any) -> None:
    assert entry.leaf == hashlib.sha256(b"\x00" + bytes(entry.entry)).digest()
    assert said == {
        "v": 1,
        "network": str(event.network_id),
        "case": str(event.case_id),
        "case_entry": entry.case_entry,
        "previous": said["previous"],
        "tenant": None if event.tenant_id is None else str(event.tenant_id),
        "tenant_entry": entry.tenant_entry,
        "kind": event.kind,
        "at": f"{event.at:%Y-%m-%dT%H:%MZ}",
        "c": event.commitments,
    }


def figures() -> dict[tuple[Any, ...], int]:
    kept = rows(DailyFigure, "network_id", "tenant_id", "day", "figure")
    return {(row.network_id, row.tenant_id, row.day, row.figure): row.count for row in kept}


def check_figures() -> None:
    """The figures are what counting all events again gives; a case is answered once, and then again."""
    counted: Counter[tuple[Any, ...]] = Counter()
    answered = set()
    for event in rows(Event, "id"):
        figure = figure_of(event.kind, event.actor)
        if figure is None or event.tenant_id is None:
            continue
        if event.kind == "case.answered":
            figure = AGAIN if event.case_id in answered else figure
            answered.add(event.case_id)
        counted[event.network_id, event.tenant_id, event.at.date(), figure] += 1
    assert figures() == dict(counted)


def check_effects() -> None:
    """One delivery for each event that a desk is told of, no more and no fewer."""
    desks = {tenant.id for tenant in rows(Tenant, "id") if tenant.desk_email}
    imported = {case.id for case in rows(Case, "id") if case.origin == "import"}
    told = {
        f"desk-mail:{event.id}"
        for event in rows(Event, "id")
        if event.kind in ("case.routed", "case.promise.broken")
        and event.tenant_id in desks
        and event.case_id not in imported
    }
    sent = [delivery.effect_id for delivery in rows(Delivery, "id") if delivery.effect_id.startswith("desk-mail:")]
    assert sorted(sent) == sorted(told)


def check_all() -> None:
    for check in (check_history, check_positions, check_cursors, check_log, check_figures, check_effects):
        check()
