"""The grammar of a story: what a customer reports, and what happens then, act by act. No act is played here.

Moments are written as people say them and turned into times by `times.py`: a story begins "6w Tue 07:52" (Tuesday six
weeks ago), "3d 21:40" (three days ago) or "now-95m"; an act follows "2h" or "25m" later, or "1d 10:40" (the next day
at that time). Promises use the same words for their dates, and "now+200m" for one that is still to come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Act:
    """One act of a member of staff (`by`: what stands before the @ of their address) or of the customer (no `by`)."""

    when: str
    does: str
    by: str = ""
    text: str = ""
    due: str = ""


@dataclass(frozen=True)
class Story:
    """One case: the report, then the acts in their order. `place` and `category` are codes, and may be left out."""

    start: str
    text: str
    acts: tuple[Act, ...] = ()
    language: str = "en"
    place: str = ""
    category: str = ""
    wish: str = ""
    happened: str = ""
    contact: str = ""
    is_private: bool = False
    origin: str = "web"


def in_language(language: str, *stories: Story) -> tuple[Story, ...]:
    return tuple(replace(story, language=language) for story in stories)


def take(when: str, by: str) -> Act:
    return Act(when, "take", by)


def plan(when: str, by: str, text: str, due: str) -> Act:
    """Acknowledge with a plan, and promise an answer by `due`."""
    return Act(when, "plan", by, text, due)


def reply(when: str, by: str, text: str) -> Act:
    return Act(when, "reply", by, text)


def note(when: str, by: str, text: str) -> Act:
    return Act(when, "note", by, text)


def promise(when: str, by: str, sentence: str, due: str) -> Act:
    return Act(when, "promise", by, sentence, due)


def keep(when: str, by: str) -> Act:
    """Keep the earliest promise in somebody's own words that the customer still waits for."""
    return Act(when, "keep", by)


def move(when: str, by: str, reason: str, due: str) -> Act:
    """Move the earliest promise in somebody's own words; without one, the promise to answer."""
    return Act(when, "move", by, reason, due)


def answer(when: str, by: str, text: str) -> Act:
    return Act(when, "answer", by, text)


def close(when: str, by: str) -> Act:
    return Act(when, "close", by)


def write(when: str, text: str) -> Act:
    return Act(when, "write", text=text)


def accept(when: str) -> Act:
    return Act(when, "accept")


def hide(when: str) -> Act:
    """The customer takes a public case back."""
    return Act(when, "hide")
