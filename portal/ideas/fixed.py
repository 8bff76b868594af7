"""Is it really fixed? What people say about a shipped idea, with one tap (`voting.say_fixed`); only counts leave here.

Taken up again, an idea forgets what was said: the event keeps the counts, and whoever answers next answers what ships
next. Votes are of the door and the worker, so it is the worker that forgets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func

from portal.events import kinds
from portal.events.models import Event
from portal.events.record import set_timer
from portal.ideas.models import Idea
from portal.ideas.vote_models import IdeaVote
from tenants import clock
from tenants.scope import current, db

FORGET = "idea.fixed.forget"


@dataclass(frozen=True)
class Share:
    """How many say that it is fixed, of all who answered. Small counts are shown like any other."""

    yes: int
    no: int

    @property
    def all(self) -> int:
        return self.yes + self.no

    @property
    def percent(self) -> int:
        return round(100 * self.yes / self.all) if self.all else 0

    @property
    def doubted(self) -> bool:
        """More people say that it is not fixed than that it is."""
        return self.no > self.yes


def share_of(idea: Any) -> Share:
    return Share(idea.fixed_yes, idea.fixed_no)


def may_be_asked(idea: Any) -> bool:
    """Whether people are asked: about what was shipped and stands for itself."""
    return idea.state == "shipped" and idea.merged_into_id is None


def ask_anew(idea: Idea) -> None:
    """Of a held idea that is taken up again: what was said about its being fixed is not about what comes next."""
    set_timer(idea.network_id, FORGET, idea.id, clock.now())


def forget_answers(idea_id: int) -> None:
    """The timer: answers from before it was taken up again go. Runs as the system; a second time finds nothing."""
    events, votes = Event.__table__, IdeaVote.__table__
    old = current().delete(votes).where(votes.c.idea_id == idea_id, votes.c.about == "fixed")
    if db.session.get_one(Idea, idea_id).state == "shipped":
        last = current().select(func.max(events.c.at)).where(events.c.idea_id == idea_id)
        old = old.where(votes.c.at < db.session.scalar(last.where(events.c.kind == kinds.IDEA_SHIPPED.name)))
    db.session.execute(old)
