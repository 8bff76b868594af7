"""Tells the stories: puts the acts of all of them in the order of time and lives through that time.

Every act is a verb, called in the scope of whoever acts. Between two acts the clock stops wherever a timer is due, and
there the worker does its work, so that promises break and cases close at their own time. Nothing is told of the future.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from portal.cases import reporting
from portal.cases.opening import Report
from portal.demo import idea_acts
from portal.demo.acting import CUSTOMER, STAFF, case_now
from portal.demo.idea_script import IdeaStory
from portal.demo.script import Act, Story
from portal.demo.setting import Actor, Stage
from portal.demo.times import Times
from portal.events.models import Timer
from portal.worker.main import until_idle
from tenants import clock
from tenants.ids import new_token
from tenants.scope import Scope, db, entered

MOMENT = timedelta(seconds=1)
AFTER_OPENING = timedelta(hours=3)


@dataclass
class Played:
    """A story as it runs: the case that it has become."""

    story: Story
    stage: Stage
    case_id: int = 0

    def begin(self) -> None:
        self.case_id = _report(self.story, self.stage)

    def play(self, act: Act, at: datetime, now: datetime) -> None:
        if not act.by:
            with entered(self.customer):
                CUSTOMER[act.does](case_now(self.case_id), act)
            return
        actor = self.stage.actors[act.by]
        due = _promised(act, at, actor, Times(now, self.stage.zone))
        with entered(actor.scope):
            STAFF[act.does](case_now(self.case_id), act, actor.name, due)

    @property
    def customer(self) -> Scope:
        return Scope.customer(self.stage.network_id, case_id=self.case_id)


@dataclass
class PlayedIdea:
    """The story of an idea as it runs."""

    story: IdeaStory
    stage: Stage
    idea_id: int = 0

    def begin(self) -> None:
        self.idea_id = idea_acts.propose(self.story, self.stage)

    def play(self, act: Act, at: datetime, now: datetime) -> None:
        actor = self.stage.actors[act.by] if act.by else None
        due = _promised(act, at, actor, Times(now, self.stage.zone)) if actor else at
        idea_acts.play(self.story, self.idea_id, act, actor, due, self.stage)


@dataclass(frozen=True)
class Scene:
    at: datetime
    played: Played | PlayedIdea
    act: Act | None
    """None is the report, or the proposal, itself."""


def scenes(stage: Stage, stories: Sequence[Story | IdeaStory], now: datetime) -> list[Scene]:
    """Everything that has happened by `now` in these stories; what would come later is left out."""
    times = Times(now, stage.zone)
    return [scene for story in stories for scene in _scenes_of(story, stage, times)]


def _scenes_of(story: Story | IdeaStory, stage: Stage, times: Times) -> Iterator[Scene]:
    at = times.start(story.start).astimezone(UTC)
    played = PlayedIdea(story, stage) if isinstance(story, IdeaStory) else Played(story, stage)
    yield Scene(at, played, None)
    for act in story.acts:
        wanted = max(times.after(act.when, at).astimezone(UTC), at + MOMENT)
        at = wanted if act.when.startswith("now") else _in_hours(stage.actors.get(act.by), wanted, len(act.text))
        if at > times.now:
            return
        yield Scene(at, played, act)


def _in_hours(actor: Actor | None, wanted: datetime, minutes: int) -> datetime:
    """Staff act while their business is open; some minutes after it opens, if they would have to wait for that."""
    if actor is None:
        return wanted
    opens = actor.hours.next_moment(wanted)
    return opens if opens == wanted else opens + timedelta(minutes=5 + minutes % 50)


def play(all_scenes: Sequence[Scene], now: datetime, progress: Callable[[datetime, int], None]) -> None:
    """Live through the scenes in the order of time, and then on until `now`. `progress` is told after each."""
    ordered = sorted(all_scenes, key=lambda scene: scene.at)
    with clock.held(ordered[0].at) as hand:
        for number, scene in enumerate(ordered, start=1):
            _live_until(scene.at, hand)
            _play(scene, now)
            if scene.act is None:  # the desk has its mail at once
                until_idle(searching=False)
            progress(scene.at, number)
        _live_until(now, hand)
        until_idle(searching=False)


def _live_until(at: datetime, hand: clock.Hand) -> None:
    """Move the clock on to `at`, stopping just after each timer that is due on the way."""
    while (due := _next_timer()) is not None and due + MOMENT < at:
        hand.set(max(due + MOMENT, hand.at))
        until_idle(searching=False)
    hand.set(at)


def _next_timer() -> datetime | None:
    with entered(Scope.system()):
        waiting = select(func.min(Timer.due_at)).where(Timer.done_at.is_(None), Timer.try_at.is_(None))
        return db.session.scalar(waiting)


# -- acts ----------------------------------------------------------------------------------------------------------


def _play(scene: Scene, now: datetime) -> None:
    if scene.act is None:
        scene.played.begin()
    else:
        scene.played.play(scene.act, scene.at, now)


def _promised(act: Act, at: datetime, actor: Actor, times: Times) -> datetime:
    """The date that the act gives; nobody promises for a time at which their business is closed."""
    if not act.due:
        return at
    due = times.after(act.due, at)
    last = due - timedelta(minutes=1)
    opens = actor.hours.next_moment(last)
    return due if act.due.startswith("now") or opens == last else opens + AFTER_OPENING


def _report(story: Story, stage: Stage) -> int:
    what = Report(
        text=story.text,
        language=story.language,
        visibility="private" if story.is_private else "public",
        wish=story.wish,
        happened=story.happened,
        touchpoint_id=stage.places[story.place] if story.place else None,
        category_id=stage.categories[story.category] if story.category else None,
        channel="email" if story.contact else "",
        address=story.contact,
        origin=story.origin,
    )
    return reporting.report(stage.network_id, what, form=new_token()).case_id
