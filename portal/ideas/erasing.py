"""Taking the content of an idea's events away, with its salts: what redaction, hiding and forgetting share.

The envelope of an event stays with its commitments, and so does its entry in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from portal.events.models import Event, EventContent
from tenants.scope import current, db


def erase_events(idea_id: int, kinds: Iterable[str], is_it: Callable[[dict[str, Any]], bool]) -> list[int]:
    """Erase text and facts of the events of these kinds whose facts `is_it` accepts. Returns their numbers."""
    events, contents = Event.__table__, EventContent.__table__
    query = (
        current()
        .select(events.c.id, events.c.case_seq, contents.c.facts)
        .select_from(events.join(contents, contents.c.event_id == events.c.id))
        .where(events.c.idea_id == idea_id, events.c.kind.in_(list(kinds)))
        .order_by(events.c.case_seq)
    )
    found = [row for row in db.session.execute(query) if row.facts is not None and is_it(row.facts)]
    for row in found:
        erase_content(row.id)
    return [row.case_seq for row in found]


def erase_content(event_id: int, *, with_facts: bool = True) -> bool:
    """Whether there was anything left of it. Without `with_facts` only what people wrote as text, and names."""
    content = db.session.get(EventContent, event_id, populate_existing=True)
    if content is None:
        return False
    before = (content.text, content.names, content.facts if with_facts else None)
    content.text = content.text_salt = content.names = content.names_salt = None
    if with_facts:
        content.facts = content.facts_salt = None
    return any(part is not None for part in before)
