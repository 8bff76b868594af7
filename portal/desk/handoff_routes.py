"""Hand-offs on the desk: the inbox, one of them with what was said, and each act. They belong to the desk's blueprint.

`portal.handoffs.following_case` hangs itself on the steps of cases when it is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

import portal.handoffs.following_case  # noqa: F401
from portal.answers import form_version, private
from portal.cases import parts
from portal.cases.reading import find_case
from portal.desk.forms import TextForm
from portal.desk.handoff_forms import (
    AssignForm,
    DeclineForm,
    HandOffForm,
    LongerForm,
    RatingForm,
    ReturnForm,
    RulingForm,
)
from portal.desk.page import act_on, author, case_page, frame, names_of, zone
from portal.desk.routes import blueprint
from portal.errors import page as error_page
from portal.events import kinds
from portal.events.timeline import timeline
from portal.forms import first_errors, id_of
from portal.handoffs import handing, hosting, legs, reading, sharing, working
from portal.handoffs.states import WrongLeg
from portal.languages import gettext as _
from portal.wording import zone_name
from tenants.permissions import allows
from tenants.scope import current

ONE = "/<tenant>/handoffs/<int(max=9223372036854775807):handoff_id>"
Verb = Callable[[int, int, Any], None]


@blueprint.app_template_global()
def handoffs_waiting() -> int:
    """For the desk's frame."""
    return reading.waiting_for_us()


@blueprint.get("/<tenant>/handoffs")
def show_handoffs(tenant: str) -> Response:
    names = names_of()
    page = render_template(
        "desk/handoffs.html", **frame(), inbox=reading.inbox(), businesses=names.names(), sent=_sent()
    )
    return private(make_response(page))


@blueprint.get(ONE)
def show_handoff(tenant: str, handoff_id: int) -> Response:
    return _page(handoff_id)


@blueprint.post("/<tenant>/cases/<reference>/handoffs")
def hand_off(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: HandOffForm) -> None:
        title = form.title.data or "" if form.what.data == "new" else ""
        ask = handing.Ask(form.tenant_id, form.brief.data or "", form.part_id, title)
        handing.offer(row.id, form_version(), ask, author=author())

    return act_on(reference, "hand_off", HandOffForm, act)


@blueprint.post("/<tenant>/cases/<reference>/assignments")
def assign_part(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: AssignForm) -> None:
        part, to = request.form.get("part", ""), form.tenant_id
        part_id = id_of(part)
        if part and part_id is None:
            raise parts.NoSuchPart(part)
        if to is not None:
            hosting.assign(row.id, form_version(), part_id=part_id, to_tenant_id=to, reason=form.reason.data or "")

    return act_on(reference, "assign", AssignForm, act)


def _looked(handoff_id: int, _version: int, _form: Any) -> None:
    working.look(handoff_id)


ACTS: dict[str, tuple[str, type[Any], Verb]] = {
    "look": ("look", Form, _looked),
    "acceptance": ("accept", Form, lambda one, version, form: handing.accept(one, version, author=author())),
    "refusal": (
        "decline",
        DeclineForm,
        lambda one, version, form: handing.decline(
            one,
            version,
            reason=form.reason.data,
            text=form.text.data or "",
            author=author(),
            suggested_id=form.suggested_id,
        ),
    ),
    "return": (
        "return",
        ReturnForm,
        lambda one, version, form: handing.give_back(one, version, reason=form.reason.data, evidence=form.text.data),
    ),
    "withdrawal": ("withdraw", Form, lambda one, version, form: handing.withdraw(one, version)),
    "progress": (
        "progress",
        TextForm,
        lambda one, version, form: working.report_progress(one, text=form.text.data, author=author()),
    ),
    "question": (
        "ask",
        TextForm,
        lambda one, version, form: working.ask(one, version, text=form.text.data, author=author()),
    ),
    "information": (
        "tell",
        TextForm,
        lambda one, version, form: working.tell(one, version, text=form.text.data, author=author()),
    ),
    "extension": (
        "longer",
        LongerForm,
        lambda one, version, form: working.ask_longer(
            one, version, until=form.due_at, text=form.text.data, author=author()
        ),
    ),
    "extension-answer": (
        "grant",
        Form,
        lambda one, version, form: working.grant_longer(one, version, granted=request.form.get("granted") == "1"),
    ),
    "answer": (
        "answer",
        TextForm,
        lambda one, version, form: working.answer(one, version, text=form.text.data, author=author()),
    ),
    "confirmation": ("confirm", Form, lambda one, version, form: working.confirm(one, version)),
    "reopening": (
        "reopen",
        TextForm,
        lambda one, version, form: working.reopen(one, version, text=form.text.data, author=author()),
    ),
    "rating": (
        "rate",
        RatingForm,
        lambda one, version, form: working.rate(one, help_=form.help.data, ease=form.ease.data),
    ),
    "dispute": (
        "dispute",
        TextForm,
        lambda one, version, form: hosting.dispute(one, version, text=form.text.data, author=author()),
    ),
    "evidence": (
        "reply",
        TextForm,
        lambda one, version, form: hosting.reply(one, version, text=form.text.data, author=author()),
    ),
    "ruling": (
        "rule",
        RulingForm,
        lambda one, version, form: hosting.rule(one, version, reason=form.reason.data, to_tenant_id=form.tenant_id),
    ),
}
"""By the end of the address: the act, its form, and the verb."""


@blueprint.post(f"{ONE}/<any({', '.join(repr(name) for name in ACTS)}):what>")
def act_on_handoff(tenant: str, handoff_id: int, what: str) -> AnyResponse:
    reading.leg_of(handoff_id)
    name, form_class, verb = ACTS[what]
    form = form_class(request.form)
    form.zone, form.names = zone(), names_of()
    if not form.validate():
        return _page(handoff_id, failed=name, errors=first_errors(form), status=422)
    try:
        verb(handoff_id, form_version(), form)
    except working.NotLater:
        errors = {"due": _("This is not later than what was agreed.")}
        return _page(handoff_id, failed=name, errors=errors, status=422)
    if name == "look":
        return Response(status=204)
    try:
        reading.leg_of(handoff_id)
    except legs.NoSuchHandoff:  # what was declined is not ours to see any more
        return redirect(url_for("desk.show_handoffs", tenant=tenant, sent=name), 303)
    below = "rating" if name == "rate" else None  # the second question stands where the first was
    return redirect(url_for("desk.show_handoff", tenant=tenant, handoff_id=handoff_id, sent=name, _anchor=below), 303)


TOLD_BY_WORDS = (kinds.HANDOFF_ANSWERED.name, kinds.HANDOFF_REOPENED.name)
"""What the words beside it say already, to those who read them."""


def _page(
    handoff_id: int,
    *,
    failed: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
    notice: str = "",
    tone: str = "",
) -> Response:
    leg, names = reading.leg_of(handoff_id), names_of()
    said = [entry for entry in timeline(leg.row.case_id) if entry.facts.get("handoff") == str(handoff_id)]
    said = [entry for entry in said if entry.kind not in TOLD_BY_WORDS]
    page = render_template(
        "desk/handoff.html",
        **frame(),
        leg=leg,
        said=said,
        can=reading.possible(leg) if allows(current(), "case.hand_off") else set(),
        businesses=names.names(),
        others=[(each.slug, each.name) for each in names.businesses.values()],
        partner_rating=reading.cooperation(leg.row.to_tenant_id) if leg.mine == "asker" else None,
        sharing=sharing.as_it_stands(leg.row) if leg.mine == "answerer" else [],
        zone=zone_name(zone().key),
        failed=failed,
        errors=errors or {},
        values=request.form,
        notice=notice or _sent(),
        tone=tone,
    )
    return private(make_response(page, status))


def _sent() -> str:
    words = {
        "accept": _("Taken on. Everybody sees by when you answer."),
        "decline": _("Declined. The business that asked decides what comes next."),
        "return": _("Given back, with what you found."),
        "withdraw": _("Withdrawn."),
        "progress": _("Sent to the business that waits."),
        "ask": _("Asked."),
        "tell": _("Told."),
        "longer": _("Asked. The date stays until it is granted."),
        "grant": _("Settled. What everybody sees is up to date."),
        "answer": _("Answered. The business that leads writes to the customer."),
        "confirm": _("Confirmed. This part is done."),
        "reopen": _("Sent back, with what is missing."),
        "rate": _("Thank you. Only your own team sees this."),
        "dispute": _("The host has your objection. Please go on meanwhile."),
        "reply": _("The host has your evidence."),
        "rule": _("Decided. Everybody reads why."),
        "share": _("Asked. The customer decides on their page."),
    }
    return words.get(request.args.get("sent", ""), "")


@blueprint.post(f"{ONE}/sharing")
def ask_to_share(tenant: str, handoff_id: int) -> AnyResponse:
    reading.leg_of(handoff_id)
    sharing.ask_for(handoff_id, form_version(), request.form.get("field", ""))
    return redirect(url_for("desk.show_handoff", tenant=tenant, handoff_id=handoff_id, sent="share"), 303)


@blueprint.post(f"{ONE}/look-up")
def look_up(tenant: str, handoff_id: int) -> AnyResponse:
    reading.leg_of(handoff_id)
    sharing.show(handoff_id, request.form.get("field", ""))
    return redirect(url_for("desk.show_handoff", tenant=tenant, handoff_id=handoff_id), 303)


@blueprint.errorhandler(sharing.NotAllowedToPass)
def may_not_pass(_error: Exception) -> Response:
    words = _("The agreement does not let this pass. Nothing was asked.")
    return _page((request.view_args or {})["handoff_id"], status=422, notice=words, tone="due")


@blueprint.errorhandler(legs.NoSuchHandoff)
@blueprint.errorhandler(parts.NoSuchPart)
def no_such_handoff(_error: Exception) -> AnyResponse:
    return error_page(404)


@blueprint.errorhandler(handing.NotAgreed)
@blueprint.errorhandler(handing.AlreadyOnPath)
def cannot_ask(error: Exception) -> Response:
    """The partner that was chosen cannot be asked: say why beside the field, with everything typed still there."""
    words = _("There is no agreement by which you may ask this business for that.")
    if isinstance(error, handing.AlreadyOnPath):
        words = _("This business has had it before. Only the host may send it there again.")
    row = find_case((request.view_args or {})["reference"])
    return case_page(row, failed="hand_off", errors={"partner": words}, values=dict(request.form), status=422)


@blueprint.errorhandler(handing.HostDecides)
@blueprint.errorhandler(handing.AlreadyAsked)
@blueprint.errorhandler(parts.PartIsHanded)
def not_now(error: Exception) -> Response:
    words = _("Another business is being waited for with this part. Take it back first.")
    if isinstance(error, handing.HostDecides):
        words = _("It came back too often, or nobody took it on in time: the host says who takes it.")
    row = find_case((request.view_args or {})["reference"])
    return case_page(row, values=dict(request.form), status=409, sent=words, tone="due")


MOVED = (legs.StaleHandoff, legs.Frozen, WrongLeg, handing.GivenBackBefore, working.NothingAsked, working.AlreadyRated)


def moved(error: Exception) -> Response:
    """Somebody was quicker, or it cannot be done any more: it is shown as it stands, with what was typed."""
    words = _("This has changed meanwhile. Nothing was done; this is how it stands now.")
    if isinstance(error, legs.Frozen):
        words = _("The agreement behind this has ended. It goes back by itself.")
    if isinstance(error, handing.GivenBackBefore):
        words = _("It cannot be given back: it was given back before, or the host has decided.")
    if isinstance(error, working.AlreadyRated):
        words = _("One grade is kept for each question, after the hand-off is over. Nothing was changed.")
    given = request.view_args or {}
    if "reference" in given:
        return case_page(find_case(given["reference"]), values=dict(request.form), status=409, sent=words, tone="due")
    return _page(given["handoff_id"], status=409, notice=words, tone="due")


for _each in (*MOVED, hosting.NothingToDecide):
    blueprint.register_error_handler(_each, moved)
