"""Writing an idea anew by its author, with an account or with the browser that proposed it. At the ballots' door."""

from __future__ import annotations

from typing import Any

from flask import Response, g, make_response, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import private
from portal.ballots import ballot, blueprint, with_ballot
from portal.ideas import voting
from portal.ideas.act_routes import ONE, anybody, back_to, public_idea, voice
from portal.ideas.reading import find_idea
from portal.ideas.revising import may_revise, paragraphs, revisions_of
from portal.ideas.states import OPEN
from portal.ideas.voices import Voice
from portal.ideas.writing import Place, edit_page, written
from portal.languages import html_lang
from tenants.scope import Scope, entered


def place_of(reference: str) -> Place:
    return Place(f"/ballot/ideas/{reference}", url_for("ideas.show", reference=reference))


@blueprint.get(f"{ONE}/edit")
def edit_form(reference: str) -> AnyResponse:
    row, who = public_idea(reference), voice(ballot())
    with entered(anybody()):
        return edit_page(row, place_of(reference)) if may_rewrite(row, who) else _not_yours(row)


@blueprint.post(f"{ONE}/edit")
def edit(reference: str) -> AnyResponse:
    """Write a version. Its author stands by their own vote."""
    word = ballot()
    row, who = public_idea(reference), voice(word)
    with entered(anybody()):
        if not may_rewrite(row, who):
            return _not_yours(row)
        refused = written(row, place_of(reference), named(row, who))
    if refused is not None:
        return with_ballot(refused, word)
    voting.confirm(public_idea(reference), who)
    return back_to(reference, sent="edited")


def named(row: Any, who: Voice) -> Voice:
    """The voice under the name that this person has used on the idea, where they give none now."""
    if who.credit:
        return who
    own = [each for each in revisions_of(row.id) if who.wrote(row.id, each.author_id, each.author_hash)]
    return Voice(who.word, who.person_id, own[-1].credit or "" if own else "")


def may_rewrite(row: Any, who: Voice) -> bool:
    return may_revise(row, who) and row.state in OPEN and row.merged_into_id is None


def _not_yours(row: Any) -> Response:
    """What somebody else can do instead."""
    with entered(Scope.public(g.network.id)):
        idea = find_idea(row.reference)
        context = {"idea": idea, "lang": html_lang(idea.language), "text": paragraphs(idea)}
        context["takes_changes"] = idea.state in OPEN and idea.merged_into_id is None
        page = render_template("ideas/not_yours.html", **context)
    return private(make_response(page, 403))
