"""The board of a product team, its saved views, its roadmap; proposing as staff. Part of the desk's blueprint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal import nonces
from portal.answers import private
from portal.desk.idea_forms import TeamProposalForm, ViewForm
from portal.desk.page import author, frame, names_of, zone
from portal.desk.routes import blueprint
from portal.errors import page as error_page
from portal.forms import first_errors
from portal.htmx import wants_part
from portal.ideas import roadmap, views
from portal.ideas.board import FILTERS, ORDERS, SHOWS, board, waiting_parts
from portal.ideas.proposing import Proposal, propose
from portal.ideas.voices import Voice
from portal.languages import current as tongue
from portal.languages import gettext as _
from portal.written_in import language_of
from tenants.permissions import allows
from tenants.scope import current

FORM = "team-idea-form"


@blueprint.get("/<tenant>/ideas")
def idea_board(tenant: str) -> Response:
    """The ideas that this business answers, has a part in, or has proposed; by score unless said."""
    return _board(request.args)


@blueprint.post("/<tenant>/ideas/views")
def save_view(tenant: str) -> AnyResponse:
    """Keep the present filters and order under a name."""
    form, chosen = ViewForm(request.form), _chosen(request.form)
    order = _order(request.form)
    if not form.validate():
        return _board(request.form, errors=first_errors(form), status=422)
    try:
        views.save(form.name.data or "", {**chosen, "order": order})
    except views.NameTaken:
        return _board(request.form, errors={"name": _("There is a view of this name already.")}, status=422)
    except views.TooManyViews:
        words = _("There are %(count)s views already. Delete one first.", count=views.MOST)
        return _board(request.form, errors={"name": words}, status=422)
    return redirect(_at(chosen, order), 303)


@blueprint.post("/<tenant>/ideas/views/<int(max=9223372036854775807):view_id>/removal")
def drop_view(tenant: str, view_id: int) -> AnyResponse:
    if not views.drop(view_id):
        return error_page(404)
    return redirect(url_for("desk.idea_board", tenant=tenant), 303)


@blueprint.get("/<tenant>/ideas/roadmap")
def idea_roadmap(tenant: str) -> Response:
    """What this business has on the roadmap; a press moves it to another column."""
    columns = roadmap.columns(names_of(), tenant_id=current().tenant_id)
    sent = _("Moved on the roadmap.") if request.args.get("sent") == "schedule" else ""
    context = {"columns": columns, **_rights(), "sent": sent}
    return private(make_response(render_template("desk/ideas/roadmap.html", **frame(), **context)))


@blueprint.get("/<tenant>/ideas/new")
def team_proposal(tenant: str) -> Response:
    return _proposal(request.args, {})


@blueprint.post("/<tenant>/ideas/new")
def propose_as_staff(tenant: str) -> AnyResponse:
    """What the front line sees: for everybody, for the businesses of the network, or for one's own people."""
    nonce = nonces.read_nonce(request.form.get("nonce", ""), salt=FORM)
    form = TeamProposalForm(request.form)
    form.zone, form.names = zone(), names_of()
    if nonce is None or not form.validate():
        too_old = {"title": _("This form was open for too long. Please send it once more.")}
        return _proposal(request.form, first_errors(form) if nonce else too_old, 422, nonce)
    title, text = form.title.data or "", form.text.data or ""
    what = Proposal(
        title=title,
        text=text,
        language=language_of(f"{title} {text}", tongue().locale),
        kind=form.kind.data or "",
        touchpoint_id=form.touchpoint_id,
        category_id=form.category_id,
        visibility=form.visibility.data or "internal",
    )
    made = propose(what, Voice(person_id=current().person_id, credit=author()), form=nonce)
    return redirect(url_for("desk.show_idea", tenant=tenant, reference=made.reference, sent="proposed"), 303)


def _board(given: Mapping[str, str], *, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    names, chosen, order = names_of(), _chosen(given), _order(given)
    found = board(chosen, names, order=order, after=request.args.get("after", ""))
    pager = {
        "newer": None if found.is_first else _at(chosen, order),
        "older": _at(chosen, order, after=found.older) if found.older else None,
    }
    context: dict[str, Any] = {**frame(), "rows": found.rows, "chosen": chosen, "order": order, "pager": pager}
    context |= _rights()
    if wants_part() and status == 200:
        return private(make_response(render_template("desk/ideas/_board.html", **context)))
    context |= {
        "views": views.views(),
        "asked": waiting_parts(),
        "categories": [(each.code, each.name) for each in names.categories.values()],
        "touchpoints": [(each.code, each.name) for each in names.places.values()],
        "values": given,
        "errors": errors or {},
    }
    return private(make_response(render_template("desk/ideas/board.html", **context), status))


def _rights() -> dict[str, Any]:
    """Whether this person answers ideas, and for which business."""
    return {"may": allows(current(), "idea.answer"), "us": current().tenant_id}


def _at(chosen: Mapping[str, str], order: str, **more: Any) -> str:
    filters: dict[str, Any] = {**chosen, "order": order, **more}
    return url_for("desk.idea_board", tenant=g.seat.slug, **filters)


def _chosen(given: Mapping[str, str]) -> dict[str, str]:
    chosen = {name: given[name][:80] for name in FILTERS if given.get(name)}
    return chosen if chosen.get("show", SHOWS[0]) in SHOWS else {**chosen, "show": ""}


def _order(given: Mapping[str, str]) -> str:
    order = given.get("order", ORDERS[0])
    return order if order in ORDERS else ORDERS[0]


def _proposal(
    values: Mapping[str, str], errors: dict[str, str], status: int = 200, nonce: str | None = None
) -> Response:
    names = names_of()
    page = render_template(
        "desk/ideas/new.html",
        **frame(),
        values=values,
        errors=errors,
        nonce=nonces.new_nonce(nonce, salt=FORM),
        touchpoints=[(each.code, each.name) for each in names.places.values()],
        categories=[(each.code, each.name) for each in names.categories.values()],
    )
    return private(make_response(page, status))
