"""What the business does with a case: acknowledge with a plan, reply, note, answer, close."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.calendars.promising import due
from portal.cases import promises
from portal.cases.holding import held, move
from portal.cases.models import Case
from portal.cases.states import WrongState, can
from portal.events import kinds
from portal.events.record import record, set_timer
from tenants import clock
from tenants.permissions import Forbidden, require
from tenants.scope import Kind, current, db

SILENT = "case.silent"
SILENCE = timedelta(days=14)
"""An answered case whose customer says nothing for so long is closed, and counted apart from accepted ones."""


def acknowledge(case_id: int, version: int, *, plan: str, answer_by: datetime, author: str) -> None:
    """Tell the customer, in public, what will be done and by when there is an answer."""
    require(current(), "case.acknowledge")
    with held(case_id, version) as case:
        move(case, "acknowledge")
        record(case, kinds.ACKNOWLEDGED, text=plan, names={"staff": author})
        promises.settle(case, "acknowledge")
        promises.make(case, "answer", answer_by)


def reply(case_id: int, *, text: str, author: str) -> None:
    """A message to the customer, on the timeline. The first one shows that work has begun."""
    require(current(), "case.reply")
    with held(case_id) as case:
        if case.state in ("received", "closed"):
            raise WrongState(case.state, "reply")
        record(case, kinds.REPLIED, text=text, names={"staff": author})
        promises.settle(case, "update")
        if can(case.state, "start"):
            move(case, "start")
            record(case, kinds.STARTED, actor="system")


def note(case_id: int, *, text: str, author: str) -> None:
    """Something for colleagues of the same tenant only. Possible in every state, and never a change to anybody else."""
    require(current(), "case.note")
    with held(case_id) as case:
        record(case, kinds.NOTED, text=text, names={"staff": author})


def answer(case_id: int, version: int, *, text: str, author: str) -> None:
    """The answer. It closes after a fortnight of silence, or when the customer accepts it."""
    require(current(), "case.answer")
    with held(case_id, version) as case:
        move(case, "answer")
        case.answered_at = clock.now()
        record(case, kinds.ANSWERED, text=text, names={"staff": author})
        promises.settle(case, "answer", "update")
        set_timer(case.network_id, SILENT, case.id, clock.now() + SILENCE)


def close(case_id: int, version: int) -> None:
    """Close an answered case by hand."""
    require(current(), "case.close")
    with held(case_id, version) as case:
        _close(case, "by_business")


def close_when_silent(case_id: int) -> None:
    """The timer of an answer: close if nothing has been heard since. Runs as the system."""
    if db.session.get(Case, case_id) is None:
        return
    with held(case_id) as case:
        if case.state == "answered" and case.answered_at and clock.now() >= case.answered_at + SILENCE:
            _close(case, "silent")


def accept_answer(case_id: int, version: int) -> None:
    """The customer says that the matter is settled."""
    _require_customer()
    with held(case_id, version) as case:
        _close(case, "accepted")


def write_to_business(case_id: int, *, text: str) -> None:
    """The customer adds something, as long as the case is not closed. After an answer, it is work again."""
    _require_customer()
    with held(case_id) as case:
        if case.state == "closed":
            raise WrongState(case.state, "write")
        record(case, kinds.CUSTOMER_WROTE, text=text)
        if can(case.state, "hear"):
            move(case, "hear")
            promises.make(case, "answer", due(case.lead_tenant_id, "answer", clock.now()), actor="system")


def _require_customer() -> None:
    if current().kind is not Kind.CUSTOMER:
        raise Forbidden("only the customer")


def _close(case: Case, how: str) -> None:
    move(case, "close")
    case.closed_at = clock.now()
    actor = "system" if how == "silent" else None
    record(case, kinds.CLOSED, facts={"how": how}, tenant_id=case.lead_tenant_id, actor=actor)
