"""How cases are found: what each reader may see of one, read as that reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func

from portal.cases.models import Access, Case, Contact
from portal.events.models import Event, EventContent
from portal.followers.base import Told
from portal.search import analysis
from portal.search.documents import LONGEST, Document, Thing, reader_of
from tenants.scope import Scope, current, db, entered

NAME = "case"
WORDS_AMONG_FACTS = ("wish", "clause", "standard", "demand")
"""Facts of events that people wrote."""


class Cases:
    """The kind of thing that a case is. Runs inside a system scope."""

    name = NAME

    def changed_by(self, events: Sequence[Told]) -> list[int]:
        """The cases that these events happened to."""
        return list(dict.fromkeys(event.case_id for event in events if event.case_id))

    def total(self) -> int:
        cases = Case.__table__
        return db.session.scalar(current().select(func.count(), also=[cases]).select_from(cases)) or 0

    def after(self, last: int, most: int) -> list[int]:
        """The next ids after `last`, for making an index from nothing."""
        cases = Case.__table__
        query = current().select(cases.c.id).where(cases.c.id > last).order_by(cases.c.id).limit(most)
        return list(db.session.scalars(query))

    def documents(self, ids: Sequence[int]) -> list[Document]:
        """One document for each reader of each case. A reader's scope reads it: its rules stand in one place."""
        cases, access = Case.__table__, Access.__table__
        known = {row.id: row for row in db.session.execute(current().select(cases).where(cases.c.id.in_(ids)))}
        seen_by: dict[tuple[int, int], list[int]] = defaultdict(list)
        for row in db.session.execute(current().select(access).where(access.c.case_id.in_(ids))):
            seen_by[row.network_id, row.tenant_id].append(row.case_id)
        db.session.rollback()  # no transaction waits while others read
        made: list[Document] = []
        for network_id in sorted({row.network_id for row in known.values()}):
            public = [row.id for row in known.values() if row.network_id == network_id and row.visibility == "public"]
            made += _as_seen_by(Scope.public(network_id), public, known)
        for (network_id, tenant_id), mine in sorted(seen_by.items()):
            made += _as_seen_by(Scope.remote(network_id, tenant_id), mine, known)
        return made


def _as_seen_by(scope: Scope, ids: Sequence[int], known: dict[int, Any]) -> Iterator[Document]:
    if not ids:
        return
    texts: dict[int, list[str]] = defaultdict(list)
    with entered(scope):
        for case_id, text in said_in(ids):
            texts[case_id].append(text)
        for row in db.session.execute(_contacts(ids)) if scope.for_tenant else ():
            texts[row.case_id].append(row.address)
    for case_id, parts in texts.items():
        words = tuple(analysis.words(" \n".join(parts)[:LONGEST]))
        row = known[case_id]
        yield Document(Thing(NAME, case_id), row.network_id, reader_of(scope), words, facts_of(row))


def said_in(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """What was written in these cases, as far as the present scope may read it, in the order of their history."""
    events, contents = Event.__table__, EventContent.__table__
    rows = db.session.execute(
        current()
        .select(events.c.case_id, contents.c.text, contents.c.facts)
        .select_from(events.join(contents, contents.c.event_id == events.c.id))
        .where(events.c.case_id.in_(ids))
        .order_by(events.c.case_id, events.c.case_seq)
    )
    for row in rows:
        if row.text:
            yield row.case_id, row.text
        for name in WORDS_AMONG_FACTS:
            if isinstance(said := (row.facts or {}).get(name), str) and said:
                yield row.case_id, said


def facts_of(row: Any) -> dict[str, str]:
    """What a case can be filtered by, as its row says it."""
    facts = {"state": row.state, "kind": row.kind, "language": row.language, "business": str(row.lead_tenant_id)}
    if row.category_id is not None:
        facts["category"] = str(row.category_id)
    if row.touchpoint_id is not None:
        facts["touchpoint"] = str(row.touchpoint_id)
    return facts


def _contacts(ids: Sequence[int]) -> Any:
    contacts = Contact.__table__
    return current().select(contacts.c.case_id, contacts.c.address).where(contacts.c.case_id.in_(ids))
