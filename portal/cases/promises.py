"""Promises: made, kept, broken or moved, always with both dates in sight.

A promise that nobody keeps breaks by itself: its timer is written together with it. One that is fulfilled late stays
broken, even when the worker had no time to say so before.
"""

from __future__ import annotations

from datetime import MAXYEAR, UTC, datetime
from typing import Any

from sqlalchemy import select

from portal.cases.holding import held, leads
from portal.cases.models import Case, Promise
from portal.cases.states import WrongState
from portal.events import kinds
from portal.events.record import record, set_timer
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import Forbidden, require
from tenants.scope import current, db
from tenants.together import add

DUE = "promise.due"
LASTING = ("other", "remedy")
"""What outlives a case: a person's own words, and a remedy on its way."""
BY_ITSELF = ("acknowledge", "update", "answer", "remedy")
"""What is kept by doing it (a plan, news, an answer, a delivery with its proof), never by a press that says so."""
NEVER = datetime(MAXYEAR, 1, 1, tzinfo=UTC)


class NoSuchPromise(LookupError):
    """The case has no such promise (404)."""


class PromiseSettled(RuntimeError):
    """The promise has been kept, broken or moved already (409)."""


class NotByHand(RuntimeError):
    """What was promised is kept by doing it: by the plan, the news, the answer or the delivery itself (409)."""

    def __init__(self, what: str) -> None:
        super().__init__(f"a promise of this kind is not kept by hand: {what}")
        self.what = what


class PromiseInThePast(ValueError):
    """Nobody can promise something for a moment that has passed (422)."""


def make(
    case: Case,
    what: str,
    due_at: datetime,
    *,
    sentence: str | None = None,
    actor: str | None = None,
    tenant_id: int | None = None,
) -> None:
    """Promise something in public, in the name of the business that leads unless said. The caller holds the case."""
    # What the targets say was reckoned a moment ago: if the clock was set meanwhile, nobody's report is refused for it.
    if actor != "system" and due_at <= clock.now():
        raise PromiseInThePast(due_at.isoformat())
    promise = Promise(
        id=new_id(),
        network_id=case.network_id,
        case_id=case.id,
        tenant_id=tenant_id or case.lead_tenant_id,
        what=what,
        sentence=sentence,
        made_at=clock.now(),
        due_at=due_at,
    )
    add(promise)
    tell(case, kinds.PROMISE_MADE, promise, text=sentence, actor=actor)
    set_timer(case.network_id, DUE, promise.id, due_at)
    if case.agreed_by is not None:
        refresh_next(case)
    elif case.next_due_at is None or due_at < case.next_due_at:
        _show_next(case, promise)


def settle(case: Case, *whats: str, due_at: datetime | None = None) -> None:
    """Fulfil every promise of these codes that is owed (and due at `due_at`, if that is given).

    One whose time has passed is broken, and fulfilled late.
    """
    for promise in owed(case):
        if promise.what in whats and due_at in (None, promise.due_at):
            _fulfil(case, promise)
    if "answer" in whats:
        case.agreed_by = None
    refresh_next(case)


def promise_more(case_id: int, sentence: str, due_at: datetime, *, version: int | None = None) -> None:
    """A further promise in a person's own words."""
    require(current(), "case.promise")
    with held(case_id, version) as case:
        make(case, "other", due_at, sentence=sentence)
        case.state_version += 1


def keep(case_id: int, promise_id: int) -> None:
    """Somebody says that the promise has been kept. Raises PromiseSettled, or NotByHand for one of BY_ITSELF."""
    require(current(), "case.promise")
    with held(case_id, by_lead=False) as case:
        promise = _one(case, promise_id)
        _require_ours(case, promise)
        _require_by_hand(promise)
        _fulfil(case, promise)
        case.state_version += 1
        refresh_next(case)


def move(case_id: int, promise_id: int, due_at: datetime, reason: str) -> None:
    """Put a promise off, with the reason in public; the old date stays visible. Raises PromiseSettled."""
    require(current(), "case.promise")
    with held(case_id, by_lead=False) as case:
        promise = _one(case, promise_id)
        _require_ours(case, promise)
        if promise.paused_minutes is not None:
            raise WrongState(case.state, "move a promise")
        if promise.state == "due" and is_late(promise):
            _break(case, promise)
        if promise.state == "due":
            promise.state, promise.settled_at = "moved", clock.now()
        promise.moved_to, promise.reason = due_at, reason
        tell(case, kinds.PROMISE_MOVED, promise, text=reason, new_due=due_at)
        make(case, promise.what, due_at, sentence=promise.sentence)
        refresh_next(case)
        case.state_version += 1


def fall_due(promise_id: int) -> None:
    """The timer of a promise: break it if it is still due. Runs as the system; finding nothing to do is normal."""
    promise = db.session.get(Promise, promise_id)
    if promise is None:
        return
    with held(promise.case_id) as case:
        for each in owed(case):
            if each.id == promise_id and is_late(each) and each.state == "due":
                _break(case, each)
                case.state_version += 1
                refresh_next(case)


def exceed(case_id: int, promise_id: int, *, text: str) -> None:
    """Do more than was promised, out of goodwill: `text` says what. Only before its time.

    Raises PromiseSettled, or NotByHand for one of BY_ITSELF: an answer is owed also by who did more.
    """
    require(current(), "case.promise")
    with held(case_id, by_lead=False) as case:
        promise = _one(case, promise_id)
        _require_ours(case, promise)
        _require_by_hand(promise)
        if promise.state != "due" or is_late(promise):
            raise PromiseSettled(promise.state)
        promise.state, promise.paused_minutes = "exceeded", None
        promise.settled_at = promise.fulfilled_at = clock.now()
        tell(case, kinds.PROMISE_EXCEEDED, promise, text=text)
        case.state_version += 1
        refresh_next(case)


def release(case: Case, *, everything: bool) -> None:
    """Let go of what the customer does not wait for any more; what is late stays broken and owed.

    What somebody promised in their own words ("the refund by 3 May") outlives the case, unless `everything` goes.
    """
    for promise in owed(case):
        if promise.state == "due" and not is_late(promise) and (everything or promise.what not in LASTING):
            promise.state, promise.settled_at, promise.paused_minutes = "released", clock.now(), None
    case.agreed_by = None
    refresh_next(case)


def refresh_next(case: Case) -> None:
    """Keep on the case which promise comes next; a broken one that is still owed is first.

    One whose clock stands still is not next: the customer is.
    """
    db.session.flush()
    _show_next(case, next((promise for promise in owed(case) if promise.paused_minutes is None), None))


def _show_next(case: Case, first: Promise | None) -> None:
    case.next_promise_id = first.id if first else None
    dates = (first.due_at if first else None, case.agreed_by)
    case.next_due_at = min((each for each in dates if each is not None), default=None)


def is_owed(promise: Promise) -> bool:
    """Whether the customer still waits for it: due, or broken and neither fulfilled late nor given a new date."""
    return promise.state == "due" or (
        promise.state == "broken" and promise.fulfilled_at is None and promise.moved_to is None
    )


def is_late(promise: Promise) -> bool:
    """Whether its moment has passed while its clock was running."""
    return promise.paused_minutes is None and clock.now() > promise.due_at


def owed(case: Case) -> list[Promise]:
    """The promises of a held case that the customer still waits for, the earliest first."""
    query = select(Promise).where(Promise.case_id == case.id, Promise.state.in_(("due", "broken")))
    fresh = query.order_by(Promise.due_at, Promise.id).execution_options(populate_existing=True)
    return [promise for promise in db.session.scalars(fresh) if is_owed(promise)]


def _one(case: Case, promise_id: int) -> Promise:
    query = select(Promise).where(Promise.case_id == case.id, Promise.id == promise_id)
    promise = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if promise is None:
        raise NoSuchPromise(promise_id)
    if not is_owed(promise):
        raise PromiseSettled(promise.state)
    return promise


def _require_ours(case: Case, promise: Promise) -> None:
    """A promise is dealt with by whoever made it, also when another business leads by now, and by the lead."""
    if not leads(case) and current().tenant_id != promise.tenant_id:
        raise Forbidden("a promise of another business")


def _require_by_hand(promise: Promise) -> None:
    if promise.what in BY_ITSELF:
        raise NotByHand(promise.what)


def _fulfil(case: Case, promise: Promise) -> None:
    promise.fulfilled_at = clock.now()
    if promise.state == "broken":
        return
    if is_late(promise):
        _break(case, promise)
        return
    promise.paused_minutes = None
    promise.state, promise.settled_at = "kept", clock.now()
    tell(case, kinds.PROMISE_KEPT, promise)


def _break(case: Case, promise: Promise) -> None:
    promise.state, promise.settled_at = "broken", clock.now()
    tell(case, kinds.PROMISE_BROKEN, promise, actor="system", due_at=promise.due_at)


def tell(
    case: Case,
    kind: kinds.Kind,
    promise: Promise,
    *,
    text: str | None = None,
    actor: str | None = None,
    due_at: datetime | None = None,
    was_due: datetime | None = None,
    new_due: datetime | None = None,
) -> None:
    """Record what became of a promise. `was_due` is its date before, when it has just changed."""
    due = was_due or promise.due_at
    facts: dict[str, Any] = {"promise": str(promise.id), "what": promise.what, "due": due.isoformat()}
    if new_due is not None:
        facts["new_due"] = new_due.isoformat()
    record(case, kind, text=text, facts=facts, tenant_id=promise.tenant_id, actor=actor, due_at=due_at)
