"""A link by mail: asked for with an address, landing on a page, acting only when that page's button is pressed.

Asking does the same for every address, since the first use of a link makes the account.
"""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import languages
from portal.accounts.routes.arriving import arrive
from portal.accounts.routes.blueprint import account, address, blueprint, local_path, throttled
from portal.accounts.routes.sign_in import form
from portal.answers import secret
from portal.followers.letters import base_url, post_secret
from portal.languages import gettext as _
from portal.wording import local
from tenants import links, signing_in
from tenants.emails import NotAnAddress, normal_email
from tenants.scope import writing


@blueprint.post("/sign-in/link")
def ask_for_link() -> Response:
    typed, next_path = request.form.get("email", ""), local_path(request.form.get("next", ""))
    try:
        email = normal_email(typed)
    except NotAnAddress:
        wrong = _("Please write an e-mail address, like name@example.org.")
        return form(422, {"email": typed}, {"email": wrong}, next_path)
    attempt = signing_in.begin_try(account(email), address(), what="link", by_account=links.LINKS_BY_ADDRESSEE)
    if attempt is None:
        return throttled()
    with writing():
        asked = links.ask(email, next_path)
        url = f"{base_url(g.network.id)}{url_for('accounts.land', token=asked.token)}"
        post_secret(f"sign-in:{asked.id}", email, **_letter(url))
    return redirect(url_for("accounts.sign_in", sent="link", next=next_path or None), 303)


@blueprint.get("/sign-in/link/<token>")
def land(token: str) -> Response:
    """Where a link lands. Nothing happens yet: programs that look at links in mail only look."""
    return _landing(links.find(token))


@blueprint.post("/sign-in/link/<token>")
def come_in(token: str) -> Response:
    found = links.find(token)
    response = found and arrive(lambda: links.use(found, languages.current().locale), found.next_path)
    return secret(response) if response else _landing(None)


def _landing(found: links.Found | None) -> Response:
    page = render_template("accounts/link.html", email=found.email if found else None, action=request.path)
    return secret(make_response(page, 200 if found else 404))


def _letter(url: str) -> dict[str, str]:
    site = local(g.network.name)
    minutes = int(links.LIFETIME.total_seconds() // 60)
    lines = [
        _("Open this link to sign in at %(site)s. It works once, for %(num)s minutes:", site=site, num=minutes),
        url,
        _("If you did not ask for it, do nothing: nobody comes in without this link."),
    ]
    return {"subject": _("Your link to sign in at %(site)s", site=site), "text": "\n\n".join(lines) + "\n"}
