"""The effect that tells what becomes of an idea: its voters, its followers, and whoever had complained about it.

A much wanted idea has many readers of its news, so the follower only notes that an event is to be told; a timer writes
letters a batch at a time, each batch in a transaction of its own, until everybody has one. An address gets one letter
for an event, however many reasons there are to write to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.accounts.choices import Choices, choices_of
from portal.events import kinds
from portal.events.kinds import Audience
from portal.events.models import Event, EventContent, Head
from portal.events.record import set_timer
from portal.followers.base import Follower, Nature, Told
from portal.followers.letters import base_url
from portal.followers.models import Delivery
from portal.following import letters
from portal.following.ideas import active_on
from portal.following.models import Subscription
from portal.ideas.models import Idea
from portal.languages import lazy_gettext as _l
from portal.languages import speaking
from tenants import clock
from tenants.models import User
from tenants.scope import current, db

TELL = "idea.tell"
"""The timer that writes the next batch of letters about an event."""
BATCH = 200

MOVED = {
    "review": (_l("Under review"), _l("The business is looking at an idea that you follow.")),
    "update": (_l("How it stands"), _l("The business says how it stands with an idea that you follow.")),
    "plan": (_l("Planned"), _l("An idea that you follow is planned. The page says why, and by when.")),
    "start": (_l("Work has begun"), _l("Work on an idea that you follow has begun.")),
    "decline": (
        _l("Declined"),
        _l("An idea that you follow will not be done. The page says why, and what would change that."),
    ),
    "reopen": (_l("Taken up again"), _l("An idea that you follow did not help enough, and is worked on again.")),
}
"""By the act of the team."""
HAPPENED = {
    kinds.IDEA_SHIPPED.name: (
        _l("Done. Is it really fixed?"),
        _l("An idea that you follow is there. The page says what changed and since when; one tap says if it helps."),
    ),
    kinds.IDEA_FELL_SHORT.name: (
        _l("It did not help enough"),
        _l("Complaints have not fallen since an idea that you follow was done. The page shows the numbers."),
    ),
    kinds.IDEA_PROMISE_BROKEN.name: (
        _l("A promise was broken"),
        _l("A promised date of an idea that you follow has passed. The page shows which one."),
    ),
    kinds.IDEA_PROMISE_MOVED.name: (
        _l("A promise was moved"),
        _l("A promised date of an idea that you follow is another now. The page shows both, and why."),
    ),
    kinds.IDEA_MERGED.name: (
        _l("Merged"),
        _l("An idea that you follow goes on as part of another one. Your vote stays."),
    ),
}
CHANGED = (
    _l("It has changed"),
    _l("An idea that you support says something else now. Do you still support it? One tap says so."),
)
FOR_COMPLAINANTS = (
    _l("Something changed because of what you reported"),
    _l("What you reported led to a change. The page says what changed and since when; one tap says if it helps."),
)
TOLD = (kinds.IDEA_MOVED.name, kinds.IDEA_REVISED.name, *HAPPENED)


class IdeaMail(Follower):
    """Notes what is to be told."""

    name = "idea-mail"
    nature = Nature.EFFECT
    of_ideas = True

    def follow(self, events: Sequence[Told]) -> None:
        for event in events:
            public = event.audience == Audience.PUBLIC and event.visibility == "public"
            if event.idea_id and public and event.kind in TOLD:
                set_timer(event.network_id, TELL, event.event_id, clock.now())


@dataclass(frozen=True)
class _News:
    """One event as letters tell it."""

    event_id: int
    idea: Idea
    words: tuple[object, object]
    ships: bool


def tell(event_id: int) -> None:
    """The timer: the next batch of letters about one event. Runs as the system."""
    news = _news(event_id)
    if news is None:
        return
    head = db.session.get(Head, f"tell:{event_id}", with_for_update=True)
    if head is None:
        head = Head(name=f"tell:{event_id}", value=0)
        db.session.add(head)
    ideas = [news.idea.id, *db.session.scalars(select(Idea.id).where(Idea.merged_into_id == news.idea.id))]
    batch = active_on(ideas, head.value, BATCH, of_cases=news.ships)
    for subscription in batch:
        _write(news, subscription)
    if len(batch) < BATCH:
        db.session.delete(head)
        return
    head.value = batch[-1].id
    set_timer(news.idea.network_id, TELL, event_id, clock.now())


def _write(news: _News, subscription: Subscription) -> None:
    choices = _choices(subscription)
    if choices.steps == "none" or _has_letter(news.event_id, subscription.address):
        return
    words = news.words if subscription.idea_id is not None else FOR_COMPLAINANTS
    of = letters.Occasion(news.idea.reference, news.event_id, base_url(news.idea.network_id))
    with speaking(choices.locale or subscription.locale):
        letters.idea_step(subscription, of, str(words[0]), str(words[1]))


def _news(event_id: int) -> _News | None:
    """What there is to say; None when the idea is not everybody's any more."""
    event = db.session.get(Event, event_id)
    content = db.session.get(EventContent, event_id)
    idea = db.session.get(Idea, event.idea_id) if event and event.idea_id else None
    if event is None or idea is None or idea.visibility != "public":
        return None
    words = _words(event.kind, (content.facts if content else None) or {})
    return _News(event_id, idea, words, event.kind == kinds.IDEA_SHIPPED.name) if words else None


def _words(kind: str, facts: dict[str, Any]) -> tuple[object, object] | None:
    if kind == kinds.IDEA_MOVED.name:
        return MOVED.get(str(facts.get("act", "")))
    if kind == kinds.IDEA_REVISED.name:
        return CHANGED if facts.get("substantial") else None
    return HAPPENED.get(kind)


def _has_letter(event_id: int, address: str) -> bool:
    mail = Delivery.__table__
    query = current().select(mail.c.id).where(mail.c.event_id == event_id, mail.c.address == address)
    return db.session.scalar(query.limit(1)) is not None


def _choices(subscription: Subscription) -> Choices:
    """Those of the account with this address; answers and changes for whoever has none."""
    query = select(User.id).where(User.network_id == subscription.network_id, User.email == subscription.address)
    user_id = db.session.scalar(query.where(User.confirmed_at.is_not(None)))
    return choices_of(user_id) if user_id is not None else Choices()
