"""Signing in with a password, and signing out.

An unknown address, a disabled account and a wrong password get the same answer after the same work.
"""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from portal import entrance
from portal.accounts import passwords
from portal.accounts.routes.arriving import arrive
from portal.accounts.routes.blueprint import account, address, blueprint, local_path, on_to, throttled
from portal.languages import gettext as _
from tenants import signing_in


@blueprint.get("/sign-in")
def sign_in() -> Response:
    next_path = request.args.get("next", "")
    if g.visitor and g.visitor.person and "again" not in request.args:
        return redirect(on_to(next_path, bool(g.visitor.seats)), 303)
    return form(next_path=next_path, sent=request.args.get("sent") == "link")


@blueprint.post("/sign-in")
def sign_in_with_password() -> Response:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    next_path = request.form.get("next", "")
    attempt = signing_in.begin_try(account(email), address())
    if attempt is None:
        return throttled()
    found = signing_in.credentials(account(email))
    is_right = passwords.matches(found.password_hash if found else None, password)
    response = _let_in(found, password, next_path) if found is not None and is_right else None
    if response is None:
        wrong = _("E-mail or password is wrong. We say no more than that, on purpose.")
        return form(422, {"email": email}, {"password": wrong}, next_path)
    signing_in.forgive_try(attempt)
    return response


def _let_in(found: signing_in.Credentials, password: str, next_path: str) -> Response | None:
    newer = passwords.renewed(found.password_hash, password)

    def prove() -> int | None:
        return found.user_id if signing_in.confirm_password(found, newer) else None

    return arrive(prove, next_path)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    if g.visitor:
        signing_in.sign_out(g.visitor.session_id)
    response = redirect("/", 303)
    entrance.drop_session(response)
    return response


def form(
    status: int = 200,
    values: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    next_path: str = "",
    *,
    sent: bool = False,
) -> Response:
    """The page of every way in."""
    page = render_template(
        "accounts/sign_in.html", values=values or {}, errors=wrong or {}, next=local_path(next_path), sent=sent
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
