"""The units of a business on its desk: which there are, who is in which, and how they work together.

Its people see them, its managers change them.
"""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.calendars.targets import Target
from portal.desk.page import frame
from portal.desk.routes import blueprint
from portal.desk.unit_forms import FRONT, UnitForm
from portal.forms import first_errors
from portal.handoffs import unit_reading
from portal.handoffs.inside import units
from portal.languages import gettext as _
from tenants import departments, people
from tenants.models import Unit
from tenants.permissions import allows, require
from tenants.scope import current

ONE = "/<tenant>/units/<int(max=9223372036854775807):unit_id>"


@blueprint.get("/<tenant>/units")
def show_units(tenant: str) -> Response:
    return _page()


@blueprint.post("/<tenant>/units")
def add_unit(tenant: str) -> AnyResponse:
    require(current(), "unit.edit")
    form = UnitForm(request.form)
    if not form.validate():
        return _page(failed="new", errors=first_errors(form), status=422)
    departments.add_unit(form.terms())
    return redirect(url_for("desk.show_units", tenant=tenant, sent="added"), 303)


@blueprint.post(ONE)
def change_unit(tenant: str, unit_id: int) -> AnyResponse:
    require(current(), "unit.edit")
    departments.unit_by_id(unit_id)
    form = UnitForm(request.form)
    if not form.validate():
        return _page(failed=str(unit_id), errors=first_errors(form), status=422)
    departments.change_unit(unit_id, form.terms())
    return redirect(url_for("desk.show_units", tenant=tenant, sent="changed"), 303)


@blueprint.post("/<tenant>/units/members/<int(max=9223372036854775807):person>")
def put_into_unit(tenant: str, person: int) -> AnyResponse:
    typed = request.form.get("unit", "")
    chosen = next((each.id for each in units() if str(each.id) == typed), None)
    require(current(), "unit.edit")
    if chosen is None and typed != FRONT:
        raise departments.NoSuchUnit(typed)
    departments.put_into(person, chosen)
    return redirect(url_for("desk.show_units", tenant=tenant, sent="put"), 303)


def _page(*, failed: str = "", errors: dict[str, str] | None = None, status: int = 200) -> Response:
    may = allows(current(), "unit.edit")
    known, everybody = units(), people.colleagues()
    done = {
        "added": _("The unit is there. Put colleagues into it below."),
        "changed": _("Changed. The times hold for what is asked from now on."),
        "put": _("Changed."),
    }
    page = render_template(
        "desk/units.html",
        **frame(),
        known=[{"row": each, **_typed(each), "members": _of(everybody, each.id)} for each in known],
        everybody=everybody,
        choices=[("front", _("Front desk")), *((str(each.id), each.name) for each in known)],
        figures=unit_reading.figures() if may else {},
        may=may,
        failed=failed,
        errors=errors or {},
        values=request.form,
        notice=done.get(request.args.get("sent", ""), ""),
    )
    return private(make_response(page, status))


def _typed(unit: Unit) -> dict[str, Any]:
    """Its times, and its form as it would have been typed."""
    accept, answer = Target.read(unit.accept_within), Target.read(unit.answer_within)
    typed = {f"name_{locale.lower()}": name for locale, name in unit.name.items()}
    typed |= {"accept_number": str(accept.number), "accept_unit": accept.unit}
    typed |= {"answer_number": str(answer.number), "answer_unit": answer.unit}
    return {"accept": accept, "answer": answer, "typed": typed | ({"auto_accept": "1"} if unit.auto_accept else {})}


def _of(everybody: list[people.Colleague], unit_id: int) -> list[str]:
    return [each.name for each in everybody if each.unit_id == unit_id]
