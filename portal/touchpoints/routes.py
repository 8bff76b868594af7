"""A place's page, its one-tap mood, and the sheet with its QR code."""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import segno
from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.ballots import ballot, with_ballot
from portal.ballots import blueprint as ballots
from portal.cases.masking import mask
from portal.directory import Place, directory
from portal.followers.letters import base_url
from portal.forms import clean
from portal.ideas.reading import done_lately, most_wanted
from portal.kept_notes import kept_while_unchanged
from portal.touchpoints import tapping
from portal.touchpoints.models import DISBELIEFS, MOODS
from portal.touchpoints.reading import DAYS, now_and_before, what_came_of_it
from portal.touchpoints.sheet import pdf
from tenants import clock
from tenants.scope import Scope, entered

blueprint = Blueprint("touchpoints", __name__)
LONGEST_LINE = 200
IDEAS = 3


@blueprint.get("/t/<code>")
@kept_while_unchanged()
def show(code: str) -> Response:
    place = _place(code)
    recent, before = now_and_before(place.id, _today())
    names = directory(g.network)
    page = render_template(
        "touchpoints/place.html",
        place=place,
        recent=recent,
        before=before,
        days=DAYS,
        rows=what_came_of_it(place.id, names),
        done=done_lately(names, IDEAS, touchpoint_id=place.id),
        wanted=most_wanted(names, IDEAS, touchpoint_id=place.id),
        moods=MOODS,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/t/<code>/qr.svg")
def qr(code: str) -> Response:
    place, out = _place(code), io.BytesIO()
    _code_of(place).save(out, kind="svg", scale=8, border=4, title=place.code)
    return Response(out.getvalue(), mimetype="image/svg+xml", headers=_download(f"{place.code}.svg"))


@blueprint.get("/t/<code>/sheet.pdf")
def sheet_pdf(code: str) -> Response:
    """The sheet to hang up, A4: in the reader's language, and Chinese beside it."""
    place = _place(code)
    document = pdf(g.network.name, place, _address_of(place))
    return Response(document, mimetype="application/pdf", headers=_download(f"{place.code}.pdf"))


@blueprint.get("/t/<code>/sheet")
def sheet(code: str) -> Response:
    """The same sheet as a page, to be printed by the browser."""
    place = _place(code)
    drawn = Markup(_code_of(place).svg_inline(scale=1, border=4, omitsize=True))  # noqa: S704 (our own SVG)
    page = render_template("touchpoints/sheet.html", place=place, qr=drawn, address=_address_of(place))
    return private(make_response(page))


# -- taps ------------------------------------------------------------------------------------------------------------


@ballots.post("/moods")
def tap() -> AnyResponse:
    """One tap. An unhappy one is asked why it is not a report; the others are thanked."""
    place, who = _place(request.form.get("place", "")), ballot()
    mood = request.form.get("mood", "")
    if mood not in MOODS:
        abort(400)
    tapping.tap(_known(place), _today(), who, mood)
    return with_ballot(_thanks(place, mood), who)


@ballots.post("/reasons")
def say_why() -> AnyResponse:
    """Why it is not reported, and one line."""
    place, who = _place(request.form.get("place", "")), ballot()
    why, line = request.form.get("disbelief", ""), clean(request.form.get("line"))[:LONGEST_LINE]
    if why and why not in DISBELIEFS:
        abort(400)
    tapping.say_why(_known(place), _today(), who, why, mask(line))
    return with_ballot(_thanks(place, "said"), who)


@ballots.get("/moods")
@ballots.get("/reasons")
def back() -> AnyResponse:
    """A reload of what a tap answered with."""
    return redirect("/", 303)


def _thanks(place: Place, mood: str) -> Response:
    page = render_template(
        "touchpoints/thanks.html", place=place, mood=mood, disbeliefs=DISBELIEFS, longest=LONGEST_LINE
    )
    return private(make_response(page))


# -- parts -----------------------------------------------------------------------------------------------------------


def _place(code: str) -> Place:
    with entered(Scope.public(g.network.id)):
        place = directory(g.network).place_by_code(code)
    if place is None:
        abort(404)
    return place


def _known(place: Place) -> tapping.Place:
    return tapping.Place(place.id, place.business.id)


def _today() -> date:
    return clock.now().astimezone(ZoneInfo(g.network.zone)).date()


def _address_of(place: Place) -> str:
    with entered(Scope.door(g.network.id)):
        return f"{base_url(g.network.id)}{url_for('touchpoints.show', code=place.code)}"


def _code_of(place: Place) -> Any:
    return segno.make(_address_of(place), error="m", micro=False)


def _download(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
