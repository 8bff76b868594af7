"""Passkeys: challenges for a browser's script, signing in with a key, adding and removing one's own.

A challenge is kept at the door for five minutes, for one answer, and only for the browser that asked for it.
"""

from __future__ import annotations

from flask import Response as JsonResponse
from flask import abort, g, jsonify, redirect, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from portal.accounts import passkeys
from portal.accounts.passkeys import NotProven, Site
from portal.accounts.routes.arriving import arrive
from portal.accounts.routes.blueprint import (
    address,
    blueprint,
    drop_step,
    fresh,
    keep_step,
    me,
    row_id,
    settings,
    step_token,
    throttled,
)
from portal.accounts.routes.security import page
from portal.accounts.routes.sign_in import form
from portal.answers import private
from portal.forms import clean
from portal.languages import gettext as _
from portal.wording import local
from tenants import factors, signing_in
from tenants.scope import writing

SIGN_IN, ADD = "passkey", "new_passkey"
"""Purposes of challenges: what is answered for one is worth nothing for the other."""
CHALLENGES_BY_ADDRESS = 1_000_000
"""No limit of their own: the one by address holds."""


def site() -> Site:
    """The network's host as the browser sees it; the door has found it in the map of hosts."""
    scheme = "https" if settings().in_production else request.scheme
    host = request.host.lower()
    return Site(f"{scheme}://{host}", host.rsplit(":", 1)[0], local(g.network.name))


# -- signing in ----------------------------------------------------------------------------------------------------


@blueprint.post("/sign-in/passkey/challenge")
def challenge_for_sign_in() -> Response:
    counted = signing_in.begin_try("", address(), what="passkey", by_account=CHALLENGES_BY_ADDRESS)
    if counted is None:
        return throttled()
    challenge = passkeys.new_challenge()
    with writing():
        token = factors.begin_ceremony(SIGN_IN, 0, challenge)
    return _options(passkeys.request(site(), challenge), token)


@blueprint.post("/sign-in/passkey")
def sign_in_with_passkey() -> Response:
    answer, next_path = request.form.get("credential", ""), request.form.get("next", "")
    response = arrive(lambda: _proven(answer), next_path, strong=True)
    if response is None:
        wrong = _("This passkey did not open an account here. Try again, or sign in another way.")
        response = form(422, {}, {"passkey": wrong}, next_path)
        drop_step(response)
    return response


def _proven(answer: str) -> int | None:
    """Whose passkey has signed the challenge of this browser. The challenge is used up whatever comes of it."""
    challenge = factors.end_ceremony(step_token(), SIGN_IN, 0)
    if challenge is None:
        return None
    try:
        found = factors.passkey(passkeys.credential_of(answer))
        if found is None:
            return None
        user = passkeys.handle(settings().secret_key, g.network.id, found.user_id)
        before = found.sign_count
        count = passkeys.signed(site(), challenge, answer, found.public_key, before, user)
    except NotProven:
        return None
    return found.user_id if factors.mark_used(found.id, before, count) else None


# -- one's own -----------------------------------------------------------------------------------------------------


@blueprint.post("/account/security/passkeys/challenge")
@fresh
def challenge_for_passkey() -> Response:
    challenge, user = passkeys.new_challenge(), passkeys.handle(settings().secret_key, g.network.id, me().id)
    known = [each.credential_id for each in factors.passkeys_of(me().id)]
    with writing():
        token = factors.begin_ceremony(ADD, me().id, challenge)
    return _options(passkeys.creation(site(), challenge, user, me().email, me().name, known), token)


@blueprint.post("/account/security/passkeys")
@fresh
def add_passkey() -> Response:
    name = clean(request.form.get("name"))[:60] or _("Passkey")
    with writing():
        challenge = factors.end_ceremony(step_token(), ADD, me().id)
    response: Response
    if challenge is None or len(factors.passkeys_of(me().id)) >= factors.MOST_PASSKEYS or not _added(challenge, name):
        response = page(422, {"passkey": _("The passkey was not added. Please try once more.")})
    else:
        response = redirect(url_for("accounts.show_security", sent="passkey"), 303)
    drop_step(response)
    return response


def _added(challenge: str, name: str) -> bool:
    try:
        key = passkeys.made(site(), challenge, request.form.get("credential", ""))
        with writing():
            factors.add_passkey(me().id, key.credential_id, key.public_key, key.sign_count, name)
    except (NotProven, IntegrityError):
        return False
    return True


@blueprint.post("/account/security/passkeys/<int:passkey>/removal")
@fresh
def remove_passkey(passkey: int) -> Response:
    with writing():
        gone = factors.remove_passkey(me().id, row_id(passkey))
    if not gone:
        abort(404)
    return redirect(url_for("accounts.show_security", sent="passkey-gone"), 303)


def _options(options: object, token: str) -> JsonResponse:
    response = private(jsonify(options))
    keep_step(response, token, factors.CEREMONY)
    return response
