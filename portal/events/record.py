"""`record()`: the only way in which an event comes into being."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import text

from portal.events.commitments import commit
from portal.events.kinds import Audience, Kind
from portal.events.models import Event, EventContent, NewEvent, SharedWith, Timer
from tenants import clock
from tenants.scope import Kind as ScopeKind
from tenants.scope import current, db

ACTORS = {
    ScopeKind.CUSTOMER: "customer",
    ScopeKind.STAFF: "staff",
    ScopeKind.REMOTE: "staff",
    ScopeKind.SYSTEM: "system",
}

NO_HISTORY: dict[str, None] = dict.fromkeys(("case_id", "idea_id"))
NO_CONTENT: dict[str, None] = dict.fromkeys(("facts_salt", "text_salt", "names_salt"))


TOGETHER = "events"
"""Under which name a session holds what is to be written together."""
_Pair = tuple[dict[str, Any], dict[str, Any]]
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

    The caller holds the subject's lock, and has flushed a subject that is new. `audience` may only be narrower than the
    kind's own. `names` are of people and are shown to colleagues only. `tenant_id` is the business that acted; staff
    act for their own unless said. `by_outsider`: what somebody outside said, whoever let it through. `shared_with` are
    the businesses that read an entry of the audience `shared`, besides the author and whoever leads. Inside
    `together()` an entry has no id yet, and 0 is returned.
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
    waiting: list[_Pair] | None = db.session().info.get(TOGETHER)
    if waiting is not None and seen_by is not Audience.SHARED:
        waiting.append((event, content))
        return 0
    (event_id,) = _write([(event, content)])
    if seen_by is Audience.SHARED:
        share(subject.network_id, [event_id], shared_with)
    return event_id


@contextmanager
def together() -> Iterator[None]:
    """Write what is recorded in this block at its end, with one statement for each table.

    For a verb that records several events and needs the id of none. An entry for some businesses alone (`shared`) is
    written at once.
    """
    info = db.session().info
    if TOGETHER in info:
        yield
        return
    waiting: list[_Pair] = []
    info[TOGETHER] = waiting
    try:
        yield
    finally:
        del info[TOGETHER]
    if waiting:
        _write(waiting)


def _write(pairs: list[_Pair]) -> list[int]:
    """Values go in as parameters, so that the statements are the same each time and compiled once.

    The subject itself is flushed later, once for all events of a verb.
    """
    scope = current()
    with db.session.no_autoflush:
        ids = _write_envelopes([event for event, _content in pairs])
        contents = [{"event_id": event_id, **content} for event_id, (_event, content) in zip(ids, pairs, strict=True)]
        new = [{"event_id": each["event_id"], "network_id": each["network_id"]} for each in contents]
        db.session.execute(scope.insert(EventContent.__table__).inline(), contents)
        db.session.execute(scope.insert(NewEvent.__table__).inline(), new)
    return ids


def _write_envelopes(events: list[dict[str, Any]]) -> list[int]:
    """Their ids, in order. PostgreSQL is asked for them before; SQLite counts up by one while nobody else writes."""
    insert = current().insert(Event.__table__)
    if len(events) == 1:
        added: Any = db.session.execute(insert, events[0])
        return [int(added.inserted_primary_key[0])]
    if db.session.connection().dialect.name == "postgresql":
        ids = [int(each) for each in db.session.scalars(_NEXT, {"number": len(events)})]
        given = [{"id": event_id, **event} for event_id, event in zip(ids, events, strict=True)]
        db.session.execute(insert.inline(), given)
        return ids
    return sorted(int(each) for each in db.session.scalars(insert.returning(Event.__table__.c.id), events))


def share(network_id: int, event_ids: Iterable[int], tenant_ids: Iterable[int]) -> None:
    """Let these businesses read these entries, which are `shared` and which they could not read before."""
    named = sorted(set(tenant_ids))
    rows = [
        {"network_id": network_id, "event_id": event_id, "tenant_id": each} for event_id in event_ids for each in named
    ]
    if rows:
        with db.session.no_autoflush:
            db.session.execute(current().insert(SharedWith.__table__).inline(), rows)


def set_timer(network_id: int, kind: str, subject_id: int, due_at: datetime) -> None:
    """Have the worker run the handler of `kind` once `due_at` has come. Commits with everything around it."""
    timer = {"network_id": network_id, "kind": kind, "subject_id": subject_id, "due_at": due_at, "tries": 0}
    db.session.execute(current().insert(Timer.__table__).inline(), timer)


def _move_versions(subject: Subject, audience: Audience) -> None:
    """A page's version moves only by what its readers can see; internal work never shows as a change."""
    if audience is Audience.INTERNAL:
        return
    subject.shared_version += 1
    if audience is not Audience.SHARED:
        subject.customer_version += 1
    if audience is Audience.PUBLIC:
        subject.public_version += 1
