"""The life of a case as one table: from which state, by which act, to which state.

A verb asks `after(state, act)`; what the table does not hold does not happen.
"""

from __future__ import annotations

TRANSITIONS: dict[tuple[str, str], str] = {
    ("received", "acknowledge"): "acknowledged",
    ("acknowledged", "start"): "in_progress",
    ("acknowledged", "answer"): "answered",
    ("in_progress", "answer"): "answered",
    ("answered", "hear"): "in_progress",
    ("answered", "close"): "closed",
}

OPEN = frozenset({"received", "acknowledged", "in_progress", "answered"})


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
