"""The public pages of ideas: list them, read one. What is tapped or written posts under `/ballot` (`act_routes.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private, revalidated
from portal.build import BUILD
from portal.cases.references import normal
from portal.errors import page as error_page
from portal.htmx import wants_part
from portal.ideas.behind_reading import version_of
from portal.ideas.holding import NoSuchIdea
from portal.ideas.page import idea_page, names_of
from portal.ideas.reading import FILTERS, ORDERS, find_idea, list_ideas
from portal.ideas.saying import said_after
from portal.kept_notes import kept_while_unchanged
from portal.languages import current as tongue
from tenants import clock

blueprint = Blueprint("ideas", __name__)


@blueprint.get("/ideas")
@kept_while_unchanged(*FILTERS, "order", "after")
def index() -> Response:
    """Public ideas, by votes or the newest first, filtered by what `FILTERS` names."""
    names = names_of()
    chosen = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    order = request.args.get("order", "votes")
    order = order if order in ORDERS else "votes"
    found = list_ideas(chosen, names, order=order, after=request.args.get("after", ""))
    context: dict[str, Any] = {"rows": found.rows, "chosen": chosen, "order": order}
    context["pager"] = _pager(chosen, order, found.older, is_first=found.is_first)
    is_fragment = wants_part()
    if not is_fragment:
        context["choices"] = {
            "businesses": [(each.slug, each.name) for each in names.businesses.values()],
            "categories": [(each.code, each.name) for each in names.categories.values()],
            "touchpoints": [(each.code, each.name) for each in names.places.values()],
        }
    response = make_response(render_template("ideas/_list.html" if is_fragment else "ideas/list.html", **context))
    response.headers["Vary"] = "HX-Request"
    return private(response) if g.visitor else _no_cache(response)


@blueprint.get("/ideas/<reference>")
@kept_while_unchanged()
def show(reference: str) -> AnyResponse:
    """An idea with everything that became of it."""
    exact = normal(reference)
    if exact is not None and exact != reference:
        return redirect(url_for("ideas.show", reference=exact), 301)
    row = find_idea(reference)
    page = idea_page(row, notice=said_after(request.args.get("sent", "")))
    return private(page) if g.visitor else revalidated(page, etag_of(row))


@blueprint.app_errorhandler(NoSuchIdea)
def no_such_idea(_error: Exception) -> AnyResponse:
    return error_page(404)


def etag_of(row: Any) -> str:
    """Names everything that the page depends on; the day too, because it says "today"."""
    votes = (row.votes, row.votes_joined, row.votes_current, row.fixed_yes, row.fixed_no)
    counted = (*votes, row.evidence, row.evidence_joined, row.evidence_open, row.comments)
    today = f"{clock.now():%y%m%d%H}"
    behind = version_of(row.id) if row.evidence else ""
    parts = [BUILD, tongue().locale, row.public_version, g.network.version, today, *counted, behind]
    return '"' + "-".join(str(part) for part in parts) + '"'


def _pager(chosen: Mapping[str, Any], order: str, older: str | None, *, is_first: bool) -> dict[str, str | None]:
    here = {**chosen, "order": order}
    return {
        "newer": None if is_first else url_for("ideas.index", **here),
        "older": url_for("ideas.index", **here, after=older) if older else None,
    }


def _no_cache(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    return response
