"""One tap on a public case: it happened to me too."""

from __future__ import annotations

from typing import Any

from flask import abort, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.ballots import ballot, blueprint, with_ballot
from portal.cases import me_too
from portal.cases.reading import find_case
from portal.htmx import wants_part
from tenants.scope import Scope, entered


@blueprint.post("/cases/<reference>/me-too")
def say_me_too(reference: str) -> AnyResponse:
    """Count this browser once. The customer of the case itself is not another one."""
    row, who = _public_case(reference), ballot()
    if g.opened:
        abort(409)
    me_too.join(row.id, who)
    return with_ballot(_said(row, joined=True), who)


@blueprint.post("/cases/<reference>/me-too/undo")
def take_me_too_back(reference: str) -> AnyResponse:
    """Take it back."""
    row, who = _public_case(reference), ballot()
    me_too.leave(row.id, who)
    return with_ballot(_said(row, joined=False), who)


@blueprint.get("/cases/<reference>/me-too")
@blueprint.get("/cases/<reference>/me-too/undo")
def back_to_case(reference: str) -> AnyResponse:
    """A reload of what a tap answered with."""
    return redirect(url_for("cases.show", reference=reference), 303)


def _said(row: Any, *, joined: bool) -> Any:
    with entered(Scope.public(g.network.id)):
        others = me_too.others_of([row.id])[row.id]
    part = wants_part()
    if part and joined and request.args.get("brief"):
        return private(make_response(render_template("search/_counted.html", reference=row.reference, others=others)))
    template = "cases/_me_too.html" if part else "cases/me_too.html"
    page = render_template(
        template, reference=row.reference, title=row.title, lang=row.language, others=others, joined=joined
    )
    return private(make_response(page))


def _public_case(reference: str) -> Any:
    with entered(Scope.public(g.network.id)):
        return find_case(reference)
