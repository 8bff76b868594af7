"""Surveys: from the case page with its key, or by a link of their own that needs no signing in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private, secret
from portal.cases import second_look, surveys
from portal.cases.page import is_owner
from portal.cases.reading import find_case
from portal.cases.survey_forms import SurveyForm
from portal.cases.survey_models import Survey
from portal.forms import first_errors
from tenants.scope import Scope, entered

blueprint = Blueprint("surveys", __name__)
by_link = Blueprint("survey_links", __name__)
"""At the door: the link says whose survey it is."""


# -- with the key of the case --------------------------------------------------------------------------------------


@blueprint.get("/cases/<reference>/survey")
def show(reference: str) -> Response:
    row = _own(reference)
    survey = surveys.open_survey(row.id)
    if survey is None:
        abort(404)
    return private(_form(survey, url_for("surveys.answer", reference=row.reference), row.reference))


@blueprint.post("/cases/<reference>/survey")
def answer(reference: str) -> AnyResponse:
    row = _own(reference)
    survey = surveys.open_survey(row.id)
    if survey is None:
        abort(404)
    form = SurveyForm(request.form)
    if not form.validate():
        page = _form(survey, request.path, row.reference, first_errors(form), 422)
        return private(page)
    surveys.answer(row.id, survey.id, form.opinion)
    if form.opinion.is_unhappy:
        return private(_unhappy(row.state_version, url_for("owner.reopen", reference=row.reference), row.reference))
    return redirect(url_for("cases.show", reference=row.reference, sent="survey"), 303)


def _own(reference: str) -> Any:
    row = find_case(reference)
    if not is_owner():
        abort(403)
    return row


# -- by link -------------------------------------------------------------------------------------------------------


@by_link.get("/s/<token>")
def land(token: str) -> Response:
    """Shows the form, and does nothing: programs that look at links in mail only look."""
    asked = surveys.by_token(token)
    survey = surveys.heard(g.network.id, asked) if asked else None
    if asked is None or survey is None:
        return secret(make_response(render_template("surveys/gone.html"), 404))
    return secret(_form(survey, request.path, asked.reference))


@by_link.post("/s/<token>")
def answer_by_link(token: str) -> AnyResponse:
    asked = surveys.by_token(token)
    survey = surveys.heard(g.network.id, asked) if asked else None
    if asked is None or survey is None:
        return secret(make_response(render_template("surveys/gone.html"), 404))
    form = SurveyForm(request.form)
    if not form.validate():
        return secret(_form(survey, request.path, asked.reference, first_errors(form), 422))
    with entered(Scope.customer(g.network.id, case_id=asked.case_id)):
        surveys.answer(asked.case_id, asked.survey_id, form.opinion)
        version = find_case(asked.reference).state_version
    if form.opinion.is_unhappy:
        reopening = url_for("survey_links.reopen", token=token)
        return secret(_unhappy(version, reopening, asked.reference))
    return secret(make_response(render_template("surveys/thanks.html", reference=asked.reference, unhappy=False)))


@by_link.post("/s/<token>/reopening")
def reopen(token: str) -> AnyResponse:
    """One press after an unhappy answer, with the same link."""
    asked = surveys.by_token(token)
    if asked is None:
        return secret(make_response(render_template("surveys/gone.html"), 404))
    with entered(Scope.customer(g.network.id, case_id=asked.case_id)):
        version = find_case(asked.reference).state_version
        second_look.reopen(asked.case_id, version)
    return secret(make_response(render_template("surveys/reopened.html", reference=asked.reference)))


# -- parts ---------------------------------------------------------------------------------------------------------


def _form(
    survey: Survey, action: str, reference: str, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    page = render_template(
        "surveys/form.html",
        survey=survey,
        action=action,
        reference=reference,
        values=request.form,
        errors=errors or {},
    )
    return make_response(page, status)


def _unhappy(version: int, reopening: str, reference: str) -> Response:
    page = render_template(
        "surveys/thanks.html", reference=reference, unhappy=True, reopening=reopening, version=version
    )
    return make_response(page)
