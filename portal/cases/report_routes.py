"""Reporting: the form, and the page after it that shows the secret link once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import segno
from flask import Blueprint, Response, current_app, g, make_response, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup

from portal.answers import private
from portal.cases.forms import ReportForm
from portal.cases.live import NO_FACTS, case_view
from portal.cases.promises import is_owed
from portal.cases.reading import find_case, promises_of
from portal.cases.reporting import PUBLICATION_TEXT, SAME_FORM, Reported, SaidSomethingElse, report
from portal.directory import Directory, directory
from portal.entrance import keep_session, session_token
from portal.errors import page as error_page
from portal.forms import first_errors
from portal.languages import current as tongue
from portal.languages import gettext as _
from tenants import door
from tenants.ids import new_token
from tenants.scope import Scope, entered

blueprint = Blueprint("reports", __name__)


@blueprint.get("/report")
def report_form() -> Response:
    """The form, prefilled by a QR code (`touchpoint`) or the front page (`what`)."""
    values = {name: request.args.get(name, "") for name in ("touchpoint", "what", "category")}
    return _report_page({**values, "visibility": "public"}, {})


@blueprint.post("/cases")
def create() -> Response:
    """File the report. The answer shows the secret link once; the same form again shows a fresh one."""
    form = ReportForm(request.form)
    form.names = _names()
    if not form.validate():
        return _report_page(request.form, first_errors(form), 422)
    nonce = _read_nonce(request.form.get("nonce", ""))
    if nonce is None:
        old = _("This form was open for too long. Nothing was lost: please send it once more.")
        return _report_page(request.form, {"what": old}, 422)
    what = form.report(request.form.get("language", tongue().locale))
    try:
        reported = report(g.network.id, what, form=nonce)
    except SaidSomethingElse as before:
        return _sent_already(before.reference)
    return _sent_page(reported, what.address)


def _report_page(values: Mapping[str, str], errors: dict[str, str], status: int = 200) -> Response:
    names = _names()
    places: dict[int, dict[str, Any]] = {}
    for place in names.places.values():
        group = places.setdefault(place.business.id, {"business": place.business.name, "places": []})
        group["places"].append(place)
    response = make_response(
        render_template(
            "cases/report.html",
            values=values,
            errors=errors,
            touchpoints=list(places.values()),
            categories=[(category.code, category.name) for category in names.categories.values()],
            nonce=_signer().dumps(new_token()),
            consent_version=PUBLICATION_TEXT,
        ),
        status,
    )
    return private(response)


def _sent_page(reported: Reported, address: str) -> Response:
    with entered(Scope.customer(g.network.id, case_id=reported.case_id)):
        row, promises = find_case(reported.reference), promises_of(reported.case_id)
    link = f"{request.scheme}://{request.host}{url_for('keys.land', key=reported.key)}"
    response = make_response(
        render_template(
            "cases/sent.html",
            case=case_view(row, NO_FACTS, _names(row.lead_tenant_id)),
            link=link,
            qr=Markup(segno.make(link, error="m", mask=2).svg_inline(omitsize=True, border=2)),  # noqa: S704 (our own SVG)
            promise=next((promise for promise in promises if is_owed(promise)), None),
            contact=address or None,
        ),
        201,
    )
    with entered(Scope.door(g.network.id)):
        found = door.key(reported.key, "case")
        if found:
            keep_session(response, door.hand_in(found, session_token()), int(door.CUSTOMER_SESSION.total_seconds()))
    response.headers["Referrer-Policy"] = "no-referrer"
    return private(response)


def _sent_already(reference: str) -> Response:
    """The form had been sent with other words: its case stays as it is, and additions have their own place."""
    response = error_page(409)
    response.headers["Location"] = url_for("cases.show", reference=reference)
    return response


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="report-form")


def _read_nonce(signed: str) -> str | None:
    try:
        return str(_signer().loads(signed, max_age=int(SAME_FORM.total_seconds())))
    except BadSignature:
        return None


def _names(business: int | None = None) -> Directory:
    return directory(g.network, knows_business=business)
