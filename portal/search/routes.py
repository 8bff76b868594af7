"""The public search: one box for cases, ideas, businesses and places."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.cases.holding import NoSuchCase
from portal.cases.reading import PERIODS, find_case
from portal.cases.references import normal
from portal.clusters.reading import like_this
from portal.directory import Directory, directory
from portal.forms import clean
from portal.htmx import wants_part
from portal.ideas.holding import NoSuchIdea
from portal.ideas.reading import find_idea
from portal.search.likeness import LONGEST
from portal.search.named import named
from portal.search.searching import LONGEST_QUESTION, Asked, search
from portal.search.showing import FACETS
from tenants.scope import Scope, entered

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
def show() -> AnyResponse:
    """Results for `q`, filtered by facets; a number leads to its case or idea at once."""
    asked = asked_for(request.args)
    if reference := reference_in(asked.text):
        return redirect(url_for("ideas.show" if is_idea(reference) else "cases.show", reference=reference), 303)
    with entered(Scope.public(g.network.id)):
        names = directory(g.network)
        context = found(asked, names)
    is_part = wants_part()
    response = make_response(render_template("search/_results.html" if is_part else "search/page.html", **context))
    response.headers["Vary"] = "HX-Request"
    return private(response) if g.visitor else _unkept(response)


@blueprint.post("/alike")
def alike() -> Response:
    """Public cases, and planned ideas, like what is being written.

    A POST, because what people write belongs in no address and no log.
    """
    text = clean(request.form.get("what"))[:LONGEST]
    like = like_this(g.network, text)
    context = {"alike": like.cases, "incidents": like.incidents, "planned": like.planned}
    return private(make_response(render_template("search/_alike.html", **context)))


def found(asked: Asked, names: Directory) -> dict[str, Any]:
    """What the templates of a search show."""
    return {
        "asked": asked,
        "results": search(asked, names) if asked.text else None,
        "named": named(asked.text, names),
        "labels": {
            "business": {each.slug: each.name for each in names.businesses.values()},
            "category": {each.code: each.name for each in names.categories.values()},
            "touchpoint": {each.code: each.name for each in names.places.values()},
        },
        "longest": LONGEST_QUESTION,
        "cases_at": "/cases/",
        "ideas_at": "/ideas/",
        "page_url": lambda page: url_for(request.endpoint, **(request.view_args or {}), **_args(asked), page=page),  # type: ignore[arg-type]
    }


def asked_for(args: Mapping[str, str]) -> Asked:
    """The question of an address; what makes no sense in it is left out."""
    page, period = args.get("page", ""), args.get("period", "")
    return Asked(
        text=" ".join(clean(args.get("q")).replace("\0", " ").split())[:LONGEST_QUESTION],
        facets={name: args[name] for name in FACETS if args.get(name)},
        period=period if period in PERIODS else "",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 4 else 1,
    )


def is_idea(reference: str) -> bool:
    """Whether the present scope may read an idea of this number: cases and ideas share their numbers."""
    try:
        find_idea(reference)
    except NoSuchIdea:
        return False
    return True


def reference_in(text: str) -> str | None:
    """The number of a case or an idea that a question is, as people type it, if it is one."""
    plain = unicodedata.normalize("NFKC", text)
    if whole := normal(plain):
        return whole
    shortened = normal(g.network.prefix + plain)
    if shortened is None or any(each.isdigit() for each in plain):
        return shortened
    # Eight letters may as well be a word: of 32 words one would pass for a number.
    try:
        with entered(Scope.public(g.network.id)):
            return str(find_case(shortened).reference)
    except NoSuchCase:
        return None


def _args(asked: Asked) -> dict[str, str]:
    return {"q": asked.text, **asked.facets, **({"period": asked.period} if asked.period else {})}


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    return response
