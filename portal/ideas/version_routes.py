"""The public pages of an idea's versions. They are the same for everybody, and belong to the blueprint of ideas."""

from __future__ import annotations

from flask import Response, g, make_response, render_template, request

from portal.answers import private, revalidated
from portal.errors import page as error_page
from portal.ideas import versions
from portal.ideas.amending import AmendmentMoved, NoSuchAmendment, TooManyAmendments, Unfit
from portal.ideas.commenting import CommentMoved, NoSuchComment
from portal.ideas.crediting import credits_of
from portal.ideas.holding import Merged, StaleIdea
from portal.ideas.moderating import WrongReach
from portal.ideas.page import names_of
from portal.ideas.reading import find_idea
from portal.ideas.revising import revisions_of
from portal.ideas.routes import blueprint, etag_of
from portal.ideas.states import WrongIdeaState
from portal.languages import html_lang

NUMBER = "<int(max=1000000):number>"


@blueprint.get("/ideas/<reference>/versions")
def show_versions(reference: str) -> Response:
    """Which versions there are: number, when, who, what changed."""
    row = find_idea(reference)
    told = versions.shown(revisions_of(row.id), names_of(row.tenant_id).names())
    page = render_template("ideas/versions.html", idea=row, lang=html_lang(row.language), versions=told)
    return _kept(make_response(page), row)


@blueprint.get(f"/ideas/<reference>/versions/{NUMBER}")
def show_version(reference: str, number: int) -> Response:
    """One version, and what changed since the one before, or since the one that `against` names."""
    row = find_idea(reference)
    known = revisions_of(row.id)
    one, names = versions.numbered(known, number), names_of(row.tenant_id).names()
    against = _against(known, number)
    page = render_template(
        "ideas/version.html",
        idea=row,
        lang=html_lang(row.language),
        one=one,
        name=versions.author_of(one, names),
        against=against,
        numbers=[each.number for each in known if each.number != number],
        redline=versions.redline(against, one) if against is not None else None,
        credits=credits_of([each for each in known if each.number <= number], names),
    )
    return _kept(make_response(page), row)


def _against(known: list[object], number: int) -> object | None:
    """The version that is asked for, else the one before; nothing for the first one, or for a number that is none."""
    asked = request.args.get("against", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else number - 1
    return next((each for each in known if each.number == wanted != number), None)  # type: ignore[attr-defined]


def _kept(response: Response, row: object) -> Response:
    return private(response) if g.visitor else revalidated(response, etag_of(row))


@blueprint.app_errorhandler(versions.NoSuchVersion)
@blueprint.app_errorhandler(NoSuchAmendment)
@blueprint.app_errorhandler(NoSuchComment)
def unknown(_error: LookupError) -> Response:
    return error_page(404)


@blueprint.app_errorhandler(StaleIdea)
@blueprint.app_errorhandler(Merged)
@blueprint.app_errorhandler(WrongIdeaState)
@blueprint.app_errorhandler(WrongReach)
@blueprint.app_errorhandler(AmendmentMoved)
@blueprint.app_errorhandler(CommentMoved)
@blueprint.app_errorhandler(TooManyAmendments)
@blueprint.app_errorhandler(Unfit)
def moved_on(_error: RuntimeError) -> Response:
    return error_page(409)
