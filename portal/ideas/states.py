"""The life of an idea as one table: from which state, by which act of a product team, to which state.

A verb asks `after(state, act)`; what the table does not hold does not happen. Source: product rules of ideas. No
state is the end: what was declined can be taken up again, and what was shipped begins anew when it did not help.
"""

from __future__ import annotations

STATES = ("new", "under_review", "planned", "in_progress", "shipped", "declined")

TRANSITIONS: dict[tuple[str, str], str] = {
    ("new", "review"): "under_review",
    **{(state, "plan"): "planned" for state in ("new", "under_review", "in_progress")},
    **{(state, "start"): "in_progress" for state in ("under_review", "planned")},
    **{(state, "ship"): "shipped" for state in ("planned", "in_progress")},
    **{(state, "decline"): "declined" for state in ("new", "under_review", "planned", "in_progress")},
    ("declined", "review"): "under_review",
    ("planned", "review"): "under_review",
    ("shipped", "reopen"): "in_progress",
    **{(state, "update"): state for state in ("under_review", "planned", "in_progress", "shipped", "declined")},
}

OPEN = frozenset(STATES) - {"shipped", "declined"}
"""Somebody may still do it."""
ANSWERED = frozenset({"planned", "in_progress", "shipped", "declined"})
"""A business has said what becomes of it."""
HORIZONS = ("now", "next", "later")
"""Where an idea stands on the roadmap."""
ON_THE_WAY = frozenset({"planned", "in_progress"})
"""What can stand on the roadmap."""


class WrongIdeaState(RuntimeError):
    """The act is not possible in the state that the idea is in (409)."""

    def __init__(self, state: str, act: str) -> None:
        super().__init__(f"an idea that is {state} cannot {act}")
        self.state = state
        self.act = act


def after(state: str, act: str) -> str:
    """The state that `act` leads to. Raises WrongIdeaState."""
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        raise WrongIdeaState(state, act) from None


def can(state: str, act: str) -> bool:
    return (state, act) in TRANSITIONS
