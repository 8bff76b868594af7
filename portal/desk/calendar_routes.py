"""The service calendar on the desk: when the business works and what it promises. For its managers and admins."""

from __future__ import annotations

from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.calendars import editing, words
from portal.calendars.presets import BY_CODE, PRESETS, WHATS
from portal.calendars.working_time import NeverWorks
from portal.desk.calendar_form import DAYS, REQUIRED, CalendarForm, filled_from, with_preset
from portal.desk.page import frame
from portal.desk.routes import blueprint
from portal.forms import first_errors
from portal.languages import gettext as _
from tenants import clock
from tenants.permissions import require
from tenants.scope import current


@blueprint.get("/<tenant>/calendar")
def show_calendar(tenant: str) -> Response:
    require(current(), "calendar.edit")
    saved = request.args.get("sent") == "calendar"
    return _page(_values(), sent=_("Kept. From now on promises are counted by this calendar.") if saved else "")


@blueprint.post("/<tenant>/calendar")
def keep_calendar(tenant: str) -> AnyResponse:
    """Check, keep, and go back; what is wrong stands beside its field."""
    require(current(), "calendar.edit")
    form = CalendarForm(request.form)
    if not form.validate():
        return _page(request.form, errors=first_errors(form), status=422)
    try:
        editing.edit(form.draft, request.form.get("made_from", ""))
    except (NeverWorks, editing.TooFar) as problem:
        return _page(request.form, errors=_cannot_be(problem), status=422)
    except editing.Changed:
        problem_words = _("Somebody else changed this calendar meanwhile. Compare, and save again if yours is right.")
        return _page(request.form, problem=problem_words, status=409)
    return redirect(url_for("desk.show_calendar", tenant=g.seat.slug, sent="calendar"), 303)


@blueprint.post("/<tenant>/calendar/preview")
def preview_calendar(tenant: str) -> AnyResponse:
    """What the calendar as it is typed would mean for a report that comes now. Keeps nothing."""
    require(current(), "calendar.edit")
    form = CalendarForm(request.form)
    if not form.validate():
        return _page(request.form, errors=first_errors(form), status=422)
    try:
        means = editing.meaning(form.draft, clock.now())
    except (NeverWorks, editing.TooFar) as problem:
        return _page(request.form, errors=_cannot_be(problem), status=422)
    return _page(request.form, means=means)


@blueprint.post("/<tenant>/calendar/preset")
def start_from_preset(tenant: str) -> AnyResponse:
    """The form with the times of a preset filled in. Keeps nothing."""
    require(current(), "calendar.edit")
    code = request.form.get("start_from", "")
    sent = _("Filled in. Nothing is kept before you save.") if code in BY_CODE else ""
    return _page(with_preset(request.form, code), sent=sent)


def _values() -> dict[str, str]:
    return filled_from(editing.own(), g.network.zone)


def _cannot_be(problem: NeverWorks | editing.TooFar) -> dict[str, str]:
    if isinstance(problem, editing.TooFar):
        return {problem.what: _("By this calendar that is more than two years away. Nobody waits so long.")}
    return {DAYS[0]: _("By this calendar nobody would work within two years, and no promise could ever fall due.")}


def _plan_comes_last(values: Any) -> bool:
    """Whether by what is typed the plan would fall due after the answer, for a report that comes now."""
    form = CalendarForm(MultiDict(values))
    try:
        means = editing.meaning(form.draft, clock.now()) if form.validate() else {}
    except (NeverWorks, editing.TooFar):
        return False
    return bool(means) and means["acknowledge"] > means["answer"]


def _page(
    values: Any,
    *,
    errors: dict[str, str] | None = None,
    means: dict[str, Any] | None = None,
    sent: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    page = render_template(
        "desk/calendar.html",
        **frame(),
        values=values,
        errors=errors or {},
        means=means,
        now=clock.now(),
        sent=sent,
        problem=problem,
        plan_comes_last=_plan_comes_last(values),
        days=list(zip(DAYS, words.weekdays(), strict=True)),
        zones=editing.zones(),
        countries=words.countries(),
        promised=[(what, words.what_words()[what], what in REQUIRED) for what in WHATS],
        units=words.unit_names(),
        presets=PRESETS,
        chosen=BY_CODE.get(values.get("preset") or ""),
        target_words=words.target_words,
        what_words=words.what_words(),
        made_from=editing.fingerprint(editing.own()),
    )
    return private(make_response(page, status))
