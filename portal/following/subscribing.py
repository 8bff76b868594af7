"""Asking for news, confirming it from the mailbox, ending it. Runs at the door, or as the system.

Whether an address follows a case already is told to nobody: every request gets the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select

from portal.following.models import Subscription
from tenants import clock, door
from tenants.ids import new_id
from tenants.models import Key
from tenants.scope import current, db, writing

CONFIRM = "follow"
"""Purpose of the keys by which an address is confirmed."""
CONFIRM_WITHIN = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(hours=24)
QUESTIONS_A_DAY = 5
"""So many questions at most are sent to one address within a day: nobody fills another person's mailbox."""


@dataclass(frozen=True)
class Question:
    """What has to be sent to an address so that it can confirm: the subscription, and the token of its link."""

    subscription_id: int
    token: str


@dataclass(frozen=True)
class Confirmed:
    subscription_id: int
    case_id: int | None
    """None for an idea."""
    reference: str
    role: str
    address: str


@dataclass(frozen=True)
class Wish:
    """Which address wants news of which case or idea, as whom, and in which language."""

    case_id: int | None
    reference: str
    address: str
    locale: str
    role: str
    idea_id: int | None = None


def ask(wish: Wish, *, network_id: int | None = None) -> Question | None:
    """Keep the wish for news, inside `writing()`. None when no question is to be sent: it was, or need not be.

    `network_id` is only for the system, which works for all networks.
    """
    owner = {} if network_id is None else {"network_id": network_id}
    query = select(Subscription).where(
        *(Subscription.case_id == wish.case_id, Subscription.idea_id == wish.idea_id),
        Subscription.address == wish.address,
        Subscription.role == wish.role,
    )
    known = db.session.scalars(query.with_for_update()).one_or_none()
    now = clock.now()
    if known is not None and (
        (known.confirmed_at is not None and known.ended_at is None) or known.asked_at > now - ASK_AGAIN_AFTER
    ):
        return None
    lately = (
        select(func.count())
        .select_from(Subscription)
        .where(Subscription.address == wish.address, Subscription.asked_at > now - timedelta(days=1))
    )
    if (db.session.scalar(lately) or 0) >= QUESTIONS_A_DAY:
        return None
    if known is None:
        about = {
            "case_id": wish.case_id,
            "idea_id": wish.idea_id,
            "role": wish.role,
            "address": wish.address,
            "locale": wish.locale,
        }
        known = Subscription(id=new_id(), asked_at=now, **about, **owner)
        db.session.add(known)
    known.asked_at, known.locale, known.ended_at, known.confirmed_at = now, wish.locale, None, None
    db.session.flush()
    token = door.new_key(CONFIRM, known.id, wish.reference, now + CONFIRM_WITHIN, network_id=network_id)
    return Question(known.id, token)


def find(token: str) -> Confirmed | None:
    """What a link of a question is about."""
    key = door.key(token, CONFIRM)
    subscription = db.session.get(Subscription, key.subject_id) if key else None
    return _told(subscription, key.subject) if key and subscription else None


def confirm(token: str) -> Confirmed | None:
    """The press behind the link of a question. Once: the link is used up."""
    with writing():
        key = door.key(token, CONFIRM)
        if key is None:
            return None
        keys = Key.__table__
        used = current().update(keys).where(keys.c.id == key.id, keys.c.revoked_at.is_(None))
        if not db.session.execute(used.values(revoked_at=clock.now())).rowcount:  # type: ignore[attr-defined]
            return None
        subscription = db.session.get(Subscription, key.subject_id, with_for_update=True)
        if subscription is None:
            return None
        subscription.confirmed_at, subscription.ended_at = clock.now(), None
        return _told(subscription, key.subject)


def _told(subscription: Subscription, reference: str) -> Confirmed:
    return Confirmed(subscription.id, subscription.case_id, reference, subscription.role, subscription.address)


# -- ending -----------------------------------------------------------------------------------------------------------


def end_token(subscription_id: int) -> str:
    """Ends this subscription and does nothing else. Signed instead of kept: every mail carries it, for ever."""
    return _signer().dumps(subscription_id)


def subscription_of(token: str) -> int | None:
    try:
        found = _signer().loads(token)
    except BadSignature:
        return None
    return found if isinstance(found, int) else None


def end(token: str) -> bool:
    """No more mail. Doing it twice changes nothing. False for a token that is none, or of another network."""
    subscription_id = subscription_of(token)
    if subscription_id is None:
        return False
    with writing():
        subscription = db.session.get(Subscription, subscription_id, with_for_update=True)
        if subscription is None:
            return False
        subscription.ended_at = subscription.ended_at or clock.now()
        return True


def active(case_id: int) -> list[Subscription]:
    """Whom to tell of a case, as the system sees it."""
    query = select(Subscription).where(
        Subscription.case_id == case_id, Subscription.confirmed_at.is_not(None), Subscription.ended_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(Subscription.id)))


def forget_unconfirmed(case_id: int, *, keep: list[str]) -> None:
    """End the questions to addresses that the customer has replaced, as the system: a wrong one never opens a case."""
    table = Subscription.__table__
    stale = (table.c.case_id == case_id) & (table.c.role == "customer") & table.c.confirmed_at.is_(None)
    db.session.execute(current().delete(table).where(stale, table.c.address.not_in(keep)))


def forget(case_id: int) -> list[str]:
    """Take the customer's addresses of a case away, after an erasure, as the system. Returns which they were."""
    table = Subscription.__table__
    theirs = select(Subscription.address).where(Subscription.case_id == case_id, Subscription.role == "customer")
    addresses = list(db.session.scalars(theirs))
    db.session.execute(current().delete(table).where(table.c.case_id == case_id, table.c.role == "customer"))
    return addresses


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="end-subscription")
