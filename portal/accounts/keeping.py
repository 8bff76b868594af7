"""Which cases belong to an account: at the door, where an account opens a case as its key would.

A case comes to an account when the holder of its key says so, or when the account's address and the case's contact
are the same and both have been confirmed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from portal.accounts.models import AccountCase
from tenants import clock, door
from tenants.adding import added
from tenants.models import Key, SessionKey
from tenants.prepared import prepared
from tenants.scope import Scope, current, db

PAGE = 25
MOST_OFFERED = 10


def owned_case(user_id: int, reference: str) -> int | None:
    """The id of the case of this reference, if it belongs to the account."""
    return db.session.execute(_owned(), {"user": user_id, "reference": reference}).scalar_one_or_none()


@prepared
def _owned(scope: Scope) -> Any:
    kept = AccountCase.__table__
    return scope.select(kept.c.case_id).where(
        kept.c.user_id == bindparam("user"), kept.c.reference == bindparam("reference")
    )


def cases_of(user_id: int, before: int | None = None, limit: int = PAGE) -> list[int]:
    """Ids of an account's cases, the newest report first; only those before an id, if it is given."""
    kept = select(AccountCase.case_id).where(AccountCase.user_id == user_id)
    if before is not None:
        kept = kept.where(AccountCase.case_id < before)
    return list(db.session.scalars(kept.order_by(AccountCase.case_id.desc()).limit(limit)))


def keep(user_id: int, case_id: int, reference: str) -> None:
    """Put a case into an account, inside `writing()`; one that is there already stays."""
    if db.session.get(AccountCase, (user_id, case_id)) is None:
        added(AccountCase(user_id=user_id, case_id=case_id, reference=reference, added_at=clock.now()))


def let_go(user_id: int, reference: str) -> bool:
    """Take a case out of an account, inside `writing()`. False if it was not in it."""
    kept = AccountCase.__table__
    gone = current().delete(kept).where(kept.c.user_id == user_id, kept.c.reference == reference)
    return bool(db.session.execute(gone).rowcount)  # type: ignore[attr-defined]


def let_all_go(user_id: int) -> None:
    """Empty an account of its cases, inside `writing()`."""
    kept = AccountCase.__table__
    db.session.execute(current().delete(kept).where(kept.c.user_id == user_id))


def offered(user_id: int, session_id: int) -> list[tuple[int, str]]:
    """Cases (id, reference) that this browser holds a key for and the account does not have yet."""
    mine = select(AccountCase.case_id).where(AccountCase.user_id == user_id)
    keys = select(Key.subject_id, Key.subject).join(SessionKey, SessionKey.key_id == Key.id)
    living = keys.where(
        SessionKey.session_id == session_id,
        Key.purpose == "case",
        Key.revoked_at.is_(None),
        Key.expires_at > clock.now(),
        Key.subject_id.not_in(mine),
    )
    found = db.session.execute(living.distinct().order_by(Key.subject_id.desc()).limit(MOST_OFFERED))
    return [(row.subject_id, row.subject) for row in found]


def held_case(session_id: int, reference: str) -> int | None:
    """The id of the case of this reference, if this browser holds a living key of it."""
    return door.opened_subject(session_id, "case", reference)


def references_of(case_ids: list[int]) -> dict[int, str]:
    """The public names of cases, from the keys that were made of them: the door reads no cases."""
    keys = select(Key.subject_id, Key.subject).where(Key.purpose == "case", Key.subject_id.in_(case_ids))
    return {row.subject_id: row.subject for row in db.session.execute(keys.distinct())}


def before_token(token: str) -> int | None:
    """The id that a page's token stands for; None for nonsense."""
    try:
        value = int(token, 16)
    except ValueError:
        return None
    return value if 0 < value < 2**63 else None
