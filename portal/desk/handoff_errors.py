"""What goes wrong with hand-offs, between businesses and between units, as the page that says so."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from portal.cases import parts
from portal.cases.reading import find_case
from portal.desk import handoff_routes, unit_handoff_routes
from portal.desk.page import case_page
from portal.desk.routes import blueprint
from portal.errors import page as error_page
from portal.handoffs import handing, legs, paths, working
from portal.handoffs.states import WrongLeg
from portal.languages import current as tongue
from portal.languages import gettext as _
from portal.wording import day_text
from tenants import clock
from tenants.departments import NoSuchUnit


@blueprint.errorhandler(legs.NoSuchHandoff)
@blueprint.errorhandler(parts.NoSuchPart)
@blueprint.errorhandler(NoSuchUnit)
def no_such_handoff(_error: Exception) -> AnyResponse:
    return error_page(404)


@blueprint.errorhandler(handing.NotAgreed)
@blueprint.errorhandler(paths.AlreadyOnPath)
def cannot_ask(error: Exception) -> Response:
    """The partner that was chosen cannot be asked: say why beside the field, with everything typed still there."""
    words = _("There is no agreement by which you may ask this business for that.")
    if isinstance(error, paths.AlreadyOnPath):
        words = _("This business has had it before. Only the host may send it there again.")
    if _inside():
        words = _("This unit has had it before. Only a manager may send it there again, once it came back too often.")
    row, name = find_case((request.view_args or {})["reference"]), "give_unit" if _inside() else "hand_off"
    errors = {"unit" if _inside() else "partner": words}
    return case_page(row, failed=name, errors=errors, values=dict(request.form), status=422)


@blueprint.errorhandler(paths.HostDecides)
@blueprint.errorhandler(paths.AlreadyAsked)
@blueprint.errorhandler(parts.PartIsHanded)
def not_now(error: Exception) -> Response:
    words = _("Somebody is being waited for with this part. Take it back first.")
    if isinstance(error, paths.HostDecides):
        words = _("It came back too often, or nobody took it on in time: the host says who takes it.")
        if _inside():
            words = _("It came back too often, or nobody took it on in time: a manager says which unit takes it.")
    row = find_case((request.view_args or {})["reference"])
    return case_page(row, values=dict(request.form), status=409, sent=words, tone="due")


MOVED = (
    legs.StaleHandoff,
    legs.Frozen,
    legs.RanOut,
    WrongLeg,
    handing.GivenBackBefore,
    working.NothingAsked,
    working.AlreadyRated,
    paths.NothingToDecide,
)


def moved(error: Exception) -> Response:
    """Somebody was quicker, or it cannot be done any more: it is shown as it stands, with what was typed."""
    given, words = request.view_args or {}, _why(error)
    if "reference" in given:
        return case_page(find_case(given["reference"]), values=dict(request.form), status=409, sent=words, tone="due")
    if "inside_id" in given:
        return unit_handoff_routes.show(given["inside_id"], status=409, notice=words, tone="due")
    return handoff_routes.show(given["handoff_id"], status=409, notice=words, tone="due")


def _why(error: Exception) -> str:
    inside = _inside()
    if isinstance(error, legs.RanOut):
        return _ran_out(error, inside)
    if isinstance(error, legs.Frozen) and inside:
        return _("Your business has nothing to do with this any more. It ends by itself.")
    if isinstance(error, legs.Frozen):
        return _("The agreement behind this has ended. It goes back by itself.")
    if isinstance(error, handing.GivenBackBefore) and inside:
        return _("It cannot be given back: it was given back before, or a manager has decided.")
    if isinstance(error, handing.GivenBackBefore):
        return _("It cannot be given back: it was given back before, or the host has decided.")
    if isinstance(error, working.AlreadyRated):
        return _("One grade is kept for each question, after the hand-off is over. Nothing was changed.")
    return _("This has changed meanwhile. Nothing was done; this is how it stands now.")


def _ran_out(error: legs.RanOut, inside: bool) -> str:
    at = (error.at or clock.now()).astimezone(tongue().zone)
    said = {"time": f"{at:%H:%M}", "day": day_text(at.date())}
    if inside:
        return _(
            "The time for it ran out at %(time)s on %(day)s. Nothing was done; a manager says who takes it.", **said
        )
    return _("The time for it ran out at %(time)s on %(day)s. Nothing was done; the host says who takes it.", **said)


def _inside() -> bool:
    """Whether it was about units."""
    given: dict[str, Any] = request.view_args or {}
    return "inside_id" in given or request.path.endswith(("/unit-handoffs", "/unit-assignments"))


for _each in MOVED:
    blueprint.register_error_handler(_each, moved)
