"""A person's own page: their cases, and what they want to be told by mail."""

from __future__ import annotations

from typing import Any

from flask import abort, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import choices, keeping
from portal.accounts.routes.arriving import bring_cases
from portal.accounts.routes.blueprint import blueprint, for_people, me
from portal.answers import private
from portal.cases.models import Case
from portal.cases.reading import next_of, promises_of
from portal.cases.references import normal
from portal.directory import directory
from portal.ideas.mine import Mine, ideas_of
from portal.languages import LOCALES, OWN_NAMES, current, html_lang
from portal.languages import gettext as _
from tenants.scope import Scope, db, entered, writing


@blueprint.get("/account")
@for_people
def show() -> Response:
    before = keeping.before_token(request.args.get("older", ""))
    ids = keeping.cases_of(me().id, before, keeping.PAGE + 1)
    shown, more = ids[: keeping.PAGE], len(ids) > keeping.PAGE
    offered = keeping.offered(me().id, g.visitor.session_id) if before is None else []
    chosen = choices.choices_of(me().id)
    older = url_for("accounts.show", older=f"{shown[-1]:x}") if more else None
    page = render_template(
        "accounts/account.html",
        person=me(),
        rows=_listed(shown),
        offered=_listed([case_id for case_id, _reference in offered]),
        pager={"newer": url_for("accounts.show") if before is not None else None, "older": older},
        chosen=chosen,
        mail_locale=chosen.locale or current().locale,
        languages=[(locale, OWN_NAMES[locale]) for locale in LOCALES],
        ideas=_ideas(),
        sent=_done().get(request.args.get("sent", "")),
    )
    return private(make_response(page))


def _ideas() -> Mine:
    with entered(Scope.public(g.network.id)):
        names = directory(g.network)
    return ideas_of(g.network.id, me().id, names)


def _listed(case_ids: list[int]) -> list[dict[str, Any]]:
    """Lines of cases, each read in a scope of its own: no list shows more than the pages that it leads to."""
    rows = []
    for case_id in case_ids:
        with entered(Scope.customer(g.network.id, case_id=case_id)):
            case = db.session.get(Case, case_id)
            if case is None:
                continue
            row = {
                "reference": case.reference,
                "title": case.title,
                "language": html_lang(case.language),
                "state": case.state,
                "at": case.reported_at,
                "next": next_of(promises_of(case_id)),
            }
            rows.append(row)
    return rows


def _done() -> dict[str, str]:
    return {
        "kept": _("The case is in your account now. It opens here without its link."),
        "gone": _("The case is out of your account. Its secret link still opens it."),
        "choices": _("We will do as you say."),
        "looked": _("These are all cases with your address."),
    }


@blueprint.post("/account/cases")
@for_people
def keep_case() -> Response:
    """Only with the case's key in this browser: a number alone says nothing about whose it is."""
    reference = normal(request.form.get("reference", ""))
    case_id = keeping.held_case(g.visitor.session_id, reference) if reference else None
    if reference is None or case_id is None:
        abort(404)
    with writing():
        keeping.keep(me().id, case_id, reference)
    return redirect(url_for("accounts.show", sent="kept"), 303)


@blueprint.post("/account/cases/search")
@for_people
def look_for_cases() -> Response:
    bring_cases(g.network.id, me().id)
    return redirect(url_for("accounts.show", sent="looked"), 303)


@blueprint.post("/account/cases/<reference>/removal")
@for_people
def let_case_go(reference: str) -> Response:
    with writing():
        gone = keeping.let_go(me().id, reference)
    if not gone:
        abort(404)
    return redirect(url_for("accounts.show", sent="gone"), 303)


@blueprint.post("/account/notifications")
@for_people
def choose_notifications() -> Response:
    steps, locale = request.form.get("steps", ""), request.form.get("locale", "")
    if steps not in choices.STEPS or locale not in LOCALES:
        abort(400)
    with writing():
        choices.choose(me().id, steps, "broken" in request.form, locale)
    return redirect(url_for("accounts.show", sent="choices"), 303)
