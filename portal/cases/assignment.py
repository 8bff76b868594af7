"""Who of a business's people has taken a case. Other businesses never learn it."""

from __future__ import annotations

from portal.cases.holding import held
from portal.cases.models import Access, Case
from portal.cases.second_look import require_fresh_eyes
from portal.cases.states import OPEN, WrongState
from portal.events import kinds
from portal.events.record import record
from tenants.permissions import require
from tenants.scope import current, db


class Taken(RuntimeError):
    """A colleague has taken the case meanwhile (409). Nothing was written."""


def take(case_id: int, *, author: str, free: bool = False) -> None:
    """The person of the scope takes an open case, also from a colleague unless `free` asks for one that nobody has.

    Taking what one has already changes nothing. Raises Taken, WrongState, SamePerson or Forbidden.
    """
    scope = current()
    require(scope, "case.take")
    with held(case_id) as case:
        require_fresh_eyes(case)
        if case.state not in OPEN:
            raise WrongState(case.state, "take")
        holder = _holder(case)
        if holder == scope.person_id:
            return
        if free and holder is not None:
            raise Taken(case.reference)
        _give(case, author)


def take_if_free(case: Case, author: str) -> None:
    """Whoever tells the customer what will be done has the case in hand, unless a colleague has. For a held case."""
    if current().person_id is not None and _holder(case) is None:
        _give(case, author)


def _holder(case: Case) -> int | None:
    access = Access.__table__
    holder: int | None = db.session.scalar(current().select(access.c.assignee_id).where(access.c.case_id == case.id))
    return holder


def _give(case: Case, author: str) -> None:
    access, scope = Access.__table__, current()
    db.session.execute(scope.update(access).where(access.c.case_id == case.id).values(assignee_id=scope.person_id))
    record(case, kinds.ASSIGNED, names={"staff": author})
