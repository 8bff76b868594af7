"""Search on the desk: what the business may see. These routes belong to the desk's blueprint."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.cases.reading import find_case
from portal.cases.states import OPEN
from portal.cases.usual import usual_of
from portal.desk.page import frame, names_of
from portal.desk.routes import blueprint
from portal.htmx import wants_part
from portal.search.routes import asked_for, found, is_idea, reference_in
from portal.search.solutions import solved_like


@blueprint.get("/<tenant>/search")
def search(tenant: str) -> AnyResponse:
    """Words of a case or an idea, a note of one's own, a customer's address, or a number, which leads there at once."""
    asked = asked_for(request.args)
    here = {"cases_at": f"/desk/{tenant}/cases/", "ideas_at": f"/desk/{tenant}/ideas/"}
    if reference := reference_in(asked.text):
        return redirect(here["ideas_at" if is_idea(reference) else "cases_at"] + reference, 303)
    context = {**frame(), **found(asked, names_of()), **here}
    template = "search/_results.html" if wants_part() else "desk/search.html"
    response = make_response(render_template(template, **context))
    response.headers["Vary"] = "HX-Request"
    return private(response)


@blueprint.get("/<tenant>/cases/<reference>/similar")
def similar(tenant: str, reference: str) -> Response:
    """Cases like this one, and how they were solved: a part of its page, or a page of its own without script."""
    row = find_case(reference)
    names = names_of(row.lead_tenant_id)
    context = {
        **frame(),
        "reference": row.reference,
        "title": row.title,
        "version": row.state_version,
        "may_link": row.state in OPEN and row.merged_into_id is None,
        "solved": solved_like(row, names),
        "usual": usual_of(row.category_id, row.touchpoint_id),
    }
    template = "desk/_similar.html" if wants_part() else "desk/similar.html"
    return private(make_response(render_template(template, **context)))
