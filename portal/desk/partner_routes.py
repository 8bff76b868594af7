"""Agreements with other businesses on the desk: proposing, accepting, ending. They belong to the desk's blueprint."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.calendars.targets import Target
from portal.desk.handoff_forms import PartnershipForm
from portal.desk.page import frame, names_of
from portal.desk.routes import blueprint
from portal.errors import page as error_page
from portal.forms import first_errors
from portal.handoffs import partnering
from portal.handoffs.models import Partnership
from portal.languages import gettext as _
from tenants.permissions import allows
from tenants.scope import current

ONE = "/<tenant>/partners/<int(max=9223372036854775807):partnership_id>"


@blueprint.get("/<tenant>/partners")
def show_partners(tenant: str) -> Response:
    return _page()


@blueprint.post("/<tenant>/partners")
def propose_partnership(tenant: str) -> AnyResponse:
    form = PartnershipForm(request.form)
    form.names = names_of()
    if not form.validate():
        return _page(errors=first_errors(form), status=422)
    other = form.names.business_by_slug(form.partner.data or "")
    mine, theirs = current().tenant_id or 0, other.id if other else 0
    third = form.names.business_by_slug(form.asker.data or "")
    two = {"we_ask": (mine, theirs), "they_ask": (theirs, mine), "others": (third.id if third else 0, theirs)}
    asker, answerer = two[form.direction.data or ""]
    terms = partnering.Terms(
        asker,
        answerer,
        tuple(form.modes.data or ()),
        form.within("accept"),
        form.within("answer"),
        form.topic_ids,
        bool(form.auto_accept.data),
        {"assist": form.passes_assist.data or [], "transfer": form.passes_transfer.data or []},
    )
    try:
        partnering.propose(terms)
    except partnering.NotAnAgreement as problem:
        return _page(
            errors={
                problem.field: _("This business, or one of the topics, is not there any more. Please choose anew.")
            },
            status=422,
        )
    except partnering.AlreadyAgreed:
        words = _("You have an agreement or a proposal with this business already. End it first.")
        return _page(errors={"partner": words}, status=409)
    return redirect(url_for("desk.show_partners", tenant=tenant, sent="proposed"), 303)


@blueprint.post(f"{ONE}/agreement")
def agree_to_partnership(tenant: str, partnership_id: int) -> AnyResponse:
    partnering.agree(partnership_id)
    return redirect(url_for("desk.show_partners", tenant=tenant, sent="agreed"), 303)


@blueprint.post(f"{ONE}/end")
def end_partnership(tenant: str, partnership_id: int) -> AnyResponse:
    partnering.end(partnership_id)
    return redirect(url_for("desk.show_partners", tenant=tenant, sent="ended"), 303)


def _page(*, errors: dict[str, str] | None = None, status: int = 200, notice: str = "", tone: str = "") -> Response:
    names, me = names_of(), current().tenant_id
    words = {
        "proposed": _("Proposed. It holds once the other business agrees."),
        "agreed": _("Agreed. It holds from now on."),
        "ended": _("Ended. What was under way goes back."),
    }
    page = render_template(
        "desk/partners.html",
        **frame(),
        known=[_shown(each) for each in partnering.partnerships()],
        me=me,
        businesses=names.names(),
        others=[(each.slug, each.name) for each in names.businesses.values() if each.id != me],
        topics={each.id: each.name for each in names.categories.values()},
        topic_codes=[(each.code, each.name) for each in names.categories.values()],
        may=allows(current(), "partnership.edit"),
        brokers=partnering.is_host(me),
        errors=errors or {},
        values=request.form,
        chosen={name: request.form.getlist(name) for name in ("modes", "topics", "passes_assist", "passes_transfer")},
        notice=notice or words.get(request.args.get("sent", ""), ""),
        tone=tone,
    )
    return private(make_response(page, status))


def _shown(one: Partnership) -> dict[str, Any]:
    """With its times as number and unit."""
    return {"row": one, "accept": Target.read(one.accept_within), "answer": Target.read(one.answer_within)}


@blueprint.errorhandler(partnering.NoSuchPartnership)
def no_such_partnership(_error: Exception) -> AnyResponse:
    return error_page(404)


@blueprint.errorhandler(partnering.PartnershipMoved)
def partnership_moved(_error: Exception) -> Response:
    words = _("This has changed meanwhile. Nothing was done; this is how it stands now.")
    return _page(status=409, notice=words, tone="due")
