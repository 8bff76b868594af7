"""The public pages of cases: report one, list them, read one, and what its customer may do there."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import segno
from flask import Blueprint, Response, abort, current_app, g, make_response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from portal.cases import handling, visibility
from portal.cases.forms import MessageForm, ReportForm
from portal.cases.holding import Stale
from portal.cases.live import NO_FACTS, Live, case_view, etag_of, live
from portal.cases.promises import is_owed
from portal.cases.reading import FILTERS, PERIODS, find_case, list_cases, promises_of
from portal.cases.references import normal
from portal.cases.reporting import PUBLICATION_TEXT, SAME_FORM, Reported, SaidSomethingElse, report
from portal.cases.states import OPEN, WrongState, can
from portal.directory import Directory, directory
from portal.entrance import keep_session, session_token
from portal.errors import page as error_page
from portal.forms import first_errors
from portal.htmx import wants_part
from portal.keeper import NOTE, note_for
from portal.languages import current as tongue
from portal.languages import gettext as _
from tenants import door
from tenants.ids import new_token
from tenants.scope import Kind, Scope, current, entered

blueprint = Blueprint("cases", __name__)
keys = Blueprint("keys", __name__)
LONGEST_REFERENCE = 40


# -- reporting -----------------------------------------------------------------------------------------------------


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
    return _private(response)


def _sent_page(reported: Reported, address: str) -> Response:
    with entered(Scope.customer(g.network.id, case_id=reported.case_id)):
        row, promises = find_case(reported.reference), promises_of(reported.case_id)
    link = _absolute(url_for("keys.land", key=reported.key))
    response = make_response(
        render_template(
            "cases/sent.html",
            case=case_view(row, NO_FACTS, _names(row.lead_tenant_id)),
            link=link,
            qr=Markup(segno.make(link, error="m").svg_inline(omitsize=True, border=2)),  # noqa: S704 (our own SVG)
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
    return _private(response)


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


# -- reading -------------------------------------------------------------------------------------------------------


@blueprint.get("/cases")
def index() -> Response:
    """Public cases, filtered; only the filters that `FILTERS` names exist."""
    names = _names()
    chosen = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    if chosen.get("period", "7d") not in PERIODS:
        chosen.pop("period")
    found = list_cases(chosen, names, newer=request.args.get("newer", ""), older=request.args.get("older", ""))
    is_fragment = wants_part()
    context: dict[str, Any] = {"rows": found.rows, "chosen": chosen, "pager": _pager(chosen, found.newer, found.older)}
    if not is_fragment:
        context["choices"] = {
            "businesses": [(each.slug, each.name) for each in names.businesses.values()],
            "categories": [(each.code, each.name) for each in names.categories.values()],
            "touchpoints": [(each.code, each.name) for each in names.places.values()],
        }
    response = make_response(render_template("cases/_list.html" if is_fragment else "cases/list.html", **context))
    response.headers["Vary"] = "HX-Request"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _pager(chosen: Mapping[str, str], newer: str | None, older: str | None) -> dict[str, str | None]:
    return {
        "newer": url_for("cases.index", **chosen, newer=newer) if newer else None,
        "older": url_for("cases.index", **chosen, older=older) if older else None,
    }


@blueprint.get("/find")
def find() -> AnyResponse:
    """From a case number as somebody typed it to its page; whether there is such a case is not said here."""
    typed = request.args.get("reference", "").strip()[:LONGEST_REFERENCE]
    plain = unicodedata.normalize("NFKC", typed)
    exact = normal(plain) or normal(g.network.prefix + plain)
    if exact is not None:
        return redirect(url_for("cases.show", reference=exact), 303)
    page = render_template("cases/find.html", typed=typed, wrong=bool(typed))
    return _private(make_response(page, 422 if typed else 200))


@blueprint.get("/cases/<reference>")
def show(reference: str) -> AnyResponse:
    """A case: for everybody when it is public, for the holder of its key in any case."""
    exact = normal(reference)
    if exact is not None and exact != reference:
        return redirect(url_for("cases.show", reference=exact), 301)
    row = find_case(reference)
    if _is_owner() or g.visitor:
        return _private(_case_page(row))
    etag = etag_of(row, "public", g.network)
    if etag in _asked_etags():
        return _unchanged(etag)
    return _kept(_case_page(row), etag, row)


@blueprint.get("/cases/<reference>/live")
def show_live(reference: str) -> AnyResponse:
    """The part that moves, for polling: 304 with an empty body while nothing has changed."""
    row = find_case(reference)
    view = "owner" if _is_owner() else "public"
    etag = etag_of(row, view, g.network)
    if etag in _asked_etags():
        return _unchanged(etag)
    response = make_response(live(row, view, g.network, _names(row.lead_tenant_id)).html)
    return _kept(response, etag, row) if view == "public" else _kept_by_browser(response, etag)


def _case_page(row: Any, errors: dict[str, str] | None = None, status: int = 200, moved_on: str = "") -> Response:
    names = _names(row.lead_tenant_id)
    part: Live = live(row, "owner" if _is_owner() else "public", g.network, names)
    page = render_template(
        "cases/case.html",
        case=case_view(row, part.facts, names),
        live=Markup(part.html),  # noqa: S704 (rendered by our own template)
        owner=_is_owner(),
        can=_possible(row) if _is_owner() else set(),
        values=request.form,
        errors=errors or {},
        sent=moved_on or _done().get(request.args.get("sent", "")),
    )
    return make_response(page, status)


@blueprint.errorhandler(Stale)
@blueprint.errorhandler(WrongState)
def moved_on(_error: Exception) -> Response:
    """The case is not what the form was made from: show what it is now, with what was typed still there."""
    row = find_case((request.view_args or {})["reference"])
    words = _("This case has moved on meanwhile. Nothing was sent; this is how it stands now.")
    return _private(_case_page(row, status=409, moved_on=words))


def _possible(row: Any) -> set[str]:
    acts = {"accept"} if can(row.state, "close") else set()
    if row.state in OPEN:
        acts.add("write")
    if row.visibility == "public":
        acts.add("hide")
    return acts


def _done() -> dict[str, str]:
    return {
        "message": _("Your message is on record."),
        "acceptance": _("Thank you. The case is closed."),
        "hidden": _("Your case is private now. Only you and the businesses involved can read it."),
    }


# -- what the customer does ----------------------------------------------------------------------------------------


@blueprint.post("/cases/<reference>/messages")
def write(reference: str) -> AnyResponse:
    row = _own(reference)
    form = MessageForm(request.form)
    if not form.validate():
        return _private(_case_page(row, first_errors(form), 422))
    handling.write_to_business(row.id, text=form.text.data or "")
    return redirect(url_for("cases.show", reference=row.reference, sent="message"), 303)


@blueprint.post("/cases/<reference>/acceptance")
def accept(reference: str) -> AnyResponse:
    row = _own(reference)
    handling.accept_answer(row.id, _version())
    return redirect(url_for("cases.show", reference=row.reference, sent="acceptance"), 303)


@blueprint.post("/cases/<reference>/privacy")
def hide(reference: str) -> AnyResponse:
    row = _own(reference)
    visibility.make_private(row.id)
    return redirect(url_for("cases.show", reference=row.reference, sent="hidden"), 303)


def _own(reference: str) -> Any:
    """The case, for its customer: a stranger to a private case gets 404 from the scope, to a public one 403."""
    row = find_case(reference)
    if not _is_owner():
        abort(403)
    return row


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


# -- keys ----------------------------------------------------------------------------------------------------------


@keys.get("/k/<key>")
def land(key: str) -> Response:
    """Where a secret link lands. Nothing happens yet: programs that look at links in mail only look."""
    found = door.key(key, "case")
    page = render_template("cases/key.html", action=request.path, reference=found.subject if found else None)
    return _secret(make_response(page, 200 if found else 404))


@keys.post("/k/<key>")
def open_with(key: str) -> AnyResponse:
    """Exchange the key for a cookie and a clean address."""
    found = door.key(key, "case")
    if found is None:
        return _secret(make_response(render_template("cases/key.html", action=request.path, reference=None), 404))
    response = redirect(url_for("cases.show", reference=found.subject), 303)
    keep_session(response, door.hand_in(found, session_token()), int(door.CUSTOMER_SESSION.total_seconds()))
    return _secret(response)


# -- parts ---------------------------------------------------------------------------------------------------------


def _names(business: int | None = None) -> Directory:
    return directory(g.network, knows_business=business)


def _is_owner() -> bool:
    return current().kind is Kind.CUSTOMER


def _absolute(path: str) -> str:
    return f"{request.scheme}://{request.host}{path}"


def _asked_etags() -> set[str]:
    """The entity tags that the browser holds, as they stand in the header."""
    return {part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")}


def _unchanged(etag: str) -> Response:
    response = Response(status=304)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-cache"
    return response


def _kept_by_browser(response: Response, etag: str) -> Response:
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-cache"
    return response


def _kept(response: Response, etag: str, row: Any) -> Response:
    """An anonymous reader's page: kept by the browser, and by us for the next reader (`portal/keeper.py`)."""
    request.environ[NOTE] = note_for(row, g.network)
    return _kept_by_browser(response, etag)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _secret(response: AnyResponse) -> Any:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
