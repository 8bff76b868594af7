"""Is it really fixed? One tap on the page of a shipped idea. It belongs to the ballot's blueprint, as votes do."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.ballots import ballot, blueprint, with_ballot
from portal.htmx import wants_part
from portal.ideas import voting
from portal.ideas.act_routes import ONE, back_to, public_idea, voice
from portal.ideas.fixed import may_be_asked, share_of


@blueprint.get(f"{ONE}/fixed")
def show_fixed(reference: str) -> AnyResponse:
    """What this browser or account has said: asked for when the page is open."""
    row = public_idea(reference)
    if not wants_part():
        return back_to(reference)
    return _said(row, ballot())


@blueprint.post(f"{ONE}/fixed")
def say_fixed(reference: str) -> AnyResponse:
    """Say yes or no; the last answer counts. About what is not shipped nobody is asked, and nothing is written."""
    row, who = public_idea(reference), ballot()
    answer = request.form.get("answer")
    status = 200
    if not may_be_asked(row):
        status = 409
    elif answer in ("yes", "no"):
        voting.say_fixed(row, voice(who), is_fixed=answer == "yes")
    else:
        status = 422
    return with_ballot(_said(public_idea(reference), who, status), who)


def _said(row: Any, who: str, status: int = 200) -> Response:
    mine = voting.standing(row, voice(who)).fixed
    context = {"idea": row, "said": mine, "asked_me": True, "asks_fixed": may_be_asked(row), "share": share_of(row)}
    template = "ideas/_fixed.html" if wants_part() else "ideas/fixed.html"
    return private(make_response(render_template(template, **context), status))
