"""Asking and hearing: a survey is due when a case ends, and again thirty days later if it has stayed so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from portal.cases.holding import held
from portal.cases.models import Case
from portal.cases.survey_models import SCORES, Survey
from portal.events import kinds
from portal.events.record import record, set_timer
from tenants import clock, door
from tenants.ids import new_id
from tenants.permissions import Forbidden
from tenants.scope import Kind, Scope, current, db, entered

LATER = "survey.later"
AFTER = timedelta(days=30)
OPEN_FOR = timedelta(days=30)
"""For so long a survey can be answered."""
BACK = ("yes", "perhaps", "no")
UNHAPPY = 2
"""A score of this or less, or not wanting to come back, is unhappy: reopening is offered in one press."""


class NoSuchSurvey(LookupError):
    """There is none to answer: never asked, answered already, or too long ago (404)."""


@dataclass(frozen=True)
class Opinion:
    """What the customer says. Scores from 1 to 5, or None where they said nothing."""

    scores: dict[str, int | None]
    back: str | None = None
    words: str = ""

    @property
    def is_unhappy(self) -> bool:
        said = [score for score in self.scores.values() if score is not None]
        return self.back == "no" or any(score <= UNHAPPY for score in said)

    @property
    def is_empty(self) -> bool:
        return not self.words and self.back is None and all(score is None for score in self.scores.values())


def ask(case: Case, occasion: str) -> None:
    """Open the survey of a case that has ended. Once for each occasion and round; the caller holds the case."""
    same = select(Survey.id).where(Survey.case_id == case.id, Survey.occasion == occasion, Survey.round == case.round)
    if db.session.scalar(same) is not None:
        return
    db.session.add(
        Survey(
            id=new_id(),
            network_id=case.network_id,
            case_id=case.id,
            tenant_id=case.lead_tenant_id,
            occasion=occasion,
            round=case.round,
            asked_at=clock.now(),
        )
    )
    record(case, kinds.SURVEY_ASKED, facts={"occasion": occasion}, actor="system", tenant_id=case.lead_tenant_id)
    if occasion == "close":
        set_timer(case.network_id, LATER, case.id, clock.now() + AFTER)


def ask_later(case_id: int) -> None:
    """The timer of thirty days: ask again, unless the case has been opened meanwhile. Runs as the system."""
    if db.session.get(Case, case_id) is None:
        return
    with held(case_id) as case:
        since = case.closed_at
        if case.state == "closed" and since is not None and clock.now() >= since + AFTER:
            ask(case, "later")


def open_survey(case_id: int) -> Survey | None:
    """The newest survey of a case that can be answered now, for its customer."""
    query = select(Survey).where(
        Survey.case_id == case_id, Survey.answered_at.is_(None), Survey.asked_at > clock.now() - OPEN_FOR
    )
    return db.session.scalars(query.order_by(Survey.asked_at.desc(), Survey.id.desc()).limit(1)).one_or_none()


def answer(case_id: int, survey_id: int, opinion: Opinion) -> None:
    """Keep what the customer says, once. Raises NoSuchSurvey."""
    if current().kind is not Kind.CUSTOMER:
        raise Forbidden("only the customer")
    with held(case_id) as case:
        query = select(Survey).where(Survey.case_id == case.id, Survey.id == survey_id)
        survey = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if survey is None or survey.answered_at is not None or clock.now() > survey.asked_at + OPEN_FOR:
            raise NoSuchSurvey(survey_id)
        survey.answered_at = clock.now()
        for score in SCORES:
            setattr(survey, score, opinion.scores.get(score))
        survey.back, survey.words = opinion.back, opinion.words or None
        facts = {"occasion": survey.occasion, **opinion.scores, "back": opinion.back}
        record(case, kinds.SURVEY_ANSWERED, text=opinion.words or None, facts=facts, tenant_id=survey.tenant_id)


# -- by token, without signing in ------------------------------------------------------------------------------------


def survey_key(survey: Survey, reference: str) -> str:
    """A secret link that answers this survey and opens nothing else. The caller is inside `writing()`."""
    subject = f"{reference} {survey.case_id}"
    return door.new_key("survey", survey.id, subject, clock.now() + OPEN_FOR, network_id=survey.network_id)


@dataclass(frozen=True)
class Asked:
    """What a survey's link leads to."""

    survey_id: int
    case_id: int
    reference: str


def by_token(token: str) -> Asked | None:
    """The survey of a link. Runs at the door."""
    found = door.key(token, "survey")
    if found is None:
        return None
    reference, _space, case_id = found.subject.partition(" ")
    return Asked(found.subject_id, int(case_id), reference)


def heard(network_id: int, asked: Asked) -> Survey | None:
    """The survey as its customer sees it, None when it has been answered or is too old."""
    with entered(Scope.customer(network_id, case_id=asked.case_id)):
        survey = open_survey(asked.case_id)
        return survey if survey is not None and survey.id == asked.survey_id else None
