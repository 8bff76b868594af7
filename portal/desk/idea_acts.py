"""What a person may do with an idea on the desk, in which order, and which act comes next. Only names; the verbs check
again."""

from __future__ import annotations

from typing import Any

from portal.ideas.promising import is_owed
from portal.ideas.states import ON_THE_WAY, OPEN, can
from portal.ideas.taking_part import has_part
from tenants.permissions import allows
from tenants.scope import current

GROUPS = {
    "move": ("answer_part", "review", "plan", "start", "ship", "reopen", "decline"),
    "plan": ("schedule", "promise", "weigh", "ask_part"),
    "other": ("update", "merge", "unmerge"),
}
"""The acts with a form of their own (`templates/desk/ideas/acts/`), in the order in which work goes: what moves
the idea on, what plans what is to come, and the rest."""
STEPS = ("review", "plan", "start", "reopen", "update", "decline")
"""Acts that are an official response; they share an address and most of a form."""
NEXT_OF_STATE = {"new": "review", "under_review": "plan", "planned": "start", "in_progress": "ship"}


def possible(row: Any) -> set[str]:
    """What this person may do with the idea as it is: the role's permissions, the state's, the business's."""
    if not allows(current(), "idea.answer"):
        return set()
    if row.tenant_id != current().tenant_id:
        return _of_part(row)
    if row.merged_into_id is not None:
        return {"unmerge"}
    acts = {name for name in (*STEPS, "ship") if can(row.state, name)} | {"merge"}
    acts |= {"promise", "weigh"} if row.state in OPEN else set()
    acts |= {"schedule"} if row.state in ON_THE_WAY else set()
    if row.state in OPEN and row.visibility in ("public", "network"):
        acts.add("ask_part")
    return acts


def main_act(row: Any, acts: set[str], *, doubted: bool, is_late: bool = False) -> str | None:
    """The one form that comes next: a new date for a promise that was not kept, one's own part, else by the state; one
    that helped nobody is taken up."""
    if is_late:
        return "postpone"
    if "answer_part" in acts:
        return "answer_part"
    usual = NEXT_OF_STATE.get(row.state, "reopen" if doubted else "")
    return usual if usual in acts else None


def further(acts: set[str], main: str | None) -> list[tuple[str, list[str]]]:
    """The other acts, by group."""
    left = ((group, [act for act in names if act in acts and act != main]) for group, names in GROUPS.items())
    return [(group, names) for group, names in left if names]


def may_settle(row: Any, promises: list[Any]) -> set[int]:
    """Promises that this business made and still owes: only it marks or moves them."""
    if not allows(current(), "idea.answer"):
        return set()
    return {each.id for each in promises if is_owed(each) and each.tenant_id == current().tenant_id}


def _of_part(row: Any) -> set[str]:
    """What is left to a business that another one asked for its part: also after the rest of it is done."""
    if row.merged_into_id is not None or row.state == "declined" or not has_part(row.id, current().tenant_id):
        return set()
    return {"answer_part", "promise"} if row.state in OPEN else {"answer_part"}
