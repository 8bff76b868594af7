"""What the business does with a case: acknowledge with a plan, reply, ask, note, answer, close."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.cases import assignment, attribution, clocks, parts, promises, surveys
from portal.cases.evidence import Given, attach
from portal.cases.holding import held, move
from portal.cases.models import Case
from portal.cases.second_look import decided, may_handle, require_fresh_eyes
from portal.cases.states import UNTOUCHED, WrongState, can
from portal.events import kinds
from portal.events.record import record, set_timer
from tenants import clock
from tenants.permissions import require
from tenants.scope import current, db

SILENT = "case.silent"
SILENCE = timedelta(days=14)
"""A case whose customer says nothing for so long after an answer or a question is closed, and counted apart from
accepted ones."""


def acknowledge(
    case_id: int, version: int | None, *, plan: str, answer_by: datetime, author: str, in_hand: bool = True
) -> None:
    """Tell the customer, in public, what will be done and by when there is an answer.

    A case that nobody has in hand is then the author's, unless `in_hand` is taken away.
    """
    require(current(), "case.acknowledge")
    with held(case_id, version) as case:
        move(case, "acknowledge")
        if in_hand:
            assignment.take_if_free(case, author)
        record(case, kinds.ACKNOWLEDGED, text=plan, names={"staff": author})
        promises.settle(case, "acknowledge")
        promises.make(case, "answer", answer_by)
        clocks.promise_next_update(case)


def take_up(case_id: int, version: int, *, plan: str, answer_by: datetime, author: str) -> None:
    """Begin another look at a reopened or appealed case: again a plan and a date, by somebody who did not decide."""
    require(current(), "case.acknowledge")
    with held(case_id, version) as case:
        require_fresh_eyes(case)
        move(case, "take_up")
        assignment.take_if_free(case, author)
        record(case, kinds.TAKEN_UP, text=plan, names={"staff": author})
        promises.settle(case, "acknowledge")
        promises.make(case, "answer", answer_by)
        clocks.promise_next_update(case)


def reply(case_id: int, *, text: str, author: str, files: Given | None = None, in_hand: bool = True) -> None:
    """A message to the customer, on the timeline, with files. The first one shows that work has begun.

    Whoever writes it has the case in hand from then on, unless a colleague has: no work is begun by nobody. Not so
    (`in_hand`) with a reply to many cases at once.
    """
    require(current(), "case.reply")
    with held(case_id) as case:
        if case.state in UNTOUCHED or case.state in ("closed", "withdrawn"):
            raise WrongState(case.state, "reply")
        record(case, kinds.REPLIED, text=text, names={"staff": author})
        attach(case, files)
        if in_hand and may_handle(case.id, case.round):
            assignment.take_if_free(case, author)
        promises.settle(case, "update")
        if can(case.state, "start"):
            move(case, "start")
            record(case, kinds.STARTED, actor="system")
        if case.state == "in_progress":
            clocks.promise_next_update(case)


def ask(
    case_id: int,
    version: int,
    *,
    text: str,
    author: str,
    touchpoint_id: int | None = None,
    category_id: int | None = None,
) -> None:
    """Ask the customer something without which work cannot go on. The clocks stand still until there is word.

    Unanswered it closes the case, so place and topic must be known as well as they can be: see `answer`, which may
    correct them. Raises NotAttributed.
    """
    require(current(), "case.reply")
    with held(case_id, version) as case:
        attribution.attribute(case, touchpoint_id, category_id)
        move(case, "ask")
        record(case, kinds.QUESTION_ASKED, text=text, names={"staff": author})
        promises.settle(case, "update")
        clocks.pause(case)
        set_timer(case.network_id, SILENT, case.id, clock.now() + SILENCE)


def go_on(case_id: int, version: int) -> None:
    """Work on without the customer's word: it was found out otherwise. The clocks run again."""
    require(current(), "case.reply")
    with held(case_id, version) as case:
        move(case, "go_on")
        record(case, kinds.WENT_ON)
        clocks.resume(case)


def note(case_id: int, *, text: str, author: str, files: Given | None = None) -> None:
    """Something for colleagues of the same tenant only. Possible in every state, and never a change to anybody else."""
    require(current(), "case.note")
    with held(case_id, by_lead=False) as case:
        record(case, kinds.NOTED, text=text, names={"staff": author})
        attach(case, files, internal=True)


def answer(
    case_id: int,
    version: int,
    *,
    text: str,
    author: str,
    touchpoint_id: int | None = None,
    category_id: int | None = None,
    about_staff: str = "",
) -> None:
    """The answer. It closes after a fortnight of silence, or when the customer accepts it.

    `touchpoint_id` and `category_id` say where the cause lies; without them what the case has counts. Both must be
    known now, since the customer may close the case from here on. `about_staff` is for the business alone.
    So must everything inside the business be done: the customer would otherwise meet what they cannot see.
    Raises NotAttributed or OpenParts.
    """
    require(current(), "case.answer")
    with held(case_id, version) as case:
        require_fresh_eyes(case)
        if parts.is_open_inside(case):
            raise OpenParts(case.reference)
        attribution.attribute(case, touchpoint_id, category_id, about_staff)
        move(case, "answer")
        case.answered_at = clock.now()
        record(case, kinds.ANSWERED, text=text, names={"staff": author})
        decided(case)
        promises.settle(case, "answer", "update", "acknowledge")
        set_timer(case.network_id, SILENT, case.id, clock.now() + SILENCE)


def close(case_id: int, version: int) -> None:
    """Close an answered case by hand."""
    require(current(), "case.close")
    with held(case_id, version) as case:
        if case.state != "answered":
            raise WrongState(case.state, "close")
        end(case, "by_business")


def close_when_silent(case_id: int) -> None:
    """The timer of an answer or a question: close if nothing has been heard since. Runs as the system."""
    if db.session.get(Case, case_id) is None:
        return
    with held(case_id) as case:
        since = {"answered": case.answered_at, "waiting_for_customer": case.waiting_since}.get(case.state)
        if since is None or case.open_parts or not attribution.is_attributed(case):
            return
        if clock.now() >= since + SILENCE:
            end(case, "silent")


def end(case: Case, how: str) -> None:
    """Close a held case. `how`: `accepted`, `silent` or `by_business`. Raises OpenParts or NotAttributed."""
    if case.open_parts:
        raise OpenParts(case.reference)
    attribution.attribute(case, None, None)
    clocks.let_go(case)
    move(case, "close")
    case.closed_at = clock.now()
    actor = "system" if how == "silent" else None
    record(case, kinds.CLOSED, facts={"how": how}, tenant_id=case.lead_tenant_id, actor=actor)
    surveys.ask(case, "close")


class OpenParts(RuntimeError):
    """A case neither closes while a part is open, nor is answered while one inside the business is (409)."""
