"""Leaving an e-mail address for a case of one's own, by the form of `templates/cases/_keep_link.html`."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.cases import contacts
from portal.cases.page import case_page, is_owner
from portal.cases.reading import find_case
from portal.htmx import wants_part
from portal.languages import gettext as _
from tenants.emails import NotAnAddress, normal_email

blueprint = Blueprint("contacts", __name__)


@blueprint.post("/cases/<reference>/contact")
def leave(reference: str) -> AnyResponse:
    """The address is asked to confirm. Answers the part alone to htmx, else goes to the case's page."""
    row = find_case(reference)
    if not is_owner():
        abort(403)
    errors: dict[str, str] = {}
    try:
        contacts.leave_address(row.id, normal_email(request.form.get("keep_email", "")))
    except NotAnAddress:
        errors["keep_email"] = _("Give an e-mail address like name@example.org.")
    except contacts.TooManyAddresses:
        errors["keep_email"] = _("Too many addresses were left for this case today. Try again tomorrow.")
    status = 422 if errors else 200
    if wants_part():
        part = render_template(
            "cases/_keep_link.html", case=row, reach=contacts.reach_of(row.id), values=request.form, errors=errors
        )
        return private(make_response(part, status))
    if errors:
        return private(case_page(row, failed="contact", errors=errors, status=status))
    return redirect(url_for("cases.show", reference=row.reference, sent="contact"), 303)
