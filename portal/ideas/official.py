"""What became of an idea, as pages say it: the newest response, a structured "no", the next promise.

Responses are events and never overwritten: the newest is what holds, and the history has the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam

from portal.events import kinds
from portal.events.models import Event, EventContent
from portal.events.timeline import LONGEST, Entry
from portal.ideas.promising import is_owed
from portal.ideas.states import OPEN
from portal.ideas.team_models import IdeaPromise
from tenants import clock
from tenants.prepared import prepared
from tenants.scope import Scope, current, db

RESPONSES = (kinds.IDEA_MOVED.name, kinds.IDEA_SHIPPED.name)


@dataclass(frozen=True)
class Response:
    """One official response. `facts` are those of its event; `text` is None where its words were removed."""

    idea_id: int
    act: str
    at: datetime
    tenant_id: int | None
    text: str | None
    facts: dict[str, Any]


@dataclass(frozen=True)
class Official:
    """The newest response with words, and the "no" that it stands on, if the idea is declined."""

    newest: Response | None
    refusal: Response | None
    proof: Response | None
    """What changed, where and since when, of an idea that was shipped."""


def official(idea: Any, entries: Sequence[Entry]) -> Official:
    """How the business stands to an idea, in its own words. `entries` is its history, the newest first."""
    told: list[Any] = [each for each in entries if each.kind in RESPONSES]
    if len(entries) == LONGEST:  # older responses may be beyond what was read
        told = _responses(idea.id)
    said = [_response(idea.id, each) for each in told]
    refusal = next((each for each in said if each.act == "decline"), None)
    proof = next((each for each in said if each.act == "ship"), None)
    return Official(
        next((each for each, one in zip(said, told, strict=True) if _had_words(one)), None),
        refusal if idea.state == "declined" else None,
        proof if idea.state == "shipped" else None,
    )


@dataclass(frozen=True)
class Ahead:
    """A promise that is owed, with those that it was before its date was moved, the oldest first."""

    promise: Any
    moves: list[Any]


def next_promise(idea: Any, promises: Iterable[Any]) -> Any:
    """What is owed next; nothing of an idea that is declined, or goes on as part of another."""
    if idea.state not in OPEN or idea.merged_into_id is not None:
        return None
    return next((each for each in promises if is_owed(each)), None)


def is_late(one: Any) -> bool:
    return bool(one.state == "broken" or clock.now() > one.due_at)


def moves_before(one: Any, promises: Iterable[Any]) -> list[Any]:
    """The promises whose date was moved, again and again, to what this one says; the oldest first.

    Words that were removed from one of them do not hide that it was moved.
    """
    made, found = list(promises), list[Any]()
    last = one
    while last is not None:
        to = (last.tenant_id, last.due_at, last.sentence)
        before = [each for each in made if each.due_at < to[1] and (each.tenant_id, each.moved_to) == to[:2]]
        same = [each for each in before if each.sentence == to[2] or "" in (each.sentence, to[2])]
        last = same[0] if same else None
        found += same[:1]
    return found[::-1]


def ahead_by_idea(ids: Sequence[int]) -> dict[int, Ahead]:
    """What is owed next on each of these ideas, where anything is."""
    made: dict[int, list[Any]] = {}
    for one in db.session.execute(_promised(), {"ideas": ids}) if ids else ():
        made.setdefault(one.idea_id, []).append(one)
    owed = {idea_id: next((each for each in some if is_owed(each)), None) for idea_id, some in made.items()}
    return {each: Ahead(one, moves_before(one, made[each])) for each, one in owed.items() if one is not None}


@prepared
def _promised(scope: Scope) -> Any:
    promises = IdeaPromise.__table__
    query = scope.select(promises).where(promises.c.idea_id.in_(bindparam("ideas", expanding=True)))
    return query.where(promises.c.state.in_(("due", "broken", "moved"))).order_by(promises.c.due_at)


def _response(idea_id: int, told: Any) -> Response:
    """An entry of the history, or a row of `_responses`, as a response."""
    facts = told.facts or {}
    act = facts.get("act", "ship" if told.kind == kinds.IDEA_SHIPPED.name else "")
    return Response(idea_id=idea_id, act=act, at=told.at, tenant_id=told.tenant_id, text=told.text, facts=facts)


def _had_words(told: Any) -> bool:
    """It has words, or had some until they were removed."""
    return bool(told.text) or "text" in (told.erased if isinstance(told, Entry) else told.commitments)


def _responses(idea_id: int) -> list[Any]:
    events, contents = Event.__table__, EventContent.__table__
    query = current().select(
        events.c.kind, events.c.at, events.c.tenant_id, events.c.commitments, contents.c.text, contents.c.facts
    )
    query = query.select_from(events.join(contents, contents.c.event_id == events.c.id))
    query = query.where(events.c.idea_id == idea_id, events.c.kind.in_(RESPONSES))
    return list(db.session.execute(query.order_by(events.c.case_seq.desc()).limit(LONGEST)))
