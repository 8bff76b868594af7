"""While the portal is about to stop, it asks whoever is connected not to ask over the same connection again.

A proxy keeps connections open and sends the next request over one of them; if that came just when the process ends, it
could not know whether a request was carried out, and would not send a written one to another machine.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from portal import run_folder

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

GLANCE = 0.1
"""Seconds for which a look at the mark is good."""


class Draining:
    """The outermost layer."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._looked, self._stops = float("-inf"), False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not self._is_stopping():
            return self._application(environ, start_response)

        def last(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, ("Connection", "close")], *error)

        return self._application(environ, last)

    def _is_stopping(self) -> bool:
        now = time.monotonic()
        if now - self._looked > GLANCE:
            self._looked, self._stops = now, run_folder.is_draining()
        return self._stops
