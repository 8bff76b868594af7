"""Following an idea with an account: one press each to begin and to end it. They belong to the ballot's blueprint."""

from __future__ import annotations

from flask import Response, abort, g, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.ballots import blueprint
from portal.following import ideas
from portal.htmx import wants_part
from portal.ideas.reading import find_idea
from tenants.scope import Scope, entered

PATH = "/ideas/<reference>/following"


@blueprint.get(PATH)
def show_following(reference: str) -> AnyResponse:
    """Whether this account gets news: the part of the page that is its own, asked for when the page is open."""
    if not wants_part():
        return redirect(url_for("ideas.show", reference=reference), 303)
    return _part(reference)


@blueprint.post(PATH)
def follow(reference: str) -> AnyResponse:
    with entered(Scope.public(g.network.id)):
        idea_id = find_idea(reference).id
    if not ideas.follow(idea_id, _person()):
        abort(403)
    return _done(reference)


@blueprint.post(f"{PATH}/end")
def stop_following(reference: str) -> AnyResponse:
    """It is remembered: voting again does not begin it anew."""
    with entered(Scope.public(g.network.id)):
        idea_id = find_idea(reference).id
    ideas.stop(idea_id, _person())
    return _done(reference)


def _done(reference: str) -> AnyResponse:
    return _part(reference) if wants_part() else redirect(url_for("ideas.show", reference=reference), 303)


def _part(reference: str) -> Response:
    with entered(Scope.public(g.network.id)):
        row = find_idea(reference)
    person = g.visitor.person if g.visitor else None
    known = None if person is None else ideas.follows(row.id, person.id)
    return private(make_response(render_template("following/_idea.html", idea=row, following=known)))


def _person() -> int:
    person = g.visitor.person if g.visitor else None
    if person is None:
        abort(403)
    return int(person.id)
