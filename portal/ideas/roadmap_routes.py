"""The public roadmap and changelog. They belong to the blueprint of ideas, and are the same for everybody."""

from __future__ import annotations

from flask import Response, g, make_response, render_template, request, url_for

from portal.answers import private
from portal.ideas.page import names_of
from portal.ideas.roadmap import columns, shipped
from portal.ideas.routes import blueprint
from portal.kept_notes import kept_while_unchanged


@blueprint.get("/roadmap")
@kept_while_unchanged()
def roadmap() -> Response:
    """What businesses do now, next and later, each with its promised date."""
    return _page("ideas/roadmap.html", columns=columns(names_of()))


@blueprint.get("/changelog")
@kept_while_unchanged("after")
def changelog() -> Response:
    """What was done, the newest first: what changed, where, since when, and whether it helped."""
    found, older = shipped(names_of(), after=request.args.get("after", ""))
    pager = {
        "newer": url_for("ideas.changelog") if request.args.get("after") else None,
        "older": url_for("ideas.changelog", after=older) if older else None,
    }
    return _page("ideas/changelog.html", entries=found, pager=pager)


def _page(template: str, **context: object) -> Response:
    response = make_response(render_template(template, **context))
    if g.visitor:
        return private(response)
    response.headers["Cache-Control"] = "no-cache"
    return response
