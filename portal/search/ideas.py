"""How ideas are found: title, the text that stands, what businesses answered, and the comments that are shown.

Everybody has one document of a public idea, and so has the business that answers it, for its desk. One that is only for
the businesses of the network has one for each of them; an internal one only for its own. What was taken down has none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import and_, func

from portal.events import kinds
from portal.events.models import Event, EventContent
from portal.followers.base import Told
from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.talk_models import IdeaComment
from portal.search import analysis
from portal.search.documents import LONGEST, Document, Thing, reader_of
from tenants.models import Tenant
from tenants.scope import Scope, current, db, entered

NAME = "idea"
RESPONSES = (kinds.IDEA_MOVED.name, kinds.IDEA_SHIPPED.name)
"""Events in which a business answers."""


class Ideas:
    """The kind of thing that an idea is. Runs inside a system scope."""

    name = NAME

    def changed_by(self, events: Sequence[Told]) -> list[int]:
        """The ideas that these events happened to."""
        return list(dict.fromkeys(event.idea_id for event in events if event.idea_id))

    def total(self) -> int:
        ideas = Idea.__table__
        return db.session.scalar(current().select(func.count(), also=[ideas]).select_from(ideas)) or 0

    def after(self, last: int, most: int) -> list[int]:
        """The next ids after `last`, for making an index from nothing."""
        ideas = Idea.__table__
        query = current().select(ideas.c.id).where(ideas.c.id > last).order_by(ideas.c.id).limit(most)
        return list(db.session.scalars(query))

    def documents(self, ids: Sequence[int]) -> list[Document]:
        """One document for each reader of each idea. A reader's scope reads it: its rules stand in one place."""
        ideas, tenants = Idea.__table__, Tenant.__table__
        known = {row.id: row for row in db.session.execute(current().select(ideas).where(ideas.c.id.in_(ids)))}
        networks = sorted({row.network_id for row in known.values() if row.visibility == "network"})
        businesses: dict[int, list[int]] = defaultdict(list)
        for row in db.session.execute(
            current().select(tenants.c.network_id, tenants.c.id).where(tenants.c.network_id.in_(networks))
        ):
            businesses[row.network_id].append(row.id)
        db.session.rollback()  # no transaction waits while others read
        seen_by: dict[tuple[int, int], list[int]] = defaultdict(list)
        for row in known.values():
            if row.visibility == "public":
                seen_by[row.network_id, 0].append(row.id)
            if row.visibility in ("public", "internal"):
                seen_by[row.network_id, row.tenant_id].append(row.id)
            for tenant_id in businesses[row.network_id] if row.visibility == "network" else ():
                seen_by[row.network_id, tenant_id].append(row.id)
        made: list[Document] = []
        for (network_id, tenant_id), mine in sorted(seen_by.items()):
            scope = Scope.remote(network_id, tenant_id) if tenant_id else Scope.public(network_id)
            made += _as_seen_by(scope, mine, known)
        return made


def _as_seen_by(scope: Scope, ids: Sequence[int], known: dict[int, Any]) -> Iterator[Document]:
    texts: dict[int, list[str]] = defaultdict(list)
    with entered(scope):
        for idea_id, text in said_in(ids):
            texts[idea_id].append(text)
    for idea_id, parts in texts.items():
        words = tuple(analysis.words(" \n".join(parts)[:LONGEST]))
        row = known[idea_id]
        yield Document(Thing(NAME, idea_id), row.network_id, reader_of(scope), words, facts_of(row))


def said_in(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """What is written in these ideas, as far as the present scope may read it: the title first, then the rest."""
    yield from ((row.id, row.title) for row in standing(ids) if row.title)
    yield from said_below(ids)


def said_below(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The same without the titles, which stand above each result anyway."""
    yield from ((row.id, row.text) for row in standing(ids) if row.text)
    yield from _responses(ids)
    yield from _comments(ids)


def standing(ids: Sequence[int]) -> list[Any]:
    """Title and text of the version that stands, of ideas that were not taken down. A removed text is None."""
    ideas, revisions = Idea.__table__, IdeaRevision.__table__
    stands = and_(revisions.c.idea_id == ideas.c.id, revisions.c.number == ideas.c.revision)
    query = current().select(ideas.c.id, ideas.c.title, revisions.c.text).select_from(ideas.join(revisions, stands))
    rows = db.session.execute(query.where(ideas.c.id.in_(ids), ideas.c.visibility != "hidden"))
    return sorted(rows, key=lambda row: row.id)


def facts_of(row: Any) -> dict[str, str]:
    """What an idea can be filtered by, as its row says it."""
    facts = {"state": row.state, "kind": row.kind, "language": row.language, "business": str(row.tenant_id)}
    if row.category_id is not None:
        facts["category"] = str(row.category_id)
    if row.touchpoint_id is not None:
        facts["touchpoint"] = str(row.touchpoint_id)
    return facts


def _responses(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    events, contents, ideas = Event.__table__, EventContent.__table__, Idea.__table__
    query = (
        current()
        .select(events.c.idea_id, contents.c.text, contents.c.facts, also=[ideas])
        .select_from(
            events.join(contents, contents.c.event_id == events.c.id).join(ideas, ideas.c.id == events.c.idea_id)
        )
        .where(events.c.idea_id.in_(ids), events.c.kind.in_(RESPONSES), ideas.c.visibility != "hidden")
        .order_by(events.c.idea_id, events.c.case_seq)
    )
    for row in db.session.execute(query):
        for text in (row.text, *((row.facts or {}).get(name) for name in ("would_change", "left_out"))):
            if isinstance(text, str) and text:
                yield row.idea_id, text


def _comments(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    comments, ideas = IdeaComment.__table__, Idea.__table__
    query = (
        current()
        .select(comments.c.idea_id, comments.c.text, also=[ideas])
        .select_from(comments.join(ideas, ideas.c.id == comments.c.idea_id))
        .where(comments.c.idea_id.in_(ids), comments.c.state == "shown", ideas.c.visibility != "hidden")
        .order_by(comments.c.idea_id, comments.c.id)
    )
    yield from ((row.idea_id, row.text) for row in db.session.execute(query) if row.text)
