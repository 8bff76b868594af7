"""Erasing one's own account, and oneself from the cases in it if that is wanted."""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from portal import entrance
from portal.accounts import keeping
from portal.accounts.routes.blueprint import account, blueprint, fresh, me
from portal.answers import private
from portal.cases.erasure import erase_customer
from portal.cases.models import Case
from portal.followers import letters
from portal.languages import gettext as _
from tenants import leaving
from tenants.leaving import StillWorksHere
from tenants.scope import Scope, db, entered, writing


@blueprint.get("/account/erasure")
@fresh
def ask_erasure() -> Response:
    return _page()


@blueprint.post("/account/erasure")
@fresh
def erase() -> Response:
    """First the cases, each by its own verb: whoever is stopped half-way still has the account to go on with."""
    if account(request.form.get("email", "")) != me().email:
        return _page(422, {"email": _("Type the address of this account to confirm. Nothing was erased.")})
    if g.visitor.seats:
        return _page(409)
    if "cases" in request.form:
        for case_id in keeping.cases_of(me().id, limit=10_000):
            with entered(Scope.customer(g.network.id, case_id=case_id)):
                case = db.session.get(Case, case_id)
                if case is not None and case.erased_at is None:
                    erase_customer(case_id)
    try:
        with writing():
            keeping.let_all_go(me().id)
            letters.ask_to_forget(g.network.id, me().email)
            letters.ask_to_forget_ideas(g.network.id, me().id, words="ideas" in request.form)
            leaving.erase_account(me().id)
    except StillWorksHere:
        return _page(409)
    response = redirect("/", 303)
    entrance.drop_session(response)
    return response


def _page(status: int = 200, errors: dict[str, str] | None = None) -> Response:
    page = render_template("accounts/erasure.html", person=me(), works_here=bool(g.visitor.seats), errors=errors or {})
    return private(make_response(page, status))
