"""The desk's page of one case: what it shows, what this person may do there, and how each act answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.calendars.models import ServiceCalendar
from portal.calendars.promising import due, target
from portal.cases.assessment import REASONS
from portal.cases.live import case_view, facts_of, in_order, stations
from portal.cases.money import CURRENCIES
from portal.cases.needs import needs_of
from portal.cases.parts import parts_of
from portal.cases.promises import is_owed
from portal.cases.reading import find_case, next_of, promises_of
from portal.cases.remedies import goodwill_allowances, remedies_of
from portal.cases.remedy_models import REMEDIES
from portal.cases.second_look import may_handle
from portal.cases.states import OPEN, UNTOUCHED, can
from portal.cases.words import as_written
from portal.desk.reading import assignee_of, contact_of
from portal.directory import Directory, directory
from portal.events.timeline import timeline
from portal.files.form import files_form, take_files
from portal.files.reading import files_in
from portal.forms import first_errors
from portal.languages import gettext as _
from tenants import clock
from tenants.permissions import allows
from tenants.scope import current, db


def act_on(
    reference: str,
    name: str,
    form_class: type[Any],
    verb: Callable[[Any, Any], None],
    *,
    files: bool = False,
    **hidden: str,
) -> AnyResponse:
    """Load through the scope, check the form (and its files), run the verb, go back to the case."""
    row = find_case(reference)
    form = form_class(request.form)
    form.zone, form.names = zone(), names_of()
    given = take_files(name, case_id=row.id) if files else files_form(name)
    if not form.validate() or given.errors:
        errors = {**first_errors(form), **given.errors}
        return case_page(row, failed=name, errors=errors, values={**request.form, **hidden}, status=422)
    verb(row, form)
    given.done()
    return redirect(url_for("desk.show_case", tenant=g.seat.slug, reference=row.reference, sent=name), 303)


def case_page(
    row: Any,
    *,
    failed: str | None = None,
    errors: dict[str, str] | None = None,
    values: dict[str, str] | None = None,
    status: int = 200,
    sent: str = "",
) -> Response:
    names, entries, made = names_of(row.lead_tenant_id), as_written(timeline(row.id)), promises_of(row.id)
    assignee = assignee_of(row.id)
    case = {
        **case_view(row, facts_of(entries), names),
        "assignee": assignee[1] if assignee else None,
        "contact": contact_of(row.id),
    }
    page = render_template(
        "desk/case.html",
        **frame(),
        case=case,
        next=next_of(made),
        stations=stations(row, entries, names),
        entries=entries,
        businesses=names.names(),
        promises=in_order(made),
        owed={promise.id for promise in made if is_owed(promise)},
        remedies=remedies_of(row.id),
        allowances=goodwill_allowances(),
        parts=parts_of(row.id),
        needs=needs_of(row.id),
        files=files_in(entries, row),
        can=possible(row, assignee[0] if assignee else None),
        failed=failed,
        values=values or {},
        errors=errors or {},
        suggested=suggested(row),
        reasons=reasons(),
        remedy_kinds=remedy_kinds(),
        currencies=[(code, code) for code in CURRENCIES],
        attributed=attributed(row, names),
        places=[(place.code, place.name) for place in names.places.values()],
        topics=[(topic.code, topic.name) for topic in names.categories.values()],
        zone=zone().key,
        sent=sent or done().get(request.args.get("sent", "")),
    )
    return private(make_response(page, status))


def possible(row: Any, assignee_id: int | None) -> set[str]:
    """What this person may do with the case as it is: the role's permissions and the state's."""
    acts = _of_state(row)
    if row.state in OPEN and assignee_id != current().person_id:
        acts.add("take")
    if row.lead_tenant_id != current().tenant_id:
        acts &= OF_OTHERS
    elif not may_handle(row.id, row.round):
        acts -= {"take_up", "answer", "find", "assess", "take"}
        acts.add("leave")
    return {act for act in acts if allows(current(), f"case.{PERMISSION.get(act, act)}")}


def _of_state(row: Any) -> set[str]:
    """What the business that leads can do in this state."""
    acts = {name for name in ("acknowledge", "take_up", "ask", "go_on", "answer") if can(row.state, name)}
    acts |= {"note", "settle", "redact"}
    if row.state == "answered":
        acts.add("close")
    if row.state in OPEN:
        acts |= {"promise", "move", "keep", "exceed", "unmerge" if row.merged_into_id else "merge"}
    if row.state in OPEN and row.state not in UNTOUCHED:
        acts |= {"reply", "remedy"}
    if row.state in ("acknowledged", "in_progress", "waiting_for_customer"):
        acts |= {"find", "split"}
    if row.state in ("acknowledged", "in_progress"):
        acts.add("assess")
    return acts


OF_OTHERS = {"note", "settle", "keep", "move", "exceed"}
"""What is left to a business that led the case before: its own promises and remedies, and notes."""
PERMISSION = {
    "take_up": "acknowledge",
    "ask": "reply",
    "go_on": "reply",
    "move": "promise",
    "keep": "promise",
    "exceed": "promise",
    "find": "assess",
    "settle": "remedy",
    "unmerge": "merge",
    "leave": "read",
}
"""Acts that share the permission of another."""


def attributed(row: Any, names: Directory) -> dict[str, str]:
    """Where the cause lies as far as it is known: what the answer's form begins with."""
    place, topic = names.places.get(row.touchpoint_id), names.categories.get(row.category_id)
    return {"touchpoint": place.code if place else "", "category": topic.code if topic else ""}


def suggested(row: Any) -> str:
    """When an answer would be due by the business's own calendar, as a date field says it.

    A second look takes the time of the calendar's second stage, where it has one.
    """
    business = current().tenant_id or row.lead_tenant_id
    second = row.round > 1 and target(business, "second_stage") is not None
    at = due(business, "second_stage" if second else "answer", clock.now())
    return at.astimezone(zone()).strftime("%Y-%m-%dT%H:%M")


def reasons() -> list[tuple[str, str]]:
    """Why a case is not upheld, in the reader's language (the codes of `assessment.REASONS`)."""
    label = _macro("reason_label")
    return [(code, label(code)) for codes in REASONS.values() for code in codes]


def remedy_kinds() -> list[tuple[str, str]]:
    label = _macro("remedy_kind")
    return [(kind, label(kind)) for kind in REMEDIES]


def _macro(name: str) -> Any:
    """A label's macro: the words for codes are written once, in the templates."""
    return getattr(current_app.jinja_env.get_template("_components.html").module, name)


def done() -> dict[str, str]:
    """What the page says after something was done."""
    return {
        "acknowledge": _("Taken on. The customer sees the plan and the date."),
        "take_up": _("Taken on. The customer sees the plan and the date."),
        "reply": _("Sent. It stands on the timeline."),
        "ask": _("Asked. The clocks stand still until the customer answers."),
        "go_on": _("The clocks run again."),
        "note": _("Note kept. Only your team sees it."),
        "answer": _("The answer is sent. The customer decides now."),
        "promise": _("Promised. It shows on the case until it is kept."),
        "move": _("Moved. Both dates stay visible."),
        "keep": _("Marked as done."),
        "exceed": _("On record: more than was promised."),
        "close": _("Closed by you."),
        "take": _("The case is yours."),
        "find": _("The finding is on record."),
        "assess": _("The decision is on record. The customer sees it with its reason."),
        "remedy": _("Offered. The customer accepts or refuses it."),
        "settle": _("Done, and on record."),
        "split": _("The parts are on the case. It does not close before the last one is done."),
        "redact": _("Removed. The page says that something stood here, and why it is gone."),
        "merge": _("The cases are linked. Each keeps its own page and clock."),
        "unmerge": _("The link is undone."),
    }


def frame() -> dict[str, Any]:
    seat = g.seat
    staff = {"name": author(), "role": seat.role, "several": len(g.visitor.seats) > 1}
    return {"tenant": {"slug": seat.slug, "name": seat.name}, "staff": staff}


def names_of(business: int | None = None) -> Directory:
    return directory(g.network, knows_business=business)


def author() -> str:
    name: str = current_user.person.name
    return name


def zone() -> ZoneInfo:
    """The zone in which this business types its dates."""
    if "zone" not in g:
        calendar = db.session.get(ServiceCalendar, g.seat.tenant_id)
        g.zone = ZoneInfo(calendar.zone if calendar else g.network.zone)
    zone: ZoneInfo = g.zone
    return zone
