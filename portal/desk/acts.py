"""What a person may do with a case on the desk, in which order, and which act comes next. Only names; the verbs check
again."""

from __future__ import annotations

from typing import Any

from portal.cases.promises import BY_ITSELF, is_owed
from portal.cases.second_look import may_handle
from portal.cases.states import OPEN, UNTOUCHED, can
from portal.handoffs import unit_reading
from portal.handoffs.inside import units
from portal.handoffs.reading import decisions_on, may_hand_on
from tenants.permissions import allows
from tenants.scope import current

FORMS = (
    "acknowledge",
    "take_up",
    "go_on",
    "reply",
    "ask",
    "find",
    "assess",
    "remedy",
    "answer",
    "promise",
    "hand_off",
    "assign",
    "give_unit",
    "assign_unit",
    "split",
    "merge",
    "unmerge",
    "close",
)
"""The acts with a form of their own on the page (`templates/desk/acts/`), in the order in which work goes."""
NEXT_OF_STATE = {
    "received": "acknowledge",
    "reopened": "take_up",
    "appealed": "take_up",
    "acknowledged": "answer",
    "in_progress": "answer",
    "waiting_for_customer": "go_on",
    "answered": "reply",
}
OF_OTHERS = {"note", "settle", "keep", "move", "exceed"}
"""What is left to a business that led the case before: its own promises and remedies, and notes."""
PERMISSION = {
    "take_up": "acknowledge",
    "ask": "reply",
    "go_on": "reply",
    "move": "promise",
    "keep": "promise",
    "exceed": "promise",
    "find": "assess",
    "settle": "remedy",
    "unmerge": "merge",
    "give_unit": "hand_off",
    "leave": "read",
}
"""Acts that share the permission of another."""
KEEPS = {"acknowledge": ("acknowledge", "take_up"), "update": ("reply",), "answer": ("answer",), "remedy": ("settle",)}
"""By which act a promise is kept, of those that nobody can mark as kept."""


def possible(row: Any, assignee_id: int | None) -> set[str]:
    """What this person may do with the case as it is: the role's permissions and the state's."""
    acts = _of_state(row)
    if row.state in OPEN and assignee_id != current().person_id:
        acts.add("take")
    if row.lead_tenant_id != current().tenant_id:
        acts &= OF_OTHERS
    elif not may_handle(row.id, row.round):
        acts -= {"take_up", "answer", "find", "assess", "take"}
        acts.add("leave")
    if row.lead_tenant_id == current().tenant_id and may_hand_on(row):
        acts.add("hand_off")
    if decisions_on(row.id):
        acts.add("assign")
    acts |= _inside(row)
    return {act for act in acts if allows(current(), f"case.{PERMISSION.get(act, act)}")}


def _inside(row: Any) -> set[str]:
    """What this person may do with the case within the business, if it has units."""
    if row.state not in OPEN or not units():
        return set()
    undecided = allows(current(), "case.assign_unit") and unit_reading.to_decide(row.id)
    return ({"give_unit"} if unit_reading.may_give(row) else set()) | ({"assign_unit"} if undecided else set())


def main_act(row: Any, promise: Any, acts: set[str]) -> str | None:
    """The one form that comes next: by the next `promise` (or None), else by the state."""
    usual = "reply" if promise is not None and promise.what == "update" else NEXT_OF_STATE.get(row.state, "")
    return usual if usual in acts else None


def keeping(promise: Any, acts: set[str]) -> str | None:
    """The form by which this person keeps such a promise; None when there is none, or it is kept by hand."""
    return next((act for act in KEEPS.get(promise.what, ()) if act in acts), None)


def is_free(row: Any, assignee_id: int | None) -> bool:
    """Whether this business leads a case that there is work on, and nobody has it in hand."""
    leads = row.lead_tenant_id == current().tenant_id
    return leads and assignee_id is None and row.state in OPEN and row.state != "answered"


def waits_for_somebody(row: Any, assignee_id: int | None) -> bool:
    """Whether nobody has said yet what will be done, and nobody has it in hand.

    A case that has come along with its plan is what everybody reads that it is, such as in progress; only nobody here
    has taken it.
    """
    return is_free(row, assignee_id) and row.state in UNTOUCHED


def may_take(row: Any) -> bool:
    """Whether this person may take a case that nobody has."""
    return allows(current(), "case.take") and may_handle(row.id, row.round)


def by_hand(promise: Any) -> bool:
    """Whether a press can say that it was kept."""
    return is_owed(promise) and promise.what not in BY_ITSELF


def _of_state(row: Any) -> set[str]:
    """What the business that leads can do in this state."""
    acts = {name for name in ("acknowledge", "take_up", "ask", "go_on", "answer") if can(row.state, name)}
    acts |= {"note", "settle", "redact"}
    if row.state == "answered":
        acts.add("close")
    if row.state in OPEN:
        acts |= {"promise", "move", "keep", "exceed", "unmerge" if row.merged_into_id else "merge"}
    if row.state in OPEN and row.state not in UNTOUCHED:
        acts |= {"reply", "remedy"}
    if row.state in ("acknowledged", "in_progress", "waiting_for_customer"):
        acts |= {"find", "split"}
    if row.state in ("acknowledged", "in_progress"):
        acts.add("assess")
    return acts
