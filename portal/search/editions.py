"""Making the index again, from nothing, while the old one answers: who asks for it, how far it is, and its end.

An edition is a row, so that any process sees how far it is and the worker goes on where it was killed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from portal.events.models import EventPosition
from portal.search.analysis import SCHEMA
from portal.search.documents import Thing
from portal.search.engine import Busy, search_engine
from portal.search.kinds import KINDS
from portal.search.models import Edition
from tenants import clock
from tenants.ids import new_token
from tenants.scope import current, db, writing

PATIENCE = timedelta(minutes=10)


def whole() -> Edition | None:
    """The newest edition that is finished and of this code's schema: the one to ask."""
    query = select(Edition).where(
        Edition.finished_at.is_not(None), Edition.word_schema == SCHEMA, Edition.made_by == search_engine().name
    )
    return db.session.scalars(query.order_by(Edition.id.desc()).limit(1)).one_or_none()


def unfinished() -> Edition | None:
    """The edition that is being made, or has been asked for."""
    query = select(Edition).where(Edition.finished_at.is_(None)).order_by(Edition.id.desc()).limit(1)
    return db.session.scalars(query).one_or_none()


def ask_for(reason: str) -> Edition:
    """Ask for a new edition; one that has been asked for already, and fits this code, is the same."""
    with writing():
        waiting = unfinished()
        if waiting is not None and (waiting.word_schema, waiting.made_by) == (SCHEMA, search_engine().name):
            return waiting
        edition = Edition(
            folder=new_token(),
            made_by=search_engine().name,
            word_schema=SCHEMA,
            reason=reason,
            asked_at=clock.now(),
        )
        db.session.add(edition)
        db.session.flush()
        return edition


def begin_again(edition: Edition) -> None:
    """What was made of it cannot be used: make it from nothing."""
    with writing():
        again = db.session.get_one(Edition, edition.id)
        again.begun_at, again.kind, again.last, again.done = None, "", 0, 0


def was_broken_lately() -> bool:
    """Whether the newest edition was made because the one before was broken, and only just now.

    What breaks again at once is not mended by making it again: that would never end.
    """
    edition = whole()
    if edition is None or edition.reason != "broken" or edition.finished_at is None:
        return False
    return clock.now() - edition.finished_at < PATIENCE


def go_on(edition: Edition) -> int:
    """One step of making it. Returns how many things it took in; the step that finishes it returns at least 1.

    Raises Busy when another process has gone on with it meanwhile: it is left to that one.
    """
    if edition.begun_at is None:
        _begin(edition)
        return 1
    kinds = list(KINDS)
    if edition.kind == "":
        _finish(edition)
        return 1
    kind, before = KINDS[edition.kind], (edition.kind, edition.last)
    size = search_engine().slice_size
    ids = kind.after(edition.last, size)
    documents = kind.documents(ids)
    # Outside any transaction, where the engine is another than the database. Written twice is written once.
    search_engine().write(edition, [Thing(kind.name, each) for each in ids], documents, edition.position)
    with writing():
        edition = db.session.get_one(Edition, edition.id, populate_existing=True)
        if (edition.kind, edition.last) != before:
            raise Busy(edition.folder)
        edition.done += len(ids)
        if ids:
            edition.last = ids[-1]
        if len(ids) < size:
            following = kinds.index(kind.name) + 1
            edition.kind, edition.last = (kinds[following] if following < len(kinds) else ""), 0
    return len(ids) or 1


def _begin(edition: Edition) -> None:
    total, position = sum(kind.total() for kind in KINDS.values()), last_position()
    search_engine().begin(edition)
    with writing():
        edition = db.session.get_one(Edition, edition.id)
        edition.begun_at, edition.total, edition.position = clock.now(), total, position
        edition.kind = next(iter(KINDS))


def _finish(edition: Edition) -> None:
    with writing():
        edition = db.session.get_one(Edition, edition.id)
        edition.finished_at = clock.now()
    search_engine().finish(edition)


def last_position() -> int:
    """The newest position that there is."""
    positions: Any = EventPosition.__table__
    return db.session.scalar(current().select(func.max(positions.c.position), also=[positions])) or 0
