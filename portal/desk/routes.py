"""The desk's pages: the queue, one case, and what an agent does with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

from portal import page_language
from portal.answers import form_version, private
from portal.calendars.models import ServiceCalendar
from portal.calendars.promising import due
from portal.cases import handling, promises
from portal.cases.holding import Stale
from portal.cases.live import case_view, facts_of, in_order, stations
from portal.cases.promises import is_owed
from portal.cases.reading import find_case, next_of, promises_of
from portal.cases.states import WrongState, can
from portal.desk import assignment
from portal.desk.forms import AnswerForm, MoveForm, PlanForm, PromiseForm, TextForm
from portal.desk.reading import SHOWS, assignee_of, contact_of, pressing, queue
from portal.directory import Directory, directory
from portal.events.timeline import timeline
from portal.forms import first_errors
from portal.htmx import wants_part
from portal.languages import gettext as _
from tenants import clock
from tenants.permissions import allows
from tenants.scope import Scope, current, db, entered

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@blueprint.before_request
def say_times_of_the_business() -> None:
    """A desk reads and types its dates in one zone: that of the business."""
    if "seat" in g:
        page_language.enter(g.network.locale, _zone())


@blueprint.get("/")
def choose() -> AnyResponse:
    """Straight to the only business somebody works for, else a choice."""
    seats = g.visitor.seats
    if len(seats) == 1:
        return redirect(url_for("desk.show_queue", tenant=seats[0].slug))
    return private(make_response(render_template("desk/choose.html", tenants=[_load(seat) for seat in seats])))


def _load(seat: Any) -> dict[str, Any]:
    with entered(Scope.staff(g.network.id, seat.tenant_id, g.visitor.person.id, seat.role)):
        late, today = pressing(g.network.zone)
    return {"slug": seat.slug, "name": seat.name, "role": seat.role, "open": today, "late": late}


@blueprint.get("/<tenant>/")
def show_queue(tenant: str) -> Response:
    """What breaks next, first."""
    show = request.args.get("show", "open")
    show = show if show in SHOWS else "open"
    query = request.args.get("q", "").strip()[:100]
    found = queue(_names(), show, query=query, after=request.args.get("after", ""))
    older = url_for("desk.show_queue", tenant=tenant, show=show, q=query or None, after=found.older)
    context: dict[str, Any] = {
        **_frame(),
        "show": show,
        "query": query,
        "rows": found.rows,
        "pager": {"newer": None, "older": older if found.older else None},
    }
    if wants_part():
        return private(make_response(render_template("desk/_queue.html", **context)))
    late, today = pressing(_zone().key)
    return private(make_response(render_template("desk/queue.html", late=late, today=today, **context)))


@blueprint.get("/<tenant>/cases/<reference>")
def show_case(tenant: str, reference: str) -> Response:
    return _case_page(find_case(reference))


# -- acts: each POST is one verb -----------------------------------------------------------------------------------


@blueprint.post("/<tenant>/cases/<reference>/acknowledgement")
def acknowledge(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: PlanForm) -> None:
        handling.acknowledge(row.id, form_version(), plan=form.plan.data or "", answer_by=form.due_at, author=_author())

    return _act(reference, "acknowledge", PlanForm, act)


@blueprint.post("/<tenant>/cases/<reference>/replies")
def reply(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: TextForm) -> None:
        handling.reply(row.id, text=form.text.data or "", author=_author())

    return _act(reference, "reply", TextForm, act)


@blueprint.post("/<tenant>/cases/<reference>/notes")
def note(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: TextForm) -> None:
        handling.note(row.id, text=form.text.data or "", author=_author())

    return _act(reference, "note", TextForm, act)


@blueprint.post("/<tenant>/cases/<reference>/answer")
def answer(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: AnswerForm) -> None:
        place = form.names.place_by_code(form.touchpoint.data or "")
        topic = form.names.category_by_code(form.category.data or "")
        handling.answer(
            row.id,
            form_version(),
            text=form.text.data or "",
            author=_author(),
            touchpoint_id=place.id if place else None,
            category_id=topic.id if topic else None,
            about_staff=form.about_staff.data or "",
        )

    return _act(reference, "answer", AnswerForm, act)


@blueprint.post("/<tenant>/cases/<reference>/promises")
def promise(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: PromiseForm) -> None:
        promises.promise_more(row.id, form.sentence.data or "", form.due_at, version=form_version())

    return _act(reference, "promise", PromiseForm, act)


@blueprint.post("/<tenant>/cases/<reference>/promises/<int:promise_id>/date")
def move(tenant: str, reference: str, promise_id: int) -> AnyResponse:
    def act(row: Any, form: MoveForm) -> None:
        promises.move(row.id, promise_id, form.due_at, form.reason.data or "")

    return _act(reference, "move", MoveForm, act, promise=str(promise_id))


@blueprint.post("/<tenant>/cases/<reference>/promises/<int:promise_id>/fulfilment")
def keep(tenant: str, reference: str, promise_id: int) -> AnyResponse:
    return _act(reference, "keep", Form, lambda row, _form: promises.keep(row.id, promise_id))


@blueprint.post("/<tenant>/cases/<reference>/closure")
def close(tenant: str, reference: str) -> AnyResponse:
    return _act(reference, "close", Form, lambda row, _form: handling.close(row.id, form_version()))


@blueprint.post("/<tenant>/cases/<reference>/assignment")
def take(tenant: str, reference: str) -> AnyResponse:
    return _act(reference, "take", Form, lambda row, _form: assignment.take(row.id, author=_author()))


def _act(
    reference: str, name: str, form_class: type[Any], verb: Callable[[Any, Any], None], **hidden: str
) -> AnyResponse:
    """Load through the scope, check the form, run the verb, go back to the case."""
    row = find_case(reference)
    form = form_class(request.form)
    form.zone, form.names = _zone(), _names()
    if not form.validate():
        return _case_page(row, failed=name, errors=first_errors(form), values={**request.form, **hidden}, status=422)
    verb(row, form)
    return redirect(url_for("desk.show_case", tenant=g.seat.slug, reference=row.reference, sent=name), 303)


@blueprint.errorhandler(Stale)
@blueprint.errorhandler(WrongState)
@blueprint.errorhandler(promises.PromiseSettled)
def moved_on(_error: Exception) -> Response:
    """Somebody was quicker: show the case as it is now, with what was typed still there."""
    arguments = request.view_args or {}
    words = _("This case has moved on meanwhile. Nothing was sent; this is how it stands now.")
    failed = {"acknowledgement": "acknowledge", "answer": "answer", "promises": "promise", "replies": "reply"}
    return _case_page(
        find_case(arguments["reference"]),
        failed=failed.get(request.path.rsplit("/", 1)[-1]),
        values=dict(request.form),
        status=409,
        sent=words,
    )


# -- the page of a case --------------------------------------------------------------------------------------------


def _case_page(
    row: Any,
    *,
    failed: str | None = None,
    errors: dict[str, str] | None = None,
    values: dict[str, str] | None = None,
    status: int = 200,
    sent: str = "",
) -> Response:
    names, entries, made = _names(row.lead_tenant_id), timeline(row.id), promises_of(row.id)
    assignee = assignee_of(row.id)
    case = {
        **case_view(row, facts_of(entries), names),
        "assignee": assignee[1] if assignee else None,
        "contact": contact_of(row.id),
    }
    page = render_template(
        "desk/case.html",
        **_frame(),
        case=case,
        next=next_of(made),
        stations=stations(row, entries, names),
        entries=entries,
        businesses=names.names(),
        promises=in_order(made),
        owed={promise.id for promise in made if is_owed(promise)},
        can=_possible(row, assignee[0] if assignee else None),
        failed=failed,
        values=values or {},
        errors=errors or {},
        suggested=_suggested(row),
        attributed=_attributed(row, names),
        places=[(place.code, place.name) for place in names.places.values()],
        topics=[(topic.code, topic.name) for topic in names.categories.values()],
        zone=_zone().key,
        sent=sent or _done().get(request.args.get("sent", "")),
    )
    return private(make_response(page, status))


def _possible(row: Any, assignee_id: int | None) -> set[str]:
    """What this person may do with the case as it is: the role's permissions and the state's."""
    scope = current()
    acts = {name for name in ("acknowledge", "answer", "close") if can(row.state, name)}
    if row.state not in ("received", "closed"):
        acts.add("reply")
    if row.state != "closed":
        acts |= {"promise", "move", "keep"}
        if assignee_id != scope.person_id:
            acts.add("take")
    acts.add("note")
    permission = {"move": "promise", "keep": "promise"}
    return {act for act in acts if allows(scope, f"case.{permission.get(act, act)}")}


def _attributed(row: Any, names: Directory) -> dict[str, str]:
    """Where the cause lies as far as it is known: what the answer's form begins with."""
    place, topic = names.places.get(row.touchpoint_id), names.categories.get(row.category_id)
    return {"touchpoint": place.code if place else "", "category": topic.code if topic else ""}


def _suggested(row: Any) -> str:
    """When an answer would be due by the business's own calendar, as a date field says it."""
    at = due(current().tenant_id or row.lead_tenant_id, "answer", clock.now())
    return at.astimezone(_zone()).strftime("%Y-%m-%dT%H:%M")


def _done() -> dict[str, str]:
    return {
        "acknowledge": _("Taken on. The customer sees the plan and the date."),
        "reply": _("Sent. It stands on the timeline."),
        "note": _("Note kept. Only your team sees it."),
        "answer": _("The answer is sent. The customer decides now."),
        "promise": _("Promised. It shows on the case until it is kept."),
        "move": _("Moved. Both dates stay visible."),
        "keep": _("Marked as done."),
        "close": _("Closed by you."),
        "take": _("The case is yours."),
    }


# -- parts ---------------------------------------------------------------------------------------------------------


def _frame() -> dict[str, Any]:
    seat = g.seat
    staff = {"name": _author(), "role": seat.role, "several": len(g.visitor.seats) > 1}
    return {"tenant": {"slug": seat.slug, "name": seat.name}, "staff": staff}


def _names(business: int | None = None) -> Directory:
    return directory(g.network, knows_business=business)


def _author() -> str:
    name: str = current_user.person.name
    return name


def _zone() -> ZoneInfo:
    """The zone in which this business types its dates."""
    if "zone" not in g:
        calendar = db.session.get(ServiceCalendar, g.seat.tenant_id)
        g.zone = ZoneInfo(calendar.zone if calendar else g.network.zone)
    zone: ZoneInfo = g.zone
    return zone
