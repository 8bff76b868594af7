"""Fires what is due. A timer and what it causes commit together: a worker that dies in between fires it again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import or_, select

from portal.cases import erasure, handling, promises, second_look, surveys
from portal.events.models import Timer
from portal.following import idea_mail
from portal.handoffs import following_case, hosting, partnering, running_out
from portal.ideas import evidence, fixed, watching
from portal.ideas import promising as idea_promises
from portal.logs import fields
from portal.withholding import safely
from tenants import clock
from tenants.scope import Scope, current, db, entered, writing

LOG = logging.getLogger(__name__)
BATCH = 100
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)

HANDLERS: dict[str, Callable[[int], None]] = {
    promises.DUE: promises.fall_due,
    handling.SILENT: handling.close_when_silent,
    surveys.LATER: surveys.ask_later,
    erasure.FORGET: evidence.forget_customer,
    second_look.FIND_SOMEBODY: second_look.find_somebody,
    running_out.EXPIRES: running_out.expire,
    running_out.LATE: running_out.fall_late,
    running_out.TO_HOST: hosting.let_host_see,
    following_case.OVER_INSIDE: following_case.over_inside,
    partnering.ENDED: following_case.give_back_all,
    idea_promises.DUE: idea_promises.fall_due,
    watching.WATCH: watching.watch,
    fixed.FORGET: fixed.forget_answers,
    idea_mail.TELL: idea_mail.tell,
}


class ClockSetBack(Exception):
    """The clock was set back while a timer fired: its handler may have found it too early, and done nothing."""


def fire_due(batch: int = BATCH) -> int:
    """Fire every timer that is due, at most `batch`. Returns how many were looked at."""
    timers = Timer.__table__
    now = clock.now()
    with entered(Scope.system()):
        due = db.session.execute(
            current()
            .select(timers.c.id, timers.c.network_id)
            .where(
                timers.c.done_at.is_(None), timers.c.due_at < now, or_(timers.c.try_at.is_(None), timers.c.try_at < now)
            )
            .order_by(timers.c.due_at, timers.c.id)
            .limit(batch)
        ).all()
    for row in due:
        _fire(row.id, row.network_id)
    return len(due)


def _fire(timer_id: int, network_id: int) -> None:
    with entered(Scope.system(network_id)):
        try:
            with writing():
                timer = db.session.scalars(
                    select(Timer).where(Timer.id == timer_id, Timer.done_at.is_(None)).with_for_update(skip_locked=True)
                ).one_or_none()
                if timer is None:  # another worker has it, or had it
                    return
                HANDLERS[timer.kind](timer.subject_id)
                if clock.now() <= timer.due_at:
                    raise ClockSetBack
                timer.done_at = clock.now()
        except ClockSetBack:
            return  # it fires when it is due again
        except Exception as problem:
            LOG.exception("a timer failed", extra=fields("timer.failed", timer=timer_id, network=network_id))
            _put_off(timer_id, problem)


def _put_off(timer_id: int, problem: Exception) -> None:
    with writing():
        timer = db.session.get(Timer, timer_id, with_for_update=True)
        if timer is None or timer.done_at is not None:
            return
        timer.tries += 1
        timer.try_at = clock.now() + min(FIRST_WAIT * 2**timer.tries, LONGEST_WAIT)
        timer.problem = safely(problem)
