"""The desk's routes for checking, deciding, putting right, parts and duplicates; they belong to its blueprint."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

from portal.answers import form_version, private
from portal.cases import assessment, fair_remedies, merging, money, parts, redaction, remedies
from portal.cases.holding import NoSuchCase
from portal.cases.reading import find_case
from portal.desk.judging_forms import (
    FindingForm,
    GoodwillForm,
    MergeForm,
    OfferForm,
    PartsForm,
    ProofForm,
    RemovalForm,
    TaskForm,
    VerdictForm,
)
from portal.desk.page import act_on, author, case_page, frame, names_of
from portal.desk.routes import blueprint
from portal.errors import page as error_page
from portal.forms import first_errors
from portal.languages import gettext as _
from portal.touchpoints.reading import lines
from tenants.permissions import allows
from tenants.scope import current

CASE = "/<tenant>/cases/<reference>"


@blueprint.post(f"{CASE}/findings")
def find(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: FindingForm) -> None:
        assessment.find(
            row.id,
            form_version(),
            demand=form.demand.data or "",
            found=form.found.data or "",
            source=form.source.data or "",
            standard=form.standard.data or "",
            author=author(),
        )

    return act_on(reference, "find", FindingForm, act)


@blueprint.post(f"{CASE}/assessment")
def assess(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: VerdictForm) -> None:
        assessment.assess(
            row.id, form_version(), form.verdict, explanation=form.explanation.data or "", author=author()
        )

    return act_on(reference, "assess", VerdictForm, act)


@blueprint.post(f"{CASE}/remedies")
def offer(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: OfferForm) -> None:
        remedies.offer(row.id, form_version(), form.offer)

    return act_on(reference, "remedy", OfferForm, act)


@blueprint.post(f"{CASE}/remedies/<int:remedy_id>/delivery")
def deliver(tenant: str, reference: str, remedy_id: int) -> AnyResponse:
    def act(row: Any, form: ProofForm) -> None:
        remedies.deliver(row.id, remedy_id, proof=form.proof.data or "")

    return act_on(reference, "settle", ProofForm, act, remedy=str(remedy_id))


@blueprint.post(f"{CASE}/remedies/<int:remedy_id>/removal")
def take_back(tenant: str, reference: str, remedy_id: int) -> AnyResponse:
    return act_on(reference, "settle", Form, lambda row, _form: remedies.take_back(row.id, remedy_id))


@blueprint.post(f"{CASE}/parts")
def split(tenant: str, reference: str) -> AnyResponse:
    return act_on(reference, "split", PartsForm, lambda row, form: parts.split(row.id, form_version(), form.lines))


@blueprint.post(f"{CASE}/parts/<int:part_id>/end")
def finish_part(tenant: str, reference: str, part_id: int) -> AnyResponse:
    return act_on(reference, "settle", Form, lambda row, _form: parts.finish(row.id, part_id))


@blueprint.post(f"{CASE}/duplicate")
def merge(tenant: str, reference: str) -> AnyResponse:
    return act_on(
        reference, "merge", MergeForm, lambda row, form: merging.merge(row.id, form_version(), form.into.data or "")
    )


@blueprint.post(f"{CASE}/duplicate/removal")
def unmerge(tenant: str, reference: str) -> AnyResponse:
    return act_on(reference, "unmerge", Form, lambda row, _form: merging.unmerge(row.id, form_version()))


@blueprint.post(f"{CASE}/entries/<int:seq>/removal")
def redact(tenant: str, reference: str, seq: int) -> AnyResponse:
    def act(row: Any, form: RemovalForm) -> None:
        redaction.redact(row.id, seq, form.reason.data or "")

    return act_on(reference, "redact", RemovalForm, act, entry=str(seq))


# -- what goes wrong in them: the page again, with a sentence at the field ------------------------------------------


def _again(field: str, words: str) -> Response:
    arguments = request.view_args or {}
    failed = {"assessment": "assess", "remedies": "remedy", "parts": "split", "duplicate": "merge"}
    return case_page(
        find_case(arguments["reference"]),
        failed=failed.get(request.path.rsplit("/", 1)[-1]),
        values=dict(request.form),
        errors={field: words},
        status=422,
    )


@blueprint.errorhandler(assessment.NothingChecked)
def nothing_checked(_error: Exception) -> Response:
    return _again("outcome", _("Write down what you checked first. A decision without findings convinces nobody."))


@blueprint.errorhandler(remedies.NeedsReason)
def needs_reason(error: remedies.NeedsReason) -> Response:
    usual = money.shown(error.usual.amount, error.usual.currency)
    return _again("reason", _("Such cases usually get %(sum)s. Say why this one gets more.", sum=usual))


@blueprint.errorhandler(remedies.BeyondGoodwill)
def beyond_goodwill(_error: Exception) -> Response:
    return _again("sum", _("This is more than agents may give out of goodwill."))


@blueprint.errorhandler(parts.TooManyParts)
def too_many_parts(_error: Exception) -> Response:
    return _again("titles", _("A case has twelve parts at most."))


@blueprint.errorhandler(merging.CannotMerge)
def cannot_merge(_error: Exception) -> Response:
    return _again(
        "into", _("These two cannot be linked: one of them is linked to another already, or they are one case.")
    )


@blueprint.errorhandler(NoSuchCase)
def no_such_case(error: NoSuchCase) -> AnyResponse:
    """A number that was typed is an error beside its field; one in the address is a page that does not exist."""
    arguments = request.view_args or {}
    if request.endpoint != "desk.merge" or str(error) == arguments.get("reference"):
        return error_page(404)
    return _again("into", _("You have no case with this number."))


# -- tasks and money, for the whole business --------------------------------------------------------------------------


@blueprint.get("/<tenant>/tasks")
def show_tasks(tenant: str) -> Response:
    return _tasks_page()


def _tasks_page(errors: dict[str, str] | None = None, failed: int | None = None, status: int = 200) -> Response:
    page = render_template(
        "desk/tasks.html",
        **frame(),
        open_tasks=assessment.tasks(),
        done_tasks=assessment.tasks(done=True),
        places={place.id: place.name for place in names_of().places.values()},
        may_finish=allows(current(), "task.finish"),
        errors=errors or {},
        failed=failed,
        values=request.form,
    )
    return private(make_response(page, status))


@blueprint.post("/<tenant>/tasks/<int:task_id>/end")
def finish_task(tenant: str, task_id: int) -> AnyResponse:
    form = TaskForm(request.form)
    if not form.validate():
        return _tasks_page(first_errors(form), task_id, 422)
    assessment.finish_task(task_id, note=form.note.data or "")
    return redirect(url_for("desk.show_tasks", tenant=tenant), 303)


@blueprint.get("/<tenant>/places")
def show_places(tenant: str) -> Response:
    """The business's places with their sheets, and what people wrote there."""
    names, mine = names_of(), current().tenant_id
    page = render_template(
        "desk/places.html",
        **frame(),
        places=[place for place in names.places.values() if place.business.id == mine],
        lines=lines(),
        names={place.id: place.name for place in names.places.values()},
    )
    return private(make_response(page))


@blueprint.get("/<tenant>/remedies")
def show_remedies(tenant: str) -> Response:
    """Does shouting pay? And what agents may give without asking."""
    return _remedies_page()


def _remedies_page(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    names = names_of()
    page = render_template(
        "desk/remedies.html",
        **frame(),
        parity=fair_remedies.parity(),
        topics={topic.id: topic.name for topic in names.categories.values()},
        allowances=remedies.goodwill_allowances(),
        currencies=[(code, code) for code in money.CURRENCIES],
        errors=errors or {},
        values=request.form,
    )
    return private(make_response(page, status))


@blueprint.post("/<tenant>/remedies/goodwill")
def allow_goodwill(tenant: str) -> AnyResponse:
    form = GoodwillForm(request.form)
    if not form.validate():
        return _remedies_page(first_errors(form), 422)
    remedies.allow_goodwill(form.currency.data or "", money.read(form.sum.data or "", form.currency.data or ""))
    return redirect(url_for("desk.show_remedies", tenant=tenant), 303)
