"""Reading clusters: on the desk of their business, and as incidents for everybody. The scope decides which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case as sql_case

from portal.cases.me_too import others_of
from portal.cases.models import Case
from portal.cases.reading import ListedCase, listed
from portal.clusters.models import Cluster, ClusterCase
from portal.directory import Directory
from portal.ideas.reading import ListedIdea
from portal.search import analysis
from portal.search.idea_offering import planned_like
from portal.search.offering import Offered, offers
from tenants import clock
from tenants.door import NetworkCard
from tenants.scope import Scope, current, db, entered

SHOWN_AFTER = timedelta(days=90)
"""How long a closed incident stays on the list; its page stays."""
MOST = 100
"""Cases, or past clusters, that one page shows."""
FITS = 2
"""So many words of an incident's title make it fit what somebody types."""


# -- on the desk ---------------------------------------------------------------------------------------------------


def on_desk() -> list[tuple[Any, int]]:
    """The clusters of this business with the number of their cases: suggested, open, then what is over."""
    clusters = Cluster.__table__
    order = sql_case({"suggested": 0, "open": 1}, value=clusters.c.state, else_=2)
    rows = list(db.session.execute(current().select(clusters).order_by(order, clusters.c.id.desc()).limit(MOST)))
    sizes = Counter(cluster_id for cluster_id, _case_id in _pairs([row.id for row in rows]))
    return [(row, sizes[row.id]) for row in rows]


@dataclass(frozen=True)
class Member:
    """A case of a cluster on the desk, with what became of the last reply to all."""

    case: Any
    leads: bool
    reply: int
    result: str | None


def members(cluster_id: int) -> tuple[list[Member], int]:
    """The cases of it that this business sees, the newest first; and how many others are in it."""
    rows, cases = ClusterCase.__table__, Case.__table__
    query = current().select(rows.c.reply, rows.c.reply_result, cases, also=[rows, cases])
    query = query.select_from(rows.join(cases, cases.c.id == rows.c.case_id))
    query = query.where(rows.c.cluster_id == cluster_id, ~rows.c.is_out).order_by(rows.c.case_id.desc())
    mine = [
        Member(row, row.lead_tenant_id == current().tenant_id, row.reply, row.reply_result)
        for row in db.session.execute(query)
    ]
    return mine, sum(1 for _ in _pairs([cluster_id])) - len(mine)


# -- for everybody -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Incident:
    """A cluster as everybody may see it: private cases are neither shown nor counted."""

    id: int
    title: str
    tenant_id: int
    is_open: bool
    since: datetime
    """When the first of its public cases was reported; when it was confirmed while there is none."""
    confirmed: datetime
    until: datetime | None
    cases: int
    people: int
    """Reporters of its public cases, and those who said "me too" there."""
    next_due: datetime | None
    """The next date that is promised in its public cases."""


def incidents(*, only_open: bool = False) -> list[Incident]:
    """Open ones, then those closed within SHOWN_AFTER, the newest first. For the public's scope."""
    clusters = Cluster.__table__
    query = current().select(clusters).where(clusters.c.state.in_(("open",) if only_open else ("open", "closed")))
    if not only_open:
        past = clock.now() - SHOWN_AFTER
        query = query.where((clusters.c.state == "open") | (clusters.c.closed_at > past))
    rows = db.session.execute(query.order_by(clusters.c.state.desc(), clusters.c.id.desc()).limit(MOST))
    return _told(list(rows))


def incident(cluster_id: int, names: Directory) -> tuple[Incident, list[ListedCase]] | None:
    """One of them with its public cases, the newest first; None where there is none. For the public's scope."""
    clusters, rows, cases = Cluster.__table__, ClusterCase.__table__, Case.__table__
    told = _told(list(db.session.execute(current().select(clusters).where(clusters.c.id == cluster_id))))
    if not told:
        return None
    query = current().select(cases, also=[rows]).select_from(cases.join(rows, rows.c.case_id == cases.c.id))
    query = query.where(rows.c.cluster_id == cluster_id, ~rows.c.is_out).order_by(cases.c.id.desc()).limit(MOST)
    return told[0], listed(list(db.session.execute(query)), names)


@dataclass(frozen=True, slots=True)
class Like:
    """What is offered to somebody who writes: public cases like theirs, open incidents that they belong to, and ideas
    that are planned already."""

    cases: list[Offered]
    incidents: list[Incident]
    planned: list[ListedIdea]


def like_this(network: NetworkCard, text: str) -> Like:
    """For somebody who writes."""
    found = offers(network, text)
    planned = planned_like(network, text)
    with entered(Scope.public(network.id)):
        return Like(found, fitting(text, [each.case.reference for each in found]), planned)


def fitting(text: str, references: Sequence[str]) -> list[Incident]:
    """Open incidents that fit what somebody types: by their title, or since a case like it belongs to them."""
    known = incidents(only_open=True)
    if not known:
        return []
    rows, cases = ClusterCase.__table__, Case.__table__
    query = (
        current().select(rows.c.cluster_id, also=[cases]).select_from(rows.join(cases, cases.c.id == rows.c.case_id))
    )
    found = set(db.session.scalars(query.where(cases.c.reference.in_(references)))) if references else set()
    typed = set(analysis.asked(text))
    return [each for each in known if each.id in found or len(typed & set(analysis.asked(each.title))) >= FITS]


def _told(rows: list[Any]) -> list[Incident]:
    inside = _cases_in([row.id for row in rows])
    others = others_of([case.id for cases in inside.values() for case in cases])
    return [_incident(row, inside.get(row.id, []), others) for row in rows]


def _incident(row: Any, cases: Sequence[Any], others: Mapping[int, int]) -> Incident:
    ahead = [case.next_due_at for case in cases if case.next_due_at and case.next_due_at > clock.now()]
    return Incident(
        id=row.id,
        title=row.title,
        tenant_id=row.tenant_id,
        is_open=row.state == "open",
        since=min((case.reported_at for case in cases), default=row.confirmed_at),
        confirmed=row.confirmed_at,
        until=row.closed_at,
        cases=len(cases),
        people=len(cases) + sum(others[case.id] for case in cases),
        next_due=min(ahead, default=None),
    )


def _cases_in(ids: Sequence[int]) -> dict[int, list[Any]]:
    """For each cluster its cases, as far as the scope sees them."""
    rows, cases = ClusterCase.__table__, Case.__table__
    found: dict[int, list[Any]] = {}
    if not ids:
        return found
    query = current().select(
        rows.c.cluster_id, cases.c.id, cases.c.reported_at, cases.c.next_due_at, also=[rows, cases]
    )
    query = query.select_from(rows.join(cases, cases.c.id == rows.c.case_id))
    for row in db.session.execute(query.where(rows.c.cluster_id.in_(ids), ~rows.c.is_out)):
        found.setdefault(row.cluster_id, []).append(row)
    return found


def _pairs(ids: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Cluster and case, of all cases in these clusters that the scope may know of."""
    rows = ClusterCase.__table__
    query = current().select(rows.c.cluster_id, rows.c.case_id).where(rows.c.cluster_id.in_(ids), ~rows.c.is_out)
    return [(row.cluster_id, row.case_id) for row in db.session.execute(query)] if ids else []
