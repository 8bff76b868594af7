"""Duplicates: one case is worked on, the others point to it. Each complainant keeps their reference, page and clock.

The link is undone as easily as it is made, and both are on record.
"""

from __future__ import annotations

from portal.cases.holding import NoSuchCase, held
from portal.cases.models import Case
from portal.cases.reading import find_case
from portal.cases.states import OPEN, WrongState
from portal.events import kinds
from portal.events.record import record
from tenants.permissions import require
from tenants.scope import current, db, writing


class CannotMerge(ValueError):
    """With itself, or with one that is itself merged into another (422)."""


def merge(case_id: int, version: int, into_reference: str) -> None:
    """Point a case to another of the same business that tells the same matter. Raises NoSuchCase or CannotMerge."""
    require(current(), "case.merge")
    into = find_case(into_reference)
    with writing():
        for each in sorted(
            (case_id, into.id)
        ):  # always in the same order, so that two merges cannot wait for each other
            with held(each):
                pass
        with held(case_id, version) as case:
            target = db.session.get(Case, into.id, populate_existing=True)
            if target is None:
                raise NoSuchCase(into_reference)
            if case.state not in OPEN:
                raise WrongState(case.state, "merge")
            if target.id == case.id or target.merged_into_id is not None or case.merged_into_id is not None:
                raise CannotMerge(into_reference)
            if _is_target(case):
                raise CannotMerge(into_reference)
            case.merged_into_id = target.id
            case.state_version += 1
            record(case, kinds.MERGED, facts={"into": target.reference if target.visibility == "public" else ""})


def unmerge(case_id: int, version: int) -> None:
    """Undo it: the case stands for itself again."""
    require(current(), "case.merge")
    with held(case_id, version) as case:
        if case.merged_into_id is None:
            raise WrongState(case.state, "unmerge")
        target = db.session.get(Case, case.merged_into_id)
        case.merged_into_id = None
        case.state_version += 1
        public = target is not None and target.visibility == "public"
        record(case, kinds.UNMERGED, facts={"into": target.reference if public and target else ""})


def _is_target(case: Case) -> bool:
    cases = Case.__table__
    return db.session.scalar(current().select(cases.c.id).where(cases.c.merged_into_id == case.id).limit(1)) is not None
