"""The desk's page of one case: what it shows, and how each act answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.calendars.promising import zone_of
from portal.cases.assessment import REASONS
from portal.cases.came_back import who_came_back
from portal.cases.clocks import usual_answer
from portal.cases.folding import folded
from portal.cases.live import case_view, facts_of, in_order
from portal.cases.money import CURRENCIES
from portal.cases.needs import needs_of
from portal.cases.parts import inside_parts, parts_of
from portal.cases.path import path_of
from portal.cases.promises import is_owed
from portal.cases.reading import find_case, next_of, promises_of
from portal.cases.remedies import goodwill_allowances, remedies_of
from portal.cases.remedy_models import REMEDIES
from portal.cases.routing import lead_for
from portal.cases.second_look import decided_before
from portal.cases.states import OPEN
from portal.cases.words import as_written
from portal.desk.acts import FORMS, by_hand, is_free, keeping, main_act, may_take, possible, waits_for_somebody
from portal.desk.reading import assignee_of, contact_of
from portal.directory import Directory, directory
from portal.events.timeline import timeline
from portal.files.form import files_form, take_files
from portal.files.reading import files_in
from portal.forms import first_errors
from portal.handoffs.inside import unit_of_person, unit_with, units, works_on
from portal.handoffs.reading import decisions_on, legs_of_case, may_hand_on
from portal.handoffs.unit_reading import parts_to_give, to_decide, unit_legs_of_case
from portal.languages import gettext as _
from portal.suggesting.offering import guesses
from portal.wording import local, zone_name
from tenants.permissions import allows
from tenants.scope import current


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
    form.zone, form.names, form.case = zone(), names_of(), row
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
    tone: str = "",
) -> Response:
    names, entries, made = names_of(row.lead_tenant_id), as_written(timeline(row.id)), promises_of(row.id)
    facts, parts = facts_of(entries), parts_of(row.id)
    way, assignee = path_of(row, entries, parts, names), assignee_of(row.id)
    ahead = next_of([*made, *way.agreed])
    case = {
        **case_view(row, facts, names),
        "assignee": assignee[1] if assignee else None,
        "contact": contact_of(row.id),
    }
    page = render_template(
        "desk/case.html",
        **frame(),
        case=case,
        next=ahead,
        way=way,
        came_back=who_came_back(entries),
        entries=folded(entries),
        businesses=names.names(),
        promises=in_order(made),
        owed={promise.id for promise in made if is_owed(promise)},
        remedies=remedies_of(row.id),
        allowances=goodwill_allowances(),
        parts=parts,
        needs=needs_of(row.id),
        legs=legs_of_case(row.id),
        decisions=decisions_on(row.id),
        **inside_of(row),
        partners=partners(row, names),
        proposed=proposed(row, names),
        from_partners=[
            entry
            for entry in entries
            if entry.kind == "case.handoff.said" and entry.facts.get("about") == "answer" and entry.text
        ][::-1],
        slugs={each.id: each.slug for each in names.businesses.values()},
        files=files_in(entries, row),
        **acts_on(row, made, ahead, assignee),
        **in_hand(row, assignee),
        last_words=facts.own_words[0] if facts.own_words else None,
        decided=row.state in OPEN and decided_before(row.id, row.round),
        failed=failed,
        values=values or {},
        errors=errors or {},
        suggested=suggested(row),
        reasons=reasons(),
        remedy_kinds=remedy_kinds(),
        currencies=[(code, code) for code in CURRENCIES],
        attributed=attributed(row, names),
        guesses=guesses(row, names) if row.state in OPEN else {},
        places=[(place.code, place.name) for place in names.places.values()],
        topics=[(topic.code, topic.name) for topic in names.categories.values()],
        zone=zone_name(zone().key),
        sent=sent or done().get(request.args.get("sent", "")),
        tone=tone,
    )
    return private(make_response(page, status))


def inside_of(row: Any) -> dict[str, Any]:
    """Where the case is within the business; nothing where that has no units and nothing of its own."""
    known = {each.id: local(each.name) for each in units()}
    legs = unit_legs_of_case(row.id) if known else []
    return {
        "units": known,
        "my_unit": unit_of_person() if known else None,
        "with_unit": known.get(unit_with(row.id, current().tenant_id or 0) or 0),
        "unit_choices": [(str(each), name) for each, name in known.items()],
        "unit_legs": legs,
        "late_units": [
            late_unit(leg, known) for leg in legs if leg.row.late_since and works_on(row, leg.row.tenant_id)
        ],
        "inside_parts": inside_parts(row.id),
        "parts_to_give": parts_to_give(row) if known else [],
        "undecided": to_decide(row.id) if known and allows(current(), "case.assign_unit") else [],
    }


def late_unit(leg: Any, known: dict[int, str]) -> dict[str, Any]:
    """A unit that is waited for beyond its time, as the banner says it."""
    title = leg.part.title if leg.part else ""
    return {"name": known.get(leg.row.to_unit_id, ""), "title": title, "late_since": leg.row.late_since}


def acts_on(row: Any, made: list[Any], ahead: Any, assignee: tuple[int, str] | None) -> dict[str, Any]:
    """What this person may do here: the next act (by what is `ahead`), the others, and how each promise is kept."""
    acts = possible(row, assignee[0] if assignee else None)
    main, asked = main_act(row, ahead, acts), request.args.get("act", "")
    return {
        "can": acts,
        "main": main,
        "more": [act for act in FORMS if act in acts and act != main],
        "asked": asked if asked in acts else None,
        "keeps": {promise.id: keeping(promise, acts) for promise in made},
        "by_hand": {promise.id for promise in made if by_hand(promise)},
    }


def in_hand(row: Any, assignee: tuple[int, str] | None) -> dict[str, Any]:
    """Who has the case in hand, for the line that says how it stands, and whether it is there to be taken."""
    holder = assignee[0] if assignee else None
    free, waits = is_free(row, holder), waits_for_somebody(row, holder)
    if assignee:
        words = assignee[1] if row.state in OPEN else ""
    else:
        words = _("nobody has taken it") if free and not waits else ""
    return {
        "taken": words,
        "waits": waits,
        "free": free,
        "second_look": free and row.round > 1 and may_take(row) and not decided_before(row.id, row.round),
    }


def attributed(row: Any, names: Directory) -> dict[str, str]:
    """Where the cause lies as far as it is known: what the answer's form begins with."""
    place, topic = names.places.get(row.touchpoint_id), names.categories.get(row.category_id)
    return {"touchpoint": place.code if place else "", "category": topic.code if topic else ""}


def suggested(row: Any) -> str:
    """When an answer would be due by the business's own calendar, as a date field says it."""
    at = usual_answer(current().tenant_id or row.lead_tenant_id, row.round)
    return at.astimezone(zone()).strftime("%Y-%m-%dT%H:%M")


def partners(row: Any, names: Directory) -> list[tuple[str, Any]]:
    """Whom the lead may ask, as a list offers them."""
    if row.lead_tenant_id != current().tenant_id:
        return []
    found = [names.businesses[each.answerer_id] for each in may_hand_on(row)]
    return [(each.slug, each.name) for each in found]


def proposed(row: Any, names: Directory) -> str:
    """Whom the network's rules would ask: who leads cases of this place and topic, else whose place it is; or ''."""
    known = {slug for slug, _name in partners(row, names)}
    if not known:
        return ""
    place = names.places.get(row.touchpoint_id)
    candidates = [lead_for(row.touchpoint_id, row.category_id).tenant_id, place.business.id if place else 0]
    slugs = [names.businesses[each].slug for each in candidates if each in names.businesses]
    return next((slug for slug in slugs if slug in known), "")


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
        "note": _("Note kept. Only your business sees it."),
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
        "hand_off": _("Asked. You see here who has looked and who has taken it on."),
        "withdraw": _("Taken back. You can ask somebody else now, or do it yourselves."),
        "assign": _("Decided. Everybody reads why."),
        "give_unit": _("Asked. Nobody outside the business sees it."),
        "assign_unit": _("Decided. The units read why."),
    }


def frame() -> dict[str, Any]:
    seat = g.seat
    staff = {"name": author(), "role": seat.role, "several": len(g.visitor.seats) > 1}
    tenant = {"id": seat.tenant_id, "slug": seat.slug, "name": seat.name, "zone": zone_name(zone().key)}
    return {"tenant": tenant, "staff": staff}


def names_of(business: int | None = None) -> Directory:
    return directory(g.network, knows_business=business)


def author() -> str:
    name: str = current_user.person.name
    return name


def zone() -> ZoneInfo:
    """The zone in which this business types its dates."""
    if "zone" not in g:
        g.zone = ZoneInfo(zone_of(g.seat.tenant_id) or g.network.zone)
    zone: ZoneInfo = g.zone
    return zone
