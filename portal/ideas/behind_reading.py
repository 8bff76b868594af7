"""The cases behind an idea and the ideas that came of a case, as the scope may read them.

Whoever may not read a case sees it only in the idea's number. Lists are read anew each time: a case that has just
become private is in none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, func

from portal.cases.models import Case
from portal.cases.reading import ListedCase, listed
from portal.directory import Directory
from portal.events import kinds
from portal.events.timeline import Entry
from portal.ideas import reading
from portal.ideas.models import Idea
from portal.ideas.reading import ListedIdea
from portal.ideas.team_models import IdeaEvidence
from tenants.prepared import prepared
from tenants.scope import Scope, current, db, entered

LINKED = kinds.EVIDENCE_LINKED.name
PAGE = 10
MOST = 50
"""Ideas of one case, and a business's own cases behind one idea, that a page shows."""


@dataclass(frozen=True)
class Behind:
    """One page of the cases behind an idea, the newest first; `after` is the token of the next."""

    rows: Sequence[ListedCase]
    after: str | None


def cases_behind(idea_id: int, names: Directory, after: str = "") -> Behind:
    """Those that the present scope may read. A token that is none is ignored."""
    cases = Case.__table__
    query = _cases(idea_id).order_by(cases.c.id.desc())
    border = _id_of(after)
    if border is not None:
        query = query.where(cases.c.id < border)
    rows = list(db.session.execute(query.limit(PAGE + 1)))
    return Behind(listed(rows[:PAGE], names), f"{rows[PAGE - 1].id:x}" if len(rows) > PAGE else None)


def own_behind(idea_id: int, names: Directory) -> list[ListedCase]:
    """Those that this business has, public or not; for the desk."""
    cases = Case.__table__
    return listed(list(db.session.execute(_cases(idea_id).order_by(cases.c.id.desc()).limit(MOST))), names)


def public_behind(network_id: int, idea_id: int, names: Directory, after: str = "") -> Behind:
    """Those that everybody may read, whoever asks; of an idea that everybody may read."""
    with entered(Scope.public(network_id)):
        return cases_behind(idea_id, names, after)


def version_of(idea_id: int) -> str:
    """Names the list of cases that the scope reads, and each of them as it stands."""
    cases = Case.__table__
    listed_now = _cases(idea_id, func.count(), func.sum(cases.c.public_version), func.sum(cases.c.id % 1_000_003))
    return ".".join(str(each or 0) for each in db.session.execute(listed_now).one())


def ideas_of(case_id: int, names: Directory) -> list[ListedIdea]:
    """The ideas that the case is behind, the most wanted first."""
    ideas, rows = Idea.__table__, IdeaEvidence.__table__
    query = current().select(ideas, also=[rows]).select_from(ideas.join(rows, rows.c.idea_id == ideas.c.id))
    query = query.where(rows.c.case_id == case_id, rows.c.removed_at.is_(None))
    query = query.order_by(ideas.c.wanted.desc(), ideas.c.id).limit(MOST)
    return reading.listed(list(db.session.execute(query)), names)


def has_ideas(reference: str) -> bool:
    """Whether there is any of the case with this reference."""
    return db.session.execute(_any_of_case(), {"reference": reference}).first() is not None


@prepared
def _any_of_case(scope: Scope) -> Any:
    rows, cases = IdeaEvidence.__table__, Case.__table__
    wanted = scope.select(rows.c.idea_id, also=[cases]).select_from(rows.join(cases, cases.c.id == rows.c.case_id))
    return wanted.where(cases.c.reference == bindparam("reference"), rows.c.removed_at.is_(None)).limit(1)


def without_runs(entries: Sequence[Entry]) -> list[Entry]:
    """A history in which the links that one business made in a row are one line; the newest first, as they come."""
    told: list[Entry] = []
    for entry in entries:
        newer = told[-1] if told else None
        linked = newer is not None and (newer.kind, entry.kind) == (LINKED, LINKED)
        if newer is not None and linked and (newer.actor, newer.tenant_id) == (entry.actor, entry.tenant_id):
            told[-1] = replace(newer, told=(*newer.told, entry))
        else:
            told.append(entry)
    return told


def _cases(idea_id: int, *columns: Any) -> Any:
    cases, rows = Case.__table__, IdeaEvidence.__table__
    query = current().select(*(columns or (cases,)), also=[cases, rows])
    query = query.select_from(cases.join(rows, rows.c.case_id == cases.c.id))
    return query.where(rows.c.idea_id == idea_id, rows.c.removed_at.is_(None))


def _id_of(token: str) -> int | None:
    try:
        value = int(token, 16)
    except ValueError:
        return None
    return value if 0 < value < 2**63 else None
