"""Links for signing in that go to an address: made for every address alike, used once, and the account they lead to.

The first use of a link to an address that has no account yet makes one: whoever opens it has the mailbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from tenants import clock, door
from tenants.account_models import MailLink
from tenants.adding import added
from tenants.ids import new_id
from tenants.models import Key, User
from tenants.scope import db

LIFETIME = timedelta(minutes=20)
LINKS_BY_ADDRESSEE = 5
"""Links that may be asked for one address within `signing_in.THROTTLE`."""
PURPOSE = "sign_in"
LONGEST_PATH = 500


@dataclass(frozen=True)
class Asked:
    """A link that was asked for: its token, which only the mail holds, and an id for the letter."""

    id: int
    token: str


@dataclass(frozen=True)
class Found:
    """A link that still works."""

    key: door.FoundKey
    email: str
    next_path: str


def ask(email: str, next_path: str = "") -> Asked:
    """A link to `email` (in its normal form), inside `writing()`. Whether there is an account is not looked at."""
    link = MailLink(id=new_id(), email=email, next_path=next_path[:LONGEST_PATH], asked_at=clock.now())
    db.session.add(link)
    db.session.flush()
    return Asked(link.id, door.new_key(PURPOSE, link.id, "", clock.now() + LIFETIME))


def find(token: str) -> Found | None:
    """The living link with this token."""
    key = door.key(token, PURPOSE)
    link = db.session.get(MailLink, key.subject_id) if key else None
    return Found(key, link.email, link.next_path) if key and link else None


def use(found: Found, locale: str) -> int | None:
    """Use a link up, inside `writing()`. Returns the account that it proves; None if it has just been used.

    Whatever else was sent to the address stays good until it expires: people press on the older of two mails.
    """
    return person_at(found.email, locale) if door.use_up(found.key) else None


def person_at(email: str, locale: str, name: str = "") -> int:
    """The account of a proven address, made if there is none, inside `writing()`. It may be a disabled one."""
    query = select(User).where(User.email == email).with_for_update()
    user = db.session.scalars(query).one_or_none()
    if user is None:
        user = User(email=email, name=name or email.partition("@")[0][:120], locale=locale)
        if not added(user):
            user = db.session.scalars(query).one()
    user.confirmed_at = user.confirmed_at or clock.now()
    db.session.flush()
    return user.id


def revoke_links(email: str) -> None:
    """Take back every link to an address, inside `writing()`."""
    keys = Key.__table__
    ids = list(db.session.scalars(select(MailLink.id).where(MailLink.email == email)))
    if ids:
        door.revoke((keys.c.purpose == PURPOSE) & keys.c.subject_id.in_(ids))


def confirmed_account(email: str) -> int | None:
    """The account whose owner has shown that this address is theirs; None if there is none, or it is disabled."""
    query = select(User.id).where(User.email == email, User.confirmed_at.is_not(None), User.disabled_at.is_(None))
    return db.session.scalar(query)
