"""Who of a business's people has taken a case. Other businesses never learn it."""

from __future__ import annotations

from portal.cases.holding import held
from portal.cases.models import Access
from portal.cases.second_look import require_fresh_eyes
from portal.events import kinds
from portal.events.record import record
from tenants.permissions import require
from tenants.scope import current, db


def take(case_id: int, *, author: str) -> None:
    """The person of the scope takes the case, also from a colleague."""
    scope = current()
    require(scope, "case.take")
    access = Access.__table__
    with held(case_id) as case:
        require_fresh_eyes(case)
        db.session.execute(scope.update(access).where(access.c.case_id == case.id).values(assignee_id=scope.person_id))
        record(case, kinds.ASSIGNED, names={"staff": author})
