"""The effect that tells customers and followers: one letter for each step that matters to them.

No letter holds a word that somebody typed, so that what is removed later was never sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from portal.accounts.choices import Choices, choices_of
from portal.cases import surveys
from portal.cases.models import Case, Contact
from portal.cases.survey_models import Survey
from portal.events import kinds
from portal.events.kinds import Audience
from portal.events.models import Event
from portal.followers.base import Follower, Nature, Told
from portal.followers.letters import base_url
from portal.followers.models import Delivery
from portal.following import letters, subscribing
from portal.following.models import Subscription
from portal.languages import lazy_gettext as _l
from portal.languages import speaking
from tenants.models import User
from tenants.scope import current, db

ANSWERS = {
    kinds.QUESTION_ASKED.name: (
        _l("A question to you"),
        _l("The business asks you something; the clocks stand still until you answer."),
    ),
    kinds.REPLIED.name: (
        _l("A message"),
        _l("The business has written to you."),
    ),
    kinds.ANSWERED.name: (
        _l("An answer"),
        _l("There is an answer. Does it solve your case? You decide."),
    ),
    kinds.ASSESSED.name: (
        _l("A decision"),
        _l("What you reported was checked and decided. The page says what was checked, and why."),
    ),
    kinds.REMEDY_OFFERED.name: (
        _l("An offer"),
        _l("The business offers you something. You accept or refuse it on the page."),
    ),
}
"""What a customer is told unless they want no mail at all."""
BROKEN = {
    kinds.PROMISE_BROKEN.name: (
        _l("A promise was broken"),
        _l("A promise of this case was not kept in time. The page shows which one."),
    ),
    kinds.PROMISE_MOVED.name: (
        _l("A promise was moved"),
        _l("A promise of this case has another date now. The page shows both, and why."),
    ),
}
STEPS = {
    kinds.ACKNOWLEDGED.name: (
        _l("Taken on, with a plan"),
        _l("Somebody has read it and written a plan with a date."),
    ),
    kinds.TAKEN_UP.name: (
        _l("Taken up again, with a plan"),
        _l("Another person has taken it up and written a plan with a date."),
    ),
    kinds.REMEDY_DELIVERED.name: (
        _l("Delivered"),
        _l("What was agreed has been delivered, says the business."),
    ),
    kinds.CLOSED.name: (
        _l("Closed"),
        _l("The case is closed. If it is not solved after all, one press opens it again."),
    ),
}
"""What only those are told who want every step."""
FOR_FOLLOWERS = {
    kinds.ANSWERED.name: (
        _l("An answer"),
        _l("There is an answer."),
    ),
    kinds.ASSESSED.name: (
        _l("A decision"),
        _l("It was checked and decided. The page says what was checked, and why."),
    ),
    kinds.PROMISE_BROKEN.name: BROKEN[kinds.PROMISE_BROKEN.name],
    kinds.CLOSED.name: (
        _l("Closed"),
        _l("The case is closed."),
    ),
    kinds.REOPENED.name: (
        _l("Reopened"),
        _l("The customer says that it is not solved."),
    ),
}
"""What somebody is told who follows another person's public case."""


class CustomerMail(Follower):
    """Asks new addresses to confirm, and writes to those that did."""

    name = "customer-mail"
    nature = Nature.EFFECT

    def follow(self, events: Sequence[Told]) -> None:
        for event in events:
            if event.origin == "import":
                continue
            if event.kind == kinds.CONTACT_GIVEN.name:
                _ask_customer(event)
            elif event.kind == kinds.ERASED.name:
                _forget(event)
            elif event.kind == kinds.SURVEY_ASKED.name:
                _send_survey(event)
            else:
                _tell(event)


def _ask_customer(event: Told) -> None:
    """The address that came with a report gets one question, and nothing else before it is confirmed."""
    query = select(Contact).where(
        Contact.case_id == event.case_id, Contact.channel == "email", Contact.confirmed_at.is_(None)
    )
    case = db.session.get_one(Case, event.case_id)
    contacts = list(db.session.scalars(query))
    subscribing.forget_unconfirmed(event.case_id, keep=[contact.address for contact in contacts])
    for contact in contacts:
        wish = subscribing.Wish(event.case_id, event.reference, contact.address, case.language, "customer")
        asked = subscribing.ask(wish, network_id=event.network_id)
        if asked is not None:
            with speaking(wish.locale):
                letters.question(asked, event.reference, contact.address, base_url(event.network_id), event.network_id)


def _forget(event: Told) -> None:
    """The customer was erased: their addresses go, also from mail that was sent or waits."""
    addresses = subscribing.forget(event.case_id)
    mail, events = Delivery.__table__, Event.__table__
    of_case = current().select(events.c.id).where(events.c.case_id == event.case_id)
    for address in addresses:
        theirs = (mail.c.network_id == event.network_id) & (mail.c.address == address)
        about = or_(mail.c.event_id.is_(None), mail.c.event_id.in_(list(db.session.scalars(of_case))))
        gone = current().update(mail).where(theirs, about)
        db.session.execute(gone.where(mail.c.state == "queued").values(state="dead", problem="erased"))
        db.session.execute(gone.values(address="", message={}))


def _tell(event: Told) -> None:
    if event.kind not in ANSWERS | BROKEN | STEPS | FOR_FOLLOWERS:
        return
    followers = subscribing.active(event.case_id)
    if not followers:
        return
    of = letters.Occasion(event.reference, event.event_id, base_url(event.network_id))
    for subscription in followers:
        choices = _choices(subscription)
        words = _words(event, subscription, choices)
        if words is not None:
            with speaking(choices.locale or subscription.locale):
                letters.step(subscription, of, str(words[0]), str(words[1]))


def _words(event: Told, subscription: Subscription, choices: Choices) -> tuple[object, object] | None:
    """What to say, or None: the public case of another person, or one's own, as far as one wants to hear of it."""
    if subscription.role == "follower":
        public = event.audience == Audience.PUBLIC and event.visibility == "public"
        return FOR_FOLLOWERS.get(event.kind) if public else None
    if event.kind in BROKEN:
        return BROKEN[event.kind] if choices.broken and choices.steps != "none" else None
    if choices.steps == "none":
        return None
    return ANSWERS.get(event.kind) or (STEPS.get(event.kind) if choices.steps == "all" else None)


def _choices(subscription: Subscription) -> Choices:
    """Those of the account with this address, if there is one; every step for whoever has none and is the customer."""
    query = select(User.id).where(
        User.network_id == subscription.network_id, User.email == subscription.address, User.confirmed_at.is_not(None)
    )
    user_id = db.session.scalar(query)
    return choices_of(user_id) if user_id is not None else Choices(steps="all")


def _send_survey(event: Told) -> None:
    query = select(Survey).where(Survey.case_id == event.case_id, Survey.answered_at.is_(None))
    survey = db.session.scalars(query.order_by(Survey.asked_at.desc(), Survey.id.desc()).limit(1)).one_or_none()
    if survey is None:
        return
    base = base_url(event.network_id)
    for subscription in subscribing.active(event.case_id):
        choices = _choices(subscription)
        if subscription.role != "customer" or choices.steps == "none":
            continue
        link = f"{base}/s/{surveys.survey_key(survey, event.reference)}"
        with speaking(choices.locale or subscription.locale):
            of = letters.Occasion(event.reference, event.event_id, base)
            letters.survey(subscription, of, link, later=survey.occasion == "later")
