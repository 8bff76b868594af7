"""From a case to an idea in one click, in its customer's name. It belongs to the ballot's blueprint.

Only there do the ballot and the session come together; that this browser may open the case was found at the door.
"""

from __future__ import annotations

from flask import abort, g
from werkzeug.wrappers import Response as AnyResponse

from portal.ballots import blueprint
from portal.cases.reading import find_case
from portal.ideas.act_routes import show_form, take_proposal
from portal.ideas.from_case import OwnCase, own_case
from portal.ideas.page import names_of
from tenants.scope import Scope, entered

FROM_CASE = "/cases/<reference>/idea"


@blueprint.get(FROM_CASE)
def idea_form_of_case(reference: str) -> AnyResponse:
    """The form, prefilled from the case."""
    case = _opened(reference)
    return show_form(case.begins, {}, case=case)


@blueprint.post(FROM_CASE)
def propose_of_case(reference: str) -> AnyResponse:
    """Propose it: the case stands behind it, and its customer's vote counts once."""
    return take_proposal(_opened(reference))


def _opened(reference: str) -> OwnCase:
    """The case for its customer: a stranger to a private case gets 404, to a public one 403."""
    with entered(Scope.public(g.network.id)):
        names = names_of()
        if g.opened_case is None:
            find_case(reference)
            abort(403)
    return own_case(Scope.customer(g.network.id, case_id=g.opened_case), reference, names)
