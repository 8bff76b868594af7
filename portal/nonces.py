"""The nonce of a form: signed, so that nobody makes one up, and good for a day. What is sent twice is done once."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from tenants.ids import new_token

LIFETIME = timedelta(hours=24)


def new_nonce(token: str | None = None, *, salt: str) -> str:
    """As a form carries it; `token` keeps that of a form that was refused."""
    return str(_signer(salt).dumps(token or new_token()))


def read_nonce(signed: str, *, salt: str) -> str | None:
    """The token of a form; None when it is too old, or not ours."""
    try:
        return str(_signer(salt).loads(signed, max_age=int(LIFETIME.total_seconds())))
    except BadSignature:
        return None


def _signer(salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=salt)
