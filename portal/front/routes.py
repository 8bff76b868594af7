"""The front page and the page about promises."""

from __future__ import annotations

from flask import Blueprint, Response, g, make_response, render_template

from portal.cases.reading import newest
from portal.clusters.reading import incidents
from portal.directory import directory
from portal.figures.headline import headline
from portal.ideas.reading import done_lately
from portal.kept_notes import kept_while_unchanged

blueprint = Blueprint("front", __name__)
NEWEST = 6
DONE = 4
BUSINESSES = 12


@blueprint.get("/")
@kept_while_unchanged()
def front() -> Response:
    """One question, and what has become of others' answers to it."""
    names = directory(g.network)
    page = render_template(
        "front/page.html",
        figures=headline(g.network.id),
        newest=newest(names, NEWEST),
        done=done_lately(names, DONE),
        incidents=incidents(only_open=True),
        names=names.names(),
        businesses=list(names.businesses.values())[:BUSINESSES],
    )
    return _fresh(make_response(page))


@blueprint.get("/promises")
@kept_while_unchanged()
def promises() -> Response:
    """What promises are, and what their signs mean."""
    return _fresh(make_response(render_template("about/promises.html")))


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store" if g.visitor else "no-cache"
    return response
