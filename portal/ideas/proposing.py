"""Proposing an idea: the verb by which every idea comes into being."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.cases.masking import mask
from portal.cases.references import new_reference
from portal.cases.routing import lead_for
from portal.events import kinds
from portal.events.record import record
from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.voices import Voice
from tenants import clock
from tenants.ids import new_id
from tenants.models import Network
from tenants.permissions import require
from tenants.scope import current, db, writing

LONGEST_TITLE = 120
LONGEST_TEXT = 6_000
ATTEMPTS = 3


class NoSuchProblem(LookupError):
    """What a solution is for is no problem that this reader may see (422)."""


@dataclass(frozen=True)
class Proposal:
    """What somebody proposes. `problem_id` names the problem that a solution is for."""

    title: str
    text: str
    language: str
    kind: str = "solution"
    problem_id: int | None = None
    touchpoint_id: int | None = None
    category_id: int | None = None
    visibility: str = "public"
    """Other than `public` only for the people of a business: `network` for all of its businesses, or `internal`."""
    case_id: int | None = None
    """The case in whose customer's name it is proposed."""


def propose(what: Proposal, voice: Voice, *, form: str) -> Idea:
    """Make an idea. Personal data in its words is covered. Runs for anybody, or for the people of a business.

    `form` is the nonce of the form: sent twice it makes one idea, and the same is returned. Raises NoSuchProblem.
    """
    for attempt in range(ATTEMPTS):
        try:
            return _propose(what, voice, form)
        except IntegrityError:
            # The form has been sent before, or the reference had been given out to another idea.
            if before := _sent_before(form):
                return before
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _propose(what: Proposal, voice: Voice, form: str) -> Idea:
    scope = current()
    if scope.for_tenant:
        require(scope, "idea.propose")
    with writing():
        if before := _sent_before(form):
            return before
        problem = _problem(what)
        idea = _new(what, voice, form, problem)
        db.session.add(idea)
        db.session.flush()
        title, text = idea.title, mask(what.text)
        author = {"author_id": idea.author_id, "author_hash": idea.author_hash}
        first = {"number": 1, "title": title, "text": text, "made_at": idea.proposed_at, "is_substantial": True}
        db.session.add(
            IdeaRevision(
                network_id=idea.network_id,
                idea_id=idea.id,
                **first,
                **author,
                tenant_id=scope.tenant_id,
                credit=voice.credit or None,
            )
        )
        facts = {
            "kind": idea.kind,
            "title": title,
            "language": idea.language,
            "by": voice.credit or None,
            "problem": str(problem.id) if problem else None,
            "because": "case" if what.case_id else "staff" if scope.for_tenant else None,
        }
        known = {name: value for name, value in facts.items() if value is not None}
        record(idea, kinds.IDEA_PROPOSED, text=text, facts=known)
        return idea


def _new(what: Proposal, voice: Voice, form: str, problem: Idea | None) -> Idea:
    scope, idea_id = current(), new_id()
    touchpoint = what.touchpoint_id or (problem.touchpoint_id if problem else None)
    category = what.category_id or (problem.category_id if problem else None)
    internal = scope.for_tenant and what.visibility == "internal"
    answers = problem.tenant_id if problem else lead_for(touchpoint, category).tenant_id
    network = db.session.get_one(Network, scope.network_id)
    return Idea(
        id=idea_id,
        network_id=network.id,
        reference=new_reference(network.prefix),
        kind=what.kind,
        problem_id=problem.id if problem else None,
        visibility=what.visibility if scope.for_tenant else "public",
        title=mask(what.title)[:LONGEST_TITLE],
        language=what.language,
        tenant_id=scope.tenant_id if internal else answers,
        touchpoint_id=touchpoint,
        category_id=category,
        proposed_at=clock.now(),
        author_id=voice.person_id,
        author_hash=None if voice.person_id else voice.hash_on(idea_id),
        author_case_id=what.case_id,
        proposer_tenant_id=scope.tenant_id,
        form_hash=_form_hash(form),
        state="new",
        last_seq=0,
        public_version=0,
        customer_version=0,
        shared_version=0,
    )


def _problem(what: Proposal) -> Idea | None:
    if what.problem_id is None:
        return None
    query = select(Idea).where(Idea.id == what.problem_id, Idea.kind == "problem", Idea.merged_into_id.is_(None))
    problem = db.session.scalars(query).one_or_none()
    if problem is None or what.kind != "solution":
        raise NoSuchProblem(what.problem_id)
    return problem


def _sent_before(form: str) -> Idea | None:
    return db.session.scalars(select(Idea).where(Idea.form_hash == _form_hash(form))).one_or_none()


def _form_hash(form: str) -> bytes:
    return hashlib.sha256(f"idea-form:{form}".encode()).digest()
