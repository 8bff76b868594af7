"""Reading for the desk: the queue in the order of what breaks next, by keyset over the queue's own index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_

from portal.cases.handling import SILENCE
from portal.cases.models import Access, Case, Contact
from portal.cases.reading import next_owed, promises_by_id, runs_late
from portal.desk.acts import is_free, may_take, waits_for_somebody
from portal.directory import Directory
from portal.events import kinds
from portal.events.models import Event, EventContent
from portal.handoffs.inside import unit_of_person
from portal.handoffs.sharing import asks_to_see
from portal.languages import gettext as _
from portal.languages import html_lang
from portal.wording import local
from tenants import clock
from tenants.db import Id
from tenants.models import User
from tenants.prepared import prepared
from tenants.scope import Scope, current, db

PAGE = 25
SHOWS = ("open", "mine", "unit", "free", "closed")


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """One line of the queue."""

    reference: str
    title: str
    language: str
    state: str
    kind: str
    where: str | None
    at: datetime
    public: bool
    assignee: str | None
    promise: Any
    closes_at: datetime | None
    """When it closes by itself, while it waits for the customer's word on an answer or a question."""
    version: int
    free: bool
    """Whether nobody has it in hand."""
    waits: bool
    """Whether it waits for the business besides."""
    may_take: bool
    """Whether it is free and this person may take it."""
    late: bool
    """Whether the time of `promise` has passed."""
    closed_how: str | None
    """`accepted`, `silent` or `by_business`, of a closed case."""


@dataclass(frozen=True)
class Queue:
    rows: list[QueuedCase]
    newer: str | None
    older: str | None


def queue(names: Directory, show: str, *, after: str = "") -> Queue:
    """One page of the business's cases: open ones by what breaks next, closed ones by their age."""
    given: dict[str, Any] = {}
    if show == "mine":
        given["person"] = current().person_id
    elif show == "unit":
        given["unit"] = unit_of_person()
    newest_first = show == "closed"
    wanted = _after(_QUEUES[show](), after, newest_first=newest_first)
    rows = list(db.session.execute(wanted, given))
    older = _token(rows[PAGE - 1], newest_first=newest_first) if len(rows) > PAGE else None
    return Queue(_queued(rows[:PAGE], names), None, older)


def _queue(show: str) -> Callable[[], Any]:
    """The statement of one of SHOWS."""

    @prepared
    def build(scope: Scope) -> Any:
        access = Access.__table__
        wanted = _all(scope).where(access.c.is_open == (show != "closed"))
        if show == "mine":
            wanted = wanted.where(access.c.assignee_id == bindparam("person", type_=Id))
        elif show == "unit":
            wanted = wanted.where(access.c.unit_id == bindparam("unit", type_=Id))
        elif show == "free":
            wanted = is_nobodys(wanted)
        order = [access.c.case_id.desc()] if show == "closed" else [access.c.next_due_at, access.c.case_id]
        return wanted.order_by(*order).limit(PAGE + 1)

    return build


_QUEUES = {show: _queue(show) for show in SHOWS}


def queued(reference: str, names: Directory) -> QueuedCase:
    """The line of one case of the business, as it is now."""
    cases = Case.__table__
    rows = list(db.session.execute(_all(current()).where(cases.c.reference == reference)))
    return _queued(rows, names)[0]


def contact_of(case_id: int) -> str | None:
    """How to reach the customer, as far as this business may know; who was handed the case asks to see it first."""
    if asks_to_see(case_id):
        return None
    contacts = Contact.__table__
    query = current().select(contacts.c.address).where(contacts.c.case_id == case_id)
    best_first = query.order_by(contacts.c.confirmed_at.is_(None), contacts.c.id.desc()).limit(1)
    address: str | None = db.session.scalar(best_first)
    return address


def assignee_of(case_id: int) -> tuple[int, str] | None:
    access, users = Access.__table__, User.__table__
    row = db.session.execute(
        current()
        .select(users.c.id, users.c.name, also=[access])
        .select_from(access.join(users, users.c.id == access.c.assignee_id))
        .where(access.c.case_id == case_id)
    ).one_or_none()
    return (row.id, row.name) if row else None


def _all(scope: Scope) -> Any:
    """What the business sees of its cases."""
    access, cases = Access.__table__, Case.__table__
    wanted = scope.select(cases, access.c.next_due_at.label("queued_at"), access.c.assignee_id)
    return wanted.select_from(access.join(cases, cases.c.id == access.c.case_id))


def is_nobodys(query: Any) -> Any:
    """Of open cases those that nobody has in hand: the condition of `is_free`."""
    return query.where(Access.__table__.c.assignee_id.is_(None), Case.__table__.c.state != "answered")


def _after(query: Any, token: str, *, newest_first: bool) -> Any:
    access = Access.__table__
    try:
        due, case_id = token.split(".")
        at, after_id = datetime.fromtimestamp(int(due, 16) / 1e6, tz=clock.now().tzinfo), int(case_id, 16)
    except (ValueError, OverflowError, OSError):
        return query
    if newest_first:
        return query.where(access.c.case_id < after_id)
    same = (access.c.next_due_at == at) & (access.c.case_id > after_id)
    return query.where(access.c.next_due_at >= at, or_(access.c.next_due_at > at, same))


def _token(row: Any, *, newest_first: bool) -> str:
    due = 0 if newest_first else int(row.queued_at.timestamp()) * 1_000_000 + row.queued_at.microsecond
    return f"{due:x}.{row.id:x}"


def _queued(rows: list[Any], names: Directory) -> list[QueuedCase]:
    promises = promises_by_id(row.next_promise_id for row in rows)
    people = _people({row.assignee_id for row in rows if row.assignee_id})
    endings = _endings([row.id for row in rows if row.state == "closed"])
    found = []
    for row in rows:
        promise, free = next_owed(row, promises.get(row.next_promise_id)), is_free(row, row.assignee_id)
        each = QueuedCase(
            reference=row.reference,
            title=row.title or _("Text removed"),
            language=html_lang(row.language),
            state=row.state,
            kind=row.kind,
            where=local(names.places[row.touchpoint_id].name) if row.touchpoint_id in names.places else None,
            at=row.reported_at,
            public=row.visibility == "public",
            assignee=people.get(row.assignee_id),
            promise=promise,
            closes_at=closes_by_itself(row),
            version=row.state_version,
            free=free,
            waits=waits_for_somebody(row, row.assignee_id),
            may_take=free and may_take(row),
            late=promise is not None and runs_late(promise),
            closed_how=endings.get(row.id),
        )
        found.append(each)
    return found


def _endings(ids: list[int]) -> dict[int, str]:
    """How closed cases were closed, by their ids; of several times the last."""
    if not ids:
        return {}
    events, contents = Event.__table__, EventContent.__table__
    query = current().select(events.c.case_id, contents.c.facts)
    query = query.select_from(events.join(contents, contents.c.event_id == events.c.id))
    query = query.where(events.c.case_id.in_(ids), events.c.kind == kinds.CLOSED.name).order_by(events.c.case_seq)
    return {row.case_id: row.facts.get("how", "") for row in db.session.execute(query)}


def closes_by_itself(row: Any) -> datetime | None:
    """When a case is closed if its customer says nothing; None while it is not their turn."""
    began = {"answered": row.answered_at, "waiting_for_customer": row.waiting_since}.get(row.state)
    return began + SILENCE if began else None


def _people(ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    return {row.id: row.name for row in db.session.execute(_people_by_id(), {"ids": sorted(ids)})}


@prepared
def _people_by_id(scope: Scope) -> Any:
    users = User.__table__
    return scope.select(users.c.id, users.c.name).where(users.c.id.in_(bindparam("ids", expanding=True)))
