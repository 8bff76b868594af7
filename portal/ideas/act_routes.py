"""What anybody does with an idea, with or without an account: propose it, vote. They belong to the ballot's blueprint.

The ballot's cookie and the session come with these addresses alone, so that the pages of ideas stay the same for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal import nonces
from portal.answers import private
from portal.ballots import ballot, blueprint, with_ballot
from portal.forms import clean, first_errors
from portal.htmx import wants_part
from portal.ideas import evidence, voting
from portal.ideas.forms import ProposalForm
from portal.ideas.from_case import OwnCase
from portal.ideas.page import names_of
from portal.ideas.proposing import NoSuchProblem, Proposal, propose
from portal.ideas.reading import by_ids, find_idea
from portal.ideas.voices import LONGEST_CREDIT, Voice
from portal.languages import current as tongue
from portal.languages import gettext as _
from portal.written_in import language_of
from tenants.scope import Scope, entered

ONE = "/ideas/<reference>"
FORM = "idea-form"
PREFILLED = ("title", "text", "touchpoint", "category", "problem", "kind")


def voice(word: str) -> Voice:
    """Who acts: the account that is signed in, and this browser."""
    person = g.visitor.person if g.visitor else None
    credit = clean(request.form.get("credit"))[:LONGEST_CREDIT]
    return Voice(word, person.id if person else None, credit)


def anybody() -> Scope:
    """The scope in which anybody writes about ideas: a customer of no case in particular."""
    person = g.visitor.person if g.visitor else None
    return Scope.customer(g.network.id, person_id=person.id if person else None)


def public_idea(reference: str) -> Any:
    """The row of a public idea. Raises NoSuchIdea."""
    with entered(Scope.public(g.network.id)):
        return find_idea(reference)


def back_to(reference: str, sent: str | None = None) -> AnyResponse:
    """To the page of the idea, which says that `sent` was done."""
    return redirect(url_for("ideas.show", reference=reference, sent=sent), 303)


# -- proposing ---------------------------------------------------------------------------------------------------------


@blueprint.get("/ideas/new")
def proposal_form() -> AnyResponse:
    """The form; prefilled for a solution of a `problem`, or from a place (`touchpoint`)."""
    return show_form({name: request.args.get(name, "") for name in PREFILLED}, {})


@blueprint.post("/ideas/new")
def propose_idea() -> AnyResponse:
    return take_proposal()


def take_proposal(case: OwnCase | None = None) -> AnyResponse:
    """Propose what the form says, vote for it, and show it; in the name of the customer of `case`, if one is given."""
    who = ballot()
    nonce = nonces.read_nonce(request.form.get("nonce", ""), salt=FORM)
    with entered(Scope.public(g.network.id)):
        form = ProposalForm(request.form)
        form.names = names_of()
    if request.form.get("look"):  # without script: the form again, with ideas like it
        return with_ballot(show_form(request.form, {}, 200, nonce, case), who)
    if nonce is None or not form.validate():
        too_old = {"title": _("This form was open for too long. Please send it once more.")}
        errors = first_errors(form) if nonce else too_old
        return with_ballot(show_form(request.form, errors, 422, nonce, case), who)
    try:
        with entered(anybody()):
            made = propose(_proposal(form, case), voice(who), form=nonce)
            reference, idea_id = made.reference, made.id
    except NoSuchProblem:
        errors = {"title": _("The problem that this is a solution for is not there any more.")}
        return with_ballot(show_form(request.form, errors, 422, nonce, case), who)
    row = public_idea(reference)
    if row.id == idea_id:
        voting.vote(row, voice(who), case_id=case.id if case else None)
        if case:
            with entered(case.scope):
                evidence.link(row.id, case.id)
    return with_ballot(back_to(reference, sent="proposed"), who)  # type: ignore[arg-type]


def _proposal(form: ProposalForm, case: OwnCase | None) -> Proposal:
    title, text = form.title.data or "", form.text.data or ""
    return Proposal(
        title=title,
        text=text,
        language=language_of(f"{title} {text}", tongue().locale),
        kind=form.kind.data or "",
        problem_id=_problem_id(request.form.get("problem", "")) if form.kind.data == "solution" else None,
        touchpoint_id=form.touchpoint_id,
        category_id=form.category_id,
        case_id=case.id if case else None,
    )


def _problem_id(reference: str) -> int | None:
    return public_idea(reference).id if reference else None


def show_form(
    values: Mapping[str, str],
    errors: dict[str, str],
    status: int = 200,
    nonce: str | None = None,
    case: OwnCase | None = None,
) -> Response:
    """The form with what was typed."""
    with entered(Scope.public(g.network.id)):
        names = names_of()
        problem = find_idea(values["problem"]) if values.get("problem") else None
        page = render_template(
            "ideas/propose.html",
            values=values,
            errors=errors,
            nonce=nonces.new_nonce(nonce, salt=FORM),
            problem=problem,
            case=case,
            touchpoints=[(each.code, each.name) for each in names.places.values()],
            categories=[(each.code, each.name) for each in names.categories.values()],
        )
    return private(make_response(page, status))


# -- voting ------------------------------------------------------------------------------------------------------------


@blueprint.get(f"{ONE}/vote")
def show_vote(reference: str) -> AnyResponse:
    """How this browser or account has voted: the part of the page that is its own, asked for when the page is open."""
    row = public_idea(reference)
    if not wants_part():
        return back_to(reference)
    return _voted(row, ballot())


@blueprint.post(f"{ONE}/vote")
def vote(reference: str) -> AnyResponse:
    """Count this person once. Of a merged idea the answer says where it goes on, and nothing is counted."""
    row, who, is_new = public_idea(reference), ballot(), False
    if _takes_votes(row):
        is_new = voting.vote(row, voice(who))
    elif row.merged_into_id is not None:
        return with_ballot(_voted(row, who, 409), who)
    mine = voting.counted_anew(row) if is_new else None
    return with_ballot(_voted(public_idea(reference), who, mine=mine), who)


@blueprint.post(f"{ONE}/vote/undo")
def take_vote_back(reference: str) -> AnyResponse:
    row, who = public_idea(reference), ballot()
    voting.take_back(row, voice(who))
    return with_ballot(_voted(public_idea(reference), who), who)


@blueprint.post(f"{ONE}/vote/confirmation")
def confirm_vote(reference: str) -> AnyResponse:
    """Stand by a vote after the idea has changed."""
    row, who = public_idea(reference), ballot()
    voting.confirm(row, voice(who))
    return with_ballot(_voted(public_idea(reference), who), who)


@blueprint.get(f"{ONE}/vote/undo")
@blueprint.get(f"{ONE}/vote/confirmation")
def back_from_vote(reference: str) -> AnyResponse:
    """A reload of what a tap answered with."""
    return back_to(reference)


def _takes_votes(row: Any) -> bool:
    return row.state not in ("shipped", "declined") and row.merged_into_id is None


def _voted(row: Any, who: str, status: int = 200, *, mine: voting.Standing | None = None) -> Response:
    """What a tap answers with; `mine` is how this person has voted, if that is known already."""
    mine = mine or voting.standing(row, voice(who))
    part = wants_part()
    if part and request.args.get("brief"):
        template = "ideas/_supported.html" if request.args["brief"] == "offered" else "ideas/_tap.html"
    else:
        template = "ideas/_vote.html" if part else "ideas/voted.html"
    context = {"idea": row, "mine": mine, "takes_votes": _takes_votes(row), "merged_into": _goes_on_in(row)}
    if not part:
        with entered(Scope.public(g.network.id)):
            context["business"] = names_of(row.tenant_id).names().get(row.tenant_id, "")
    return private(make_response(render_template(template, **context), 200 if part else status))


def _goes_on_in(row: Any) -> Any:
    """The idea that a merged one goes on in, as far as everybody may read it."""
    if row.merged_into_id is None:
        return None
    with entered(Scope.public(g.network.id)):
        return next(iter(by_ids([row.merged_into_id], names_of())), None)
