"""Who reads an idea: the team that answers it takes an abusive one down, lets it back, and publishes internal ones."""

from __future__ import annotations

from portal.events import kinds
from portal.events.record import record
from portal.ideas.holding import answered_by_us, touch
from tenants.scope import db

REASONS = ("abuse", "advertising", "off_topic", "personal_data", "repeated", "unlawful")
"""Why an idea is taken down; a code, because a free reason could say the words again."""


class WrongReach(RuntimeError):
    """The idea is not read by those whom the act is about (409): it is hidden already, or public already."""

    def __init__(self, visibility: str) -> None:
        super().__init__(f"an idea that is {visibility}")
        self.visibility = visibility


def hide(idea_id: int, version: int, *, reason: str) -> None:
    """Take a public idea down: only the business that answers it sees it. Raises WrongReach, StaleIdea, Forbidden."""
    if reason not in REASONS:
        raise ValueError(reason)
    with answered_by_us(idea_id, version, act="idea.moderate", merged=True) as idea:
        if idea.visibility != "public":
            raise WrongReach(idea.visibility)
        record(idea, kinds.IDEA_HIDDEN, facts={"reason": reason})
        idea.visibility = "hidden"
        idea.public_version += 1
        touch(idea)
        db.session.flush()


def show_again(idea_id: int, version: int) -> None:
    """Let everybody read it again. The log seals what happened meanwhile. Raises WrongReach, StaleIdea or Forbidden."""
    with answered_by_us(idea_id, version, act="idea.moderate", merged=True) as idea:
        if idea.visibility != "hidden":
            raise WrongReach(idea.visibility)
        idea.visibility = "public"
        touch(idea)
        record(idea, kinds.IDEA_SHOWN)


def publish(idea_id: int, version: int) -> None:
    """Make an idea of the businesses everybody's, with its history. Raises WrongReach, StaleIdea or Forbidden."""
    with answered_by_us(idea_id, version, act="idea.moderate") as idea:
        if idea.visibility not in ("internal", "network"):
            raise WrongReach(idea.visibility)
        idea.visibility = "public"
        touch(idea)
        record(idea, kinds.IDEA_PUBLISHED)
