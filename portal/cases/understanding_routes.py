"""Putting right what we understood: what the case is, what the customer wants, what they told once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.cases import kinds_of_case, needs, understanding
from portal.cases.forms import WishForm
from portal.cases.page import case_page, is_owner
from portal.cases.reading import find_case
from portal.forms import first_errors

blueprint = Blueprint("understanding", __name__)


@blueprint.post("/cases/<reference>/kind")
def correct_kind(reference: str) -> AnyResponse:
    row = _own(reference)
    try:
        kinds_of_case.correct(row.id, request.form.get("kind", ""))
    except kinds_of_case.NoSuchKind:
        abort(422)
    return redirect(url_for("cases.show", reference=row.reference, sent="kind"), 303)


@blueprint.post("/cases/<reference>/wish")
def correct_wish(reference: str) -> AnyResponse:
    row = _own(reference)
    form = WishForm(request.form)
    if not form.validate():
        return private(case_page(row, failed="wish", errors=first_errors(form), status=422))
    understanding.correct_wish(row.id, form.wish.data or "")
    return redirect(url_for("cases.show", reference=row.reference, sent="wish"), 303)


@blueprint.post("/cases/<reference>/needs/removal")
def take_needs_back(reference: str) -> AnyResponse:
    row = _own(reference)
    needs.take_back(row.id)
    return redirect(url_for("cases.show", reference=row.reference, sent="needs"), 303)


def _own(reference: str) -> Any:
    """The case, for its customer: a stranger to a private case gets 404 from the scope, to a public one 403."""
    row = find_case(reference)
    if not is_owner():
        abort(403)
    return row
