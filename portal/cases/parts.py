"""A case in several parts: each has its own matter and its own end, and the case does not close before the last one.

Hand-offs between businesses work on these rows.
"""

from __future__ import annotations

from sqlalchemy import func, select

from portal.cases.holding import held
from portal.cases.models import Case
from portal.cases.states import OPEN, WrongState
from portal.cases.work_models import Part
from portal.events import kinds
from portal.events.record import record
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import require
from tenants.scope import current, db

MOST = 12
"""A case with more parts than this is several cases."""


class NoSuchPart(LookupError):
    """The case has no such part (404)."""


class PartIsHanded(RuntimeError):
    """Another business is waited for with it (409): it is taken back or answered first."""


class TooManyParts(ValueError):
    """More parts than anybody could follow (422)."""


def split(case_id: int, version: int, titles: list[str]) -> None:
    """Name further parts of a case, each in a few words that everybody reads. Raises TooManyParts."""
    require(current(), "case.split")
    with held(case_id, version) as case:
        if case.state not in OPEN or case.state == "answered":
            raise WrongState(case.state, "split")
        if _last(case) + len(titles) > MOST:
            raise TooManyParts(case.reference)
        for title in titles:
            open_one(case, title)
        case.state_version += 1


def finish(case_id: int, part_id: int) -> None:
    """This part is done. Doing it twice changes nothing. Raises PartIsHanded."""
    require(current(), "case.split")
    with held(case_id) as case:
        query = select(Part).where(Part.case_id == case.id, Part.id == part_id)
        part = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if part is None:
            raise NoSuchPart(part_id)
        if part.is_handed:
            raise PartIsHanded(part.number)
        end(case, part)


def parts_of(case_id: int) -> list[Part]:
    return list(db.session.scalars(select(Part).where(Part.case_id == case_id).order_by(Part.number)))


def open_one(case: Case, title: str) -> Part:
    """One more part of a held case. Raises TooManyParts."""
    number = _last(case) + 1
    if number > MOST:
        raise TooManyParts(case.reference)
    part = Part(
        id=new_id(),
        network_id=case.network_id,
        case_id=case.id,
        number=number,
        tenant_id=case.lead_tenant_id,
        title=title,
        opened_at=clock.now(),
    )
    db.session.add(part)
    case.open_parts += 1
    facts = {"part": str(number), "tenant": str(case.lead_tenant_id)}
    record(case, kinds.PART_OPENED, text=title, facts=facts, tenant_id=case.lead_tenant_id)
    db.session.flush()
    return part


def end(case: Case, part: Part) -> None:
    """A part of a held case is done. Once is enough."""
    if part.done_at is not None:
        return
    part.done_at = clock.now()
    case.open_parts -= 1
    case.state_version += 1
    record(case, kinds.PART_DONE, text=part.title, facts={"part": str(part.number)}, tenant_id=part.tenant_id)


def _last(case: Case) -> int:
    return db.session.scalar(select(func.max(Part.number)).where(Part.case_id == case.id)) or 0
