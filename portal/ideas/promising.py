"""Promised dates of ideas: made in public, kept, broken or moved, always with both dates in sight.

As with promises of cases (`portal/cases/promises.py`): one that nobody keeps breaks by itself, since its timer is
written with it, and one that is fulfilled late stays broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from portal.events import kinds
from portal.events.record import record, set_timer
from portal.ideas.holding import held, touch
from portal.ideas.models import Idea
from portal.ideas.states import OPEN, WrongIdeaState
from portal.ideas.taking_part import has_part
from portal.ideas.team_models import IdeaPromise
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import Forbidden, require
from tenants.prepared import prepared
from tenants.scope import Scope, current, db

DUE = "idea.promise.due"
ANSWER = "idea.answer"


class NoSuchPromise(LookupError):
    """The idea has no such promise (404)."""


class PromiseSettled(RuntimeError):
    """It has been kept, broken or moved already (409)."""


class PromiseInThePast(ValueError):
    """Nobody can promise something for a moment that has passed, or move it to an earlier one (422)."""


def promise(idea_id: int, version: int, *, sentence: str, due_at: datetime) -> int:
    """Promise a date for an idea, in the name of one's own business: the one that answers it, or has a part in it."""
    require(current(), ANSWER)
    with held(idea_id, version) as idea:
        if idea.state not in OPEN:
            raise WrongIdeaState(idea.state, "promise")
        _require_part(idea)
        made = make(idea, sentence, due_at)
        touch(idea)
        return made.id


def make(idea: Idea, sentence: str, due_at: datetime) -> IdeaPromise:
    """Promise something about a held idea, in the name of the scope's business."""
    if due_at <= clock.now():
        raise PromiseInThePast(due_at.isoformat())
    made = IdeaPromise(
        id=new_id(),
        network_id=idea.network_id,
        idea_id=idea.id,
        tenant_id=current().tenant_id or idea.tenant_id,
        sentence=sentence,
        made_at=clock.now(),
        due_at=due_at,
        state="due",
    )
    db.session.add(made)
    db.session.flush()
    facts = {"promise": str(made.id), "due": due_at.isoformat()}
    record(idea, kinds.IDEA_PROMISE_MADE, text=sentence, facts=facts, tenant_id=made.tenant_id)
    set_timer(idea.network_id, DUE, made.id, due_at)
    return made


def keep(idea_id: int, promise_id: int, *, text: str) -> None:
    """It was done: say what. Late, it is first broken and then fulfilled. Raises PromiseSettled."""
    require(current(), ANSWER)
    with held(idea_id, merged=True) as idea:
        one = _owed(idea, promise_id)
        fulfill(idea, one, text)
        touch(idea)


def fulfill(idea: Idea, one: IdeaPromise, text: str | None = None) -> None:
    """Of a held idea: what was promised is done now."""
    _break_if_late(idea, one)
    one.fulfilled_at = clock.now()
    if one.state == "due":
        one.state, one.settled_at = "kept", clock.now()
    db.session.flush()
    facts = {"promise": str(one.id), "due": one.due_at.isoformat()}
    record(idea, kinds.IDEA_PROMISE_KEPT, text=text, facts=facts, tenant_id=one.tenant_id)


def postpone(idea_id: int, promise_id: int, *, due_at: datetime, reason: str) -> None:
    """Give another date, and say why; both stay in sight. One that broke stays broken, and has a new date besides.

    What is late and whose timer has not come yet breaks first: nobody escapes a date by moving it afterwards.
    """
    require(current(), ANSWER)
    with held(idea_id, merged=True) as idea:
        one = _owed(idea, promise_id)
        if due_at <= max(clock.now(), one.due_at):
            raise PromiseInThePast(due_at.isoformat())
        _break_if_late(idea, one)
        one.moved_to, one.reason = due_at, reason
        if one.state == "due":
            one.state, one.settled_at = "moved", clock.now()
        facts = {"promise": str(one.id), "due": one.due_at.isoformat(), "new_due": due_at.isoformat()}
        record(idea, kinds.IDEA_PROMISE_MOVED, text=reason, facts=facts, tenant_id=one.tenant_id)
        make(idea, one.sentence, due_at)
        touch(idea)


def release_all(idea: Idea) -> None:
    """Nobody waits for them any more: the idea was declined. What was late is broken all the same, and stays so."""
    due = select(IdeaPromise).where(IdeaPromise.idea_id == idea.id, IdeaPromise.state == "due")
    for one in db.session.scalars(due.execution_options(populate_existing=True)).all():
        _break_if_late(idea, one)
        if one.state == "due":
            one.state, one.settled_at = "released", clock.now()
    db.session.flush()


def fall_due(promise_id: int) -> None:
    """The timer of a promise: if it is still due, it is broken now. Runs as the system."""
    one = db.session.get(IdeaPromise, promise_id)
    if one is None or one.state != "due":
        return
    with held(one.idea_id, merged=True) as idea:
        fresh = db.session.scalars(
            select(IdeaPromise).where(IdeaPromise.id == promise_id).execution_options(populate_existing=True)
        ).one()
        _break_if_late(idea, fresh)


def fulfill_all(idea: Idea) -> None:
    """What the business that answers the idea still owes is done, with the idea."""
    own = select(IdeaPromise).where(IdeaPromise.idea_id == idea.id, IdeaPromise.tenant_id == idea.tenant_id)
    for one in db.session.scalars(own.order_by(IdeaPromise.due_at).execution_options(populate_existing=True)).all():
        if is_owed(one):
            fulfill(idea, one)


def promises_of(idea_id: int) -> Sequence[Any]:
    """Rows of promises: what is still owed first, the earliest first; then the rest, the newest first."""
    found = db.session.execute(_promises_of(), {"idea": idea_id}).all()
    owed = sorted((each for each in found if is_owed(each)), key=lambda each: each.due_at)
    return [*owed, *sorted((each for each in found if not is_owed(each)), key=lambda each: each.made_at, reverse=True)]


@prepared
def _promises_of(scope: Scope) -> Any:
    promises = IdeaPromise.__table__
    return scope.select(promises).where(promises.c.idea_id == bindparam("idea"))


def is_owed(one: Any) -> bool:
    """Due, or broken and neither fulfilled nor given another date."""
    return one.state in ("due", "broken") and one.fulfilled_at is None and one.moved_to is None


def _break_if_late(idea: Idea, one: IdeaPromise) -> None:
    if one.state == "due" and clock.now() > one.due_at:
        _break(idea, one)


def _break(idea: Idea, one: IdeaPromise) -> None:
    one.state, one.settled_at = "broken", clock.now()
    db.session.flush()
    facts = {"promise": str(one.id), "due": one.due_at.isoformat()}
    record(idea, kinds.IDEA_PROMISE_BROKEN, facts=facts, tenant_id=one.tenant_id, due_at=one.due_at, actor="system")


def _owed(idea: Idea, promise_id: int) -> IdeaPromise:
    query = select(IdeaPromise).where(IdeaPromise.idea_id == idea.id, IdeaPromise.id == promise_id)
    one = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if one is None:
        raise NoSuchPromise(promise_id)
    if current().for_tenant and one.tenant_id != current().tenant_id:
        raise Forbidden("only the business that promised it")
    if not is_owed(one):
        raise PromiseSettled(one.state)
    return one


def _require_part(idea: Idea) -> None:
    scope = current()
    if scope.for_tenant and scope.tenant_id != idea.tenant_id and not has_part(idea.id, scope.tenant_id):
        raise Forbidden("only a business that answers it or has a part in it")
