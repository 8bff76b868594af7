"""Hand-offs between units on the desk: one of them with what was said, each act, and what begins on a case's page."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import form_version, private
from portal.cases.came_back import who_came_back
from portal.desk.handoff_acts import ACTS, NAMES, Act, perform
from portal.desk.handoff_next import next_unit_step
from portal.desk.page import act_on, author, frame, names_of, zone
from portal.desk.routes import blueprint
from portal.desk.unit_forms import GiveForm, UnitAssignForm, UnitDeclineForm, UnitRulingForm, row_id
from portal.events.timeline import timeline
from portal.handoffs import managing, unit_offering, unit_reading
from portal.handoffs.inside import unit_of_person, units
from portal.languages import gettext as _
from portal.wording import local, zone_name
from tenants.permissions import allows
from tenants.scope import current

ONE = "/<tenant>/unit-handoffs/<int(max=9223372036854775807):inside_id>"
OF_UNITS: dict[str, Act] = {
    **ACTS,
    "refusal": (ACTS["refusal"][0], UnitDeclineForm, ACTS["refusal"][2]),
    "ruling": (ACTS["ruling"][0], UnitRulingForm, ACTS["ruling"][2]),
}


@blueprint.get(ONE)
def show_unit_handoff(tenant: str, inside_id: int) -> Response:
    return show(inside_id)


@blueprint.post("/<tenant>/cases/<reference>/unit-handoffs")
def give_to_unit(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: GiveForm) -> None:
        title = form.title.data or "" if form.what.data == "new" else ""
        ask = unit_offering.UnitAsk(form.unit_id or 0, form.brief.data or "", form.part_id, title)
        unit_offering.offer(row.id, form_version(), ask, author=author())

    return act_on(reference, "give_unit", GiveForm, act)


@blueprint.post("/<tenant>/cases/<reference>/unit-assignments")
def assign_to_unit(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: UnitAssignForm) -> None:
        part_id, reason = row_id(request.form.get("part")), form.reason.data or ""
        managing.assign(row.id, form_version(), part_id=part_id, to_unit_id=form.to_id, reason=reason)

    return act_on(reference, "assign_unit", UnitAssignForm, act)


@blueprint.post(f"{ONE}/<any({NAMES}):what>")
def act_on_unit_handoff(tenant: str, inside_id: int, what: str) -> AnyResponse:
    unit_reading.unit_leg_of(inside_id)
    done = perform(OF_UNITS[what], inside_id, show)
    if isinstance(done, Response):
        return done
    return redirect(url_for("desk.show_unit_handoff", tenant=tenant, inside_id=inside_id, sent=done), 303)


def show(
    inside_id: int,
    *,
    failed: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
    notice: str = "",
    tone: str = "",
) -> Response:
    leg = unit_reading.unit_leg_of(inside_id)
    entries = timeline(leg.case.id)
    said = [entry for entry in entries if entry.facts.get("handoff") == str(inside_id)]
    known = {each.id: local(each.name) for each in units()}
    page = render_template(
        "desk/unit_handoff.html",
        **frame(),
        leg=leg,
        said=said,
        came_back=who_came_back(entries),
        steps=next_unit_step(leg) if allows(current(), "case.hand_off") else [],
        sides=unit_reading.possible(leg) if allows(current(), "case.hand_off") else [],
        units=known,
        my_unit=unit_of_person(),
        businesses=names_of().names(),
        others=[(str(each), name) for each, name in known.items() if each != leg.row.to_unit_id],
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
        "accept": _("Taken on. Your business sees by when you answer."),
        "decline": _("Declined. Those who asked decide what comes next."),
        "return": _("Given back, with what you found."),
        "withdraw": _("Withdrawn."),
        "progress": _("Sent to those who wait."),
        "ask": _("Asked."),
        "tell": _("Told."),
        "longer": _("Asked. The date stays until it is granted."),
        "grant": _("Settled."),
        "answer": _("Answered. Those who asked say whether it will do."),
        "confirm": _("Confirmed. This part is done."),
        "reopen": _("Sent back, with what is missing."),
        "rate": _("Thank you. Only your business sees this."),
        "dispute": _("The managers have your objection. Please go on meanwhile."),
        "reply": _("The managers have your evidence."),
        "rule": _("Decided. The units read why."),
    }
    return words.get(request.args.get("sent", ""), "")
