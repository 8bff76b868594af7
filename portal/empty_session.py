"""Flask's own session, which is signed in a cookie, holds nothing here: ours is a row (`tenants/door.py`)."""

from __future__ import annotations

from flask import Flask, Request, Response
from flask.sessions import NullSession, SecureCookieSession, SessionInterface, SessionMixin


class EmptySession(SessionInterface):
    """An empty one for each request, which nobody can write to. Looking for a real one cost each page a signer."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        return NullSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """There is nothing to keep."""
