"""Each act of an idea's story as the verb that plays it, under the scope of whoever acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.cases.models import Case
from portal.demo.idea_script import IdeaStory
from portal.demo.script import Act
from portal.demo.setting import Actor, Stage
from portal.ideas import (
    amending,
    answering,
    commenting,
    evidence,
    merging,
    promising,
    proposing,
    revising,
    shipping,
    taking_part,
    voting,
)
from portal.ideas.answering import Answer
from portal.ideas.commenting import Said
from portal.ideas.models import Idea
from portal.ideas.talk_models import IdeaAmendment, IdeaComment
from portal.ideas.voices import Voice
from tenants import clock
from tenants.ids import new_token
from tenants.models import Tenant
from tenants.scope import Scope, current, db, entered


def propose(story: IdeaStory, stage: Stage) -> int:
    """The story begins. Returns the idea's id."""
    what = proposing.Proposal(
        title=story.title,
        text=story.text,
        language=story.language,
        kind=story.kind,
        problem_id=_by_title(stage, story.solves) if story.solves else None,
        touchpoint_id=stage.places[story.place] if story.place else None,
        category_id=stage.categories[story.category] if story.category else None,
        visibility=story.visibility,
    )
    actor = stage.actors[story.by] if story.from_staff else None
    voice = _staff_voice(actor) if actor else person(story.by)
    with entered(actor.scope if actor else Scope.customer(stage.network_id)):
        idea = proposing.propose(what, voice, form=new_token())
        idea_id = idea.id
    if actor is None:
        _vote(stage, idea_id, voice)
    return idea_id


def play(story: IdeaStory, idea_id: int, act: Act, actor: Actor | None, due: datetime, stage: Stage) -> None:
    """One act, by `actor`, or by people who have no account."""
    if act.does in CROWD:
        CROWD[act.does](story, idea_id, act, stage)
        return
    if actor is None:
        with entered(Scope.customer(stage.network_id)):
            PEOPLE[act.does](story, idea_id, act)
        return
    with entered(actor.scope):
        TEAM[act.does](idea_id, act, actor, due)


def person(name: str) -> Voice:
    """Somebody without an account, who signs with a first name."""
    return Voice(f"demo-{name}", credit=name)


def _staff_voice(actor: Actor) -> Voice:
    return Voice(person_id=actor.scope.person_id, credit=actor.name)


def _row(idea_id: int) -> Any:
    ideas = Idea.__table__
    return db.session.execute(current().select(ideas).where(ideas.c.id == idea_id)).one()


def _version(idea_id: int) -> int:
    return int(_row(idea_id).version)


def _by_title(stage: Stage, title: str) -> int:
    with entered(Scope.system(stage.network_id)):
        return db.session.scalars(select(Idea.id).where(Idea.title == title)).one()


# -- the crowd ---------------------------------------------------------------------------------------------------------


def _vote(stage: Stage, idea_id: int, voice: Voice) -> None:
    with entered(Scope.public(stage.network_id)):
        row = _row(idea_id)
    with entered(Scope.door(stage.network_id)):
        voting.vote(row, voice)


def _supporters(_story: IdeaStory, idea_id: int, act: Act, stage: Stage) -> None:
    for _tap in range(act.more["count"]):
        _vote(stage, idea_id, Voice(new_token()))


def _fixed(_story: IdeaStory, idea_id: int, act: Act, stage: Stage) -> None:
    with entered(Scope.public(stage.network_id)):
        row = _row(idea_id)
    for says, count in ((True, act.more["yes"]), (False, act.more["no"])):
        for _tap in range(count):
            with entered(Scope.door(stage.network_id)):
                voting.say_fixed(row, Voice(new_token()), is_fixed=says)


CROWD: dict[str, Callable[[IdeaStory, int, Act, Stage], None]] = {"supporters": _supporters, "fixed": _fixed}


# -- authors and others ------------------------------------------------------------------------------------------------


def _revise(story: IdeaStory, idea_id: int, act: Act) -> None:
    row = _row(idea_id)
    version = revising.Version(row.revision, act.more["title"] or row.title, act.text, act.more["substantial"])
    revising.revise(idea_id, version, person(story.by))


def _amend(_story: IdeaStory, idea_id: int, act: Act) -> None:
    wording = amending.Wording(_row(idea_id).revision, act.more["paragraph"], act.text, act.more["why"])
    amending.amend(idea_id, wording, person(act.more["name"]))


def _waiting(idea_id: int) -> int:
    query = select(IdeaAmendment.id).where(IdeaAmendment.idea_id == idea_id, IdeaAmendment.state == "proposed")
    return db.session.scalars(query.order_by(IdeaAmendment.id)).first() or 0


def _take_amendment(story: IdeaStory, idea_id: int, _act: Act) -> None:
    amending.accept(idea_id, _waiting(idea_id), person(story.by))


def _refuse_amendment(story: IdeaStory, idea_id: int, act: Act) -> None:
    amending.decline(idea_id, _waiting(idea_id), person(story.by), reason=act.text)


def _say(story: IdeaStory, idea_id: int, act: Act) -> None:
    commenting.comment(idea_id, Said(act.text, story.language), person(act.more["name"]))


PEOPLE: dict[str, Callable[[IdeaStory, int, Act], None]] = {
    "revise": _revise,
    "amend": _amend,
    "take_amendment": _take_amendment,
    "refuse_amendment": _refuse_amendment,
    "say": _say,
}


# -- teams -------------------------------------------------------------------------------------------------------------


def _let_through(idea_id: int, _act: Act, _actor: Actor, _due: datetime) -> None:
    comments = select(IdeaComment.id).where(IdeaComment.idea_id == idea_id, IdeaComment.state == "held")
    for comment_id in db.session.scalars(comments.order_by(IdeaComment.id)).all():
        commenting.release(idea_id, comment_id)


def _staff_say(idea_id: int, act: Act, actor: Actor, _due: datetime) -> None:
    commenting.comment(idea_id, Said(act.text, _row(idea_id).language), _staff_voice(actor))


def _answer(idea_id: int, act: Act, _actor: Actor, due: datetime) -> None:
    review_on = due.date() if act.due else None
    answering.answer(idea_id, _version(idea_id), Answer(act.does, act.text, review_on=review_on, **act.more))


def _on_roadmap(idea_id: int, act: Act, _actor: Actor, _due: datetime) -> None:
    answering.schedule(idea_id, _version(idea_id), act.more["horizon"])


def _weigh(idea_id: int, act: Act, _actor: Actor, _due: datetime) -> None:
    answering.weigh(idea_id, _version(idea_id), **act.more)


def _promise_date(idea_id: int, act: Act, _actor: Actor, due: datetime) -> None:
    promising.promise(idea_id, _version(idea_id), sentence=act.text, due_at=due)


def _owed(idea_id: int) -> int:
    return int(next(each.id for each in promising.promises_of(idea_id) if promising.is_owed(each)))


def _keep_date(idea_id: int, act: Act, _actor: Actor, _due: datetime) -> None:
    promising.keep(idea_id, _owed(idea_id), text=act.text)


def _move_date(idea_id: int, act: Act, _actor: Actor, due: datetime) -> None:
    promising.postpone(idea_id, _owed(idea_id), due_at=due, reason=act.text)


def _need(idea_id: int, act: Act, _actor: Actor, _due: datetime) -> None:
    other = db.session.scalars(select(Tenant.id).where(Tenant.slug == act.more["business"])).one()
    taking_part.ask_part(idea_id, _version(idea_id), tenant_id=other, what=act.text)


def _our_part(idea_id: int, act: Act, _actor: Actor, _due: datetime) -> None:
    taking_part.answer_part(idea_id, state=act.more["state"], reason=act.text)


def _ship(idea_id: int, act: Act, _actor: Actor, _due: datetime) -> None:
    proof = shipping.Proof(act.text, clock.now().date(), _row(idea_id).touchpoint_id)
    shipping.ship(idea_id, _version(idea_id), proof)


def _behind(idea_id: int, act: Act, _actor: Actor, _due: datetime) -> None:
    found = select(Case.id).where(Case.title.startswith(act.more["begins"]))
    evidence.link(idea_id, db.session.scalars(found).one())


def _merge_into(idea_id: int, act: Act, _actor: Actor, _due: datetime) -> None:
    into = db.session.scalars(select(Idea.reference).where(Idea.title == act.more["title"])).one()
    merging.merge(idea_id, _version(idea_id), into=into, reason=act.text)


TEAM: dict[str, Callable[[int, Act, Actor, datetime], None]] = {
    "let_through": _let_through,
    "staff_say": _staff_say,
    **dict.fromkeys(("review", "plan", "start", "decline"), _answer),
    "on_roadmap": _on_roadmap,
    "weigh": _weigh,
    "promise_date": _promise_date,
    "keep_date": _keep_date,
    "move_date": _move_date,
    "need": _need,
    "our_part": _our_part,
    "ship": _ship,
    "merge_into": _merge_into,
    "behind": _behind,
}
