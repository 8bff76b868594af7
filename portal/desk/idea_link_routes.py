"""On the desk: the ideas that a case is behind, the cases behind an idea, and votes that are given for customers.

Each is a part of the page of the case, or of the idea, and a page of its own without script. These routes belong to the
desk's blueprint.
"""

from __future__ import annotations

from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.cases.holding import NoSuchCase
from portal.cases.reading import find_case
from portal.cases.references import normal
from portal.desk.page import frame, names_of
from portal.desk.routes import blueprint
from portal.htmx import wants_part
from portal.ideas import behalf, behind_reading, evidence
from portal.ideas.holding import Merged, NoSuchIdea
from portal.ideas.reading import find_idea
from portal.ideas.states import WrongIdeaState
from portal.languages import gettext as _
from portal.languages import html_lang
from portal.search.idea_offering import ideas_for_case

OF_CASE = "/<tenant>/cases/<reference>/ideas"
PAIR = f"{OF_CASE}/<idea>"
OF_IDEA = "/<tenant>/ideas/<idea>/evidence"
REFUSED = (behalf.HasVoted, WrongIdeaState, Merged)
"""Why a customer is not counted (409): somebody was quicker, or the idea takes no votes."""


# -- from the case -----------------------------------------------------------------------------------------------------


@blueprint.get(OF_CASE)
def ideas_of_case(tenant: str, reference: str) -> Response:
    return _case_page(find_case(reference))


@blueprint.post(OF_CASE)
def link_idea(tenant: str, reference: str) -> AnyResponse:
    """Put the case behind an idea that is named by its number."""
    row, typed = find_case(reference), request.form.get("idea", "").strip()[:40]
    try:
        evidence.link(find_idea(normal(typed) or typed).id, row.id)
    except NoSuchIdea:
        return _case_page(row, errors={"idea": _("There is no idea with this number.")}, status=422)
    except Merged:
        return _case_page(
            row, errors={"idea": _("This idea goes on as part of another one. Link that one.")}, status=422
        )
    return _done(tenant, row, "linked")


@blueprint.post(f"{PAIR}/removal")
def unlink_idea(tenant: str, reference: str, idea: str) -> AnyResponse:
    row = find_case(reference)
    try:
        evidence.unlink(find_idea(idea).id, row.id, reason=request.form.get("reason", ""))
    except evidence.NoReason:
        return _case_page(row, failed=idea, errors={"reason": _("Say why, in a few words.")}, status=422)
    return _done(tenant, row, "removed")


@blueprint.post(f"{PAIR}/vote")
def vote_for_customer(tenant: str, reference: str, idea: str) -> AnyResponse:
    """Count the customer of the case for the idea; the case stands behind it then."""
    row = find_case(reference)
    try:
        behalf.vote_for(find_idea(idea).id, row.id)
    except REFUSED as refused:
        return _case_page(row, status=200 if wants_part() else 409, notice=_why_not(refused), tone="due")
    return _done(tenant, row, "voted")


@blueprint.post(f"{PAIR}/vote/undo")
def take_customer_vote_back(tenant: str, reference: str, idea: str) -> AnyResponse:
    row = find_case(reference)
    behalf.take_back(find_idea(idea).id, row.id)
    return _done(tenant, row, "back")


def _case_page(
    row: Any,
    *,
    failed: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
    notice: str = "",
    tone: str = "",
) -> Response:
    names, part = names_of(row.lead_tenant_id), wants_part()
    linked = behind_reading.ideas_of(row.id, names)
    ids = [each.id for each in linked]
    page = render_template(
        "desk/ideas/_of_case.html" if part else "desk/ideas/of_case.html",
        **frame(),
        reference=row.reference,
        title=row.title,
        lang=html_lang(row.language),
        linked=linked,
        given=behalf.given_for(row.id, ids),
        similar=ideas_for_case(row, names, ids),
        failed=failed,
        values=request.form,
        errors=errors or {},
        sent=notice or _said(),
        tone=tone,
    )
    response = private(make_response(page, status))
    response.headers["Vary"] = "HX-Request"
    return response


# -- from the idea -----------------------------------------------------------------------------------------------------


@blueprint.app_template_global()
def behind_on_desk(idea: Any) -> dict[str, Any]:
    """The cases behind an idea as the desk shows them: the business's own, and those that everybody reads."""
    names = names_of(idea.tenant_id)
    own = behind_reading.own_behind(idea.id, names)
    public = None
    if idea.visibility == "public":
        public = behind_reading.public_behind(g.network.id, idea.id, names, request.args.get("after", ""))
    known = {each.reference for each in own}
    others = [each for each in public.rows if each.reference not in known] if public else []
    return {"own": own, "others": others, "after": public.after if public else None}


@blueprint.get(OF_IDEA)
def cases_behind_idea(tenant: str, idea: str) -> Response:
    return _idea_page(find_idea(idea))


@blueprint.post(OF_IDEA)
def link_case(tenant: str, idea: str) -> AnyResponse:
    """Put a case of this business behind the idea; with `vote`, count its customer for it."""
    row, typed = find_idea(idea), request.form.get("case", "").strip()[:40]
    try:
        case_id = find_case(typed).id
        if request.form.get("vote") == "1":
            behalf.vote_for(row.id, case_id)
        else:
            evidence.link(row.id, case_id)
    except NoSuchCase:
        return _idea_page(row, errors={"case": _("You have no case with this number.")}, status=422)
    except REFUSED as refused:
        return _idea_page(row, errors={"case": _why_not(refused)}, status=409)
    return redirect(url_for("desk.cases_behind_idea", tenant=tenant, idea=row.reference, sent="linked"), 303)


def _idea_page(row: Any, *, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    page = render_template(
        "desk/ideas/evidence.html",
        **frame(),
        idea=row,
        lang=html_lang(row.language),
        values=request.form,
        errors=errors or {},
        sent=_said(),
    )
    return private(make_response(page, status))


# -- what both say -----------------------------------------------------------------------------------------------------


def _done(tenant: str, row: Any, what: str) -> AnyResponse:
    """The part of the case's page anew, or the page that it is without script."""
    if wants_part():
        return _case_page(row, notice=_words()[what])
    return redirect(url_for("desk.ideas_of_case", tenant=tenant, reference=row.reference, sent=what), 303)


def _said() -> str:
    return _words().get(request.args.get("sent", ""), "")


def _words() -> dict[str, str]:
    return {
        "linked": _("The case stands behind it now."),
        "removed": _("Taken out. The idea’s count follows."),
        "voted": _("The customer is counted, and the case stands behind it."),
        "back": _("The vote is taken back. The case still stands behind it."),
    }


def _why_not(refused: Exception) -> str:
    if isinstance(refused, behalf.HasVoted):
        return _("This customer is counted already.")
    return _("No votes are taken for this idea any more.")
