"""Leaving: an account that its person wants to be forgotten. The row stays, since the history names it; nothing in it
says any more whose it was."""

from __future__ import annotations

from sqlalchemy import select

from tenants import clock, factors, links, signing_in
from tenants.account_models import Invitation, MailLink, NotificationChoice, Passkey
from tenants.models import Membership, User
from tenants.scope import current, db

NOBODY = "–"


class StillWorksHere(RuntimeError):
    """An admin lets this person go first: what staff did for a business is the business's record."""


def erase_account(user_id: int) -> None:
    """Forget a person, inside `writing()`: sessions, keys, codes, links, choices, address and name.

    Raises StillWorksHere.
    """
    if db.session.scalar(select(Membership.role).where(Membership.user_id == user_id).limit(1)) is not None:
        raise StillWorksHere(user_id)
    user = db.session.scalars(select(User).where(User.id == user_id).with_for_update()).one()
    links.revoke_links(user.email)
    for table, column, value in (
        (MailLink.__table__, "email", user.email),
        (Invitation.__table__, "email", user.email),
        (Passkey.__table__, "user_id", user_id),
        (NotificationChoice.__table__, "user_id", user_id),
    ):
        db.session.execute(current().delete(table).where(table.c[column] == value))
    factors.remove_generator(user_id)
    signing_in.end_other_sessions(user_id, keep=None)
    user.email, user.name = f"erased-{user_id}@account.invalid", NOBODY
    user.password_hash = user.locale = user.confirmed_at = None
    user.disabled_at = clock.now()
    db.session.flush()
