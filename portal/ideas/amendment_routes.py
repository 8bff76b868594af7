"""Amendments, by anybody: propose another wording, look at one with its discussion, decide, withdraw. At the door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

from portal.answers import private
from portal.ballots import ballot, blueprint, with_ballot
from portal.forms import first_errors
from portal.ideas import amending
from portal.ideas.act_routes import ONE, anybody, back_to, public_idea, voice
from portal.ideas.edit_routes import place_of
from portal.ideas.forms import RivalForm, WhyNotForm, WordingForm
from portal.ideas.limits import may_write
from portal.ideas.revising import mark_of, paragraphs, revisions_of, split
from portal.ideas.states import WrongIdeaState
from portal.ideas.versions import NoSuchVersion, numbered
from portal.ideas.voices import Voice
from portal.ideas.writing import Place, amendment_of, amendment_page, number_of
from portal.languages import gettext as _
from portal.languages import html_lang
from tenants.permissions import Forbidden
from tenants.scope import entered

PARAGRAPH = f"{ONE}/paragraphs/<int(min=1, max=10000):number>"
AMENDMENT = f"{ONE}/amendments/<int(max=9223372036854775807):amendment_id>"


# -- proposing ---------------------------------------------------------------------------------------------------------


@blueprint.get(PARAGRAPH)
def wording_form(reference: str, number: int) -> AnyResponse:
    """The form for a paragraph, counted from 1, of the version `base`; of the one that stands without it."""
    row = public_idea(reference)
    with entered(anybody()):
        return _wording_page(row, number, number_of("base") or row.revision)


@blueprint.post(PARAGRAPH)
def propose_wording(reference: str, number: int) -> AnyResponse:
    word = ballot()
    row, who, form = public_idea(reference), voice(word), WordingForm(request.form)
    base = number_of("base")
    if not form.validate():
        with entered(anybody()):
            return with_ballot(_wording_page(row, number, base, errors=first_errors(form), status=422), word)
    if not may_write(row.id, who):
        with entered(anybody()):
            return with_ballot(_wording_page(row, number, base, problem=_too_fast(), status=429), word)
    with entered(anybody()):
        refused = _amended(row, number, base, form, who)
    return with_ballot(refused or back_to(reference, sent="amended"), word)  # type: ignore[arg-type]


def _amended(row: Any, number: int, base: int, form: WordingForm, who: Voice) -> Response | None:
    """None when it is proposed, else the page that says what is wrong."""
    what = amending.Wording(base, number - 1, form.words, form.why.data or "", request.form.get("mark", ""))
    try:
        amending.amend(row.id, what, who)
    except amending.NothingAmended:
        nothing = _("These are the words as they stand, or nothing would be left of the idea.")
        return _wording_page(row, number, base, errors={"after": nothing}, status=422)
    except amending.Collides:
        changed = _("The paragraph has changed since you opened it. Nothing was sent; below is how it reads now.")
        return _wording_page(row, number, row.revision, problem=changed, status=409)
    except amending.TooManyAmendments:
        many = _("Too many changes wait for a decision already. Please try again when some have been decided.")
        return _wording_page(row, number, base, problem=many, status=409)
    return None


def _wording_page(
    row: Any, number: int, base: int, *, errors: dict[str, str] | None = None, status: int = 200, problem: str = ""
) -> Response:
    version = numbered(revisions_of(row.id), base)
    parts = split(version.text or "")
    if number > len(parts):
        raise NoSuchVersion(number)
    before = parts[number - 1]
    page = render_template(
        "ideas/amend.html",
        idea=row,
        lang=html_lang(row.language),
        number=number,
        base=base,
        before=before,
        mark=mark_of(before) if status in (200, 409) else request.form.get("mark", ""),
        stands=before in paragraphs(row),
        is_only=len(parts) == 1,
        values=request.form or {"after": before},
        errors=errors or {},
        problem=problem,
    )
    return private(make_response(page, status))


# -- one amendment -----------------------------------------------------------------------------------------------------


@blueprint.get(AMENDMENT)
def show_amendment(reference: str, amendment_id: int) -> AnyResponse:
    return _page(reference, amendment_id, notice=_done().get(request.args.get("sent", ""), ""))


@blueprint.post(f"{AMENDMENT}/acceptance")
def accept_amendment(reference: str, amendment_id: int) -> AnyResponse:
    def act(row: Any, who: Voice, _form: Form) -> AnyResponse:
        amending.accept(row.id, amendment_id, who)
        return back_to(reference, sent="accepted")

    return _act_on(reference, amendment_id, Form, act)


@blueprint.post(f"{AMENDMENT}/refusal")
def decline_amendment(reference: str, amendment_id: int) -> AnyResponse:
    def act(row: Any, who: Voice, form: WhyNotForm) -> AnyResponse:
        amending.decline(row.id, amendment_id, who, reason=form.reason.data or "")
        return _to(reference, amendment_id, "declined")

    return _act_on(reference, amendment_id, WhyNotForm, act)


@blueprint.post(f"{AMENDMENT}/withdrawal")
def withdraw_amendment(reference: str, amendment_id: int) -> AnyResponse:
    def act(row: Any, who: Voice, _form: Form) -> AnyResponse:
        amending.withdraw(row.id, amendment_id, who)
        return _to(reference, amendment_id, "withdrawn")

    return _act_on(reference, amendment_id, Form, act)


@blueprint.post(f"{AMENDMENT}/rival")
def make_rival(reference: str, amendment_id: int) -> AnyResponse:
    def act(row: Any, who: Voice, form: RivalForm) -> AnyResponse:
        return back_to(amending.make_rival(row.id, amendment_id, who, title=form.title.data or ""), sent="proposed")

    return _act_on(reference, amendment_id, RivalForm, act)


def _act_on(
    reference: str, amendment_id: int, form_class: type[Any], act: Callable[[Any, Voice, Any], AnyResponse]
) -> AnyResponse:
    word = ballot()
    row, who, form = public_idea(reference), voice(word), form_class(request.form)
    if not form.validate():
        return _page(reference, amendment_id, errors=first_errors(form), status=422)
    return decided(lambda: _in_scope(row, who, form, act), lambda **told: _page(reference, amendment_id, **told))


def _in_scope(row: Any, who: Voice, form: Any, act: Callable[[Any, Voice, Any], AnyResponse]) -> AnyResponse:
    with entered(anybody()):
        return act(row, who, form)


def decided(act: Callable[[], AnyResponse], page: Callable[..., AnyResponse]) -> AnyResponse:
    """Run a decision; what stands in its way is told on the amendment's own page, with both texts."""
    try:
        return act()
    except Forbidden:
        return page(
            problem=_("Only the author of the idea and its team decide, and only who proposed it withdraws."),
            status=403,
        )
    except amending.Collides:
        return page(problem=_("Not taken in: the paragraph has changed since. Nothing was overwritten."), status=409)
    except amending.AmendmentMoved:
        return page(problem=_("It has been decided meanwhile. This is how it stands now."), status=409)
    except amending.Unfit:
        return page(problem=_("Not taken in: the idea would become empty, or too long."), status=409)
    except WrongIdeaState:
        return page(problem=_("The idea has been decided: its words stay as they are."), status=409)


def _page(reference: str, amendment_id: int, **told: Any) -> Response:
    row, who = public_idea(reference), voice(ballot())
    with entered(anybody()):
        one = amendment_of(row, amendment_id)
        if one is None:
            raise amending.NoSuchAmendment(amendment_id)
        return amendment_page(row, one, _place(reference), who, **told)


def _place(reference: str) -> Place:
    return place_of(reference)


def _to(reference: str, amendment_id: int, sent: str) -> AnyResponse:
    return redirect(url_for("ballots.show_amendment", reference=reference, amendment_id=amendment_id, sent=sent), 303)


def _done() -> dict[str, str]:
    return {
        "declined": _("Declined. Everybody reads why."),
        "withdrawn": _("Withdrawn."),
        "commented": _("Said. Everybody reads it."),
        "held": _(
            "Thank you. The team looks at it first, because it came without an account; then everybody reads it."
        ),
    }


def _too_fast() -> str:
    return _("That was a lot in a short time. Please wait a quarter of an hour; what you wrote is still here.")
