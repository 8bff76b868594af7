"""Signing in and out. Runs under the door's scope: nobody is known yet, and only `tenants/signing_in.py` is asked.

An unknown address, a disabled account and a wrong password get the same answer after the same work.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from portal import entrance, errors
from portal.accounts import passwords
from portal.languages import gettext as _
from tenants import door, signing_in
from tenants.emails import NotAnAddress, normal_email

blueprint = Blueprint("accounts", __name__)

DESK = "/desk/"
LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
"""A browser drops tabs and line ends and reads `\\` as `/`: any of them could turn a path into another host."""


@blueprint.get("/sign-in")
def sign_in() -> Response:
    if g.visitor and g.visitor.person:
        return redirect(_next(request.args.get("next", "")), 303)
    return _form(next_path=request.args.get("next", ""))


@blueprint.post("/sign-in")
def sign_in_with_password() -> Response:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    next_path = request.form.get("next", "")
    attempt = signing_in.begin_try(_account(email), _address())
    if attempt is None:
        return _throttled()
    token = _proved(email, password)
    if token is None:
        wrong = _("E-mail or password is wrong. We say no more than that, on purpose.")
        return _form(422, {"email": email}, {"password": wrong}, next_path)
    signing_in.forgive_try(attempt)
    response = redirect(_next(next_path), 303)
    entrance.keep_session(response, token, int(door.STAFF_SESSION.total_seconds()))
    return response


@blueprint.post("/sign-out")
def sign_out() -> Response:
    if g.visitor:
        signing_in.sign_out(g.visitor.session_id)
    response = redirect("/", 303)
    entrance.drop_session(response)
    return response


def _proved(email: str, password: str) -> str | None:
    """The token of a new session, if the password is the account's."""
    found = signing_in.credentials(_account(email))
    if not passwords.matches(found.password_hash if found else None, password) or found is None:
        return None
    return signing_in.sign_in(
        found,
        user_agent=request.user_agent.string,
        instead_of=g.visitor.session_id if g.visitor else None,
        newer_hash=passwords.renewed(found.password_hash, password),
    )


def _account(email: str) -> str:
    """What was typed, as accounts are found and failures are counted by. Nonsense is nobody's account."""
    try:
        return normal_email(email)
    except NotAnAddress:
        return email.strip().lower()[:254]


def _address() -> str:
    """Whom we count failures of: an IPv6 customer has a whole /64 to send from."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return request.remote_addr or ""
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(address) >> 64 << 64))
    return str(address)


def _next(path: str) -> str:
    return path if LOCAL_PATH.fullmatch(path) else DESK


def _throttled() -> Response:
    response = errors.page(429)
    response.headers["Retry-After"] = str(int(signing_in.THROTTLE.total_seconds()))
    return response


def _form(
    status: int = 200, values: dict[str, str] | None = None, wrong: dict[str, str] | None = None, next_path: str = ""
) -> Response:
    page = render_template(
        "accounts/sign_in.html",
        values=values or {},
        errors=wrong or {},
        next=next_path if LOCAL_PATH.fullmatch(next_path) else "",
        sent=False,
        with_link=False,
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
