"""What a product team says and does about an idea: its official response, the roadmap, what it weighs.

Every step is an event with its words, so that the history of answers can be read and none is ever overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.events import kinds
from portal.events.record import record
from portal.ideas import fixed, promising
from portal.ideas.holding import answered_by_us, move, touch
from portal.ideas.models import Idea
from portal.ideas.states import HORIZONS, ON_THE_WAY, OPEN, WrongIdeaState

DECLINES = ("not_ours", "too_costly", "conflicts", "exists_already", "not_allowed", "too_few", "harms_others")
"""Why an idea is declined: a code, besides the words."""
PARTLY = ("plan", "start", "update")
"""Steps that may say what is left out. Each says it anew: what it does not name is not left out any more."""
CASE_WEIGHT = 3
"""A case counts three times a vote: whoever wrote one down lost something, whoever tapped wants something."""
ANSWER = "idea.answer"
"""The permission of all of these."""


class NoReason(ValueError):
    """A "no" needs a reason from the list, and what would change it (422). `field` names what is missing."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Answer:
    """A step of the team with its official response. What of it is needed depends on the act; see `answer`.

    `act`: one of the table in `states.py` but `ship`, which needs a proof (`shipping.py`). `update` is a new response
    without a step: the state stays, the date of the next look moves.
    """

    act: str
    text: str
    reason: str = ""
    cost: str = ""
    """In words and money, as the team wants it read: "about 40,000 €, once"."""
    review_on: date | None = None
    """When the team looks at this answer again."""
    would_change: str = ""
    """What would change a "no"."""
    left_out: str = ""
    """What is not planned with the rest, of an idea that is on its way; what is not there yet, of one that is done."""


def answer(idea_id: int, version: int, what: Answer) -> None:
    """Take an idea a step on and say why, in public. Raises NoReason, WrongIdeaState, StaleIdea or Forbidden."""
    with answered_by_us(idea_id, version, act=ANSWER) as idea:
        if what.act == "ship":
            raise WrongIdeaState(idea.state, "ship without proof")
        _check(what)
        before = move(idea, what.act)
        facts: dict[str, Any] = {"act": what.act, "state": idea.state, "before": before}
        if what.act == "reopen":
            facts |= {"fixed_yes": idea.fixed_yes, "fixed_no": idea.fixed_no}
            idea.shipped_since = idea.watched_at = idea.fell_short_at = None
            fixed.ask_anew(idea)
        idea.review_on = what.review_on
        known, idea.left_out = idea.left_out, _left_out(what, idea.state)
        if idea.state not in ON_THE_WAY:
            idea.horizon = None
        if what.act == "decline":
            promising.release_all(idea)
            facts |= {"reason": what.reason, "would_change": what.would_change}
        facts |= {"cost": what.cost} if what.cost else {}
        facts |= {"left_out": idea.left_out} if idea.left_out and idea.left_out != known else {}
        facts |= {"review_on": what.review_on.isoformat()} if what.review_on else {}
        record(idea, kinds.IDEA_MOVED, text=what.text or None, facts=facts)


def schedule(idea_id: int, version: int, horizon: str | None) -> None:
    """Put it on the roadmap (now, next, later), or take it off. Raises WrongIdeaState for one that is not planned."""
    if horizon is not None and horizon not in HORIZONS:
        raise ValueError(horizon)
    with answered_by_us(idea_id, version, act=ANSWER) as idea:
        if horizon is not None and idea.state not in ON_THE_WAY:
            raise WrongIdeaState(idea.state, "schedule")
        if horizon == idea.horizon:
            return
        before, idea.horizon = idea.horizon, horizon
        touch(idea)
        record(idea, kinds.IDEA_SCHEDULED, facts={"horizon": horizon or "", "before": before or ""})


def weigh(idea_id: int, version: int, *, reach: int, effort: int) -> None:
    """How many it would help and what it would take, each from 1 to 5; everybody reads both."""
    if not (1 <= reach <= 5 and 1 <= effort <= 5):
        raise ValueError("a weight is a number from 1 to 5")
    with answered_by_us(idea_id, version, act=ANSWER) as idea:
        if idea.state not in OPEN:
            raise WrongIdeaState(idea.state, "weigh")
        idea.reach, idea.effort = reach, effort
        touch(idea)
        record(idea, kinds.IDEA_WEIGHED, facts={"reach": reach, "effort": effort})


def score(idea: Idea | Any) -> float | None:
    """(votes + 3 × cases behind it) × reach ÷ effort; None until it was weighed. Pages show it with its numbers.

    Votes and cases of ideas that were merged into it are among them.
    """
    if idea.reach is None or idea.effort is None:
        return None
    wanted = idea.wanted + CASE_WEIGHT * (idea.evidence + idea.evidence_joined)
    return float(wanted * idea.reach / idea.effort)


def _left_out(what: Answer, state: str) -> str | None:
    partly = what.act in PARTLY and (state == "shipped" or state in ON_THE_WAY)
    return what.left_out.strip() or None if partly else None


def _check(what: Answer) -> None:
    if what.act in ("plan", "start", "decline", "reopen", "update") and not what.text.strip():
        raise NoReason("text")
    if what.act == "decline" and what.reason not in DECLINES:
        raise NoReason("reason")
    if what.act == "decline" and not what.would_change.strip():
        raise NoReason("would_change")
