"""The worker's side: follows the events, and makes the index again by itself when it is missing, broken or too old."""

from __future__ import annotations

import logging

from sqlalchemy import select

from portal.followers.base import BATCH, told_after
from portal.search import editions
from portal.search.documents import Document, Thing
from portal.search.engine import Busy, NotReady, search_engine
from portal.search.kinds import KINDS
from portal.search.models import Edition
from tenants.scope import Scope, db, entered, writing

LOG = logging.getLogger(__name__)


def turn() -> int:
    """One batch of events into the index that answers, and one step of an edition that is being made.

    Returns how much there was to do; 0 means that the index is whole and up to date.
    """
    with entered(Scope.system()):
        try:
            return _follow() + _make()
        except Busy:
            return 0


def _follow() -> int:
    edition = editions.whole()
    if edition is None:
        return _ask_for("missing" if _is_first() else "older_schema")
    try:
        position = search_engine().position(edition)
    except NotReady:
        return _ask_for("broken")
    if position > editions.last_position():
        return _ask_for("ahead")  # a database that was restored from a copy knows less than its index
    db.session.rollback()
    events = told_after(position, BATCH)
    if not events:
        return 0
    things: list[Thing] = []
    documents: list[Document] = []
    for kind in KINDS.values():
        ids = kind.changed_by(events)
        things += [Thing(kind.name, each) for each in ids]
        documents += kind.documents(ids)
    try:
        with writing():
            edition = db.session.get_one(Edition, edition.id)
            search_engine().write(edition, things, documents, events[-1].position)
    except NotReady:
        return _ask_for("broken")
    return len(events)


def _make() -> int:
    edition = editions.unfinished()
    if edition is None:
        return 0
    try:
        return editions.go_on(edition)
    except NotReady:
        LOG.warning("the search index that was being made cannot be written; it begins again")
        editions.begin_again(edition)
        return 1


def _is_first() -> bool:
    return db.session.scalar(select(Edition.id).where(Edition.finished_at.is_not(None)).limit(1)) is None


def _ask_for(reason: str) -> int:
    """0 when it has been asked for before: making it is counted by itself."""
    waiting = editions.unfinished()
    if reason == "broken" and waiting is None and editions.was_broken_lately():
        return 0
    edition = editions.ask_for(reason)
    if waiting is not None and waiting.id == edition.id:
        return 0
    LOG.warning("the search index is made again: %s", reason)
    return 1
