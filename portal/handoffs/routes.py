"""On the page of their own case the customer opens things to businesses that were handed it, and closes them again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.cases.page import case_page, is_owner, names_of
from portal.cases.reading import find_case
from portal.errors import page as error_page
from portal.forms import id_of
from portal.handoffs import sharing
from portal.handoffs.legs import NoSuchHandoff
from portal.handoffs.models import FIELDS
from portal.handoffs.states import WrongLeg
from portal.languages import current as tongue
from portal.languages import gettext as _

blueprint = Blueprint("handoffs", __name__)


@blueprint.app_template_global()
def sharing_of(reference: str) -> dict[str, Any]:
    """What businesses ask to see of this case's customer, and what is open to them."""
    row = find_case(reference)
    asked = sharing.asked_of(row.id)
    missing = sharing.missing(row.id) if asked else set()
    return {"asked": asked, "opened": sharing.opened(row.id), "missing": missing}


@blueprint.post("/cases/<reference>/sharing")
def answer(reference: str) -> AnyResponse:
    """Yes or no to what was asked for."""
    row, field = _own(reference)
    handoff_id = _number("handoff")
    if request.form.get("answer") == "yes":
        sharing.give(row.id, handoff_id, field, tongue().locale)
    else:
        sharing.refuse(row.id, handoff_id, field)
    return redirect(url_for("cases.show", reference=row.reference, _anchor="sharing"), 303)


@blueprint.post("/cases/<reference>/sharing/end")
def take_back(reference: str) -> AnyResponse:
    row, field = _own(reference)
    sharing.take_back(row.id, _number("business"), field)
    return redirect(url_for("cases.show", reference=row.reference, _anchor="sharing"), 303)


def _own(reference: str) -> tuple[Any, str]:
    row, field = find_case(reference), request.form.get("field", "")
    if not is_owner():
        abort(403)
    if field not in FIELDS:
        abort(404)
    names_of(row.lead_tenant_id)
    return row, field


def _number(name: str) -> int:
    return id_of(request.form.get(name)) or 0


@blueprint.errorhandler(NoSuchHandoff)
def nothing_there(_error: Exception) -> AnyResponse:
    return error_page(404)


@blueprint.errorhandler(sharing.NothingLeft)
def nothing_left(_error: Exception) -> AnyResponse:
    row = find_case((request.view_args or {})["reference"])
    words = _("Nothing was opened, because you left no such address. You can leave one here.")
    return private(case_page(row, moved_on=words, status=422))


@blueprint.errorhandler(WrongLeg)
@blueprint.errorhandler(sharing.NotAllowedToPass)
def moved_on(_error: Exception) -> AnyResponse:
    row = find_case((request.view_args or {})["reference"])
    words = _("This is not asked for any more. Nothing was opened.")
    return private(case_page(row, moved_on=words, status=409))
