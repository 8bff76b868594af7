"""Accepting an invitation to work for a business: a page, a name, and a password or a passkey."""

from __future__ import annotations

from flask import make_response, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal import languages
from portal.accounts import passwords
from portal.accounts.routes.arriving import arrive
from portal.accounts.routes.blueprint import blueprint
from portal.accounts.routes.security import why_unfit
from portal.answers import secret
from portal.forms import clean
from portal.languages import gettext as _
from tenants import links, people, signing_in
from tenants.models import User
from tenants.scope import current, db

LONGEST_NAME = 120


@blueprint.get("/invitations/<token>")
def show_invitation(token: str) -> Response:
    """Where an invitation lands. Nothing happens yet."""
    return _page(people.find(token))


@blueprint.post("/invitations/<token>")
def accept_invitation(token: str) -> Response:
    found = people.find(token)
    if found is None:
        return _page(None)
    knows = _is_known(found.email)
    name, password = clean(request.form.get("name")), request.form.get("password", "")
    with_password = not knows and request.form.get("how") != "passkey"
    errors = {} if knows else _wrong(name)
    hashed = None
    if with_password:
        try:
            hashed = passwords.hashed(password)
        except passwords.Unfit as unfit:
            errors["password"] = why_unfit(unfit)
    if errors:
        return _page(found, 422, errors)

    def whose() -> int | None:
        user_id = links.person_at(found.email, languages.current().locale, name)
        if not signing_in.is_living(user_id):
            return None
        if hashed is not None:
            _set_first_password(user_id, hashed)
        return user_id

    next_path = "" if knows or with_password else url_for("accounts.show_security")
    response = arrive(lambda: people.accept(found, whose), next_path)
    return secret(response) if response else _page(None)


def _wrong(name: str) -> dict[str, str]:
    if not name or len(name) > LONGEST_NAME or any(letter < " " for letter in name):
        return {"name": _("Write the name that your colleagues and customers know you by.")}
    return {}


def _is_known(email: str) -> bool:
    return db.session.scalar(select(User.id).where(User.email == email)) is not None


def _set_first_password(user_id: int, password_hash: str) -> None:
    """An account that has come into being meanwhile keeps the password that it has."""
    users = User.__table__
    mine = current().update(users).where(users.c.id == user_id, users.c.password_hash.is_(None))
    db.session.execute(mine.values(password_hash=password_hash))


def _page(found: people.Found | None, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    page = render_template(
        "accounts/invitation.html",
        found=found,
        knows=found is not None and _is_known(found.email),
        action=request.path,
        values=request.form,
        errors=errors or {},
    )
    return secret(make_response(page, status if found else 404))
