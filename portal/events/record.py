"""`record()`: the only way in which an event comes into being."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import insert, text

from portal.events.commitments import commit
from portal.events.kinds import Audience, Kind
from portal.events.models import Event, EventContent, NewEvent, SharedWith, Timer
from tenants import clock
from tenants.scope import Kind as ScopeKind
from tenants.scope import current, writing_on
from tenants.together import add, insert_one, insert_rows, waiting

ACTORS = {
    ScopeKind.CUSTOMER: "customer",
    ScopeKind.STAFF: "staff",
    ScopeKind.REMOTE: "staff",
    ScopeKind.SYSTEM: "system",
}

NO_HISTORY: dict[str, None] = dict.fromkeys(("case_id", "idea_id"))
NO_CONTENT: dict[str, None] = dict.fromkeys(("facts_salt", "text_salt", "names_salt"))

_Pair = tuple[dict[str, Any], dict[str, Any]]
_EVENTS: Any = Event.__table__
_ENVELOPES = insert(_EVENTS).returning(_EVENTS.c.id)
_NEXT = text("SELECT nextval('events_id_seq') FROM generate_series(1, :number)")


class Subject(Protocol):
    """What has a history: a case or an idea, held under its lock."""

    history: str
    """The column of an event that names it."""
    last_seq: Any
    public_version: Any
    customer_version: Any
    shared_version: Any

    @property
    def id(self) -> Any: ...

    @property
    def network_id(self) -> Any: ...


def record(
    subject: Subject,
    kind: Kind,
    *,
    text: str | None = None,
    facts: dict[str, Any] | None = None,
    names: dict[str, Any] | None = None,
    audience: Audience | None = None,
    tenant_id: int | None = None,
    actor: str | None = None,
    due_at: datetime | None = None,
    by_outsider: bool = False,
    shared_with: Iterable[int] = (),
) -> int:
    """Append one event to the subject's history, inside the transaction that changes its state. Returns the event's id.

    The caller holds the subject's lock, or is the first who writes it. `audience` may only be narrower than the
    kind's own. `names` are of people and are shown to colleagues only. `tenant_id` is the business that acted; staff
    act for their own unless said. `by_outsider`: what somebody outside said, whoever let it through. `shared_with` are
    the businesses that read an entry of the audience `shared`, besides the author and whoever leads. An entry that
    waits (`tenants/together.py`) has no id yet, and 0 is returned; a `shared` one never waits.
    """
    scope = current()
    seen_by = audience or kind.audience
    if list(Audience).index(seen_by) < list(Audience).index(kind.audience):
        raise ValueError(f"{kind.name} is for {kind.audience} at most")
    if unknown := (facts or {}).keys() - kind.facts:
        raise ValueError(f"{kind.name} has no {', '.join(sorted(unknown))}")
    subject.last_seq += 1
    _move_versions(subject, seen_by)
    parts = {"facts": facts, "text": text, "names": names}
    sealed = {name: commit(content) for name, content in parts.items() if content is not None}
    envelope = {
        "network_id": subject.network_id,
        **NO_HISTORY,
        subject.history: subject.id,
        "audience": seen_by.value,
        "tenant_id": None if by_outsider else tenant_id if tenant_id is not None else scope.tenant_id,
    }
    event: dict[str, Any] = {
        **envelope,
        "case_seq": subject.last_seq,
        "kind": kind.name,
        "actor": "customer" if by_outsider else actor or ACTORS[scope.kind],
        "at": clock.now(),
        "due_at": due_at,
        "commitments": {name: commitment for name, (commitment, _salt) in sealed.items()},
    }
    salts = {f"{name}_salt": salt for name, (_commitment, salt) in sealed.items()}
    content = {**envelope, **NO_CONTENT, **parts, **salts}
    verb = waiting()
    if verb is not None and seen_by is not Audience.SHARED:
        verb.add((event, content), _write)
        return 0
    (event_id,) = _write([(event, content)])
    if seen_by is Audience.SHARED:
        share(subject.network_id, [event_id], shared_with)
    return event_id


def _write(pairs: list[_Pair]) -> list[int]:
    """One statement for each table. The subject itself is flushed later, once for all events of a verb."""
    ids = _write_envelopes([event for event, _content in pairs])
    contents = [{"event_id": event_id, **content} for event_id, (_event, content) in zip(ids, pairs, strict=True)]
    insert_rows(EventContent, contents)
    insert_rows(NewEvent, [{"event_id": each["event_id"], "network_id": each["network_id"]} for each in contents])
    return ids


def _write_envelopes(events: list[dict[str, Any]]) -> list[int]:
    """Their ids, in order. PostgreSQL is asked for them before; SQLite counts up by one while nobody else writes."""
    if len(events) == 1:
        return [insert_one(Event, events[0])]
    connection = writing_on()
    if connection.dialect.name == "postgresql":
        ids = [int(each) for each in connection.scalars(_NEXT, {"number": len(events)})]
        insert_rows(Event, [{"id": event_id, **event} for event_id, event in zip(ids, events, strict=True)])
        return ids
    stamps = current().stamps(Event)
    return sorted(int(each) for each in connection.scalars(_ENVELOPES, [{**stamps, **event} for event in events]))


def share(network_id: int, event_ids: Iterable[int], tenant_ids: Iterable[int]) -> None:
    """Let these businesses read these entries, which are `shared` and which they could not read before."""
    named = sorted(set(tenant_ids))
    rows = [
        {"network_id": network_id, "event_id": event_id, "tenant_id": each} for event_id in event_ids for each in named
    ]
    if rows:
        insert_rows(SharedWith, rows)


def set_timer(network_id: int, kind: str, subject_id: int, due_at: datetime) -> None:
    """Have the worker run the handler of `kind` once `due_at` has come. Commits with everything around it."""
    add(Timer(network_id=network_id, kind=kind, subject_id=subject_id, due_at=due_at, tries=0))


def _move_versions(subject: Subject, audience: Audience) -> None:
    """A page's version moves only by what its readers can see; internal work never shows as a change."""
    if audience is Audience.INTERNAL:
        return
    subject.shared_version += 1
    if audience is not Audience.SHARED:
        subject.customer_version += 1
    if audience is Audience.PUBLIC:
        subject.public_version += 1
