"""Gives each request that the application answers a number, and writes one line about it when it is answered.

The line names the template of the address (`/cases/<reference>`), never the address: that may hold a key. The number
comes back in `X-Request-ID` and stands on the page of an error, so that somebody who asks for help can be found in the
log. A page that the keeper answers is counted, not told: there is nothing to find out about it.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import request

from portal import logs, measures

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOG = logging.getLogger(__name__)
HEADER = "X-Request-ID"
TAKEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
NOTES = "daylight.request_notes"
QUIET = {"/healthz", "/readyz", "/metrics"}
"""Routes that machines ask for all day."""
BROKEN = b"Something broke on our side.\n"


@dataclass(slots=True)
class Notes:
    """What is known of a request so far."""

    id: str
    route: str | None = None
    network: int | None = None
    tenant: int | None = None


class RequestLog:
    """The layer around the application, inside the keeper of pages."""

    def __init__(self, application: WSGIApplication, *, behind_proxy: bool) -> None:
        self._application = application
        self._behind_proxy = behind_proxy

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        notes = environ[NOTES] = Notes(self._number(environ))
        began, said = time.perf_counter(), "500"

        def listen(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            nonlocal said
            said = status
            return start_response(status, [*headers, (HEADER, notes.id)], *error)

        with logs.about(request_id=notes.id):
            try:
                return self._application(environ, listen)
            except Exception:
                LOG.critical("the application failed", exc_info=True, extra=logs.fields("request.failed"))
                return _give_up(listen)
            finally:
                _tell(environ["REQUEST_METHOD"], notes, int(said[:3]), time.perf_counter() - began)

    def _number(self, environ: WSGIEnvironment) -> str:
        """The proxy's number where there is a proxy and the number is one, else our own."""
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._behind_proxy else ""
        return given if TAKEN.fullmatch(given) else secrets.token_hex(6)


def number(environ: WSGIEnvironment) -> str | None:
    """The number of this request, if it has one."""
    notes = environ.get(NOTES)
    return notes.id if notes else None


def note(*, network: int | None = None, tenant: int | None = None) -> None:
    """Remember of the present request whose it is, and its route."""
    notes: Notes | None = request.environ.get(NOTES)
    if notes is not None:
        notes.route = request.url_rule.rule if request.url_rule else None
        notes.network, notes.tenant = network or notes.network, tenant or notes.tenant


def _tell(method: str, notes: Notes, status: int, seconds: float) -> None:
    route = notes.route or "unknown"
    measures.answered(route, method, status, seconds)
    level = logging.DEBUG if route in QUIET else logging.INFO
    if LOG.isEnabledFor(level):
        values = {"route": route, "method": method, "status": status, "ms": round(seconds * 1000, 1)}
        LOG.log(level, "request", extra=logs.fields("request", **values, network=notes.network, tenant=notes.tenant))


def _give_up(start_response: StartResponse) -> Iterable[bytes]:
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(BROKEN)))]
    start_response("500 Internal Server Error", [*headers, ("Cache-Control", "no-store")])
    return [BROKEN]
