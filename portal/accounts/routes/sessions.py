"""Where a person is signed in, and ending that from afar."""

from __future__ import annotations

from flask import abort, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.browsers import family
from portal.accounts.routes.blueprint import blueprint, for_people, me, row_id
from portal.answers import private
from portal.languages import gettext as _
from tenants import signing_in
from tenants.scope import writing


@blueprint.get("/account/sessions")
@for_people
def show_sessions() -> Response:
    rows = [
        {
            "id": each.id,
            "browser": family(each.user_agent),
            "since": each.created_at,
            "seen": each.seen_at,
            "here": each.id == g.visitor.session_id,
        }
        for each in signing_in.sessions_of(me().id)
    ]
    rows.sort(key=lambda row: not row["here"])
    done = {"ended": _("That session has ended."), "all": _("Everywhere else you are signed out.")}
    page = render_template("accounts/sessions.html", rows=rows, sent=done.get(request.args.get("sent", "")))
    return private(make_response(page))


@blueprint.post("/account/sessions/<int:session>/end")
@for_people
def end_session(session: int) -> Response:
    if not signing_in.end_session_of(me().id, row_id(session)):
        abort(404)
    if session == g.visitor.session_id:
        return redirect(url_for("accounts.sign_in"), 303)
    return redirect(url_for("accounts.show_sessions", sent="ended"), 303)


@blueprint.post("/account/sessions/others/end")
@for_people
def end_other_sessions() -> Response:
    with writing():
        signing_in.end_other_sessions(me().id, keep=g.visitor.session_id)
    return redirect(url_for("accounts.show_sessions", sent="all"), 303)
