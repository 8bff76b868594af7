"""The public page of a business's service calendar: when it works, and what it promises."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, make_response, render_template

from portal.calendars import words
from portal.calendars.models import ServiceCalendar
from portal.calendars.presets import WHATS, Preset, preset_of
from portal.calendars.promising import promised, working_time
from portal.calendars.working_time import NeverWorks, WorkingTime
from portal.directory import directory
from tenants import clock
from tenants.scope import db

blueprint = Blueprint("calendars", __name__)


@blueprint.get("/businesses/<slug>/calendar")
def show(slug: str) -> Response:
    """In words, with the source of the times where they come from a law or a standard."""
    business = directory(g.network).business_by_slug(slug)
    calendar = db.session.get(ServiceCalendar, business.id) if business else None
    if business is None or calendar is None:
        abort(404)
    time, preset = working_time(calendar), preset_of(calendar.targets)
    today = clock.now().astimezone(time.zone).date()
    page = render_template(
        "calendars/business.html",
        business=business,
        calendar=calendar,
        hours=words.hours_words(calendar.week),
        country=words.country_name(calendar.holidays) if calendar.holidays else "",
        off=[words.date_words(day) for day in words.days_that_differ(time, today)],
        extra=[words.date_words(day) for day in sorted(time.extra) if day >= today][:6],
        promised=_promised(calendar, preset),
        preset=preset,
        back_at=_back_at(time),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "private, no-store" if g.visitor else "no-cache"
    return response


def _promised(calendar: ServiceCalendar, preset: Preset | None) -> list[dict[str, Any]]:
    """What is promised: what, how long, and what the source says where the business says something else."""
    asked, lines = (preset.targets() if preset else {}), []
    for what in WHATS:
        target, source = promised(calendar, what), asked.get(what)
        if target is None:
            continue
        is_given = source is not None and preset is not None and what not in preset.ours
        said = words.target_words(source) if is_given and source and source != target else ""
        time = words.target_words(target)
        lines.append({"what": words.what_words()[what], "time": time, "given": is_given, "source": said})
    return lines


def _back_at(time: WorkingTime) -> Any:
    """When work begins again; None while it goes on, or for a calendar that never works."""
    try:
        at = time.next_moment(clock.now())
    except NeverWorks:
        return None
    return at if at > clock.now() else None
