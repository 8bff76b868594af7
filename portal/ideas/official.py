"""What became of an idea, as pages say it: the newest response, a structured "no", the next promise.

Responses are events and never overwritten: the newest is what holds, and the history has the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.events import kinds
from portal.events.models import Event, EventContent
from portal.ideas.promising import is_owed
from portal.ideas.states import OPEN
from portal.ideas.team_models import IdeaPromise
from tenants import clock
from tenants.scope import current, db

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


def official(idea: Any) -> Official:
    """How the business stands to an idea, in its own words."""
    newest = _newest(idea.id, RESPONSES, with_words=True)
    said = [newest] if newest else []
    refusal = _last(said, "decline") or _newest(idea.id, RESPONSES[:1], act="decline")
    proof = _last(said, "ship") or _newest(idea.id, RESPONSES[1:])
    return Official(
        newest,
        refusal if idea.state == "declined" else None,
        proof if idea.state == "shipped" else None,
    )


@dataclass(frozen=True)
class Ahead:
    """A promise that is owed, with those that it was before its date was moved, the oldest first."""

    promise: IdeaPromise
    moves: list[IdeaPromise]


def next_promise(idea: Any, promises: Iterable[IdeaPromise]) -> IdeaPromise | None:
    """What is owed next; nothing of an idea that is declined, or goes on as part of another."""
    if idea.state not in OPEN or idea.merged_into_id is not None:
        return None
    return next((each for each in promises if is_owed(each)), None)


def is_late(one: IdeaPromise) -> bool:
    return one.state == "broken" or clock.now() > one.due_at


def moves_before(one: IdeaPromise, promises: Iterable[IdeaPromise]) -> list[IdeaPromise]:
    """The promises whose date was moved, again and again, to what this one says; the oldest first.

    Words that were removed from one of them do not hide that it was moved.
    """
    made, found = list(promises), list[IdeaPromise]()
    last: IdeaPromise | None = one
    while last is not None:
        to = (last.tenant_id, last.due_at, last.sentence)
        before = [each for each in made if each.due_at < to[1] and (each.tenant_id, each.moved_to) == to[:2]]
        same = [each for each in before if each.sentence == to[2] or "" in (each.sentence, to[2])]
        last = same[0] if same else None
        found += same[:1]
    return found[::-1]


def ahead_by_idea(ids: Sequence[int]) -> dict[int, Ahead]:
    """What is owed next on each of these ideas, where anything is."""
    made: dict[int, list[IdeaPromise]] = {}
    query = select(IdeaPromise).where(IdeaPromise.idea_id.in_(ids), IdeaPromise.state.in_(("due", "broken", "moved")))
    for one in db.session.scalars(query.order_by(IdeaPromise.due_at)) if ids else ():
        made.setdefault(one.idea_id, []).append(one)
    owed = {idea_id: next((each for each in some if is_owed(each)), None) for idea_id, some in made.items()}
    return {each: Ahead(one, moves_before(one, made[each])) for each, one in owed.items() if one is not None}


def _last(said: list[Response], act: str) -> Response | None:
    return next((each for each in said if each.act == act), None)


def _newest(idea_id: int, names: tuple[str, ...], *, with_words: bool = False, act: str = "") -> Response | None:
    for row in _responses(idea_id, names):
        found = Response(
            idea_id=idea_id,
            act=(row.facts or {}).get("act", "ship" if row.kind == kinds.IDEA_SHIPPED.name else ""),
            at=row.at,
            tenant_id=row.tenant_id,
            text=row.text,
            facts=row.facts or {},
        )
        if (not act or found.act == act) and (not with_words or row.text or "text" in row.commitments):
            return found
    return None


def _responses(idea_id: int, names: tuple[str, ...]) -> list[Any]:
    events, contents = Event.__table__, EventContent.__table__
    query = current().select(
        events.c.kind, events.c.at, events.c.tenant_id, events.c.commitments, contents.c.text, contents.c.facts
    )
    query = query.select_from(events.join(contents, contents.c.event_id == events.c.id))
    query = query.where(events.c.idea_id == idea_id, events.c.kind.in_(names))
    return list(db.session.execute(query.order_by(events.c.case_seq.desc()).limit(50)))
