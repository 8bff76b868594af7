"""Where cases and public ideas meet: the cases behind an idea, the ideas that came of a case, and what the customer of
a case does about them. They belong to the blueprint of ideas; a case's key or account opens it there as on its page."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.cases.page import is_owner
from portal.cases.reading import find_case
from portal.cases.references import normal
from portal.errors import page as error_page
from portal.htmx import wants_part
from portal.ideas import behind_reading, evidence
from portal.ideas.holding import Merged, NoSuchIdea
from portal.ideas.page import names_of
from portal.ideas.reading import find_idea
from portal.ideas.routes import blueprint
from portal.languages import gettext as _
from portal.languages import html_lang

OF_CASE = "/cases/<reference>/ideas"


@blueprint.app_template_global()
def has_ideas(reference: str) -> bool:
    """Whether this reader finds ideas that came of the case."""
    return behind_reading.has_ideas(reference)


@blueprint.get("/ideas/<reference>/cases")
def cases_behind(reference: str) -> Response:
    """One page of the public cases behind an idea."""
    idea = find_idea(reference)
    behind = behind_reading.public_behind(g.network.id, idea.id, names_of(), request.args.get("after", ""))
    template = "ideas/_evidence_rows.html" if wants_part() else "ideas/evidence.html"
    response = make_response(render_template(template, idea=idea, behind=behind, lang=html_lang(idea.language)))
    response.headers["Vary"] = "HX-Request"
    response.headers["Cache-Control"] = "private, no-store" if g.visitor else "no-cache"
    return response


@blueprint.get(OF_CASE)
def ideas_of_case(reference: str) -> Response:
    """A part of the case's page, or a page of its own, where its customer links and takes out."""
    return _page(find_case(reference))


@blueprint.post(OF_CASE)
def link_own_case(reference: str) -> AnyResponse:
    row, typed = _own(reference), request.form.get("idea", "").strip()[:40]
    try:
        evidence.link(find_idea(normal(typed) or typed).id, row.id)
    except NoSuchIdea:
        return _page(row, failed="link", errors={"idea": _("There is no idea with this number.")}, status=422)
    except Merged:
        goes_on = {"idea": _("This idea goes on as part of another one. Link that one.")}
        return _page(row, failed="link", errors=goes_on, status=422)
    return redirect(url_for("ideas.ideas_of_case", reference=row.reference, sent="linked"), 303)


@blueprint.post(f"{OF_CASE}/<idea>/removal")
def take_own_case_out(reference: str, idea: str) -> AnyResponse:
    row = _own(reference)
    try:
        evidence.unlink(find_idea(idea).id, row.id, reason=request.form.get("reason", ""))
    except evidence.NoReason:
        return _page(row, failed=idea, errors={"reason": _("Say why, in a few words.")}, status=422)
    return redirect(url_for("ideas.ideas_of_case", reference=row.reference, sent="removed"), 303)


@blueprint.app_errorhandler(evidence.NotLinked)
def not_linked(_error: Exception) -> AnyResponse:
    return error_page(404)


def _page(row: Any, *, failed: str = "", errors: dict[str, str] | None = None, status: int = 200) -> Response:
    part = wants_part()
    done = {"linked": _("Your case stands behind it now."), "removed": _("Taken out. The idea’s count follows.")}
    page = render_template(
        "ideas/_of_case_list.html" if part else "ideas/of_case.html",
        reference=row.reference,
        title=row.title,
        lang=html_lang(row.language),
        ideas=behind_reading.ideas_of(row.id, names_of()),
        owner=is_owner(),
        part=part,
        failed=failed,
        values=request.form,
        errors=errors or {},
        sent=done.get(request.args.get("sent", ""), ""),
    )
    response = private(make_response(page, status))
    response.headers["Vary"] = "HX-Request"
    return response


def _own(reference: str) -> Any:
    """The case, for its customer: a stranger to a private case gets 404 from the scope, to a public one 403."""
    row = find_case(reference)
    if not is_owner():
        abort(403)
    return row
