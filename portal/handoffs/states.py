"""The life of a hand-off as one table: from which state, by which act, to which state.

Source: product rules of hand-offs. `assist` hands a part of a case over and the lead composes the answer; `transfer`
hands over the whole case, and the lead with it.
"""

from __future__ import annotations

STATES = (
    "offered",
    "accepted",
    "in_work",
    "awaiting_info",
    "answered",
    "confirmed",
    "reopened",
    "declined",
    "withdrawn",
    "expired",
    "returned",
)

TRANSITIONS: dict[tuple[str, str], str] = {
    ("offered", "accept"): "accepted",
    ("offered", "decline"): "declined",
    ("offered", "withdraw"): "withdrawn",
    ("offered", "expire"): "expired",
    ("accepted", "start"): "in_work",
    ("accepted", "return"): "returned",
    ("in_work", "return"): "returned",
    **{(state, "ask"): "awaiting_info" for state in ("accepted", "in_work", "reopened")},
    ("awaiting_info", "tell"): "in_work",
    **{(state, "answer"): "answered" for state in ("accepted", "in_work", "reopened")},
    ("answered", "confirm"): "confirmed",
    ("answered", "reopen"): "reopened",
    **{(state, "withdraw"): "withdrawn" for state in ("accepted", "in_work", "awaiting_info", "answered", "reopened")},
}

LIVE = frozenset({"offered", "accepted", "in_work", "awaiting_info", "answered", "reopened"})
"""Somebody is waited for."""
WORKING = LIVE - {"offered", "answered"}
"""The business that was asked has taken it on and owes an answer."""
BOUNCED = ("declined", "returned", "expired")
"""It came back without an answer."""


OVER = (*BOUNCED, "confirmed")
"""It has ended so that whoever asked can say how it was."""


class WrongLeg(RuntimeError):
    """The act is not possible in the state that the hand-off is in (409)."""

    def __init__(self, state: str, act: str) -> None:
        super().__init__(f"a hand-off that is {state} cannot {act}")
        self.state = state
        self.act = act


def after(state: str, act: str) -> str:
    """The state that `act` leads to. Raises WrongLeg."""
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        raise WrongLeg(state, act) from None


def can(state: str, act: str) -> bool:
    return (state, act) in TRANSITIONS
