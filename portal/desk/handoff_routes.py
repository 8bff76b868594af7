"""Hand-offs between businesses on the desk: the inbox, one of them with what was said, and each act.

They belong to the desk's blueprint. What goes wrong is told in `handoff_errors.py`. `portal.handoffs.following_case`
hangs itself on the steps of cases when it is imported.
"""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

import portal.handoffs.following_case  # noqa: F401
from portal.answers import form_version, private
from portal.cases import parts
from portal.cases.came_back import who_came_back
from portal.desk.handoff_acts import ACTS, NAMES, perform
from portal.desk.handoff_forms import AssignForm, HandOffForm
from portal.desk.handoff_next import next_step
from portal.desk.page import act_on, author, frame, names_of, zone
from portal.desk.routes import blueprint
from portal.events import kinds
from portal.events.timeline import timeline
from portal.forms import id_of
from portal.handoffs import handing, hosting, legs, reading, sharing, unit_reading
from portal.handoffs.inside import unit_of_person, units
from portal.languages import gettext as _
from portal.wording import local, zone_name
from tenants.permissions import allows
from tenants.scope import current

ONE = "/<tenant>/handoffs/<int(max=9223372036854775807):handoff_id>"


@blueprint.get("/<tenant>/handoffs")
def show_handoffs(tenant: str) -> Response:
    names = names_of()
    known = {each.id: local(each.name) for each in units()}
    page = render_template(
        "desk/handoffs.html",
        **frame(),
        inbox=reading.inbox(),
        businesses=names.names(),
        units=known,
        my_unit=unit_of_person() if known else None,
        inside=unit_reading.inside() if known else None,
        sent=_sent(),
    )
    return private(make_response(page))


@blueprint.get(ONE)
def show_handoff(tenant: str, handoff_id: int) -> Response:
    return show(handoff_id)


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


@blueprint.post(f"{ONE}/<any({NAMES}):what>")
def act_on_handoff(tenant: str, handoff_id: int, what: str) -> AnyResponse:
    leg = reading.leg_of(handoff_id)
    done = perform(ACTS[what], handoff_id, show)
    if isinstance(done, Response):
        return done
    if done == "withdraw" and leg.case.lead_tenant_id == current().tenant_id:  # what comes next is done there
        return redirect(
            url_for("desk.show_case", tenant=tenant, reference=leg.case.reference, act="hand_off", sent=done), 303
        )
    try:
        reading.leg_of(handoff_id)
    except legs.NoSuchHandoff:  # what was declined is not ours to see any more
        return redirect(url_for("desk.show_handoffs", tenant=tenant, sent=done), 303)
    below = "rating" if done == "rate" else None  # the second question stands where the first was
    return redirect(url_for("desk.show_handoff", tenant=tenant, handoff_id=handoff_id, sent=done, _anchor=below), 303)


TOLD_BY_WORDS = (kinds.HANDOFF_ANSWERED.name, kinds.HANDOFF_REOPENED.name)
"""What the words beside it say already, to those who read them."""


def show(
    handoff_id: int,
    *,
    failed: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
    notice: str = "",
    tone: str = "",
) -> Response:
    leg, names = reading.leg_of(handoff_id), names_of()
    entries = timeline(leg.row.case_id)
    said = [entry for entry in entries if entry.facts.get("handoff") == str(handoff_id)]
    said = [entry for entry in said if entry.kind not in TOLD_BY_WORDS]
    page = render_template(
        "desk/handoff.html",
        **frame(),
        leg=leg,
        said=said,
        came_back=who_came_back(entries),
        steps=next_step(leg, names) if allows(current(), "case.hand_off") else [],
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
        "rate": _("Thank you. Only your business sees this."),
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
    return show((request.view_args or {})["handoff_id"], status=422, notice=words, tone="due")
