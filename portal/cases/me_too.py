"""Me too: one tap says that a public case happened to somebody else as well. Runs at the door, for anybody.

Once per person is once per browser here: whoever wants news besides confirms an address and follows the case.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite

from portal.cases.me_too_models import CaseCount, MeToo
from tenants import clock
from tenants.ids import new_id
from tenants.prepared import prepared
from tenants.scope import Scope, current, db, writing


def join(case_id: int, ballot: str) -> bool:
    """Count this browser among those it happened to. False when it was counted before."""
    table: Any = MeToo.__table__
    dialect = _dialect()
    row = {"id": new_id(), "case_id": case_id, "voter_hash": _voter(ballot, case_id), "at": clock.now()}
    once = dialect.insert(table).values(row).on_conflict_do_nothing(index_elements=["case_id", "voter_hash"])
    with writing():
        if db.session.scalar(current().insert(table, once).returning(table.c.id)) is None:
            return False
        counts: Any = CaseCount.__table__
        first = dialect.insert(counts).values(case_id=case_id, others=1)
        more = first.on_conflict_do_update(
            index_elements=["case_id"],
            set_={"others": counts.c.others + 1},
            where=current().predicate(counts, to_change=True),
        )
        db.session.execute(current().insert(counts, more))
    return True


def leave(case_id: int, ballot: str) -> bool:
    """Take it back. False when there was nothing to take back."""
    table: Any = MeToo.__table__
    mine = current().delete(table).where(table.c.case_id == case_id, table.c.voter_hash == _voter(ballot, case_id))
    with writing():
        if db.session.scalar(mine.returning(table.c.id)) is None:
            return False
        counts: Any = CaseCount.__table__
        fewer = current().update(counts).where(counts.c.case_id == case_id, counts.c.others > 0)
        db.session.execute(fewer.values(others=counts.c.others - 1))
    return True


def others_of(case_ids: Sequence[int]) -> dict[int, int]:
    """How many others each of these cases happened to, of those that the scope may read; 0 for the rest."""
    found = dict.fromkeys(case_ids, 0)
    if case_ids:
        rows = db.session.execute(_others_of(), {"ids": list(found)})
        found.update({row.case_id: row.others for row in rows})
    return found


@prepared
def _others_of(scope: Scope) -> Any:
    counts: Any = CaseCount.__table__
    wanted = scope.select(counts.c.case_id, counts.c.others)
    return wanted.where(counts.c.case_id.in_(bindparam("ids", expanding=True)))


def _dialect() -> Any:
    return postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite


def _voter(ballot: str, case_id: int) -> bytes:
    key = (current_app.secret_key or "").encode()  # type: ignore[union-attr]
    return hmac.digest(key, f"me-too:{case_id}:{ballot}".encode(), hashlib.sha256)
