"""The forms in which words of an idea are written, for whoever writes: a person on their browser, or a team's desk.

`Place` says where the pages are and whose frame they stand in; what may be done is decided by the verbs alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Response, make_response, render_template, request

from portal.answers import private
from portal.forms import first_errors
from portal.ideas import revising, versions
from portal.ideas.amending import NoSuchAmendment, ShownAmendment, amendments_of
from portal.ideas.commenting import comments_of
from portal.ideas.forms import VersionForm
from portal.ideas.page import names_of
from portal.ideas.talk import pieces_of
from portal.ideas.voices import Voice
from portal.ideas.wording_diff import difference
from portal.languages import gettext as _
from portal.languages import html_lang


@dataclass(frozen=True)
class Place:
    """Where a page of writing stands: `url` of the idea there, `back` to where it is read, and its frame."""

    url: str
    back: str
    layout: str = "base.html"
    frame: dict[str, Any] = field(default_factory=dict)
    asks_name: bool = True
    """Whether a name may be given; the people of a business write in its name."""


def number_of(name: str) -> int:
    """A number of the form or the address; 0, which no version has, for anything else."""
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


# -- versions ----------------------------------------------------------------------------------------------------------


def written(row: Any, place: Place, voice: Voice) -> Response | None:
    """Run the verb of the form. None when the version is written, else the page that says what is wrong."""
    form = VersionForm(request.form)
    if not form.validate():
        return edit_page(row, place, errors=first_errors(form), status=422)
    what = revising.Version(
        base=number_of("base"),
        title=form.title.data or "",
        text=form.text.data or "",
        substantial=bool(form.substantial.data),
        mark=request.form.get("mark", ""),
    )
    try:
        revising.revise(row.id, what, voice)
    except revising.NothingChanged:
        nothing = _("These are the words as they stand. Change something, or go back.")
        return edit_page(row, place, errors={"text": nothing}, status=422)
    except revising.RevisionMoved:
        return edit_page(row, place, status=409, moved=True)
    return None


def edit_page(
    row: Any, place: Place, *, errors: dict[str, str] | None = None, status: int = 200, moved: bool = False
) -> Response:
    """The form with the words as they stand, or as they were typed. `moved`: beside what somebody wrote meanwhile."""
    last, typed = revising.standing_version(row), request.form
    standing = {"title": last.title or "", "text": last.text or ""}
    values = dict(typed) if typed else standing
    anew = moved or not typed
    page = render_template(
        "ideas/edit.html",
        **place.frame,
        layout=place.layout,
        place=place,
        idea=row,
        lang=html_lang(row.language),
        values=values,
        errors=errors or {},
        base=last.number if anew else typed.get("base", ""),
        mark=revising.mark_of(last.title, last.text) if anew else typed.get("mark", ""),
        last=last,
        theirs=difference(standing["text"], values.get("text", "")) if moved else None,
        last_name=versions.author_of(last, names_of(row.tenant_id).names()),
    )
    return private(make_response(page, status))


# -- amendments --------------------------------------------------------------------------------------------------------


def amendment_page(
    row: Any,
    one: ShownAmendment,
    place: Place,
    voice: Voice,
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
    problem: str = "",
    notice: str = "",
) -> Response:
    """An amendment with its discussion, and what this person may do with it. `problem`: why nothing was done."""
    names = names_of(row.tenant_id).names()
    parts = revising.paragraphs(row)
    page = render_template(
        "ideas/amendment.html",
        **place.frame,
        layout=place.layout,
        place=place,
        idea=row,
        lang=html_lang(row.language),
        one=one,
        name=versions.author_of(one.row, names),
        pieces=pieces_of(one.row),
        instead=parts[one.row.paragraph] if one.place is None and one.row.paragraph < len(parts) else "",
        comments=comments_of(row.id, amendment_id=one.row.id),
        businesses=names,
        decides=one.row.state == "proposed" and revising.may_revise(row, voice),
        own=voice.wrote(row.id, one.row.person_id, one.row.voter_hash),
        values=request.form,
        errors=errors or {},
        problem=problem,
        notice=notice,
    )
    return private(make_response(page, status))


def amendment_of(row: Any, amendment_id: int) -> ShownAmendment | None:
    found = amendments_of(row.id, revising.paragraphs(row))
    return next((each for each in found if each.row.id == amendment_id), None)


# -- comments ----------------------------------------------------------------------------------------------------------


def about_amendment() -> int | None:
    """Which amendment a comment is about, None for the idea as a whole. Raises NoSuchAmendment for what can be none."""
    text = request.form.get("amendment", "")
    if not text:
        return None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    if not 0 < number < 2**63:
        raise NoSuchAmendment(text)
    return number


def say_page(row: Any, place: Place, errors: dict[str, str], status: int = 200) -> Response:
    """The form of a comment by itself, with what was typed."""
    page = render_template(
        "ideas/say.html",
        **place.frame,
        layout=place.layout,
        place=place,
        idea=row,
        lang=html_lang(row.language),
        values=request.form,
        errors=errors,
        amendment_id=about_amendment(),
    )
    return private(make_response(page, status))
