"""Deliveries that failed: what became of them, and another try for those that were given up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_

from portal.followers.models import DEAD, QUEUED, Delivery
from portal.operations.standing import GIVEN_UP_LATELY
from tenants import clock
from tenants.scope import Scope, current, db, entered, writing

ERASED = "erased"


def troubled(most: int) -> list[Any]:
    """Those that failed and wait, and those that were given up, the newest first."""
    table = Delivery.__table__
    columns = (table.c.id, table.c.channel, table.c.state, table.c.tries, table.c.next_at, table.c.problem)
    failing = (table.c.state == QUEUED) & (table.c.tries > 0)
    with entered(Scope.system()):
        query = current().select(*columns).where(or_(failing, _given_up())).order_by(table.c.next_at.desc())
        return list(db.session.execute(query.limit(most)))


def try_again() -> tuple[int, int]:
    """Queue those that were given up lately. Returns how many, and how many had lost their words and are let go."""
    table, now = Delivery.__table__, clock.now()
    lately = _given_up() & (table.c.next_at > now - GIVEN_UP_LATELY)
    fresh = {"state": "queued", "tries": 0, "next_at": now, "problem": None, "leased_until": None}
    with entered(Scope.system()), writing():
        lost = current().update(table).where(lately, table.c.secret).values(problem=ERASED)
        let_go = db.session.execute(lost).rowcount  # type: ignore[attr-defined]
        again = db.session.execute(current().update(table).where(lately).values(fresh))
        return int(again.rowcount), int(let_go)  # type: ignore[attr-defined]


def _given_up() -> Any:
    table = Delivery.__table__
    return (table.c.state == DEAD) & or_(table.c.problem.is_(None), table.c.problem != ERASED)
