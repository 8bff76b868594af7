"""The desk's page of one case, and what an agent does with it. Each POST is one verb."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

from portal import page_language
from portal.answers import form_version
from portal.cases import handling, needs, promises, remedies, second_look
from portal.cases.assignment import Taken
from portal.cases.holding import Stale
from portal.cases.reading import find_case
from portal.cases.states import WrongState
from portal.desk.forms import AnswerForm, AskForm, MoveForm, PlanForm, PromiseForm, TextForm
from portal.desk.page import act_on, author, case_page, zone
from portal.files.form import files_form
from portal.files.web import takes_files
from portal.languages import gettext as _
from tenants.scope import writing

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@blueprint.before_request
def say_times_of_the_business() -> None:
    """A desk reads and types its dates in one zone: that of the business."""
    if "seat" in g:
        page_language.enter(g.network.locale, zone())


@blueprint.get("/<tenant>/cases/<reference>")
def show_case(tenant: str, reference: str) -> Response:
    return case_page(find_case(reference))


# -- acts: each POST is one verb -----------------------------------------------------------------------------------


@blueprint.post("/<tenant>/cases/<reference>/acknowledgement")
def acknowledge(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: PlanForm) -> None:
        handling.acknowledge(row.id, form_version(), plan=form.plan.data or "", answer_by=form.due_at, author=author())

    return act_on(reference, "acknowledge", PlanForm, act)


@blueprint.post("/<tenant>/cases/<reference>/second-look")
def take_up(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: PlanForm) -> None:
        handling.take_up(row.id, form_version(), plan=form.plan.data or "", answer_by=form.due_at, author=author())

    return act_on(reference, "take_up", PlanForm, act)


@blueprint.post("/<tenant>/cases/<reference>/questions")
def ask(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: AskForm) -> None:
        with writing():
            heed_what_was_told(row.id, form.text.data or "")
            handling.ask(
                row.id,
                form_version(),
                text=form.text.data or "",
                author=author(),
                touchpoint_id=form.touchpoint_id,
                category_id=form.category_id,
            )

    return act_on(reference, "ask", AskForm, act)


@blueprint.post("/<tenant>/cases/<reference>/resumption")
def go_on(tenant: str, reference: str) -> AnyResponse:
    return act_on(reference, "go_on", Form, lambda row, _form: handling.go_on(row.id, form_version()))


@blueprint.post("/<tenant>/cases/<reference>/replies")
@takes_files
def reply(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: TextForm) -> None:
        with writing():
            heed_what_was_told(row.id, form.text.data or "")
            handling.reply(row.id, text=form.text.data or "", author=author(), files=files_form("reply"))

    return act_on(reference, "reply", TextForm, act, files=True)


@blueprint.post("/<tenant>/cases/<reference>/notes")
@takes_files
def note(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: TextForm) -> None:
        handling.note(row.id, text=form.text.data or "", author=author(), files=files_form("note"))

    return act_on(reference, "note", TextForm, act, files=True)


@blueprint.post("/<tenant>/cases/<reference>/answer")
def answer(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: AnswerForm) -> None:
        handling.answer(
            row.id,
            form_version(),
            text=form.text.data or "",
            author=author(),
            touchpoint_id=form.touchpoint_id,
            category_id=form.category_id,
            about_staff=form.about_staff.data or "",
        )

    return act_on(reference, "answer", AnswerForm, act)


@blueprint.post("/<tenant>/cases/<reference>/promises")
def promise(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: PromiseForm) -> None:
        promises.promise_more(row.id, form.sentence.data or "", form.due_at, version=form_version())

    return act_on(reference, "promise", PromiseForm, act)


@blueprint.post("/<tenant>/cases/<reference>/promises/<int:promise_id>/date")
def move(tenant: str, reference: str, promise_id: int) -> AnyResponse:
    def act(row: Any, form: MoveForm) -> None:
        promises.move(row.id, promise_id, form.due_at, form.reason.data or "")

    return act_on(reference, "move", MoveForm, act, promise=str(promise_id))


@blueprint.post("/<tenant>/cases/<reference>/promises/<int:promise_id>/fulfilment")
def keep(tenant: str, reference: str, promise_id: int) -> AnyResponse:
    return act_on(reference, "keep", Form, lambda row, _form: promises.keep(row.id, promise_id))


@blueprint.post("/<tenant>/cases/<reference>/promises/<int:promise_id>/more")
def exceed(tenant: str, reference: str, promise_id: int) -> AnyResponse:
    def act(row: Any, form: TextForm) -> None:
        promises.exceed(row.id, promise_id, text=form.text.data or "")

    return act_on(reference, "exceed", TextForm, act, promise=str(promise_id))


@blueprint.post("/<tenant>/cases/<reference>/closure")
def close(tenant: str, reference: str) -> AnyResponse:
    return act_on(reference, "close", Form, lambda row, _form: handling.close(row.id, form_version()))


class AsksAgain(Exception):
    """The text asks for something that the customer told already: `known` says what, for whoever wrote it (422)."""

    def __init__(self, known: list[str]) -> None:
        super().__init__(*known)
        self.known = known


def heed_what_was_told(case_id: int, text: str) -> None:
    """Warn once before something is asked twice. Sent all the same it is on record. Inside `writing()`."""
    known = needs.warn(case_id, text, request.form.get("asked_again") == "1")
    if known:
        raise AsksAgain(known)


@blueprint.errorhandler(AsksAgain)
def asks_again(error: AsksAgain) -> Response:
    row = find_case((request.view_args or {})["reference"])
    failed = FORM_OF[request.path.rsplit("/", 1)[-1]]
    return case_page(
        row, failed=failed, errors={"asked_again": " ".join(error.known)}, values=dict(request.form), status=422
    )


FORM_OF = {
    "acknowledgement": "acknowledge",
    "second-look": "take_up",
    "questions": "ask",
    "answer": "answer",
    "promises": "promise",
    "replies": "reply",
    "findings": "find",
    "assessment": "assess",
    "remedies": "remedy",
    "handoffs": "hand_off",
    "assignments": "assign",
    "unit-handoffs": "give_unit",
    "unit-assignments": "assign_unit",
}
"""Which form of the page a POST came from, by the end of its address."""


@blueprint.errorhandler(Stale)
@blueprint.errorhandler(Taken)
@blueprint.errorhandler(WrongState)
@blueprint.errorhandler(handling.OpenParts)
@blueprint.errorhandler(promises.PromiseSettled)
@blueprint.errorhandler(promises.NotByHand)
@blueprint.errorhandler(remedies.RemedySettled)
def moved_on(error: Exception) -> Response:
    """Somebody was quicker: show the case as it is now, with what was typed still there."""
    arguments = request.view_args or {}
    words = _("This case has moved on meanwhile. Nothing was sent; this is how it stands now.")
    if isinstance(error, handling.OpenParts):
        words = _("A part of this case is still open. It closes when the last part is done.")
    if isinstance(error, Taken):
        words = _("A colleague has just taken this case.")
    if isinstance(error, promises.NotByHand):
        words = _("Nothing was marked. A plan, news, an answer or a delivery is kept by giving it, in the form for it.")
    return case_page(
        find_case(arguments["reference"]),
        failed=FORM_OF.get(request.path.rsplit("/", 1)[-1]),
        values=dict(request.form),
        status=409,
        sent=words,
        tone="due",
    )


@blueprint.errorhandler(second_look.SamePerson)
def same_person(_error: Exception) -> Response:
    """The page says who may: nothing was done, and what was typed is still there to be handed on."""
    arguments = request.view_args or {}
    words = _("You decided on this case before, so a colleague has to take this second look. Nothing was sent.")
    return case_page(
        find_case(arguments["reference"]), values=dict(request.form), status=403, sent=words, tone="broken"
    )
