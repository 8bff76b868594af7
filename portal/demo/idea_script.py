"""The grammar of an idea's story: what somebody proposes, and what others and the teams make of it, act by act.

Moments are written as in `script.py`. People without an account are known by a first name: who has one is the same
person wherever the name stands again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal.demo.script import Act


@dataclass(frozen=True)
class IdeaStory:
    """One idea. `by` is a first name, or the login of staff (`from_staff`); `solves` is the title of a problem."""

    start: str
    title: str
    text: str
    by: str
    acts: tuple[Act, ...] = ()
    language: str = "en"
    kind: str = "solution"
    place: str = ""
    category: str = ""
    solves: str = ""
    visibility: str = "public"
    from_staff: bool = False


def ideas_in(language: str, *stories: IdeaStory) -> tuple[IdeaStory, ...]:
    return tuple(replace(story, language=language) for story in stories)


def supporters(when: str, count: int) -> Act:
    """So many people tap, each for the first time."""
    return Act(when, "supporters", more={"count": count})


def revise(when: str, text: str, *, title: str = "", substantial: bool = False) -> Act:
    """The author writes it anew."""
    return Act(when, "revise", text=text, more={"title": title, "substantial": substantial})


def amend(when: str, name: str, paragraph: int, after: str, why: str) -> Act:
    """Somebody proposes another wording of one paragraph."""
    return Act(when, "amend", text=after, more={"name": name, "paragraph": paragraph, "why": why})


def take_amendment(when: str) -> Act:
    """The author accepts the oldest amendment that waits."""
    return Act(when, "take_amendment")


def refuse_amendment(when: str, reason: str) -> Act:
    return Act(when, "refuse_amendment", text=reason)


def say(when: str, name: str, text: str) -> Act:
    """Somebody without an account comments; the team lets it through."""
    return Act(when, "say", text=text, more={"name": name})


def let_through(when: str, by: str) -> Act:
    """The team has looked at every comment that waits."""
    return Act(when, "let_through", by)


def staff_say(when: str, by: str, text: str) -> Act:
    return Act(when, "staff_say", by, text)


def review(when: str, by: str, text: str = "") -> Act:
    return Act(when, "review", by, text)


def plan_it(when: str, by: str, text: str, *, cost: str = "", left_out: str = "") -> Act:
    return Act(when, "plan", by, text, more={"cost": cost, "left_out": left_out})


def start_it(when: str, by: str, text: str) -> Act:
    return Act(when, "start", by, text)


def decline_it(when: str, by: str, text: str, *, reason: str, would_change: str, again: str = "") -> Act:
    """Say no. `again` is the day on which they look at it again."""
    return Act(when, "decline", by, text, again, more={"reason": reason, "would_change": would_change})


def on_roadmap(when: str, by: str, horizon: str) -> Act:
    return Act(when, "on_roadmap", by, more={"horizon": horizon})


def weigh(when: str, by: str, reach: int, effort: int) -> Act:
    return Act(when, "weigh", by, more={"reach": reach, "effort": effort})


def promise_date(when: str, by: str, sentence: str, due: str) -> Act:
    return Act(when, "promise_date", by, sentence, due)


def keep_date(when: str, by: str, text: str) -> Act:
    return Act(when, "keep_date", by, text)


def move_date(when: str, by: str, reason: str, due: str) -> Act:
    return Act(when, "move_date", by, reason, due)


def need(when: str, by: str, business: str, what: str) -> Act:
    """Ask another business for its part."""
    return Act(when, "need", by, what, more={"business": business})


def our_part(when: str, by: str, state: str, reason: str = "") -> Act:
    return Act(when, "our_part", by, reason, more={"state": state})


def ship(when: str, by: str, proof: str, *, place: str = "") -> Act:
    return Act(when, "ship", by, proof, more={"place": place})


def fixed(when: str, yes: int, no: int) -> Act:
    """So many people say that it is really fixed, and that it is not."""
    return Act(when, "fixed", more={"yes": yes, "no": no})


def merge_into(when: str, by: str, title: str, reason: str) -> Act:
    return Act(when, "merge_into", by, reason, more={"title": title})


def behind(when: str, by: str, begins: str) -> Act:
    """A business that has the case puts it behind the idea; the case is known by how its title begins."""
    return Act(when, "behind", by, more={"begins": begins})
