"""What can be done with one hand-off: by the end of the address, the form of each act and its verb.

The verbs are the same between businesses and between units; forms that name who else may take it are not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request
from wtforms import Form

from portal.answers import form_version
from portal.desk.forms import TextForm
from portal.desk.handoff_forms import DeclineForm, LongerForm, RatingForm, ReturnForm, RulingForm
from portal.desk.page import author, names_of, zone
from portal.forms import first_errors
from portal.handoffs import handing, hosting, working
from portal.languages import gettext as _

Verb = Callable[[int, int, Any], None]
Act = tuple[str, type[Any], Verb]


def _looked(handoff_id: int, _version: int, _form: Any) -> None:
    working.look(handoff_id)


ACTS: dict[str, Act] = {
    "look": ("look", Form, _looked),
    "acceptance": ("accept", Form, lambda one, version, form: handing.accept(one, version, author=author())),
    "refusal": (
        "decline",
        DeclineForm,
        lambda one, version, form: handing.decline(
            one,
            version,
            reason=form.reason.data,
            text=form.text.data or "",
            author=author(),
            suggested_id=form.suggested_id,
        ),
    ),
    "return": (
        "return",
        ReturnForm,
        lambda one, version, form: handing.give_back(one, version, reason=form.reason.data, evidence=form.text.data),
    ),
    "withdrawal": ("withdraw", Form, lambda one, version, form: handing.withdraw(one, version)),
    "progress": (
        "progress",
        TextForm,
        lambda one, version, form: working.report_progress(one, text=form.text.data, author=author()),
    ),
    "question": (
        "ask",
        TextForm,
        lambda one, version, form: working.ask(one, version, text=form.text.data, author=author()),
    ),
    "information": (
        "tell",
        TextForm,
        lambda one, version, form: working.tell(one, version, text=form.text.data, author=author()),
    ),
    "extension": (
        "longer",
        LongerForm,
        lambda one, version, form: working.ask_longer(
            one, version, until=form.due_at, text=form.text.data, author=author()
        ),
    ),
    "extension-answer": (
        "grant",
        Form,
        lambda one, version, form: working.grant_longer(one, version, granted=request.form.get("granted") == "1"),
    ),
    "answer": (
        "answer",
        TextForm,
        lambda one, version, form: working.answer(one, version, text=form.text.data, author=author()),
    ),
    "confirmation": ("confirm", Form, lambda one, version, form: working.confirm(one, version)),
    "reopening": (
        "reopen",
        TextForm,
        lambda one, version, form: working.reopen(one, version, text=form.text.data, author=author()),
    ),
    "rating": (
        "rate",
        RatingForm,
        lambda one, version, form: working.rate(one, help_=form.help.data, ease=form.ease.data),
    ),
    "dispute": (
        "dispute",
        TextForm,
        lambda one, version, form: hosting.dispute(one, version, text=form.text.data, author=author()),
    ),
    "evidence": (
        "reply",
        TextForm,
        lambda one, version, form: hosting.reply(one, version, text=form.text.data, author=author()),
    ),
    "ruling": (
        "rule",
        RulingForm,
        lambda one, version, form: hosting.rule(one, version, reason=form.reason.data, to_id=form.to_id),
    ),
}
"""By the end of the address: the act, its form, and the verb."""
NAMES = ", ".join(repr(name) for name in ACTS)


def perform(act: Act, handoff_id: int, show: Callable[..., Response]) -> Response | str:
    """Check the form and run the verb. Returns the name of the act, or an answer: what was refused, shown by `show`."""
    name, form_class, verb = act
    form = form_class(request.form)
    form.zone, form.names = zone(), names_of()
    if not form.validate():
        return show(handoff_id, failed=name, errors=first_errors(form), status=422)
    try:
        verb(handoff_id, form_version(), form)
    except working.NotLater:
        errors = {"due": _("This is not later than what was agreed.")}
        return show(handoff_id, failed=name, errors=errors, status=422)
    return Response(status=204) if name == "look" else name
