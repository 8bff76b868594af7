"""The public pages of cases: list them, find one, read one, and what its customer may do there."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import asked_etags, form_version, private, revalidated
from portal.cases import customer_verbs, visibility
from portal.cases.forms import MessageForm
from portal.cases.holding import Stale
from portal.cases.live import Live, case_view, etag_of, live
from portal.cases.reading import FILTERS, PERIODS, find_case, list_cases
from portal.cases.references import normal
from portal.cases.states import OPEN, WrongState, can
from portal.directory import Directory, directory
from portal.forms import first_errors
from portal.htmx import wants_part
from portal.keeper import NOTE, note_for
from portal.languages import gettext as _
from tenants.scope import Kind, current

blueprint = Blueprint("cases", __name__)
LONGEST_REFERENCE = 40


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


def _pager(chosen: Mapping[str, Any], newer: str | None, older: str | None) -> dict[str, str | None]:
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
    return private(make_response(page, 422 if typed else 200))


@blueprint.get("/cases/<reference>")
def show(reference: str) -> AnyResponse:
    """A case: for everybody when it is public, for the holder of its key in any case."""
    exact = normal(reference)
    if exact is not None and exact != reference:
        return redirect(url_for("cases.show", reference=exact), 301)
    row = find_case(reference)
    if _is_owner() or g.visitor:
        return private(_case_page(row))
    return _kept(_case_page(row), etag_of(row, "public", g.network), row)


@blueprint.get("/cases/<reference>/live")
def show_live(reference: str) -> AnyResponse:
    """The part that moves, for polling: 304 with an empty body while nothing has changed."""
    row = find_case(reference)
    view = "owner" if _is_owner() else "public"
    etag = etag_of(row, view, g.network)
    if view == "owner" and etag in asked_etags():
        return revalidated(Response(status=304), etag)
    response = make_response(live(row, view, g.network, _names(row.lead_tenant_id)).html)
    return _kept(response, etag, row) if view == "public" else revalidated(response, etag)


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
    return private(_case_page(row, status=409, moved_on=words))


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
        return private(_case_page(row, first_errors(form), 422))
    customer_verbs.write_to_business(row.id, text=form.text.data or "")
    return redirect(url_for("cases.show", reference=row.reference, sent="message"), 303)


@blueprint.post("/cases/<reference>/acceptance")
def accept(reference: str) -> AnyResponse:
    row = _own(reference)
    customer_verbs.accept_answer(row.id, form_version())
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


# -- parts ---------------------------------------------------------------------------------------------------------


def _names(business: int | None = None) -> Directory:
    return directory(g.network, knows_business=business)


def _is_owner() -> bool:
    return current().kind is Kind.CUSTOMER


def _kept(response: Response, etag: str, row: Any) -> Response:
    """What the public sees: kept by the browser, and by `portal/keeper.py`, which also answers 304 for it."""
    request.environ[NOTE] = note_for(row, g.network)
    return revalidated(response, etag)
