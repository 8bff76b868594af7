"""A case in several parts: each has its own matter and its own end, and the case does not close before the last one.

Hand-offs work on these rows. A part that is internal exists for one business alone: it has a number of its own, what
becomes of it is told to nobody else, and no version moves by it that others could see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, false, func, select

from portal.cases.holding import held, leads
from portal.cases.models import Case
from portal.cases.states import OPEN, WrongState
from portal.cases.work_models import Part
from portal.events import kinds
from portal.events.kinds import Audience
from portal.events.record import record
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import Forbidden, require
from tenants.prepared import prepared
from tenants.scope import Scope, current, db

MOST = 12
"""A case with more parts than this is several cases."""


IS_WAITED_FOR: list[Callable[[Part], bool]] = []
"""Asked before a part is ended by hand: slices above say whether somebody works on it."""


class NoSuchPart(LookupError):
    """The case has no such part (404)."""


class PartIsHanded(RuntimeError):
    """Somebody is waited for with it (409): it is taken back or answered first."""


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
    """This part is done. Doing it twice changes nothing. Raises PartIsHanded, or Forbidden for a part of others."""
    require(current(), "case.split")
    with held(case_id, by_lead=False) as case:
        query = select(Part).where(Part.case_id == case.id, Part.id == part_id)
        part = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if part is None:
            raise NoSuchPart(part_id)
        if not part.is_internal and not leads(case):
            raise Forbidden("only the business that leads")
        if part.is_handed or any(waited(part) for waited in IS_WAITED_FOR):
            raise PartIsHanded(part.number)
        end(case, part)


def parts_of(case_id: int) -> list[Part]:
    """Those that everybody sees who reads the case."""
    return _parts(case_id, internal=False)


def parts_shown(case_id: int) -> list[Any]:
    """Their rows, for a page."""
    return list(db.session.execute(_parts_shown(), {"case_id": case_id}))


@prepared
def _parts_shown(scope: Scope) -> Any:
    parts = Part.__table__
    wanted = scope.select(parts).where(parts.c.case_id == bindparam("case_id"), parts.c.is_internal == false())
    return wanted.order_by(parts.c.number)


def inside_parts(case_id: int) -> list[Part]:
    """Those that only the present business knows."""
    return _parts(case_id, internal=True)


def is_open_inside(case: Case) -> bool:
    """Whether a part that only the present business knows is open."""
    return any(part.done_at is None for part in inside_parts(case.id))


def open_one(case: Case, title: str, *, inside: int | None = None) -> Part:
    """One more part of a held case; `inside` is the business for which alone it is. Raises TooManyParts."""
    number, internal = _last(case, inside) + 1, inside is not None
    tenant_id = case.lead_tenant_id if inside is None else inside
    if number > MOST:
        raise TooManyParts(case.reference)
    part = Part(
        id=new_id(),
        network_id=case.network_id,
        case_id=case.id,
        number=number,
        tenant_id=tenant_id,
        title=title,
        opened_at=clock.now(),
        is_internal=internal,
    )
    db.session.add(part)
    case.open_parts += 1
    facts = {"part": name_of(part), "tenant": str(tenant_id)}
    record(case, kinds.PART_OPENED, text=title, facts=facts, tenant_id=tenant_id, audience=_audience(part))
    db.session.flush()
    return part


def end(case: Case, part: Part) -> None:
    """A part of a held case is done. Once is enough."""
    if part.done_at is not None:
        return
    part.done_at = clock.now()
    case.open_parts -= 1
    if not part.is_internal:
        case.state_version += 1
    facts = {"part": name_of(part)}
    record(case, kinds.PART_DONE, text=part.title, facts=facts, tenant_id=part.tenant_id, audience=_audience(part))


def name_of(part: Part) -> str:
    """Its number as histories name it: `2`, and `i2` for the second of those that only its business knows."""
    return f"i{part.number}" if part.is_internal else str(part.number)


def _audience(part: Part) -> Audience:
    return Audience.INTERNAL if part.is_internal else Audience.PUBLIC


def _parts(case_id: int, *, internal: bool) -> list[Part]:
    query = select(Part).where(Part.case_id == case_id, Part.is_internal == internal)
    return list(db.session.scalars(query.order_by(Part.number)))


def _last(case: Case, inside: int | None = None) -> int:
    newest = select(func.max(Part.number)).where(Part.case_id == case.id, Part.is_internal == (inside is not None))
    if inside is not None:
        newest = newest.where(Part.tenant_id == inside)
    return db.session.scalar(newest) or 0
