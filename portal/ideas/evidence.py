"""The cases behind an idea: linked by a business that has the case, or by its customer; taken out with a reason.

One person counts once, however many cases of theirs are behind it: of each person's live rows one is counted, and when
that one is taken out another takes its place. The counters on the idea follow the rows (migration 0019). An event says
how many there are, never which case.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.cases.erasure import forget_the_rest
from portal.cases.masking import mask
from portal.events import kinds
from portal.events.record import record
from portal.ideas.behind import Pair, both
from portal.ideas.holding import goes_on_in, lock
from portal.ideas.persons import case_hash, kept_with, person_hash
from portal.ideas.team_models import IdeaEvidence
from tenants import clock
from tenants.scope import db

LONGEST_REASON = 300


class NotLinked(LookupError):
    """The case is not behind the idea (404)."""


class NoReason(ValueError):
    """Taking a case out says why (422)."""


def link(idea_id: int, case_id: int) -> bool:
    """Put a case behind an idea. False when it was there already. Not inside another write.

    Raises NoSuchIdea, NoSuchCase, Forbidden, or Merged for an idea that goes on as part of another one.
    """
    with both(idea_id, case_id) as pair:
        return put_behind(pair)


def unlink(idea_id: int, case_id: int, *, reason: str) -> None:
    """Take a case out. That it was there, and why it is not any more, is kept. Raises NotLinked or NoReason besides."""
    if not reason.strip():
        raise NoReason("reason")
    with both(idea_id, case_id, merged=True) as pair:
        row = db.session.get(IdeaEvidence, (idea_id, case_id), populate_existing=True)
        if row is None or row.removed_at is not None:
            raise NotLinked(case_id)
        counted, row.is_counted = row.is_counted, False
        row.removed_at, row.reason = clock.now(), mask(reason)[:LONGEST_REASON]
        db.session.flush()
        if counted:
            _let_another_count(row)
        _tell(pair, kinds.EVIDENCE_REMOVED)


def put_behind(pair: Pair) -> bool:
    """The same for a pair that is held already."""
    idea, case = pair.idea, pair.case
    row = db.session.get(IdeaEvidence, (idea.id, case.id), populate_existing=True)
    if row is not None and row.removed_at is None:
        return False
    whose = person_hash(idea.id, case.id)
    if row is None:
        row = IdeaEvidence(network_id=idea.network_id, idea_id=idea.id, case_id=case.id, is_counted=False)
        db.session.add(row)
    row.linked_at, row.removed_at, row.reason, row.tenant_id = clock.now(), None, None, pair.by.tenant_id
    row.person_hash = whose
    db.session.flush()
    _find_same_person(row)
    row.is_counted = not any(other.is_counted for other in _of_person(row))
    db.session.flush()
    _tell(pair, kinds.EVIDENCE_LINKED)
    return True


def forget_customer(case_id: int) -> None:
    """The timer of an erasure: the case stays behind its ideas, the count as it was, and nothing says whose it is."""
    forget_the_rest(case_id)
    found = select(IdeaEvidence).where(IdeaEvidence.case_id == case_id).order_by(IdeaEvidence.idea_id)
    rows = db.session.scalars(found).all()
    ids = [row.idea_id for row in rows]
    lock(*ids, *goes_on_in(*ids))
    for row in rows:
        heir = next(iter(_of_person(row)), None) if row.is_counted else None
        if heir is not None:
            row.is_counted = False
            db.session.flush()
            heir.is_counted = True
        row.person_hash = case_hash(row.idea_id, case_id)
        db.session.flush()


def _find_same_person(row: IdeaEvidence) -> None:
    """Other cases of the same account that were linked before they came into it: they are this person's from now on."""
    earlier = select(IdeaEvidence).where(
        IdeaEvidence.idea_id == row.idea_id,
        IdeaEvidence.case_id.in_(kept_with(row.case_id)),
        IdeaEvidence.person_hash != row.person_hash,
        IdeaEvidence.removed_at.is_(None),
    )
    for other in db.session.scalars(earlier.execution_options(populate_existing=True)).all():
        counted, other.is_counted = other.is_counted, False
        db.session.flush()
        if counted:
            _let_another_count(other)
        other.person_hash = row.person_hash
        db.session.flush()


def _let_another_count(row: IdeaEvidence) -> None:
    heir = next(iter(_of_person(row)), None)
    if heir is not None:
        heir.is_counted = True
        db.session.flush()


def _of_person(row: IdeaEvidence) -> list[IdeaEvidence]:
    """The other live rows of the same person, the oldest first."""
    same = select(IdeaEvidence).where(
        IdeaEvidence.idea_id == row.idea_id,
        IdeaEvidence.person_hash == row.person_hash,
        IdeaEvidence.case_id != row.case_id,
        IdeaEvidence.removed_at.is_(None),
    )
    found = same.order_by(IdeaEvidence.linked_at, IdeaEvidence.case_id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def _tell(pair: Pair, kind: Any) -> None:
    """How many there are now, by the trigger's count. A public case's page says what came of it: it has changed."""
    db.session.refresh(pair.idea, ["evidence", "evidence_open"])
    record(pair.idea, kind, facts={"count": pair.idea.evidence}, **pair.actor)
    if pair.case.visibility == "public":
        pair.case.public_version += 1
