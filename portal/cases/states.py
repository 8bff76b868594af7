"""The life of a case as one table: from which state, by which act, to which state.

A verb asks `after(state, act)`; what the table does not hold does not happen. Source: product rules of a case's life;
`closed` and `withdrawn` end a case until its customer reopens it.
"""

from __future__ import annotations

STATES = (
    "received",
    "acknowledged",
    "in_progress",
    "waiting_for_customer",
    "answered",
    "closed",
    "withdrawn",
    "reopened",
    "appealed",
)

TRANSITIONS: dict[tuple[str, str], str] = {
    ("received", "acknowledge"): "acknowledged",
    ("acknowledged", "start"): "in_progress",
    ("acknowledged", "ask"): "waiting_for_customer",
    ("acknowledged", "answer"): "answered",
    ("in_progress", "ask"): "waiting_for_customer",
    ("in_progress", "answer"): "answered",
    ("waiting_for_customer", "hear"): "in_progress",
    ("waiting_for_customer", "go_on"): "in_progress",
    ("waiting_for_customer", "close"): "closed",
    ("answered", "hear"): "in_progress",
    ("answered", "close"): "closed",
    ("answered", "appeal"): "appealed",
    ("closed", "reopen"): "reopened",
    ("closed", "appeal"): "appealed",
    ("withdrawn", "reopen"): "reopened",
    ("reopened", "take_up"): "in_progress",
    ("appealed", "take_up"): "in_progress",
    **{(state, "withdraw"): "withdrawn" for state in STATES if state not in ("closed", "withdrawn")},
}

OPEN = frozenset(STATES) - {"closed", "withdrawn"}
UNTOUCHED = frozenset({"received", "reopened", "appealed"})
"""Nobody has said yet what will be done: a plan comes before any work."""


class WrongState(RuntimeError):
    """The act is not possible in the state that the case is in (409)."""

    def __init__(self, state: str, act: str) -> None:
        super().__init__(f"a case that is {state} cannot {act}")
        self.state = state
        self.act = act


def after(state: str, act: str) -> str:
    """The state that `act` leads to. Raises WrongState."""
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        raise WrongState(state, act) from None


def can(state: str, act: str) -> bool:
    return (state, act) in TRANSITIONS
