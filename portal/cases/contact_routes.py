"""Leaving an address for a case of one's own: by the form of `templates/cases/_keep_link.html`, or that of
`templates/handoffs/_sharing.html`, where a business asks for a way to reach the customer that was not left.
"""

from __future__ import annotations

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.cases import contacts
from portal.cases.forms import channel_of
from portal.cases.page import case_page, is_owner
from portal.cases.reading import find_case
from portal.htmx import wants_part
from portal.languages import gettext as _

blueprint = Blueprint("contacts", __name__)
FIELDS = {"keep_email": "email", "share_email": "email", "share_mobile": "mobile"}
"""By the name of the field: what kind of address is typed there."""


@blueprint.post("/cases/<reference>/contact")
def leave(reference: str) -> AnyResponse:
    """An e-mail address is asked to confirm. Answers the part alone to htmx, else goes to the case's page."""
    row = find_case(reference)
    if not is_owner():
        abort(403)
    name = next((name for name in FIELDS if name in request.form), "keep_email")
    channel, errors = FIELDS[name], {}
    found, address = channel_of(request.form.get(name, "").strip()) or ("", "")
    try:
        if found == channel:
            contacts.leave_address(row.id, address, channel)
        elif channel == "mobile":
            errors[name] = _("Give a phone number like +43 660 1234567.")
        else:
            errors[name] = _("Give an e-mail address like name@example.org.")
    except contacts.TooManyAddresses:
        errors[name] = _("Too many addresses were left for this case today. Try again tomorrow.")
    status = 422 if errors else 200
    if wants_part():
        part = render_template(
            "cases/_keep_link.html", case=row, reach=contacts.reach_of(row.id), values=request.form, errors=errors
        )
        return private(make_response(part, status))
    of_sharing = name.startswith("share")
    if errors:
        failed = "sharing" if of_sharing else "contact"
        return private(case_page(row, failed=failed, errors=errors, status=status))
    sent, anchor = "contact" if channel == "email" else "mobile", "sharing" if of_sharing else None
    return redirect(url_for("cases.show", reference=row.reference, sent=sent, _anchor=anchor), 303)
