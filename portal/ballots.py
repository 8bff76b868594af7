"""The ballot: a cookie by which one browser is counted once, and the addresses that alone are sent it.

Pages never receive the cookie, so that they stay the same for everybody; whatever is tapped posts under `/ballot`.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from tenants.ids import new_token

blueprint = Blueprint("ballots", __name__, url_prefix="/ballot")
"""At the door."""
YEAR = 365 * 24 * 3600


def ballot() -> str:
    """Who taps: a random word that the browser keeps, signed so that nobody makes up a hundred of them by hand."""
    try:
        return str(_signer().loads(request.cookies.get(_cookie(), "")))
    except BadSignature:
        return new_token()


def with_ballot(response: Response, word: str) -> Response:
    """Hand the browser its ballot, for a year from now on."""
    response.set_cookie(
        _cookie(),
        str(_signer().dumps(word)),
        max_age=YEAR,
        path="/ballot",
        secure=current_app.config["SETTINGS"].in_production,
        httponly=True,
        samesite="Lax",
    )
    return response


def _cookie() -> str:
    return "__Secure-ballot" if current_app.config["SETTINGS"].in_production else "ballot"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="ballot")
