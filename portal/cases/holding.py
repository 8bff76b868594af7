"""Holding a case: the lock under which every verb works, and what goes wrong before it begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select

from portal.cases.models import Case
from portal.cases.states import after
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import current, writing


class NoSuchCase(LookupError):
    """There is none, or not for this reader: the two are never told apart (404)."""


class Stale(RuntimeError):
    """The case has changed since the form was shown (409). Nothing was written."""


AFTER_STEP: list[Callable[[Case, str], None]] = []
"""Called under the lock after each step of a case, with the act: for slices above that hang on it."""


@contextmanager
def held(case_id: int, version: int | None = None, *, by_lead: bool = True) -> Iterator[Case]:
    """The case under its lock, inside one write transaction that commits at the end of the block.

    `version` is the `state_version` that the form was made from. Of the businesses that see a case only its lead acts
    on it, unless `by_lead` is taken away. Raises NoSuchCase, Stale or Forbidden.
    """
    with writing() as session:
        query = select(Case).where(Case.id == case_id).with_for_update(of=Case)
        # What this transaction read before it had the lock may be out of date.
        case = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if case is None:
            raise NoSuchCase(case_id)
        if version is not None and case.state_version != version:
            raise Stale(case.reference)
        if by_lead and not leads(case):
            raise Forbidden("only the business that leads")
        yield case


def leads(case: Case) -> bool:
    """Whether the present business leads the case; whoever acts for no business is not asked."""
    scope = current()
    return not scope.for_tenant or scope.tenant_id == case.lead_tenant_id


def move(case: Case, act: str) -> None:
    """Take the case to the state that `act` leads to. Raises WrongState."""
    case.state = after(case.state, act)
    case.state_version += 1
    case.waiting_since = clock.now() if case.state == "waiting_for_customer" else None
    for follow in AFTER_STEP:
        follow(case, act)
