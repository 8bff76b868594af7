"""The search index: is there one, is it up to date, and does it find what was just written."""

from __future__ import annotations

from collections.abc import Iterator

from portal.cases.models import Case
from portal.config import Settings
from portal.doctor.findings import Finding, failing, ok, warning
from portal.events.models import Event, EventPosition
from portal.operations import standing
from portal.search import editions
from portal.search.documents import Document, reader_of, the_public
from portal.search.engine import Question, search_engine
from portal.search.kinds import KINDS
from tenants.scope import Scope, current, db, entered

MUCH = 1_000
SAMPLE = 10
WORDS = 12
"""Words of a case by which it is looked for."""
REBUILD = "portal search rebuild (a worker must run)"


def index(_settings: Settings) -> Iterator[Finding]:
    """An index answers, and is not far behind."""
    found, making = standing.search(), editions.unfinished()
    if found.behind is None:
        words = "No index can be asked, so nothing is found."
        if making is not None:
            yield warning("search", f"{words} One is being made: {making.done:,} of {making.total:,}.", "Wait for it.")
        else:
            yield failing("search", words, REBUILD)
        return
    words = f"The index holds some {found.documents:,} documents and is {found.behind:,} events behind."
    yield ok("search", words) if found.behind < MUCH else warning("search", words, REBUILD)


def sample(_settings: Settings) -> Iterator[Finding]:
    """The newest public cases that the index has taken in are found by their own words."""
    edition = editions.whole()
    if edition is None or standing.search().behind is None:
        return
    ids = _newest(search_engine().position(edition))
    public = [each for each in KINDS["case"].documents(ids) if each.reader == the_public(each.network_id)]
    missing = [each for each in public if each.words and not _is_found(each)]
    if missing:
        words = f"{len(missing)} of the {len(public)} newest public cases are not found by their own words."
        yield failing("search sample", words, REBUILD)
    else:
        yield ok("search sample", f"The {len(public)} newest public cases are found by their own words.")


def _newest(position: int) -> list[int]:
    cases, events, positions = Case.__table__, Event.__table__, EventPosition.__table__
    read = (
        current()
        .select(events.c.case_id, also=[positions])
        .select_from(events.join(positions, positions.c.event_id == events.c.id))
        .where(positions.c.position <= position, events.c.case_id.is_not(None))
        .order_by(positions.c.position.desc())
        .limit(20 * SAMPLE)
    )
    ids = list(dict.fromkeys(db.session.scalars(read)))
    public = current().select(cases.c.id).where(cases.c.id.in_(ids), cases.c.visibility == "public")
    return list(db.session.scalars(public))[:SAMPLE]


def _is_found(document: Document) -> bool:
    groups = tuple((word,) for word in dict.fromkeys(document.words[:WORDS]))
    edition = editions.whole()
    if edition is None:
        return False
    with entered(Scope.public(document.network_id)) as scope:
        reading = search_engine().read(edition, reader_of(scope))
        return document.thing in {hit.thing for hit in reading.find(Question(groups, kind=document.thing.kind))}
