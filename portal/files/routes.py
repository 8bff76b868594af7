"""Contents of files for the public and the customer, and the customer's removal of one. The desk's are in its own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

from portal.answers import private
from portal.cases import evidence
from portal.cases.reading import find_case
from portal.cases.references import normal
from portal.files.adding import NoSuchFile
from portal.files.form import files_form
from portal.files.reading import ShownFile, files_of, find_content
from portal.files.web import send
from portal.forms import first_errors, words
from portal.languages import lazy_gettext as _l
from tenants.scope import Kind, current

blueprint = Blueprint("files", __name__)
blueprint.add_app_template_global(files_form)


class RemovalForm(Form):
    """Why a file is removed: everyone who could see the file reads it."""

    reason = words(_l("Say why. Whoever could see the file reads this."), evidence.LONGEST_REASON)


@blueprint.get("/cases/<reference>/files/<int(max=999999999):number>")
def show(reference: str, number: int) -> Response:
    return send(find_content(normal(reference) or "", number))


@blueprint.get("/cases/<reference>/files/<int(max=999999999):number>/thumbnail")
def thumbnail(reference: str, number: int) -> Response:
    return send(find_content(normal(reference) or "", number, thumbnail=True))


@blueprint.get("/cases/<reference>/files/<int(max=999999999):number>/removal")
def ask(reference: str, number: int) -> AnyResponse:
    return asked(_own(reference), number, f"/cases/{reference}")


@blueprint.post("/cases/<reference>/files/<int(max=999999999):number>/removal")
def remove(reference: str, number: int) -> AnyResponse:
    return removed(_own(reference), number, f"/cases/{reference}")


def _own(reference: str) -> Any:
    row = find_case(reference)
    if current().kind is not Kind.CUSTOMER:
        abort(403)
    return row


# -- the same for the desk -----------------------------------------------------------------------------------------


def asked(row: Any, number: int, page: str) -> Response:
    """The question before a removal. `page` is the address of the case's page."""
    return _question(row, number, page, {})


def removed(row: Any, number: int, page: str) -> AnyResponse:
    """Remove the file and go back to the case."""
    form = RemovalForm(request.form)
    if not form.validate():
        return _question(row, number, page, first_errors(form), 422)
    evidence.remove(row.id, number, form.reason.data or "")
    return redirect(f"{page}#e{number}", 303)


def _question(row: Any, number: int, page: str, errors: dict[str, str], status: int = 200) -> Response:
    file = _removable(row, number)
    context: dict[str, Any] = {
        "file": file,
        "reference": row.reference,
        "page": page,
        "public": row.visibility == "public",
    }
    answer = render_template("files/removal.html", **context, values=request.form, errors=errors)
    return private(make_response(answer, status))


def _removable(row: Any, number: int) -> ShownFile:
    file = files_of(row).get(number)
    if file is None or file.removed_at is not None:
        raise NoSuchFile(number)
    if not file.is_removable:
        abort(403)
    return file
