"""What the pages of accounts share: who is here, where to go on to, and the cookie of somebody who is half-way in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from ipaddress import IPv6Address, ip_address
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal import errors
from portal.config import Settings
from tenants import clock, door, signing_in
from tenants.emails import NotAnAddress, normal_email

blueprint = Blueprint("accounts", __name__)

LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
"""A browser drops tabs and line ends and reads `\\` as `/`: any of them could turn a path into another host."""
FRESH = timedelta(minutes=30)
"""How old a session may be to change what the account is recognised by."""

View = Callable[..., Any]


# -- who is here ---------------------------------------------------------------------------------------------------


def me() -> door.Person:
    """The person who is signed in. Only in routes that are `for_people`."""
    person: door.Person = g.visitor.person
    return person


def for_people(view: View) -> View:
    """Decorates a route for those who are signed in: anybody else signs in first."""

    @wraps(view)
    def checked(*given: Any, **named: Any) -> Any:
        if g.visitor is None or g.visitor.person is None:
            back = request.path if request.method == "GET" else url_for("accounts.show")
            return redirect(url_for("accounts.sign_in", next=back), 303)
        return view(*given, **named)

    return checked


def is_fresh() -> bool:
    """Whether the person has signed in so lately that a browser left open is not what asks."""
    return bool(clock.now() - g.visitor.since < FRESH)


def fresh(view: View) -> View:
    """Decorates a route that changes what the account is recognised by."""

    @for_people
    @wraps(view)
    def checked(*given: Any, **named: Any) -> Any:
        if not is_fresh():
            return redirect(url_for("accounts.show_security"), 303)
        return view(*given, **named)

    return checked


def settings() -> Settings:
    result: Settings = current_app.config["SETTINGS"]
    return result


def owner(user_id: int) -> str:
    """Names an account to what is sealed for it."""
    return f"{g.network.id}:{user_id}"


# -- what was typed ------------------------------------------------------------------------------------------------


def account(email: str) -> str:
    """What was typed, as accounts are found and failures are counted by. Nonsense is nobody's account."""
    try:
        return normal_email(email)
    except NotAnAddress:
        return email.strip().lower()[:254]


def address() -> str:
    """Whom we count failures of: an IPv6 customer has a whole /64 to send from."""
    try:
        found = ip_address(request.remote_addr or "")
    except ValueError:
        return request.remote_addr or ""
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(found) >> 64 << 64))
    return str(found)


def row_id(number: int) -> int:
    """A number in an address, as a row may have it; 404 for one that no database can hold."""
    if number >= 2**63:
        abort(404)
    return number


def local_path(path: str) -> str:
    """A path of ours, or ''."""
    return path if LOCAL_PATH.fullmatch(path) else ""


def on_to(path: str, works_here: bool) -> str:
    """Where somebody goes who has signed in."""
    return local_path(path) or ("/desk/" if works_here else url_for("accounts.show"))


def throttled() -> Response:
    response = errors.page(429)
    response.headers["Retry-After"] = str(int(signing_in.THROTTLE.total_seconds()))
    return response


# -- half-way in ---------------------------------------------------------------------------------------------------


def step_token() -> str:
    return request.cookies.get(_step_cookie(), "")


def keep_step(response: Response, token: str, lifetime: timedelta) -> None:
    """Bind what has begun (a challenge, a second step) to this browser."""
    response.set_cookie(
        _step_cookie(),
        token,
        max_age=int(lifetime.total_seconds()),
        secure=settings().in_production,
        httponly=True,
        samesite="Strict",
    )


def drop_step(response: Response) -> None:
    response.delete_cookie(_step_cookie(), secure=settings().in_production, httponly=True, samesite="Strict")


def _step_cookie() -> str:
    return "__Host-step" if settings().in_production else "step"
