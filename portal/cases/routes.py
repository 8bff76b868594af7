"""The public pages of cases: list them, find one, read one."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import asked_etags, private, revalidated
from portal.cases.live import etag_of, live
from portal.cases.me_too import others_of
from portal.cases.own_page import note_of_own
from portal.cases.page import case_page, is_owner, names_of
from portal.cases.reading import FILTERS, PERIODS, find_case, list_cases
from portal.cases.references import normal
from portal.htmx import wants_part
from portal.kept_notes import kept_while_unchanged, note_of_case
from portal.search.routes import is_idea

blueprint = Blueprint("cases", __name__)
LONGEST_REFERENCE = 40


# -- reading -------------------------------------------------------------------------------------------------------


@blueprint.get("/cases")
@kept_while_unchanged(*FILTERS, "newer", "older")
def index() -> Response:
    """Public cases, filtered; only the filters that `FILTERS` names exist."""
    names = names_of()
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
    """From a number as somebody typed it to its page; whether there is such a case is not said here."""
    typed = request.args.get("reference", "").strip()[:LONGEST_REFERENCE]
    plain = unicodedata.normalize("NFKC", typed)
    exact = normal(plain) or normal(g.network.prefix + plain)
    if exact is not None:
        return redirect(url_for("ideas.show" if is_idea(exact) else "cases.show", reference=exact), 303)
    page = render_template("cases/find.html", typed=typed, wrong=bool(typed))
    return private(make_response(page, 422 if typed else 200))


@blueprint.get("/cases/<reference>")
def show(reference: str) -> AnyResponse:
    """A case: for everybody when it is public, for the holder of its key in any case."""
    exact = normal(reference)
    if exact is not None and exact != reference:
        return redirect(url_for("cases.show", reference=exact), 301)
    row = find_case(reference)
    if is_owner():
        note_of_own(row, g.network)
        return private(case_page(row))
    others = others_of([row.id])[row.id]
    if g.visitor:
        return private(case_page(row, others=others))
    etag = etag_of(row, "public", g.network, others)
    return _kept(case_page(row, others=others), etag, row, others)


@blueprint.get("/cases/<reference>/live")
def show_live(reference: str) -> AnyResponse:
    """The part that moves, for polling: 304 with an empty body while nothing has changed."""
    row = find_case(reference)
    view = "owner" if is_owner() else "public"
    etag = etag_of(row, view, g.network)
    if view == "owner" and not note_of_own(row, g.network) and etag in asked_etags():
        return revalidated(Response(status=304), etag)
    response = make_response(live(row, view, g.network, names_of(row.lead_tenant_id)).html)
    others = others_of([row.id])[row.id] if view == "public" else 0
    return _kept(response, etag, row, others) if view == "public" else revalidated(response, etag)


# -- parts ---------------------------------------------------------------------------------------------------------


def _kept(response: Response, etag: str, row: Any, others: int) -> Response:
    """What the public sees: kept by the browser, and by `portal/keeper.py`, which also answers 304 for it."""
    note_of_case(row, g.network, others)
    return revalidated(response, etag)
