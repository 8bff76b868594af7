"""Each act of a story as the verb that plays it, under the scope of whoever acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.cases import (
    assessment,
    assignment,
    customer_verbs,
    handling,
    parts,
    promises,
    remedies,
    second_look,
    surveys,
    visibility,
)
from portal.cases.directory_models import Category, Touchpoint
from portal.cases.models import Case, Promise
from portal.cases.remedy_models import Remedy
from portal.cases.survey_models import SCORES
from portal.cases.work_models import Part
from portal.demo.handing_acts import BETWEEN, Between
from portal.demo.script import Act
from portal.demo.unit_acts import INSIDE
from tenants.scope import db


@dataclass(frozen=True)
class CaseNow:
    """What a page would have shown to whoever acts: which case, and at which version."""

    id: int
    version: int


def case_now(case_id: int) -> CaseNow:
    version = db.session.scalars(select(Case.state_version).where(Case.id == case_id)).one()
    return CaseNow(case_id, version)


def _owed(case_id: int, *whats: str) -> int:
    """The promise that the customer still waits for: of the first of these kinds that there is, the earliest."""
    rows = db.session.scalars(select(Promise).where(Promise.case_id == case_id).order_by(Promise.due_at, Promise.id))
    owed = [promise for promise in rows if promises.is_owed(promise)]
    return next(promise.id for what in whats for promise in owed if promise.what == what)


def _answer(case: CaseNow, text: str, author: str) -> None:
    """With where the cause lies, as far as the customer did not say: at a place of the lead, in the first topic."""
    known = db.session.scalars(select(Case).where(Case.id == case.id)).one()
    elsewhere = (Touchpoint.tenant_id != known.lead_tenant_id, Touchpoint.id)
    place = known.touchpoint_id or db.session.scalar(select(Touchpoint.id).order_by(*elsewhere).limit(1))
    topic = known.category_id or db.session.scalar(select(Category.id).order_by(Category.id).limit(1))
    handling.answer(case.id, case.version, text=text, author=author, touchpoint_id=place, category_id=topic)


def _remedy(case_id: int, state: str) -> int:
    """The newest remedy of a case in this state."""
    query = select(Remedy.id).where(Remedy.case_id == case_id, Remedy.state == state).order_by(Remedy.id.desc())
    return db.session.scalars(query.limit(1)).one()


def _open_part(case_id: int) -> int:
    query = select(Part.id).where(Part.case_id == case_id, Part.done_at.is_(None)).order_by(Part.number)
    return db.session.scalars(query.limit(1)).one()


def _between(played: Between) -> Callable[[CaseNow, Act, str, datetime], None]:
    return lambda case, act, author, due: played(case.id, case.version, act, author)


def _decide(case: CaseNow, act: Act, author: str) -> None:
    tests = {test: test != act.more["fails"] for test in assessment.TESTS}
    outcome = "not_upheld" if act.more["fails"] else "upheld"
    verdict = assessment.Verdict(**tests, outcome=outcome, reason=act.more["reason"], clause=act.more["clause"])
    assessment.assess(case.id, case.version, verdict, explanation=act.text, author=author)


def _offer(case: CaseNow, act: Act, due: datetime) -> None:
    amount, currency = act.more["amount"] or None, act.more["currency"] or None
    what = remedies.Offer(act.more["kind"], act.text, due, amount, currency)
    remedies.offer(case.id, case.version, what)


def _judge(case: CaseNow, act: Act) -> None:
    survey = surveys.open_survey(case.id)
    if survey is None:
        raise LookupError("no survey is open")
    scores = dict(zip(SCORES, act.more["scores"], strict=True))
    surveys.answer(case.id, survey.id, surveys.Opinion(scores, act.more["back"], act.text))


CUSTOMER: dict[str, Callable[[CaseNow, Act], None]] = {
    "write": lambda case, act: customer_verbs.write_to_business(case.id, text=act.text),
    "accept": lambda case, act: customer_verbs.accept_answer(case.id, case.version),
    "hide": lambda case, act: visibility.make_private(case.id),
    "reopen": lambda case, act: second_look.reopen(case.id, case.version, reason=act.text),
    "appeal": lambda case, act: second_look.appeal(case.id, case.version, reason=act.text),
    "disagree": lambda case, act: assessment.disagree(case.id, case.version, text=act.text),
    "withdraw": lambda case, act: customer_verbs.withdraw(case.id, case.version, reason=act.text),
    "take_offer": lambda case, act: remedies.accept(case.id, _remedy(case.id, "offered")),
    "refuse_offer": lambda case, act: remedies.refuse(case.id, _remedy(case.id, "offered")),
    "judge": lambda case, act: _judge(case, act),
}

STAFF: dict[str, Callable[[CaseNow, Act, str, datetime], None]] = {
    "take": lambda case, act, author, due: assignment.take(case.id, author=author),
    "plan": lambda case, act, author, due: handling.acknowledge(
        case.id, case.version, plan=act.text, answer_by=due, author=author
    ),
    "reply": lambda case, act, author, due: handling.reply(case.id, text=act.text, author=author),
    "note": lambda case, act, author, due: handling.note(case.id, text=act.text, author=author),
    "promise": lambda case, act, author, due: promises.promise_more(case.id, act.text, due, version=case.version),
    "keep": lambda case, act, author, due: promises.keep(case.id, _owed(case.id, "other")),
    "move": lambda case, act, author, due: promises.move(case.id, _owed(case.id, "other", "answer"), due, act.text),
    "answer": lambda case, act, author, due: _answer(case, act.text, author),
    "close": lambda case, act, author, due: handling.close(case.id, case.version),
    "take_up": lambda case, act, author, due: handling.take_up(
        case.id, case.version, plan=act.text, answer_by=due, author=author
    ),
    "ask": lambda case, act, author, due: handling.ask(case.id, case.version, text=act.text, author=author),
    "find": lambda case, act, author, due: assessment.find(
        case.id, case.version, found=act.text, author=author, **act.more
    ),
    "decide": lambda case, act, author, due: _decide(case, act, author),
    "offer": lambda case, act, author, due: _offer(case, act, due),
    "deliver": lambda case, act, author, due: remedies.deliver(case.id, _remedy(case.id, "accepted"), proof=act.text),
    "split": lambda case, act, author, due: parts.split(case.id, case.version, list(act.more["titles"])),
    "finish_part": lambda case, act, author, due: parts.finish(case.id, _open_part(case.id)),
    **{name: _between(played) for name, played in {**BETWEEN, **INSIDE}.items()},
}
