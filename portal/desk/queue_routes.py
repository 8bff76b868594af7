"""The desk's queue, and taking a case from it or on its page. These routes belong to the desk's blueprint."""

from __future__ import annotations

from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

from portal.answers import private
from portal.cases import assignment
from portal.cases.reading import find_case
from portal.cases.states import WrongState
from portal.desk.counting import Waiting, counts, waiting
from portal.desk.page import act_on, author, frame, names_of, zone
from portal.desk.reading import SHOWS, Queue, queue, queued
from portal.desk.routes import blueprint
from portal.htmx import wants_part
from portal.languages import gettext as _
from tenants.scope import Scope, entered


@blueprint.app_template_global()
def desk_waits() -> Waiting:
    """For the desk's frame."""
    return waiting()


@blueprint.get("/")
def choose() -> AnyResponse:
    """Straight to the only business somebody works for, else a choice."""
    seats = g.visitor.seats
    if len(seats) == 1:
        return redirect(url_for("desk.show_queue", tenant=seats[0].slug))
    return private(make_response(render_template("desk/choose.html", tenants=[_load(seat) for seat in seats])))


def _load(seat: Any) -> dict[str, Any]:
    with entered(Scope.staff(g.network.id, seat.tenant_id, g.visitor.person.id, seat.role)):
        found = counts(g.network.zone)
    return {"slug": seat.slug, "name": seat.name, "today": found.today, "late": found.late, "free": found.nobodys}


@blueprint.get("/<tenant>/")
def show_queue(tenant: str) -> Response:
    """What breaks next, first."""
    show = request.args.get("show", "open")
    show = show if show in SHOWS else "open"
    found = queue(names_of(), show, after=request.args.get("after", ""))
    older = url_for("desk.show_queue", tenant=tenant, show=show, after=found.older)
    context = _list(found, show, older if found.older else None)
    if wants_part():
        return private(make_response(render_template("desk/_queue.html", **context)))
    sent = request.args.get("sent", "")
    said = {"sent": _done().get(sent), "tone": "due" if sent == "gone" else ""}
    page = render_template("desk/queue.html", counts=counts(zone().key), **said, **context)
    return private(make_response(page))


@blueprint.post("/<tenant>/cases/<reference>/assignment")
def take(tenant: str, reference: str) -> AnyResponse:
    """On the case's page also from a colleague, whom its button names; in the queue only what nobody has."""
    show, free = request.form.get("queue", ""), request.form.get("free") == "1"
    if show in SHOWS:
        return _take_in_queue(reference, show)
    return act_on(reference, "take", Form, lambda row, _form: assignment.take(row.id, author=author(), free=free))


def _take_in_queue(reference: str, show: str) -> AnyResponse:
    """Take it, and stay in the list: its line alone for htmx, as it is now, whoever was quicker."""
    row, sent = find_case(reference), "taken"
    try:
        assignment.take(row.id, author=author(), free=True)
    except (assignment.Taken, WrongState):
        sent = "gone"
    if wants_part():
        one = Queue([queued(row.reference, names_of())], None, None)
        return private(make_response(render_template("desk/_queue.html", fresh=True, **_list(one, show, None))))
    return redirect(url_for("desk.show_queue", tenant=g.seat.slug, show=show, sent=sent), 303)


def _list(found: Queue, show: str, older: str | None) -> dict[str, Any]:
    return {**frame(), "show": show, "rows": found.rows, "pager": {"newer": None, "older": older}}


def _done() -> dict[str, str]:
    return {"taken": _("The case is yours."), "gone": _("Somebody was quicker: this case is not free any more.")}
