"""Following a case by mail, and its feed and dates for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.accounts.routes.arriving import bring_cases
from portal.answers import revalidated, secret
from portal.cases.live import etag_of
from portal.cases.page import names_of
from portal.cases.reading import find_case, promises_of
from portal.cases.references import normal
from portal.cases.words import as_written
from portal.events.timeline import timeline
from portal.followers.letters import base_url
from portal.following import calendar_file, letters, subscribing
from portal.ideas.reading import find_idea
from portal.languages import current as tongue
from portal.languages import gettext as _
from portal.languages import html_lang
from tenants import links
from tenants.emails import NotAnAddress, normal_email
from tenants.scope import Scope, entered, writing

blueprint = Blueprint("following", __name__)
at_door = Blueprint("following_links", __name__)
"""At the door: whoever follows is nobody in particular, and the links in mail say what they are about."""


# -- for other programs ----------------------------------------------------------------------------------------------


@blueprint.get("/cases/<reference>/feed.atom")
def feed(reference: str) -> AnyResponse:
    """What everybody may read of a case, as Atom (RFC 4287). Private cases have no feed: it would carry no key."""
    with entered(Scope.public(g.network.id)):
        row = find_case(reference)
        entries = as_written(timeline(row.id))[:50]
        names = names_of(row.lead_tenant_id)
        page = render_template(
            "following/feed.xml",
            case=row,
            entries=entries,
            businesses=names.names(),
            base=_base(),
            titles=_titles(),
        )
        etag = etag_of(row, "public", g.network)
    response = make_response(page)
    response.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    return revalidated(response, etag)


@blueprint.get("/cases/<reference>/promises.ics")
def dates(reference: str) -> AnyResponse:
    """The promises that the customer still waits for, as a calendar file (RFC 5545)."""
    row = find_case(reference)
    address = f"{_base()}{url_for('cases.show', reference=row.reference)}"
    response = make_response(calendar_file.of_promises(row, promises_of(row.id), address))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{row.reference}.ics"'
    response.headers["Cache-Control"] = "no-cache" if row.visibility == "public" else "private, no-store"
    return response


# -- by mail ---------------------------------------------------------------------------------------------------------


@at_door.post("/follow")
def follow() -> Response:
    """Ask for news of a public case or idea. The answer is the same whatever we know of the address."""
    row, what = _followed(request.form)
    typed = request.form.get("email", "")
    try:
        address = normal_email(typed)
    except NotAnAddress:
        return _page("following/follow.html", 422, **_of(row, what), email=typed, wrong=True)
    with writing():
        about = {"case_id": row.id, "idea_id": None} if what == "case" else {"case_id": None, "idea_id": row.id}
        wish = subscribing.Wish(
            **about, reference=row.reference, address=address, locale=tongue().locale, role="follower"
        )
        question = subscribing.ask(wish)
        if question is not None:
            letters.question(question, row.reference, address, base_url(g.network.id))
    return _page("following/asked.html", **_of(row, what))


@at_door.get("/follow")
def follow_form() -> Response:
    row, what = _followed(request.args)
    return _page("following/follow.html", **_of(row, what), email="", wrong=False)


def _followed(given: Mapping[str, str]) -> tuple[Any, str]:
    """The public case or idea that a form or a link names, and which of the two it is."""
    with entered(Scope.public(g.network.id)):
        if given.get("idea"):
            return find_idea(given["idea"]), "idea"
        return find_case(given.get("case", "")), "case"


@at_door.get("/f/<token>")
def land(token: str) -> Response:
    """Where the question's link lands. Nothing happens before the press."""
    found = subscribing.find(token)
    return _page("following/confirm.html", 200 if found else 404, found=found, action=request.path)


@at_door.post("/f/<token>")
def confirm(token: str) -> Response:
    found = subscribing.confirm(token)
    if found is None:
        return _page("following/confirm.html", 404, found=None, action=request.path)
    if found.role == "customer":
        with entered(Scope.customer(g.network.id, case_id=found.case_id)):
            letters.confirm_contact(found)
        _bring(found.address)
    return _page("following/confirmed.html", found=found, what="case" if found.case_id else "idea")


@at_door.get("/u/<token>")
def leave(token: str) -> Response:
    known = subscribing.subscription_of(token) is not None
    return _page("following/leave.html", 200 if known else 404, known=known, done=False, action=request.path)


@at_door.post("/u/<token>")
def end(token: str) -> Response:
    """One press, also by a mail program by itself (RFC 8058): the token is all that it needs."""
    known = subscribing.end(token)
    return _page("following/leave.html", 200 if known else 404, known=known, done=known, action=request.path)


# -- a lost link -----------------------------------------------------------------------------------------------------


@at_door.get("/lost-link")
def lost() -> Response:
    return _page("following/lost.html", done=False, typed=request.args.get("case", "")[:40])


@at_door.post("/lost-link")
def renew() -> Response:
    """A fresh secret link to the confirmed address of a case. The answer is the same whatever there is."""
    reference = normal(request.form.get("reference", "")) or ""
    case_id = letters.case_of_lost_link(reference)
    if case_id is not None:
        with writing():
            for each in subscribing.active(case_id):
                if each.role == "customer":
                    letters.fresh_link(each, reference, base_url(g.network.id))
    return _page("following/lost.html", done=True, typed="")


# -- parts -----------------------------------------------------------------------------------------------------------


def _page(template: str, status: int = 200, **context: Any) -> Response:
    return secret(make_response(render_template(template, **context), status))


def _of(row: Any, what: str) -> dict[str, Any]:
    """What pages about following say of a case or an idea (`what`)."""
    return {"row": row, "what": what, "lang": html_lang(row.language)}


def _titles() -> dict[str, str]:
    """What a feed calls the events whose words stand below."""
    return {
        "case.reported": _("Reported"),
        "case.acknowledged": _("Taken on, with a plan"),
        "case.taken_up": _("Taken up again, with a plan"),
        "case.reply.sent": _("A message from the business"),
        "case.message.received": _("A message from the customer"),
        "case.question.asked": _("A question to the customer"),
        "case.finding.added": _("Something was checked"),
        "case.assessed": _("A decision"),
        "case.answered": _("An answer"),
        "case.withdrawn": _("Withdrawn by the customer"),
        "case.reopened": _("Reopened by the customer"),
        "case.appealed": _("An appeal"),
        "case.promise.made": _("A promise was made"),
        "case.promise.kept": _("A promise was kept"),
        "case.promise.exceeded": _("More was done than promised"),
        "case.promise.broken": _("A promise was broken"),
        "case.promise.moved": _("A promise was moved"),
    }


def _bring(address: str) -> None:
    """The account of this address, if there is one, gets the case at once."""
    user_id = links.confirmed_account(address)
    if user_id is not None:
        bring_cases(g.network.id, user_id)


def _base() -> str:
    with entered(Scope.door(g.network.id)):
        return base_url(g.network.id)
