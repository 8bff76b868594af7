"""What a team does with the words of ideas that it answers: write them anew, decide about changes, moderate, remove.

They belong to the desk's blueprint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

from portal.answers import form_version, private
from portal.cases.redaction import REASONS as REMOVAL_REASONS
from portal.desk.page import frame
from portal.desk.routes import blueprint
from portal.forms import first_errors
from portal.ideas import amending, commenting, moderating, own_words, redaction
from portal.ideas.amendment_routes import decided
from portal.ideas.forms import CommentForm, WhyNotForm
from portal.ideas.reading import find_idea
from portal.ideas.revising import may_revise
from portal.ideas.voices import Voice
from portal.ideas.writing import Place, about_amendment, amendment_of, amendment_page, edit_page, say_page, written
from portal.languages import current as tongue
from portal.languages import gettext as _
from portal.written_in import language_of
from tenants.permissions import Forbidden, allows, require
from tenants.scope import current

ONE = "/<tenant>/ideas/<reference>"
ID = "<int(max=9223372036854775807):one_id>"
SHOWN_TO_LOOK_AT = 50


@blueprint.app_template_global()
def comments_waiting() -> int:
    """For the desk's frame: held comments, as far as this person may look at them."""
    return commenting.waiting() if allows(current(), "idea.moderate") else 0


def team() -> Voice:
    return Voice(person_id=current_user.person.id)


def place_of(tenant: str, reference: str) -> Place:
    url = f"/desk/{tenant}/ideas/{reference}"
    back = url_for("desk.show_idea_words", tenant=tenant, reference=reference)
    return Place(url, back, "desk/base.html", frame(), asks_name=False)


def ours(reference: str) -> Any:
    """The row of an idea that this business answers. Raises NoSuchIdea or Forbidden."""
    row = find_idea(reference)
    if row.tenant_id != current().tenant_id:
        raise Forbidden("only the business that answers the idea")
    return row


# -- versions ----------------------------------------------------------------------------------------------------------


@blueprint.get(f"{ONE}/edit")
def edit_idea_form(tenant: str, reference: str) -> AnyResponse:
    row = ours(reference)
    if not may_revise(row, team()):
        raise Forbidden("idea.answer")
    return edit_page(row, place_of(tenant, reference))


@blueprint.post(f"{ONE}/edit")
def edit_idea(tenant: str, reference: str) -> AnyResponse:
    row = ours(reference)
    refused = written(row, place_of(tenant, reference), team())
    return refused or redirect(place_of(tenant, reference).back, 303)


# -- amendments --------------------------------------------------------------------------------------------------------


@blueprint.get(f"{ONE}/amendments/{ID}")
def show_amendment(tenant: str, reference: str, one_id: int) -> AnyResponse:
    return _amendment(tenant, reference, one_id)


@blueprint.post(f"{ONE}/amendments/{ID}/acceptance")
def accept_amendment(tenant: str, reference: str, one_id: int) -> AnyResponse:
    return _decide(tenant, reference, one_id, Form, lambda row, _form: amending.accept(row.id, one_id, team()))


@blueprint.post(f"{ONE}/amendments/{ID}/refusal")
def decline_amendment(tenant: str, reference: str, one_id: int) -> AnyResponse:
    def act(row: Any, form: WhyNotForm) -> None:
        amending.decline(row.id, one_id, team(), reason=form.reason.data or "")

    return _decide(tenant, reference, one_id, WhyNotForm, act)


def _decide(
    tenant: str, reference: str, one_id: int, form_class: type[Any], verb: Callable[[Any, Any], Any]
) -> AnyResponse:
    row, form = find_idea(reference), form_class(request.form)
    if not form.validate():
        return _amendment(tenant, reference, one_id, errors=first_errors(form), status=422)

    def act() -> AnyResponse:
        verb(row, form)
        return redirect(url_for("desk.show_amendment", tenant=tenant, reference=reference, one_id=one_id), 303)

    return decided(act, lambda **told: _amendment(tenant, reference, one_id, **told))


def _amendment(tenant: str, reference: str, one_id: int, **told: Any) -> AnyResponse:
    row = find_idea(reference)
    one = amendment_of(row, one_id)
    if one is None:
        raise amending.NoSuchAmendment(one_id)
    return amendment_page(row, one, place_of(tenant, reference), team(), **told)


# -- comments ----------------------------------------------------------------------------------------------------------


@blueprint.get("/<tenant>/ideas/comments")
def show_comments(tenant: str) -> AnyResponse:
    """Held comments first, then what everybody reads, then what was taken down."""
    require(current(), "idea.moderate")
    page = render_template(
        "desk/idea_comments.html",
        **frame(),
        held=commenting.to_look_at("held"),
        shown=commenting.to_look_at("shown", SHOWN_TO_LOOK_AT),
        hidden=commenting.to_look_at("hidden", SHOWN_TO_LOOK_AT),
        reasons=commenting.REASONS,
        notice=_done().get(request.args.get("sent", ""), ""),
    )
    return private(make_response(page))


@blueprint.get(f"{ONE}/comments")
def comment_form(tenant: str, reference: str) -> AnyResponse:
    return say_page(find_idea(reference), place_of(tenant, reference), {})


@blueprint.post(f"{ONE}/comments")
def say_on_idea(tenant: str, reference: str) -> AnyResponse:
    """Said in the name of the business, and read at once."""
    row, form = find_idea(reference), CommentForm(request.form)
    if not form.validate():
        return say_page(row, place_of(tenant, reference), first_errors(form), 422)
    text, about = form.text.data or "", about_amendment()
    commenting.comment(row.id, commenting.Said(text, language_of(text, tongue().locale), about), team())
    if about is not None:
        return redirect(url_for("desk.show_amendment", tenant=tenant, reference=reference, one_id=about), 303)
    return redirect(url_for("ideas.show", reference=reference, _anchor="comments"), 303)


@blueprint.post(f"{ONE}/comments/{ID}/release")
def release_comment(tenant: str, reference: str, one_id: int) -> AnyResponse:
    commenting.release(find_idea(reference).id, one_id)
    return redirect(url_for("desk.show_comments", tenant=tenant, sent="released"), 303)


@blueprint.post(f"{ONE}/comments/{ID}/hiding")
def hide_comment(tenant: str, reference: str, one_id: int) -> AnyResponse:
    commenting.hide(find_idea(reference).id, one_id, reason=_one_of(commenting.REASONS))
    return redirect(url_for("desk.show_comments", tenant=tenant, sent="hidden"), 303)


# -- the idea as a whole -----------------------------------------------------------------------------------------------


@blueprint.get(f"{ONE}/words")
def show_idea_words(tenant: str, reference: str) -> AnyResponse:
    """Everything that was written on the idea, who reads it, and removing."""
    row = ours(reference)
    require(current(), "idea.moderate")
    words, sent = own_words.of_all(row), request.args.get("sent", "")
    more = {"moderates": True, "reasons": moderating.REASONS}
    return own_words.page(row, place_of(tenant, reference), words, sent=sent, **more)


@blueprint.post(f"{ONE}/hiding")
def hide_idea(tenant: str, reference: str) -> AnyResponse:
    moderating.hide(find_idea(reference).id, form_version(), reason=_one_of(moderating.REASONS))
    return _to_words(tenant, reference, "hidden")


@blueprint.post(f"{ONE}/showing")
def show_idea_again(tenant: str, reference: str) -> AnyResponse:
    moderating.show_again(find_idea(reference).id, form_version())
    return _to_words(tenant, reference, "shown")


@blueprint.post(f"{ONE}/publication")
def publish_idea(tenant: str, reference: str) -> AnyResponse:
    moderating.publish(find_idea(reference).id, form_version())
    return _to_words(tenant, reference, "published")


@blueprint.post(f"{ONE}/versions/{ID}/removal")
def remove_version(tenant: str, reference: str, one_id: int) -> AnyResponse:
    redaction.redact_version(find_idea(reference).id, one_id, _one_of(REMOVAL_REASONS), team())
    return _to_words(tenant, reference, "removed")


@blueprint.post(f"{ONE}/amendments/{ID}/removal")
def remove_amendment(tenant: str, reference: str, one_id: int) -> AnyResponse:
    redaction.redact_amendment(find_idea(reference).id, one_id, _one_of(REMOVAL_REASONS), team())
    return _to_words(tenant, reference, "removed")


@blueprint.post(f"{ONE}/comments/{ID}/removal")
def remove_comment(tenant: str, reference: str, one_id: int) -> AnyResponse:
    redaction.redact_comment(find_idea(reference).id, one_id, _one_of(REMOVAL_REASONS), team())
    return _to_words(tenant, reference, "removed")


@blueprint.post(f"{ONE}/entries/{ID}/removal")
def remove_entry(tenant: str, reference: str, one_id: int) -> AnyResponse:
    redaction.redact_entry(find_idea(reference).id, one_id, _one_of(REMOVAL_REASONS))
    return _to_words(tenant, reference, "removed")


def _one_of(reasons: tuple[str, ...]) -> str:
    reason = request.form.get("reason", "")
    if reason not in reasons:
        abort(400)
    return reason


def _to_words(tenant: str, reference: str, sent: str) -> AnyResponse:
    return redirect(url_for("desk.show_idea_words", tenant=tenant, reference=reference, sent=sent), 303)


def _done() -> dict[str, str]:
    return {
        "released": _("Released. Everybody reads it."),
        "hidden": _("Taken down. The history says that a comment stood here, and why it went."),
    }
