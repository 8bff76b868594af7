"""Who of a business's people has taken a case. Other businesses never learn it."""

from __future__ import annotations

from portal.cases.holding import held
from portal.cases.models import Access
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
    access = Access.__table__
    with held(case_id) as case:
        require_fresh_eyes(case)
        if case.state not in OPEN:
            raise WrongState(case.state, "take")
        holder = db.session.scalar(scope.select(access.c.assignee_id).where(access.c.case_id == case.id))
        if holder == scope.person_id:
            return
        if free and holder is not None:
            raise Taken(case.reference)
        db.session.execute(scope.update(access).where(access.c.case_id == case.id).values(assignee_id=scope.person_id))
        record(case, kinds.ASSIGNED, names={"staff": author})
