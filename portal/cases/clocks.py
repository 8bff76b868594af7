"""The clocks of a case: news in between, standing still while the customer is asked, and letting go at the end.

They belong to the case: nothing but a question to the customer stops them.
"""

from __future__ import annotations

from datetime import datetime

from portal.calendars.promising import due, target, working_time_of
from portal.cases import promises
from portal.cases.models import Case
from portal.events import kinds
from portal.events.record import set_timer
from tenants import clock
from tenants.scope import db


def usual_answer(tenant_id: int, round_number: int) -> datetime:
    """When an answer is due by the calendar of a business, counted from now.

    A second look takes the time of the calendar's second stage, where it has one.
    """
    second = round_number > 1 and target(tenant_id, "second_stage") is not None
    return due(tenant_id, "second_stage" if second else "answer", clock.now())


def promise_next_update(case: Case) -> None:
    """Promise news by the business's calendar, if it promises any and the answer does not come before."""
    if target(case.lead_tenant_id, "update") is None:
        return
    at = due(case.lead_tenant_id, "update", clock.now())
    owed = promises.owed(case)
    if any(promise.what == "update" or (promise.what == "answer" and promise.due_at <= at) for promise in owed):
        return
    promises.make(case, "update", at, actor="system")


def pause(case: Case) -> None:
    """Stop the clocks of everything that is still due; what is late stays late."""
    time = working_time_of(case.lead_tenant_id)
    for promise in promises.owed(case):
        if promise.state == "due" and clock.now() <= promise.due_at:
            promise.paused_minutes = time.minutes_between(clock.now(), promise.due_at)
            promises.tell(case, kinds.PROMISE_PAUSED, promise)
    promises.refresh_next(case)


def resume(case: Case) -> None:
    """Let the clocks run again: each promise gets the working time that it had left, counted from now."""
    time = working_time_of(case.lead_tenant_id)
    for promise in promises.owed(case):
        if promise.paused_minutes is None:
            continue
        before, promise.due_at = promise.due_at, time.after_minutes(clock.now(), promise.paused_minutes)
        promise.paused_minutes = None
        promises.tell(case, kinds.PROMISE_RESUMED, promise, was_due=before, new_due=promise.due_at)
        set_timer(case.network_id, promises.DUE, promise.id, promise.due_at)
    db.session.flush()
    promises.refresh_next(case)


def let_go(case: Case, *, everything: bool = False) -> None:
    """The case ends: what was still due of it is not owed any more."""
    promises.release(case, everything=everything)
