"""The worker's side: follows the events, and makes the index again by itself when it is missing, broken or too old."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from portal.beside import Beside
from portal.events import kinds
from portal.events.models import Event, EventPosition
from portal.followers.base import BATCH, told_after
from portal.logs import fields
from portal.search import editions
from portal.search.documents import Document, Thing
from portal.search.engine import Busy, NotReady, search_engine
from portal.search.kinds import KINDS
from portal.search.models import Edition
from tenants import clock
from tenants.scope import Scope, current, db, entered

LOG = logging.getLogger(__name__)
ONCE = timedelta(hours=20)
"""How soon an index is made again only to forget."""
FEW = 500
"""Things up to which the worker makes an index itself: that takes it two or three seconds."""
MAKER = Beside("search", "make", "--quiet", pause=30.0)
"""Not again at once after an end that was none: another machine's may be at it, or the database may be away."""
REMOVALS = (
    kinds.REDACTED.name,
    kinds.ERASED.name,
    kinds.FILE_REMOVED.name,
    kinds.VISIBILITY_CHANGED.name,
    kinds.IDEA_REDACTED.name,
    kinds.IDEA_HIDDEN.name,
    kinds.IDEA_COMMENT_HIDDEN.name,
)


def make_here() -> int:
    """One step of an edition that was asked for. Returns how much it did; 0 when there is none. Raises Busy."""
    edition = editions.unfinished()
    if edition is None:
        return 0
    try:
        return editions.go_on(edition)
    except NotReady:
        LOG.warning(
            "the search index that was being made cannot be written; it begins again", extra=fields("search.again")
        )
        editions.begin_again(edition)
        return 1


def make_beside() -> int:
    """As `make_here`, but a large one is left to a process of its own, which is started here.

    A step of it takes up to half a minute, in which letters and timers would wait, and it needs more memory than all
    else that the worker does.
    """
    edition = None if MAKER.runs else editions.unfinished()
    if edition is None:
        return 0
    if edition.begun_at is None or edition.total <= FEW:
        return make_here()
    MAKER.start()
    return 0


def turn(make: Callable[[], int] = make_here) -> int:
    """One batch of events into the index that answers, and one step of an edition that is being made.

    Returns how much there was to do; 0 means that the index is whole and up to date, or that others make it.
    """
    with entered(Scope.system()):
        try:
            return _follow() + make()
        except Busy:
            return 0


def make_all() -> bool:
    """Every step of what was asked for. Returns False when another process is at it."""
    with entered(Scope.system()):
        try:
            while make_here():
                pass
        except Busy:
            return False
        return True


def _follow() -> int:
    edition = editions.whole()
    if edition is None:
        return _ask_for("missing" if _is_first() else "older_schema")
    try:
        position = search_engine().position(edition)
    except NotReady:
        return _cannot_use(edition)
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
        search_engine().write(edition, things, documents, events[-1].position)
    except NotReady:
        return _cannot_use(edition)
    return len(events)


def _cannot_use(edition: Edition) -> int:
    """It is broken, unless a newer one has just taken its place and its files are gone for that."""
    used = edition.id
    db.session.rollback()
    newest = editions.whole()
    return _ask_for("broken") if newest is None or newest.id == used else 1


def forget_what_was_removed() -> bool:
    """Make the embedded index again, at most once a day, when words were removed since it was made.

    They are not found any more from the moment on in which the index has followed; but its files keep words of what was
    replaced until they are written anew. The tables of PostgreSQL do not.
    """
    with entered(Scope.system()):
        edition = editions.whole()
        if edition is None or edition.made_by != "whoosh" or editions.unfinished() is not None:
            return False
        if edition.begun_at is None or clock.now() - edition.begun_at < ONCE or not _removed_since(edition.position):
            return False
        editions.ask_for("removed")
        return True


def _removed_since(position: int) -> bool:
    events, positions = Event.__table__, EventPosition.__table__
    found = (
        current()
        .select(positions.c.position, also=[events])
        .select_from(positions.join(events, events.c.id == positions.c.event_id))
        .where(positions.c.position > position, events.c.kind.in_(REMOVALS))
    )
    return db.session.scalar(found.limit(1)) is not None


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
    level = logging.INFO if reason == "missing" else logging.WARNING
    LOG.log(level, "the search index is made again", extra=fields("search.made", reason=reason))
    return 1
