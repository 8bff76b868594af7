"""What was checked, whether the case is upheld, and what the customer says to that.

Three tests decide: is there a factual basis, is it within the service's scope, can the business act. A case that fails
one of them is not upheld and says why by a code; how a person behaves is never a reason. Findings come first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.cases.customer_verbs import require_customer
from portal.cases.holding import held
from portal.cases.models import OUTCOMES, Case
from portal.cases.second_look import decided, require_fresh_eyes
from portal.cases.states import WrongState
from portal.cases.words import say
from portal.cases.work_models import TASKS, Task
from portal.events import kinds
from portal.events.models import Event
from portal.events.record import record
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import require
from tenants.scope import current, db, writing

TESTS = ("factual", "in_scope", "can_act")
REASONS = {
    "factual": ("no_evidence", "other_event", "misunderstood_terms"),
    "in_scope": ("outside_scope", "preference"),
    "can_act": ("law_forbids", "beyond_control"),
}
"""Why a case is not upheld, by the test that it fails. None of them is about the person."""
RECURS = 3
RECURS_WITHIN = timedelta(days=90)
"""A reason that decides so many cases at one place in this time says more about the place, or the rule, than about
the customers."""


class NothingChecked(RuntimeError):
    """An outcome needs an investigation first: at least one finding in this round (422)."""


class NoReason(ValueError):
    """What is not upheld needs a coded reason that belongs to a test it fails, and the clause it rests on (422)."""


@dataclass(frozen=True)
class Verdict:
    """The three tests, the outcome that follows, and its reason."""

    factual: bool
    in_scope: bool
    can_act: bool
    outcome: str
    reason: str = ""
    clause: str = ""

    def check(self) -> None:
        """Raise NoReason unless outcome, tests and reason fit together."""
        failed = [test for test in TESTS if not getattr(self, test)]
        if self.outcome not in OUTCOMES or (self.outcome == "upheld") != (not failed):
            raise NoReason(self.outcome)
        if failed and self.reason not in {reason for test in failed for reason in REASONS[test]}:
            raise NoReason(self.reason)
        if not failed and self.reason:
            raise NoReason(self.reason)
        if self.outcome == "not_upheld" and not self.clause:
            raise NoReason("clause")


def find(case_id: int, version: int, *, demand: str, found: str, source: str, standard: str = "", author: str) -> None:
    """Put a finding on record, for one demand: what was checked and where, and what the published standard says."""
    require(current(), "case.assess")
    with held(case_id, version) as case:
        if case.state not in ("acknowledged", "in_progress", "waiting_for_customer"):
            raise WrongState(case.state, "find")
        require_fresh_eyes(case)
        facts = {"demand": demand, "source": source, "standard": standard}
        record(case, kinds.FINDING_ADDED, text=found, facts=facts, names={"staff": author})
        case.state_version += 1


def assess(case_id: int, version: int, verdict: Verdict, *, explanation: str, author: str) -> None:
    """Decide, with an explanation in plain words. Raises NothingChecked or NoReason."""
    require(current(), "case.assess")
    verdict.check()
    with held(case_id, version) as case:
        if case.state not in ("acknowledged", "in_progress"):
            raise WrongState(case.state, "assess")
        require_fresh_eyes(case)
        if not _was_checked(case):
            raise NothingChecked(case.reference)
        case.outcome, case.outcome_reason = verdict.outcome, verdict.reason or None
        case.state_version += 1
        facts = {
            **{test: getattr(verdict, test) for test in TESTS},
            "outcome": verdict.outcome,
            "reason": verdict.reason,
            "clause": verdict.clause,
        }
        record(case, kinds.ASSESSED, text=explanation, facts=facts, names={"staff": author})
        decided(case)
        if verdict.outcome == "not_upheld" and case.touchpoint_id is not None:
            _raise_tasks(case, verdict)


def understand(case_id: int, version: int) -> None:
    """The customer says that the decision is understood."""
    _respond(case_id, version, kinds.UNDERSTOOD, "")


def disagree(case_id: int, version: int, *, text: str) -> None:
    """The customer still disagrees, and may say why. New evidence comes as a message, an appeal as an appeal."""
    _respond(case_id, version, kinds.DISAGREED, text)


def _respond(case_id: int, version: int, kind: kinds.Kind, text: str) -> None:
    require_customer()
    with held(case_id, version) as case:
        if case.outcome is None or case.state in ("withdrawn", "reopened", "appealed"):
            raise WrongState(case.state, "respond")
        if text:
            say(case, kind, text)
        else:
            record(case, kind)
        case.state_version += 1


def _was_checked(case: Case) -> bool:
    """Whether something was found since this round of the case began."""
    events = Event.__table__
    began = (
        current()
        .select(func.coalesce(func.max(events.c.case_seq), 0), also=[events])
        .where(events.c.case_id == case.id, events.c.kind.in_((kinds.REOPENED.name, kinds.APPEALED.name)))
    )
    since = db.session.scalar(began) or 0
    found = (
        current()
        .select(events.c.id)
        .where(events.c.case_id == case.id, events.c.kind == kinds.FINDING_ADDED.name, events.c.case_seq > since)
    )
    return db.session.scalar(found.limit(1)) is not None


# -- tasks -----------------------------------------------------------------------------------------------------------


def _raise_tasks(case: Case, verdict: Verdict) -> None:
    """A reason that recurs at a place raises a task for the notice there, and a review of the clause itself."""
    db.session.flush()
    cases = Case.__table__
    alike = (
        current()
        .select(func.count(), also=[cases])
        .where(
            cases.c.touchpoint_id == case.touchpoint_id,
            cases.c.outcome == "not_upheld",
            cases.c.outcome_reason == verdict.reason,
            cases.c.lead_tenant_id == case.lead_tenant_id,
            cases.c.reported_at > clock.now() - RECURS_WITHIN,
        )
    )
    count = db.session.scalar(alike) or 0
    if count < RECURS:
        return
    for kind in TASKS:
        _raise_task(kind, case, verdict, count)


def _raise_task(kind: str, case: Case, verdict: Verdict, count: int) -> None:
    same = select(Task).where(
        Task.kind == kind,
        Task.touchpoint_id == case.touchpoint_id,
        Task.reason == verdict.reason,
        Task.clause == verdict.clause,
        Task.done_at.is_(None),
    )
    open_one = db.session.scalars(same).one_or_none()
    if open_one is not None:
        open_one.case_count = count
        return
    task = Task(
        id=new_id(),
        tenant_id=case.lead_tenant_id,
        kind=kind,
        touchpoint_id=case.touchpoint_id,
        reason=verdict.reason,
        clause=verdict.clause,
        case_count=count,
        opened_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(task)
    except IntegrityError:
        return  # a colleague's decision has raised it in this moment


class NoSuchTask(LookupError):
    """There is none, or not of this business (404)."""


def finish_task(task_id: int, *, note: str) -> None:
    """A manager says what was changed. Doing it twice changes nothing."""
    require(current(), "task.finish")
    with writing():
        task = db.session.scalars(select(Task).where(Task.id == task_id).with_for_update()).one_or_none()
        if task is None:
            raise NoSuchTask(task_id)
        if task.done_at is None:
            task.done_at, task.done_by, task.note = clock.now(), current().person_id, note


def tasks(*, done: bool = False) -> list[Task]:
    """The business's tasks, the oldest first; those that are done newest first."""
    query = select(Task).where(Task.done_at.is_not(None) if done else Task.done_at.is_(None))
    return list(db.session.scalars(query.order_by(Task.done_at.desc() if done else Task.opened_at, Task.id).limit(200)))
