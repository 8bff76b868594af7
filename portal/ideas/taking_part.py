"""Ideas that need several businesses: each answers for its part, with its own state and reason, in public."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from portal.events import kinds
from portal.events.record import record
from portal.ideas.holding import NoSuchIdea, answered_by_us, held, touch
from portal.ideas.states import OPEN, WrongIdeaState
from portal.ideas.team_models import PART_STATES, IdeaPart
from tenants import clock
from tenants.models import Tenant
from tenants.permissions import Forbidden, require
from tenants.prepared import prepared
from tenants.scope import Scope, current, db

ANSWER = "idea.answer"
BLOCKING = ("asked", "declined", "blocked")
"""While a part is in one of these, the whole waits for its business."""


class AlreadyAsked(ValueError):
    """The business has a part in it (409)."""


class NoReason(ValueError):
    """A part that is declined or blocked says why (422)."""


def ask_part(idea_id: int, version: int, *, tenant_id: int, what: str) -> None:
    """Ask another business of the network for its part. Everybody reads what it is asked. Raises AlreadyAsked."""
    with answered_by_us(idea_id, version, act=ANSWER) as idea:
        if idea.state not in OPEN:
            raise WrongIdeaState(idea.state, "ask")
        if idea.visibility not in ("public", "network"):
            raise Forbidden("others cannot read it")
        if db.session.get(Tenant, tenant_id) is None or tenant_id == idea.tenant_id:
            raise NoSuchIdea(tenant_id)
        if has_part(idea.id, tenant_id):
            raise AlreadyAsked(tenant_id)
        now = clock.now()
        part = {"idea_id": idea.id, "tenant_id": tenant_id, "what": what, "state": "asked", "since": now}
        db.session.add(IdeaPart(network_id=idea.network_id, **part))
        db.session.flush()
        touch(idea)
        record(idea, kinds.IDEA_PART_ASKED, text=what, facts={"tenant": str(tenant_id)})


def answer_part(idea_id: int, *, state: str, reason: str, version: int | None = None) -> None:
    """Say how one's own part stands, and why. Raises NoSuchIdea when the business has none, or NoReason."""
    require(current(), ANSWER)
    if state not in PART_STATES or state == "asked":
        raise ValueError(state)
    if state in BLOCKING and not reason.strip():
        raise NoReason("reason")
    with held(idea_id, version) as idea:
        query = select(IdeaPart).where(IdeaPart.idea_id == idea.id, IdeaPart.tenant_id == current().tenant_id)
        part = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if part is None:
            raise NoSuchIdea(idea_id)
        before = part.state
        if before != state:
            part.since = clock.now()
        part.state, part.reason = state, reason or None
        db.session.flush()
        touch(idea)
        facts = {"tenant": str(part.tenant_id), "state": state, "before": before}
        record(idea, kinds.IDEA_PART_MOVED, text=reason or None, facts=facts)


def parts_of(idea_id: int) -> Sequence[Any]:
    """The rows of parts: those that the whole waits for first, the longest waiting first."""
    found = db.session.execute(_parts_of(), {"idea": idea_id}).all()
    return sorted(found, key=lambda part: (part.state not in BLOCKING, part.since))


@prepared
def _parts_of(scope: Scope) -> Any:
    parts = IdeaPart.__table__
    return scope.select(parts).where(parts.c.idea_id == bindparam("idea"))


def blocking(parts: Sequence[Any]) -> list[Any]:
    """Whom the whole waits for, since when."""
    return [part for part in parts if part.state in BLOCKING]


def has_part(idea_id: int, tenant_id: int | None) -> bool:
    query = select(IdeaPart.idea_id).where(IdeaPart.idea_id == idea_id, IdeaPart.tenant_id == tenant_id)
    return db.session.scalar(query) is not None
