"""A product team at work: its people, and an idea brought into each of its states through the verbs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.ideas import answering, shipping
from portal.ideas.answering import Answer
from portal.ideas.models import Idea
from tenants import clock
from tenants.models import User
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast
from tests.ideas.conftest import idea_row
from tests.play import colleague

WAYS: dict[str, tuple[str, ...]] = {
    "new": (),
    "under_review": ("review",),
    "planned": ("review", "plan"),
    "in_progress": ("review", "plan", "start"),
    "shipped": ("review", "plan", "start", "ship"),
    "declined": ("decline",),
}
STEPS = {
    "review": Answer("review", ""),
    "plan": Answer("plan", "Ten benches, before summer.", cost="about 4,000 €"),
    "start": Answer("start", "The first ones are ordered."),
    "update": Answer("update", "They are on a ship."),
    "decline": Answer("decline", "The gate closes.", reason="exists_already", would_change="A new gate."),
    "reopen": Answer("reopen", "They are too few."),
}


def product(cast: Cast, tenant_id: int, name: str = "mia", role: str = "product") -> Scope:
    """A person of a product team."""
    with entered(Scope.system()):
        known = db.session.query(User).filter_by(email=f"{name}@example.com").one_or_none()
        if known is not None:
            return Scope.staff(cast.riverside, tenant_id, known.id, role)
    return colleague(cast, tenant_id, f"{name}@example.com", role)


def proof(**changes: Any) -> shipping.Proof:
    return shipping.Proof(**{"what": "Ten benches stand there.", "since": clock.now().date(), **changes})


def do(cast: Cast, who: Scope, idea: Any, act: str, version: int | None = None) -> None:
    """One step of the team, made from a form of now unless said."""
    version = idea_row(cast, idea.id).version if version is None else version
    with entered(who):
        if act == "ship":
            shipping.ship(idea.id, version, proof())
        else:
            answering.answer(idea.id, version, STEPS[act])


def bring(cast: Cast, who: Scope, idea: Any, state: str) -> Any:
    """The idea in `state`; gives its row."""
    for act in WAYS[state]:
        do(cast, who, idea, act)
    row = idea_row(cast, idea.id)
    assert row.state == state
    return row


def change(cast: Cast, idea_id: int, **values: Any) -> None:
    """Set columns as no verb does, for tests of reading."""
    with entered(Scope.system(cast.riverside)), writing():
        idea = db.session.get_one(Idea, idea_id)
        for name, value in values.items():
            setattr(idea, name, value)


def soon(days: int = 7) -> Any:
    return clock.now() + timedelta(days=days)
