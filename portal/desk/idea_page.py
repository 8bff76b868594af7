"""The desk's page of one idea: what it shows, and how each act answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.desk.idea_acts import STEPS, further, main_act, may_settle, possible
from portal.desk.page import frame, names_of, zone
from portal.directory import Directory
from portal.events.timeline import timeline_of_idea
from portal.forms import first_errors
from portal.ideas.amending import amendments_of
from portal.ideas.answering import ANSWER, DECLINES
from portal.ideas.official import is_late
from portal.ideas.reading import by_ids, find_idea
from portal.ideas.revising import author_of, paragraphs
from portal.ideas.team_models import PART_STATES
from portal.ideas.team_page import team_parts
from portal.languages import gettext as _
from portal.languages import html_lang
from portal.wording import zone_name
from tenants.permissions import allows, require
from tenants.scope import current

WORDS = "ideas/_words.html"
TYPED = ("text", "what", "sentence", "would_change", "left_out", "cost", "reason")
"""Fields in which somebody wrote sentences."""


def act_on_idea(
    reference: str, name: str, form_class: type[Any], verb: Callable[[Any, Any], None], **hidden: str
) -> AnyResponse:
    """Load through the scope, ask the role, check the form, run the verb, go back to the idea."""
    row = find_idea(reference)
    require(current(), ANSWER)
    form = form_class(request.form)
    form.zone, form.names = zone(), names_of()
    if not form.validate():
        values = {**request.form, **hidden}
        return desk_idea_page(row, failed=name, errors=first_errors(form), values=values, status=422)
    verb(row, form)
    if request.form.get("back") == "roadmap":
        return redirect(url_for("desk.idea_roadmap", tenant=g.seat.slug, sent=name), 303)
    return redirect(url_for("desk.show_idea", tenant=g.seat.slug, reference=row.reference, sent=name), 303)


def desk_idea_page(
    row: Any,
    *,
    failed: str | None = None,
    errors: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
    status: int = 200,
    sent: str = "",
    tone: str = "",
) -> Response:
    names = names_of(row.tenant_id)
    entries = timeline_of_idea(row.id)
    parts = team_parts(row, names, entries)
    acts = _acts(row, parts)
    page = render_template(
        "desk/ideas/idea.html",
        **frame(),
        **parts,
        **acts,
        **_about(row, names),
        entries=entries,
        declines=labels("decline_reason", DECLINES),
        part_states=labels("part_state", [each for each in PART_STATES if each != "asked"]),
        zone=zone_name(zone().key),
        failed=failed,
        left_over=_left_over(failed, values or {}, acts),
        values=values or {},
        errors=errors or {},
        sent=sent or done().get(request.args.get("sent", "")),
        tone=tone,
    )
    return private(make_response(page, status))


def _about(row: Any, names: Directory) -> dict[str, Any]:
    """The idea itself, and the names that its forms offer."""
    text = paragraphs(row)
    return {
        "idea": row,
        "text": text,
        "waiting": [each for each in amendments_of(row.id, text) if each.row.state == "proposed"],
        "ours": row.tenant_id == current().tenant_id and allows(current(), "idea.moderate"),
        "lang": html_lang(row.language),
        "business": names.businesses[row.tenant_id],
        "place": names.places.get(row.touchpoint_id) if row.touchpoint_id else None,
        "topic": names.categories.get(row.category_id) if row.category_id else None,
        "merged_into": next(iter(by_ids([row.merged_into_id], names)), None) if row.merged_into_id else None,
        "author": author_of(row.id),
        "businesses": names.names(),
        "others": [(each.slug, each.name) for each in names.businesses.values() if each.id != row.tenant_id],
        "places": [(each.code, each.name) for each in names.places.values()],
    }


def _acts(row: Any, parts: dict[str, Any]) -> dict[str, Any]:
    """What this person may do here: the next act, the others, and the promises to settle."""
    acts, asked = possible(row), request.args.get("act", "")
    settles = may_settle(row, list(parts["idea_promises"]))
    late = next((each for each in parts["idea_promises"] if each.id in settles and is_late(each)), None)
    doubted = parts["share"].doubted or row.fell_short_at is not None
    main = main_act(row, acts, doubted=doubted, is_late=late is not None)
    acts -= {"promise"} if late else set()  # what was promised comes first
    return {
        "can": acts,
        "main": main,
        "more": further(acts, main),
        "steps": STEPS,
        "asked": asked if asked in acts else None,
        "moving": request.args.get("move", ""),
        "settles": settles,
        "late": late,
        "own_part": next((each for each in parts["idea_parts"] if each.tenant_id == current().tenant_id), None),
    }


def _left_over(failed: str | None, values: dict[str, Any], acts: dict[str, Any]) -> list[str]:
    """What was typed into a form that the page does not have any more: a colleague took the step meanwhile."""
    if failed is None or failed in acts["can"] or values.get("promise") in {str(each) for each in acts["settles"]}:
        return []
    return [str(values[name]) for name in TYPED if values.get(name)]


def labels(macro: str, codes: Any) -> list[tuple[str, str]]:
    """Codes with their words, which are written once, in the templates."""
    label = getattr(current_app.jinja_env.get_template(WORDS).module, macro)
    return [(code, label(code)) for code in codes]


def done() -> dict[str, str]:
    """What the page says after something was done."""
    return {
        "proposed": _("Proposed."),
        "review": _("On record: you are looking at it."),
        "plan": _("On record. Everyone who reads the idea sees your answer."),
        "start": _("On record. Everyone who reads the idea sees your answer."),
        "update": _("On record. Everyone who reads the idea sees your answer."),
        "decline": _("On record, with its reason and what would change it."),
        "reopen": _("Taken up again. Everyone reads why."),
        "ship": _("Done, with its proof. Everyone is asked whether it is really fixed."),
        "schedule": _("Moved on the roadmap."),
        "weigh": _("On record. The score counts it from now on."),
        "promise": _("Promised. It shows on the idea until it is kept."),
        "keep": _("Marked as done."),
        "postpone": _("Moved. Both dates stay visible."),
        "ask_part": _("Asked. Everyone reads whom the idea waits for."),
        "answer_part": _("On record. Everyone reads how your part stands."),
        "merge": _("Merged. Both keep their votes, and you can undo it."),
        "unmerge": _("Taken out again. It stands for itself, with all its votes."),
    }
