"""What a person wants to be told by mail about their cases, and in which language."""

from __future__ import annotations

from dataclasses import dataclass

from tenants.account_models import NotificationChoice
from tenants.adding import added
from tenants.models import User
from tenants.scope import db

STEPS = ("all", "answers", "none")


@dataclass(frozen=True)
class Choices:
    """`steps`: mail about every step, only about answers and questions to me, or none. `locale`: None, not chosen."""

    steps: str = "answers"
    broken: bool = True
    """Whether to be told when a promise breaks."""
    locale: str | None = None


def choices_of(user_id: int) -> Choices:
    """The choices of a person, or the usual ones. Asked at the door, or by the worker for a network."""
    kept = db.session.get(NotificationChoice, user_id)
    if kept is not None:
        return Choices(kept.steps, kept.broken, kept.locale)
    user = db.session.get(User, user_id)
    return Choices(locale=user.locale if user else None)


def choose(user_id: int, steps: str, broken: bool, locale: str) -> None:
    """Keep a person's choices, inside `writing()`."""
    kept = db.session.get(NotificationChoice, user_id, with_for_update=True)
    if kept is None:
        if added(NotificationChoice(user_id=user_id, steps=steps, broken=broken, locale=locale)):
            return
        kept = db.session.get_one(NotificationChoice, user_id, with_for_update=True)
    kept.steps, kept.broken, kept.locale = steps, broken, locale
    db.session.flush()
