"""Secret links: a landing page that does nothing, and a press that exchanges the key for a cookie."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import secret
from portal.entrance import keep_session, session_token
from tenants import door

blueprint = Blueprint("keys", __name__)


@blueprint.get("/k/<key>")
def land(key: str) -> Response:
    """Where a secret link lands. Nothing happens yet: programs that look at links in mail only look."""
    found = door.key(key, "case")
    page = render_template("cases/key.html", action=request.path, reference=found.subject if found else None)
    return secret(make_response(page, 200 if found else 404))


@blueprint.post("/k/<key>")
def open_with(key: str) -> AnyResponse:
    """Exchange the key for a cookie and a clean address."""
    found = door.key(key, "case")
    if found is None:
        return secret(make_response(render_template("cases/key.html", action=request.path, reference=None), 404))
    response = redirect(url_for("cases.show", reference=found.subject), 303)
    keep_session(response, door.hand_in(found.id, session_token()), int(door.CUSTOMER_SESSION.total_seconds()))
    return secret(response)
