"""What an account is recognised by: its password, its passkeys, its generator of codes."""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import passwords
from portal.accounts.routes.blueprint import address, blueprint, for_people, fresh, is_fresh, me, throttled
from portal.answers import private
from portal.languages import gettext as _
from tenants import factors, signing_in
from tenants.scope import db, writing


@blueprint.get("/account/security")
@for_people
def show_security() -> Response:
    return page()


@blueprint.post("/account/security/password")
@fresh
def change_password() -> Response:
    """Set a password, or change it for one who knows the old one. Other sessions end."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    found = signing_in.credentials(me().email)
    attempt = signing_in.begin_try(me().email, address())
    if attempt is None:
        return throttled()
    if found is not None and not passwords.matches(found.password_hash, old):
        return page(422, {"old": _("This is not your present password.")})
    signing_in.forgive_try(attempt)
    try:
        hashed = passwords.hashed(new)
    except passwords.Unfit as unfit:
        return page(422, {"new": why_unfit(unfit)})
    with writing():
        if not signing_in.replace_password(me().id, found, hashed):
            return page(422, {"old": _("This is not your present password.")})
        signing_in.end_other_sessions(me().id, keep=g.visitor.session_id)
    return redirect(url_for("accounts.show_security", sent="password"), 303)


def why_unfit(unfit: passwords.Unfit) -> str:
    """One sentence about a password that cannot be one."""
    if unfit.reason == "common":
        return _("This password is one of the first that strangers try. Take another.")
    return _(
        "A password has at least %(num)s characters. A few words in a row are easy to remember.", num=passwords.SHORTEST
    )


def page(status: int = 200, errors: dict[str, str] | None = None) -> Response:
    """The page of security, with what was wrong beside its field."""
    db.session.expire_all()
    generator = factors.generator(me().id)
    answer = render_template(
        "accounts/security.html",
        person=me(),
        works_here=bool(g.visitor.seats),
        fresh=is_fresh(),
        has_password=signing_in.credentials(me().email) is not None,
        passkeys=factors.passkeys_of(me().id),
        codes=generator is not None and generator.confirmed_at is not None,
        spares=factors.recovery_codes_left(me().id),
        errors=errors or {},
        sent=_done().get(request.args.get("sent", "")),
        failed=_("This code is wrong, or it has been used.") if request.args.get("sent") == "wrong-code" else "",
    )
    return private(make_response(answer, status))


def _done() -> dict[str, str]:
    return {
        "password": _("Your password is set. Everywhere else you are signed out."),
        "passkey": _("The passkey is added."),
        "passkey-gone": _("The passkey is removed."),
        "codes-off": _("No codes are asked for any more."),
    }
