"""Saying something about an idea or one of its amendments, and removing what one wrote. At the ballots' door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.ballots import ballot, blueprint, with_ballot
from portal.cases.redaction import REASONS
from portal.forms import first_errors
from portal.ideas import commenting, own_words, redaction
from portal.ideas.act_routes import ONE, anybody, public_idea, voice
from portal.ideas.edit_routes import may_rewrite, place_of
from portal.ideas.forms import CommentForm
from portal.ideas.limits import may_write
from portal.ideas.voices import Voice
from portal.ideas.writing import about_amendment, say_page
from portal.languages import current as tongue
from portal.languages import gettext as _
from portal.written_in import language_of
from tenants.scope import entered

ID = "<int(max=9223372036854775807):one_id>"


@blueprint.get(f"{ONE}/comments")
def comment_form(reference: str) -> AnyResponse:
    """The form by itself: where a reload of a refused one leads."""
    return say_page(public_idea(reference), place_of(reference), {})


@blueprint.post(f"{ONE}/comments")
def comment(reference: str) -> AnyResponse:
    """Say something. Without an account it is held until the team has looked at it, and the page says so."""
    word = ballot()
    row, who, form = public_idea(reference), voice(word), CommentForm(request.form)
    if not form.validate():
        return with_ballot(say_page(row, place_of(reference), first_errors(form), 422), word)
    if not may_write(row.id, who):
        too_fast = _("That was a lot in a short time. Please wait a quarter of an hour; what you wrote is still here.")
        return with_ballot(say_page(row, place_of(reference), {"text": too_fast}, 429), word)
    text = form.text.data or ""
    said = commenting.Said(text, language_of(text, tongue().locale), about_amendment())
    try:
        with entered(anybody()):
            is_shown = commenting.comment(row.id, said, who)
    except commenting.TooManyHeld:
        waiting = _("Too many comments wait to be looked at. Please try again later; what you wrote is still here.")
        return with_ballot(say_page(row, place_of(reference), {"text": waiting}, 429), word)
    return with_ballot(_after(reference, said.amendment_id, "commented" if is_shown else "held"), word)  # type: ignore[arg-type]


def _after(reference: str, amendment_id: int | None, sent: str) -> AnyResponse:
    if amendment_id is None:
        return redirect(url_for("ideas.show", reference=reference, sent=sent, _anchor="comments"), 303)
    return redirect(url_for("ballots.show_amendment", reference=reference, amendment_id=amendment_id, sent=sent), 303)


# -- removing one's own words ------------------------------------------------------------------------------------------


@blueprint.get(f"{ONE}/words")
def show_words(reference: str) -> AnyResponse:
    """What this account, or this browser, wrote on the idea, to be removed, or to be written anew by its author."""
    row, who = public_idea(reference), voice(ballot())
    with entered(anybody()):
        words, sent = own_words.of_voice(row, who), request.args.get("sent", "")
        return own_words.page(row, place_of(reference), words, sent=sent, rewrites=may_rewrite(row, who))


@blueprint.post(f"{ONE}/versions/{ID}/removal")
def remove_version(reference: str, one_id: int) -> AnyResponse:
    return _remove(reference, lambda row, reason, who: redaction.redact_version(row.id, one_id, reason, who))


@blueprint.post(f"{ONE}/amendments/{ID}/removal")
def remove_amendment(reference: str, one_id: int) -> AnyResponse:
    return _remove(reference, lambda row, reason, who: redaction.redact_amendment(row.id, one_id, reason, who))


@blueprint.post(f"{ONE}/comments/{ID}/removal")
def remove_comment(reference: str, one_id: int) -> AnyResponse:
    return _remove(reference, lambda row, reason, who: redaction.redact_comment(row.id, one_id, reason, who))


def _remove(reference: str, act: Callable[[Any, str, Voice], None]) -> AnyResponse:
    reason = request.form.get("reason", "")
    if reason not in REASONS:
        abort(400)
    row, who = public_idea(reference), voice(ballot())
    with entered(anybody()):
        act(row, reason, who)
    return redirect(url_for("ballots.show_words", reference=reference, sent="removed"), 303)
