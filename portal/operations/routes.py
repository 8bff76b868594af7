"""What machines ask: `/healthz`, `/readyz`, `/metrics`. Answered under every host name, before the door."""

from __future__ import annotations

import hmac
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request

from portal.config import Settings
from portal.operations import metrics as figures
from portal.operations.health import Readiness

blueprint = Blueprint("operations", __name__)
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")
"""Headers of which a proxy sends at least one: what came through one came from anywhere."""


def init_operations(app: Flask, settings: Settings) -> None:
    app.extensions["readiness"] = Readiness(settings)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers. Says nothing about the database."""
    return _fresh(Response("ok\n", mimetype="text/plain"))


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether this process can do its work now: 200 or 503, in words, or as JSON for whoever prefers that."""
    health = current_app.extensions["readiness"].ask()
    said = {name: "ok" if well else "failing" for name, well in health.checks.items()}
    if request.accept_mimetypes.best_match(["text/plain", "application/json"]) == "application/json":
        response = jsonify({"ready": health.is_ready, "checks": said})
    else:
        response = Response("".join(f"{name}: {state}\n" for name, state in said.items()), mimetype="text/plain")
    response.status_code = 200 if health.is_ready else 503
    return _fresh(response)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Figures for Prometheus, for those who may read them; nobody else learns that there are any."""
    if not _may_read(current_app.config["SETTINGS"]):
        abort(404)
    body, media_type = figures.exposition(request.headers.get("Accept", ""))
    return _fresh(Response(body, content_type=media_type))


def _may_read(settings: Settings) -> bool:
    token = settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    if settings.metrics_allow == "nobody" or any(name in request.headers for name in FORWARDED):
        return False
    peer = _peer()
    return any(peer in ip_network(each.strip()) for each in settings.metrics_allow.split(","))


def _peer() -> object:
    """Who holds the other end of the connection; never what a header says."""
    original = request.environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR")
    peer = ip_address(original or request.environ.get("REMOTE_ADDR", ""))
    return peer.ipv4_mapped or peer if isinstance(peer, IPv6Address) else peer


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
