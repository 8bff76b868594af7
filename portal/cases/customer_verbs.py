"""What the customer does with a case of their own: add to it, accept the answer, withdraw it."""

from __future__ import annotations

from portal.calendars.promising import due
from portal.cases import clocks, promises
from portal.cases.evidence import Given, attach
from portal.cases.handling import end
from portal.cases.holding import held, move
from portal.cases.states import OPEN, WrongState, can
from portal.cases.words import say
from portal.events import kinds
from portal.events.record import record
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Kind, current


def write_to_business(case_id: int, *, text: str, files: Given | None = None) -> None:
    """Add something, as long as the case is open. After an answer, or when it was asked for, it is work again."""
    require_customer()
    with held(case_id) as case:
        if case.state not in OPEN:
            raise WrongState(case.state, "write")
        say(case, kinds.CUSTOMER_WROTE, text)
        attach(case, files)
        if not can(case.state, "hear"):
            return
        was_answered = case.state == "answered"
        move(case, "hear")
        if was_answered:
            promises.make(case, "answer", due(case.lead_tenant_id, "answer", clock.now()), actor="system")
        else:
            clocks.resume(case)


def accept_answer(case_id: int, version: int) -> None:
    """The matter is settled."""
    require_customer()
    with held(case_id, version) as case:
        if case.state != "answered":
            raise WrongState(case.state, "accept")
        end(case, "accepted")


def withdraw(case_id: int, version: int, *, reason: str = "") -> None:
    """Take the case back. What was promised is let go, neither kept nor broken; it can be reopened."""
    require_customer()
    with held(case_id, version) as case:
        clocks.let_go(case, everything=True)
        move(case, "withdraw")
        case.closed_at = clock.now()
        if reason:
            say(case, kinds.WITHDRAWN, reason)
        else:
            record(case, kinds.WITHDRAWN)


def require_customer() -> None:
    """Raise Forbidden for anybody but the customer of a case."""
    if current().kind is not Kind.CUSTOMER:
        raise Forbidden("only the customer")
