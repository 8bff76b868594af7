"""Reporting: the form, and the page after it that shows the secret link once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, make_response, render_template, request, url_for

from portal.answers import private
from portal.cases.consents import PUBLICATION_TEXT
from portal.cases.needs import NEEDS_TEXT
from portal.cases.pointing_out import Moved, Review, move, review
from portal.cases.report_form import PUBLIC_WORDS, ReportForm
from portal.cases.reporting import SaidSomethingElse, report
from portal.cases.sent_page import receipt, sent_page
from portal.cases.usual import Usual, usual_of
from portal.clusters.reading import like_this
from portal.directory import Directory, Place, directory
from portal.errors import page as error_page
from portal.files.form import take_files
from portal.files.web import takes_files
from portal.forms import clean, first_errors
from portal.languages import current as tongue
from portal.languages import gettext as _
from portal.nonces import new_nonce, read_nonce
from portal.wording import zone_name
from tenants.ids import new_token

blueprint = Blueprint("reports", __name__)
FORM = "report-form"


@blueprint.get("/report")
def report_form() -> Response:
    """The form, prefilled by a QR code (`touchpoint`) or the front page (`what`)."""
    values = {name: request.args.get(name, "") for name in ("touchpoint", "what", "category")}
    return _report_page(values, {}, at=_names().place_by_code(values["touchpoint"]))


@blueprint.post("/cases")
@takes_files
def create() -> Response:
    """File the report. The answer shows the secret link once; the same form again shows a fresh one."""
    form = ReportForm(request.form)
    form.names, form.zone = _names(), ZoneInfo(g.network.zone)
    nonce = read_nonce(request.form.get("nonce", ""), salt=FORM)
    token = nonce or new_token()
    files = take_files("report", token=token)
    if asked := request.form.get("move", ""):
        return _moved(form, asked, token, files.errors)
    if request.form.get("look", ""):  # without script: the form again, with what is like it
        return _report_page(request.form, files.errors, 200, token, kind=form.kind_of_case())
    if not form.validate() or files.errors:
        errors = {**first_errors(form), **files.errors}
        return _report_page(request.form, errors, 422, token, kind=form.kind_of_case())
    if nonce is None:
        old = _("This form was open for too long. Nothing was lost: please send it once more.")
        return _report_page(request.form, {"what": old}, 422, token)
    texts = _texts(form)
    if form.visibility.data == "public" and (new := review(texts, request.form.get("reviewed", ""))):
        return _report_page(request.form, {}, 422, token, new, form.kind_of_case())
    what = form.report(request.form.get("language", tongue().locale))
    try:
        reported = report(g.network.id, what, form=nonce, files=files)
    except SaidSomethingElse as before:
        return _sent_already(before.reference)
    return sent_page(reported)


def _moved(form: ReportForm, mark: str, token: str, errors: dict[str, str]) -> Response:
    """The form again, unsent, with one datum taken out of its words: see `pointing_out.move`."""
    done = move(request.form.to_dict(), _texts(form), mark)
    values = done.values if done else request.form.to_dict()
    left = review({name: values.get(name, "") for name in PUBLIC_WORDS}, "")
    return _report_page(values, errors, 422, token, left, form.kind_of_case(), done)


def _texts(form: ReportForm) -> dict[str, str]:
    return {name: form[name].data or "" for name in PUBLIC_WORDS}


@blueprint.get("/report/usual")
def usual() -> Response:
    """What is usual for the topic and the place that are chosen: a part of the form."""
    return private(make_response(render_template("cases/_usual.html", usual=_usual(request.args))))


@blueprint.post("/receipt")
def download() -> Response:
    """The receipt as a file. The key comes in the body, so that it stands in no address and no log."""
    return receipt(request.form.get("key", ""))


def _report_page(
    values: Mapping[str, str],
    errors: dict[str, str],
    status: int = 200,
    token: str | None = None,
    pointed_out: Review | None = None,
    kind: str = "",
    moved: Moved | None = None,
    at: Place | None = None,
) -> Response:
    """The form. One that was refused keeps its nonce, by which its files are found again.

    `pointed_out` is the personal data that everybody would have read, `kind` what the words were taken for, `at` the
    place whose QR code led to the form.
    """
    names = _names()
    like = like_this(g.network, clean(values.get("what")))
    places: dict[int, dict[str, Any]] = {}
    for place in names.places.values():
        group = places.setdefault(place.business.id, {"business": place.business.name, "places": []})
        group["places"].append(place)
    response = make_response(
        render_template(
            "cases/report.html",
            values=values,
            errors=errors,
            review=pointed_out,
            moved=moved,
            kind=kind,
            usual=_usual(values),
            alike=like.cases,
            incidents=like.incidents,
            planned=like.planned,
            zone=zone_name(g.network.zone),
            touchpoints=list(places.values()),
            at=at,
            categories=[(category.code, category.name) for category in names.categories.values()],
            nonce=new_nonce(token, salt=FORM),
            consent_version=PUBLICATION_TEXT,
            needs_version=NEEDS_TEXT,
        ),
        status,
    )
    return private(response)


def _usual(chosen: Mapping[str, str]) -> Usual | None:
    names = _names()
    topic, place = (
        names.category_by_code(chosen.get("category", "")),
        names.place_by_code(chosen.get("touchpoint", "")),
    )
    return usual_of(topic.id if topic else None, place.id if place else None)


def _sent_already(reference: str) -> Response:
    """The form had been sent with other words: its case stays as it is, and additions have their own place."""
    response = error_page(409)
    response.headers["Location"] = url_for("cases.show", reference=reference)
    return response


def _names(business: int | None = None) -> Directory:
    return directory(g.network, knows_business=business)
