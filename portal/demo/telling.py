"""Tells the stories: puts the acts of all of them in the order of time and lives through that time.

Every act is a verb, called in the scope of whoever acts. Between two acts the clock stops wherever a timer is due, and
there the worker does its work, so that promises break and cases close at their own time. Nothing is told of the future.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from portal.cases import customer_verbs, handling, promises, reporting, visibility
from portal.cases.models import Case, Category, Promise, Touchpoint
from portal.demo.script import Act, Story
from portal.demo.setting import Actor, Stage
from portal.demo.times import Times
from portal.desk import assignment
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

    @property
    def customer(self) -> Scope:
        return Scope.customer(self.stage.network_id, case_id=self.case_id)


@dataclass(frozen=True)
class Scene:
    at: datetime
    played: Played
    act: Act | None
    """None is the report itself."""


def scenes(stage: Stage, stories: Sequence[Story], now: datetime) -> list[Scene]:
    """Everything that has happened by `now` in these stories; what would come later is left out."""
    times = Times(now, stage.zone)
    return [scene for story in stories for scene in _scenes_of(story, stage, times)]


def _scenes_of(story: Story, stage: Stage, times: Times) -> Iterator[Scene]:
    played, at = Played(story, stage), times.start(story.start).astimezone(UTC)
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
                until_idle()
            progress(scene.at, number)
        _live_until(now, hand)
        until_idle()


def _live_until(at: datetime, hand: clock.Hand) -> None:
    """Move the clock on to `at`, stopping just after each timer that is due on the way."""
    while (due := _next_timer()) is not None and due + MOMENT < at:
        hand.set(max(due + MOMENT, hand.at))
        until_idle()
    hand.set(at)


def _next_timer() -> datetime | None:
    with entered(Scope.system()):
        waiting = select(func.min(Timer.due_at)).where(Timer.done_at.is_(None), Timer.try_at.is_(None))
        return db.session.scalar(waiting)


# -- acts ----------------------------------------------------------------------------------------------------------


def _play(scene: Scene, now: datetime) -> None:
    played, act = scene.played, scene.act
    if act is None:
        _report(played)
        return
    if not act.by:
        with entered(played.customer):
            CUSTOMER[act.does](_case(played), act)
        return
    actor = played.stage.actors[act.by]
    due = _promised(act, scene.at, actor, Times(now, played.stage.zone))
    with entered(actor.scope):
        STAFF[act.does](_case(played), act, actor.name, due)


def _promised(act: Act, at: datetime, actor: Actor, times: Times) -> datetime:
    """The date that the act gives; nobody promises for a time at which their business is closed."""
    if not act.due:
        return at
    due = times.after(act.due, at)
    last = due - timedelta(minutes=1)
    opens = actor.hours.next_moment(last)
    return due if act.due.startswith("now") or opens == last else opens + AFTER_OPENING


def _report(played: Played) -> None:
    story, stage = played.story, played.stage
    what = reporting.Report(
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
    played.case_id = reporting.report(stage.network_id, what, form=new_token()).case_id


@dataclass(frozen=True)
class CaseNow:
    """What a page would have shown to whoever acts: which case, and at which version."""

    id: int
    version: int


def _case(played: Played) -> CaseNow:
    version = db.session.scalars(select(Case.state_version).where(Case.id == played.case_id)).one()
    return CaseNow(played.case_id, version)


def _owed(case_id: int, *whats: str) -> int:
    """The promise that the customer still waits for: of the first of these kinds that there is, the earliest."""
    rows = db.session.scalars(select(Promise).where(Promise.case_id == case_id).order_by(Promise.due_at, Promise.id))
    owed = [promise for promise in rows if promises.is_owed(promise)]
    return next(promise.id for what in whats for promise in owed if promise.what == what)


def _answer(case: CaseNow, text: str, author: str) -> None:
    """With where the cause lies, as far as the customer did not say: at a place of the lead, in the first topic."""
    known = db.session.scalars(select(Case).where(Case.id == case.id)).one()
    elsewhere = (Touchpoint.tenant_id != known.lead_tenant_id, Touchpoint.id)
    place = known.touchpoint_id or db.session.scalar(select(Touchpoint.id).order_by(*elsewhere).limit(1))
    topic = known.category_id or db.session.scalar(select(Category.id).order_by(Category.id).limit(1))
    handling.answer(case.id, case.version, text=text, author=author, touchpoint_id=place, category_id=topic)


CUSTOMER: dict[str, Callable[[CaseNow, Act], None]] = {
    "write": lambda case, act: customer_verbs.write_to_business(case.id, text=act.text),
    "accept": lambda case, act: customer_verbs.accept_answer(case.id, case.version),
    "hide": lambda case, act: visibility.make_private(case.id),
}

STAFF: dict[str, Callable[[CaseNow, Act, str, datetime], None]] = {
    "take": lambda case, act, author, due: assignment.take(case.id, author=author),
    "plan": lambda case, act, author, due: handling.acknowledge(
        case.id, case.version, plan=act.text, answer_by=due, author=author
    ),
    "reply": lambda case, act, author, due: handling.reply(case.id, text=act.text, author=author),
    "note": lambda case, act, author, due: handling.note(case.id, text=act.text, author=author),
    "promise": lambda case, act, author, due: promises.promise_more(case.id, act.text, due, version=case.version),
    "keep": lambda case, act, author, due: promises.keep(case.id, _owed(case.id, "other")),
    "move": lambda case, act, author, due: promises.move(case.id, _owed(case.id, "other", "answer"), due, act.text),
    "answer": lambda case, act, author, due: _answer(case, act.text, author),
    "close": lambda case, act, author, due: handling.close(case.id, case.version),
}
