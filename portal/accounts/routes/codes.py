"""One-time codes: asked for after a password or a link, set up and taken off by their owner."""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.accounts import codes
from portal.accounts.routes.arriving import arrive
from portal.accounts.routes.blueprint import (
    address,
    blueprint,
    drop_step,
    fresh,
    me,
    owner,
    settings,
    step_token,
    throttled,
)
from portal.answers import private
from portal.languages import gettext as _
from portal.wording import local
from tenants import clock, door, factors, signing_in
from tenants.scope import writing

# -- on the way in -------------------------------------------------------------------------------------------------


@blueprint.get("/sign-in/code")
def ask_code() -> Response:
    if door.key(step_token(), "second_step") is None:
        return redirect(url_for("accounts.sign_in", next=request.args.get("next") or None), 303)
    return _form(request.args.get("next", ""))


@blueprint.post("/sign-in/code")
def sign_in_with_code() -> Response:
    step, next_path, typed = door.key(step_token(), "second_step"), request.form.get("next", ""), _typed()
    if step is None:
        return redirect(url_for("accounts.sign_in"), 303)
    user_id = step.subject_id
    attempt = signing_in.begin_try(str(user_id), address(), what="code")
    if attempt is None:
        return throttled()

    def prove() -> int | None:
        return user_id if is_right(user_id, typed) and door.use_up(step) else None

    response = arrive(prove, next_path, strong=True)
    if response is None:
        return _form(next_path, 422, _("This code is wrong, or it has been used. Wait for the next one."))
    signing_in.forgive_try(attempt)
    return response


def is_right(user_id: int, typed: str) -> bool:
    """Whether this is a code of the person's generator or a recovery code; it is used up, inside `writing()`."""
    kept = factors.generator(user_id)
    plain = codes.unseal(settings().secret_key, owner(user_id), kept.secret) if kept else None
    step = codes.matching_step(plain, typed, clock.now()) if plain else None
    if step is not None:
        return factors.use_step(user_id, step)
    spare = codes.recovery_hash(settings().secret_key, owner(user_id), typed)
    return factors.use_recovery_code(user_id, spare)


def _form(next_path: str, status: int = 200, wrong: str = "") -> Response:
    errors = {"code": wrong} if wrong else {}
    page = render_template("accounts/code.html", errors=errors, next=next_path)
    return private(make_response(page, status))


def _typed() -> str:
    return request.form.get("code", "")[:100]


# -- by their owner ------------------------------------------------------------------------------------------------


@blueprint.post("/account/security/codes")
@fresh
def start_codes() -> Response:
    """Make a secret, to be shown until its first code is right."""
    sealed = codes.seal(settings().secret_key, owner(me().id), codes.new_secret())
    with writing():
        factors.begin_generator(me().id, sealed)
    return redirect(url_for("accounts.show_codes"), 303)


@blueprint.get("/account/security/codes")
@fresh
def show_codes() -> Response:
    return _setting_up()


@blueprint.post("/account/security/codes/confirmation")
@fresh
def confirm_codes() -> Response:
    kept = factors.generator(me().id)
    plain = codes.unseal(settings().secret_key, owner(me().id), kept.secret) if kept else None
    attempt = signing_in.begin_try(str(me().id), address(), what="code")
    if attempt is None:
        return throttled()
    step = codes.matching_step(plain, _typed(), clock.now()) if plain else None
    spares = codes.new_recovery_codes()
    with writing():
        done = step is not None and factors.use_step(me().id, step, confirming=True)
        if done:
            _keep_spares(spares)
            signing_in.end_other_sessions(me().id, keep=g.visitor.session_id)
    if not done:
        return _setting_up(422, _("This code is wrong. Check the clock of your phone, and take the next one."))
    signing_in.forgive_try(attempt)
    return _spares(spares)


@blueprint.post("/account/security/codes/recovery")
@fresh
def renew_recovery_codes() -> Response:
    if not factors.has_second_step(me().id):
        return redirect(url_for("accounts.show_security"), 303)
    spares = codes.new_recovery_codes()
    with writing():
        _keep_spares(spares)
    return _spares(spares)


@blueprint.post("/account/security/codes/removal")
@fresh
def remove_codes() -> Response:
    """Only with a code: a browser that was left open cannot take them off."""
    attempt = signing_in.begin_try(str(me().id), address(), what="code")
    if attempt is None:
        return throttled()
    with writing():
        done = is_right(me().id, _typed())
        if done:
            factors.remove_generator(me().id)
    if not done:
        return redirect(url_for("accounts.show_security", sent="wrong-code"), 303)
    signing_in.forgive_try(attempt)
    return redirect(url_for("accounts.show_security", sent="codes-off"), 303)


def _keep_spares(spares: list[str]) -> None:
    key, whose = settings().secret_key, owner(me().id)
    factors.keep_recovery_codes(me().id, [codes.recovery_hash(key, whose, spare) for spare in spares])


def _setting_up(status: int = 200, wrong: str = "") -> Response:
    kept = factors.generator(me().id)
    if kept is None or kept.confirmed_at is not None:
        return redirect(url_for("accounts.show_security"), 303)
    plain = codes.unseal(settings().secret_key, owner(me().id), kept.secret) or b""
    address_of_code = codes.address(plain, local(g.network.name), me().email)
    page = render_template(
        "accounts/codes.html",
        qr=Markup(codes.qr(address_of_code)),  # noqa: S704 (drawn by segno: paths and nothing else)
        secret=codes.spelled(plain),
        errors={"code": wrong} if wrong else {},
    )
    return private(make_response(page, status))


def _spares(spares: list[str]) -> Response:
    response = private(make_response(render_template("accounts/recovery_codes.html", codes=spares)))
    drop_step(response)
    return response
