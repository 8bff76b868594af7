"""What a product team does with an idea. Each POST is one verb. These routes belong to the desk's blueprint."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import form_version
from portal.desk import idea_forms as forms
from portal.desk.idea_acts import STEPS
from portal.desk.idea_page import act_on_idea, desk_idea_page
from portal.desk.routes import blueprint
from portal.errors import page as error_page
from portal.ideas import answering, merging, promising, shipping, taking_part
from portal.ideas.holding import Merged, NoSuchIdea, StaleIdea
from portal.ideas.reading import find_idea
from portal.ideas.states import WrongIdeaState
from portal.languages import gettext as _

ONE = "/<tenant>/ideas/<reference>"
PROMISE = f"{ONE}/promises/<int(max=9223372036854775807):promise_id>"


@blueprint.get(ONE)
def show_idea(tenant: str, reference: str) -> Response:
    return desk_idea_page(find_idea(reference))


@blueprint.post(f"{ONE}/answer")
def answer_idea(tenant: str, reference: str) -> AnyResponse:
    """An official response, with the step that it is: `act` is one of STEPS."""

    def act(row: Any, form: forms.StepForm) -> None:
        what = answering.Answer(
            act=form.act.data or "",
            text=form.text.data or "",
            reason=form.reason.data or "",
            cost=form.cost.data or "",
            review_on=form.review_day,
            would_change=form.would_change.data or "",
            left_out=form.left_out.data or "",
        )
        answering.answer(row.id, form_version(), what)

    step = request.form.get("act", "")
    return act_on_idea(reference, step if step in STEPS else "review", forms.StepForm, act)


@blueprint.post(f"{ONE}/schedule")
def schedule_idea(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: forms.ScheduleForm) -> None:
        answering.schedule(row.id, form_version(), form.horizon.data or None)

    return act_on_idea(reference, "schedule", forms.ScheduleForm, act)


@blueprint.post(f"{ONE}/weights")
def weigh_idea(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: forms.WeightsForm) -> None:
        weights = {"reach": int(form.reach.data or 0), "effort": int(form.effort.data or 0)}
        answering.weigh(row.id, form_version(), **weights)

    return act_on_idea(reference, "weigh", forms.WeightsForm, act)


@blueprint.post(f"{ONE}/shipment")
def ship_idea(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: forms.ProofForm) -> None:
        since = form.since_day
        if since is None:
            raise shipping.NoProof("since")
        proof = shipping.Proof(form.what.data or "", since, form.touchpoint_id, form.left_out.data or "")
        shipping.ship(row.id, form_version(), proof)

    return act_on_idea(reference, "ship", forms.ProofForm, act)


@blueprint.post(f"{ONE}/promises")
def promise_for_idea(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: forms.IdeaPromiseForm) -> None:
        promising.promise(row.id, form_version(), sentence=form.sentence.data or "", due_at=form.due_at)

    return act_on_idea(reference, "promise", forms.IdeaPromiseForm, act)


@blueprint.post(f"{PROMISE}/fulfillment")
def keep_promise_of_idea(tenant: str, reference: str, promise_id: int) -> AnyResponse:
    def act(row: Any, form: forms.FulfillmentForm) -> None:
        promising.keep(row.id, promise_id, text=form.text.data or "")

    return act_on_idea(reference, "keep", forms.FulfillmentForm, act, promise=str(promise_id))


@blueprint.post(f"{PROMISE}/postponement")
def postpone_promise_of_idea(tenant: str, reference: str, promise_id: int) -> AnyResponse:
    def act(row: Any, form: forms.PostponementForm) -> None:
        promising.postpone(row.id, promise_id, due_at=form.due_at, reason=form.reason.data or "")

    return act_on_idea(reference, "postpone", forms.PostponementForm, act, promise=str(promise_id))


@blueprint.post(f"{ONE}/parts")
def ask_part_of_idea(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: forms.PartForm) -> None:
        taking_part.ask_part(row.id, form_version(), tenant_id=form.tenant_id or 0, what=form.what.data or "")

    return act_on_idea(reference, "ask_part", forms.PartForm, act)


@blueprint.post(f"{ONE}/part")
def answer_part_of_idea(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: forms.OwnPartForm) -> None:
        said = {"state": form.state.data or "", "reason": form.reason.data or ""}
        taking_part.answer_part(row.id, version=form_version(), **said)

    return act_on_idea(reference, "answer_part", forms.OwnPartForm, act)


@blueprint.post(f"{ONE}/merger")
def merge_idea(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: forms.MergerForm) -> None:
        try:
            merging.merge(row.id, form_version(), into=form.into.data or "", reason=form.reason.data or "")
        except NoSuchIdea:
            raise merging.NotMergeable(form.into.data) from None

    return act_on_idea(reference, "merge", forms.MergerForm, act)


@blueprint.post(f"{ONE}/merger/undo")
def unmerge_idea(tenant: str, reference: str) -> AnyResponse:
    def act(row: Any, form: forms.ReasonForm) -> None:
        merging.unmerge(row.id, form_version(), reason=form.reason.data or "")

    return act_on_idea(reference, "unmerge", forms.ReasonForm, act)


# -- what goes wrong ---------------------------------------------------------------------------------------------------

FORM_OF = {
    "schedule": "schedule",
    "weights": "weigh",
    "shipment": "ship",
    "promises": "promise",
    "fulfillment": "keep",
    "postponement": "postpone",
    "parts": "ask_part",
    "part": "answer_part",
    "merger": "merge",
    "undo": "unmerge",
}
"""Which form of the page a POST came from, by the end of its address."""


def _again(status: int, errors: dict[str, str] | None = None, sent: str = "") -> Response:
    """The page as it stands now, with what was typed still there."""
    arguments = request.view_args or {}
    form = FORM_OF.get(request.path.rsplit("/", 1)[-1], request.form.get("act", ""))
    values = {**request.form, "promise": str(arguments.get("promise_id", ""))}
    row = find_idea(arguments["reference"])
    return desk_idea_page(row, failed=form, errors=errors, values=values, status=status, sent=sent, tone="due")


@blueprint.errorhandler(StaleIdea)
@blueprint.errorhandler(WrongIdeaState)
@blueprint.errorhandler(Merged)
@blueprint.errorhandler(promising.PromiseSettled)
def idea_moved_on(_error: Exception) -> Response:
    """Somebody was quicker."""
    return _again(409, sent=_("This idea has moved on meanwhile. Nothing was done; this is how it stands now."))


@blueprint.errorhandler(taking_part.AlreadyAsked)
def asked_before(_error: Exception) -> Response:
    return _again(409, sent=_("This business has been asked already. Nothing was done."))


@blueprint.errorhandler(merging.NotMergeable)
def not_mergeable(_error: Exception) -> Response:
    words = _("Choose an idea that you answer too, that is as public as this one, and that is not merged itself.")
    return _again(422, {"into": words})


@blueprint.errorhandler(promising.PromiseInThePast)
def no_later_date(_error: Exception) -> Response:
    return _again(422, {"due": _("Give a later date than the one that was promised.")})


@blueprint.errorhandler(answering.NoReason)
@blueprint.errorhandler(shipping.NoProof)
def incomplete(error: answering.NoReason | shipping.NoProof) -> Response:
    return _again(422, {error.field: _("This is needed before it can be published.")})


@blueprint.errorhandler(promising.NoSuchPromise)
def no_such_promise(_error: Exception) -> AnyResponse:
    return error_page(404)
