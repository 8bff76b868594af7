"""What the customer of a case does on its page: each POST is one verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import form_version, private, secret
from portal.cases import assessment, customer_verbs, erasure, export, redaction, remedies, second_look, visibility
from portal.cases.forms import AppealForm, MessageForm, ReasonForm
from portal.cases.handling import OpenParts
from portal.cases.holding import Stale
from portal.cases.page import case_page, is_owner
from portal.cases.reading import find_case
from portal.cases.references import normal
from portal.cases.states import WrongState
from portal.files.form import files_form, take_files
from portal.files.web import pieces, takes_files
from portal.forms import first_errors
from portal.languages import current as tongue
from portal.languages import gettext as _

blueprint = Blueprint("owner", __name__)


@blueprint.post("/cases/<reference>/messages")
@takes_files
def write(reference: str) -> AnyResponse:
    return _act(
        reference,
        "message",
        MessageForm,
        lambda row, form: customer_verbs.write_to_business(row.id, text=form.text.data, files=files_form("message")),
        files=True,
    )


@blueprint.post("/cases/<reference>/acceptance")
def accept(reference: str) -> AnyResponse:
    return _act(reference, "acceptance", None, lambda row, _: customer_verbs.accept_answer(row.id, form_version()))


@blueprint.post("/cases/<reference>/withdrawal")
def withdraw(reference: str) -> AnyResponse:
    return _act(
        reference,
        "withdrawal",
        ReasonForm,
        lambda row, form: customer_verbs.withdraw(row.id, form_version(), reason=form.reason.data),
    )


@blueprint.post("/cases/<reference>/reopening")
def reopen(reference: str) -> AnyResponse:
    return _act(
        reference,
        "reopening",
        ReasonForm,
        lambda row, form: second_look.reopen(row.id, form_version(), reason=form.reason.data),
    )


@blueprint.post("/cases/<reference>/appeal")
def appeal(reference: str) -> AnyResponse:
    return _act(
        reference,
        "appeal",
        AppealForm,
        lambda row, form: second_look.appeal(row.id, form_version(), reason=form.appeal.data),
    )


@blueprint.post("/cases/<reference>/understanding")
def understand(reference: str) -> AnyResponse:
    return _act(reference, "understood", None, lambda row, _: assessment.understand(row.id, form_version()))


@blueprint.post("/cases/<reference>/disagreement")
def disagree(reference: str) -> AnyResponse:
    return _act(
        reference,
        "disputed",
        ReasonForm,
        lambda row, form: assessment.disagree(row.id, form_version(), text=form.reason.data),
    )


@blueprint.post("/cases/<reference>/remedies/<int:remedy_id>/acceptance")
def accept_remedy(reference: str, remedy_id: int) -> AnyResponse:
    return _act(reference, "remedy-accepted", None, lambda row, _: remedies.accept(row.id, remedy_id))


@blueprint.post("/cases/<reference>/remedies/<int:remedy_id>/refusal")
def refuse_remedy(reference: str, remedy_id: int) -> AnyResponse:
    return _act(reference, "remedy-refused", None, lambda row, _: remedies.refuse(row.id, remedy_id))


@blueprint.post("/cases/<reference>/entries/<int:seq>/removal")
def redact(reference: str, seq: int) -> AnyResponse:
    reason = request.form.get("reason", "")
    if reason not in redaction.REASONS:
        missing = {"reason": _("Choose why it is removed.")}
        return private(case_page(_own(reference), failed="redacted", errors=missing, status=422))
    return _act(reference, "redacted", None, lambda row, _: redaction.redact(row.id, seq, reason))


@blueprint.post("/cases/<reference>/erasure")
def erase(reference: str) -> AnyResponse:
    """Erase everything about the customer; typing the case's number confirms it, because nothing brings it back."""
    row = _own(reference)
    if normal(request.form.get("confirmation", "")) != row.reference:
        missing = {"confirmation": _("Type the number of this case to confirm. Nothing was erased.")}
        return private(case_page(row, failed="erased", errors=missing, status=422))
    erasure.erase_customer(row.id)
    return secret(make_response(render_template("cases/erased.html", reference=row.reference)))


@blueprint.get("/cases/<reference>/export.zip")
def take_away(reference: str) -> AnyResponse:
    """Everything that the case holds for its customer: machine-readable, with the files."""
    row = _own(reference)
    explained = _("What your case holds: case.json (RFC 8259, UTF-8, times in UTC) and your files as they are kept.")
    archive = export.archive_of(row.id, f"{explained}\n")
    response = Response(pieces(archive), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.reference}.zip"'
    return private(response)


@blueprint.post("/cases/<reference>/privacy")
def hide(reference: str) -> AnyResponse:
    return _act(reference, "hidden", None, lambda row, _: visibility.make_private(row.id))


@blueprint.post("/cases/<reference>/publication")
def publish(reference: str) -> AnyResponse:
    row = _own(reference)
    if request.form.get("consent") != "1":
        missing = {"publish": _("For a public case we need your agreement.")}
        return private(case_page(row, failed="published", errors=missing, status=422))
    return _act(reference, "published", None, lambda row, _: visibility.make_public(row.id, language=tongue().locale))


def _act(
    reference: str, name: str, form_class: type[Any] | None, verb: Callable[[Any, Any], None], *, files: bool = False
) -> AnyResponse:
    """The case of its customer, the form and its files, the verb, and back to the page."""
    row = _own(reference)
    form = form_class(request.form) if form_class else None
    given = take_files(name, case_id=row.id) if files else files_form(name)
    if form is not None and (not form.validate() or given.errors):
        errors = {**first_errors(form), **given.errors}
        return private(case_page(row, failed=name, errors=errors, status=422))
    verb(row, form)
    given.done()
    return redirect(url_for("cases.show", reference=row.reference, sent=name), 303)


def _own(reference: str) -> Any:
    """The case, for its customer: a stranger to a private case gets 404 from the scope, to a public one 403."""
    row = find_case(reference)
    if not is_owner():
        abort(403)
    return row


@blueprint.errorhandler(Stale)
@blueprint.errorhandler(WrongState)
@blueprint.errorhandler(remedies.RemedySettled)
@blueprint.errorhandler(second_look.TooLate)
@blueprint.errorhandler(OpenParts)
def moved_on(error: Exception) -> Response:
    """The case is not what the form was made from: show what it is now, with what was typed still there."""
    row = find_case((request.view_args or {})["reference"])
    words = _("This case has moved on meanwhile. Nothing was sent; this is how it stands now.")
    if isinstance(error, OpenParts):
        words = _("A part of this case is still open. It closes when the last part is done.")
    return private(case_page(row, status=409, moved_on=words))
