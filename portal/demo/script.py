"""The grammar of a story: what a customer reports, and what happens then, act by act. No act is played here.

Moments are written as people say them and turned into times by `times.py`: a story begins "6w Tue 07:52" (Tuesday six
weeks ago), "3d 21:40" (three days ago) or "now-95m"; an act follows "2h" or "25m" later, or "1d 10:40" (the next day
at that time). Promises use the same words for their dates, and "now+200m" for one that is still to come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Act:
    """One act of a member of staff (`by`: what stands before the @ of their address) or of the customer (no `by`)."""

    when: str
    does: str
    by: str = ""
    text: str = ""
    due: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    """What only this kind of act needs."""


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


def ask(when: str, by: str, text: str) -> Act:
    """Ask the customer something; the clocks stand still until there is word."""
    return Act(when, "ask", by, text)


def find(when: str, by: str, text: str, *, source: str, demand: str = "", standard: str = "") -> Act:
    return Act(when, "find", by, text, more={"source": source, "demand": demand, "standard": standard})


def decide(when: str, by: str, text: str, *, fails: str = "", reason: str = "", clause: str = "") -> Act:
    """Decide whether it is upheld: `fails` is the test that does not hold, if one does not."""
    return Act(when, "decide", by, text, more={"fails": fails, "reason": reason, "clause": clause})


def offer(when: str, by: str, kind: str, text: str, due: str, *, amount: int = 0, currency: str = "") -> Act:
    """Offer a remedy that reaches the customer by `due`; `amount` in the smallest unit of `currency`."""
    return Act(when, "offer", by, text, due, more={"kind": kind, "amount": amount, "currency": currency})


def take_offer(when: str) -> Act:
    return Act(when, "take_offer")


def refuse_offer(when: str) -> Act:
    return Act(when, "refuse_offer")


def deliver(when: str, by: str, proof: str) -> Act:
    return Act(when, "deliver", by, proof)


def split(when: str, by: str, *titles: str) -> Act:
    return Act(when, "split", by, more={"titles": titles})


def finish_part(when: str, by: str) -> Act:
    """The first part that is still open is done."""
    return Act(when, "finish_part", by)


def hand_off(when: str, by: str, to: str, brief: str, *, part: str = "", again: bool = False) -> Act:
    """Ask another business: for help with a part (a new one, or `again` the one that came back), or to take it all."""
    return Act(when, "hand_off", by, brief, more={"to": to, "title": part, "again": again})


def take_on(when: str, by: str) -> Act:
    return Act(when, "take_on", by)


def cannot(when: str, by: str, reason: str, text: str, *, suggested: str = "") -> Act:
    """Decline what was asked."""
    return Act(when, "cannot", by, text, more={"reason": reason, "suggested": suggested})


def tell_progress(when: str, by: str, text: str) -> Act:
    return Act(when, "tell_progress", by, text)


def answer_part(when: str, by: str, text: str) -> Act:
    """What a business that was asked for help found: for the one that leads."""
    return Act(when, "answer_part", by, text)


def will_do(when: str, by: str, *, help_: int = 3, ease: int = 3) -> Act:
    """The lead takes the oldest answer that waits, and says how it was to work together."""
    return Act(when, "will_do", by, more={"help": help_, "ease": ease})


def assign(when: str, by: str, to: str, reason: str) -> Act:
    """The host says who takes what came back."""
    return Act(when, "assign", by, reason, more={"to": to})


def give_unit(when: str, by: str, to: str, brief: str, *, part: str = "", again: bool = False) -> Act:
    """Ask a unit of one's own business: for help with a part of its own (new, or `again`), or to have the case."""
    return Act(when, "give_unit", by, brief, more={"to": to, "title": part, "again": again})


def unit_takes(when: str, by: str) -> Act:
    return Act(when, "unit_takes", by)


def unit_cannot(when: str, by: str, reason: str, text: str, *, suggested: str = "") -> Act:
    return Act(when, "unit_cannot", by, text, more={"reason": reason, "suggested": suggested})


def unit_answers(when: str, by: str, text: str) -> Act:
    return Act(when, "unit_answers", by, text)


def unit_will_do(when: str, by: str, *, help_: int = 3, ease: int = 3) -> Act:
    return Act(when, "unit_will_do", by, more={"help": help_, "ease": ease})


def assign_unit(when: str, by: str, to: str, reason: str) -> Act:
    """A manager says which unit takes what came back."""
    return Act(when, "assign_unit", by, reason, more={"to": to})


def reopen(when: str, text: str = "") -> Act:
    return Act(when, "reopen", text=text)


def appeal(when: str, text: str) -> Act:
    return Act(when, "appeal", text=text)


def disagree(when: str, text: str) -> Act:
    return Act(when, "disagree", text=text)


def take_up(when: str, by: str, text: str, due: str) -> Act:
    """Another person begins the second look, with a plan and a date."""
    return Act(when, "take_up", by, text, due)


def withdraw(when: str, text: str) -> Act:
    return Act(when, "withdraw", text=text)


def judge(when: str, scores: tuple[int, int, int, int], back: str, text: str = "") -> Act:
    """Answer the survey: professionalism, quality, ease, quickness."""
    return Act(when, "judge", text=text, more={"scores": scores, "back": back})
