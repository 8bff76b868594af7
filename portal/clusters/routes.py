"""Incidents: confirmed clusters as everybody sees them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, make_response, render_template

from portal.answers import private
from portal.clusters import reading
from portal.directory import directory
from portal.kept_notes import kept_while_unchanged

blueprint = Blueprint("incidents", __name__)


@blueprint.get("/incidents")
@kept_while_unchanged()
def index() -> Response:
    """Open ones first, then those that are over."""
    names = directory(g.network).names()
    return _fresh(render_template("incidents/list.html", incidents=reading.incidents(), businesses=names))


@blueprint.get("/incidents/<int(max=9223372036854775807):cluster_id>")
@kept_while_unchanged()
def show(cluster_id: int) -> Response:
    """One incident with its public cases."""
    names = directory(g.network)
    found = reading.incident(cluster_id, names)
    if found is None:
        abort(404)
    incident, rows = found
    return _fresh(render_template("incidents/page.html", incident=incident, rows=rows, businesses=names.names()))


def _fresh(page: str) -> Response:
    response = make_response(page)
    if g.visitor:
        return private(response)
    response.headers["Cache-Control"] = "no-cache"
    return response
