"""Letters about a case: short, in the reader's language, without a word that anybody typed; the page tells the rest.

Each opens with one sentence, then the link. A customer's letter carries a fresh key of its own, and is wiped once sent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import render_template
from sqlalchemy import select

from portal.cases.models import Contact
from portal.cases.reporting import KEY_LIFETIME
from portal.followers.letters import post
from portal.following.models import Subscription
from portal.following.subscribing import Confirmed, Question, end_token
from portal.languages import gettext as _
from portal.languages import speaking
from tenants import clock, door
from tenants.ids import new_id
from tenants.models import Key
from tenants.scope import current, db, writing

LINKS_A_DAY = 10
"""So many fresh links at most are sent for one case within a day."""


def question(asked: Question, reference: str, address: str, base: str, network_id: int | None = None) -> None:
    """Ask an address whether it wants news, inside `writing()`. `network_id` only for the system."""
    post(
        f"follow:{new_id()}",
        address,
        _letter(
            subject=_("Confirm that you want news of %(reference)s", reference=reference),
            sentences=[
                _(
                    "Somebody, probably you, asked for news of %(reference)s at this address.",
                    reference=reference,
                ),
                _("If it was not you, do nothing: you will not hear from us again."),
            ],
            label=_("Confirm this address"),
            link=f"{base}/f/{asked.token}",
        ),
        secret=True,
        network_id=network_id,
    )


def fresh_link(subscription: Subscription, reference: str, base: str) -> None:
    """A lost secret link, made anew for the address that was confirmed, inside `writing()`."""
    with speaking(subscription.locale):
        post(
            f"link:{new_id()}",
            subscription.address,
            _letter(
                subject=_("Your link to %(reference)s", reference=reference),
                sentences=[
                    _("Here is a fresh secret link to your case. Whoever has it can act for you: keep it to yourself.")
                ],
                label=_("Open my case"),
                link=f"{base}/k/{_key(subscription, reference)}",
                **_end_of(subscription, base),
            ),
            secret=True,
        )


@dataclass(frozen=True)
class Occasion:
    """What a letter tells of: the event, by which a repetition is recognised, and where the network's pages are."""

    reference: str
    event_id: int
    base: str

    def effect_id(self, subscription: Subscription) -> str:
        return f"news:{self.event_id}:{subscription.id}"


def step(subscription: Subscription, of: Occasion, subject: str, sentence: str) -> None:
    """What happened, for whom it concerns. As the system, inside `writing()`."""
    mine = subscription.role == "customer"
    link = f"{of.base}/k/{_key(subscription, of.reference)}" if mine else f"{of.base}/cases/{of.reference}"
    letter = _letter(
        subject=f"[{of.reference}] {subject}",
        sentences=[sentence],
        label=_("Open my case") if mine else _("Open the case"),
        link=link,
        **_end_of(subscription, of.base),
    )
    _send(subscription, of, letter, secret=mine)


def idea_step(subscription: Subscription, of: Occasion, subject: str, sentence: str) -> None:
    """What became of an idea: everybody may read its page. As the system, inside `writing()`."""
    letter = _letter(
        subject=f"[{of.reference}] {subject}",
        sentences=[sentence],
        label=_("Open the idea"),
        link=f"{of.base}/ideas/{of.reference}",
        **_end_of(subscription, of.base),
    )
    _send(subscription, of, letter, secret=False)


def survey(subscription: Subscription, of: Occasion, link: str, *, later: bool) -> None:
    """How was it? With a link that answers and opens nothing else. As the system, inside `writing()`."""
    subject = _("Thirty days on: how was it?") if later else _("How was it?")
    letter = _letter(
        subject=f"[{of.reference}] {subject}",
        sentences=[_("Four taps and one line, in a minute. It counts in the public figures of the business.")],
        label=_("Say how it was"),
        link=link,
        **_end_of(subscription, of.base),
    )
    _send(subscription, of, letter, secret=True)


def _send(subscription: Subscription, of: Occasion, letter: dict[str, Any], *, secret: bool) -> None:
    post(
        of.effect_id(subscription),
        subscription.address,
        letter,
        secret=secret,
        event_id=of.event_id,
        network_id=subscription.network_id,
    )


def confirm_contact(found: Confirmed) -> None:
    """The customer has the mailbox: from now on the case's own contact counts as confirmed. In the customer's scope."""
    with writing():
        same = select(Contact).where(
            Contact.case_id == found.case_id, Contact.channel == "email", Contact.address == found.address
        )
        for contact in db.session.scalars(same):
            contact.confirmed_at = contact.confirmed_at or clock.now()


# -- parts -----------------------------------------------------------------------------------------------------------


def _key(subscription: Subscription, reference: str) -> str:
    """A key of its own for each mail, so that each can be revoked, and a forwarded one does not open for ever."""
    if subscription.case_id is None:
        raise ValueError("there is no key to an idea: everybody may read it")
    until = clock.now() + KEY_LIFETIME / 4
    return door.new_key("case", subscription.case_id, reference, until, network_id=subscription.network_id)


def case_of_lost_link(reference: str) -> int | None:
    """The case that this reference names, by the keys that were made for it; None when there were too many lately."""
    keys = Key.__table__
    mine = (
        current()
        .select(keys.c.subject_id, keys.c.created_at)
        .where(keys.c.purpose == "case", keys.c.subject == reference)
    )
    rows = db.session.execute(mine.order_by(keys.c.created_at.desc()).limit(LINKS_A_DAY + 1)).all()
    lately = [row for row in rows if row.created_at > clock.now() - timedelta(days=1)]
    return int(rows[0].subject_id) if rows and len(lately) <= LINKS_A_DAY else None


def _end_of(subscription: Subscription, base: str) -> dict[str, Any]:
    """How to end it, for the reader and for their mail program; and what makes one thread of all letters about it."""
    leave = f"{base}/u/{end_token(subscription.id)}"
    about = f"case:{subscription.case_id}" if subscription.case_id else f"idea:{subscription.idea_id}"
    thread = hashlib.sha256(f"{about}:{subscription.id}".encode()).hexdigest()[:32]
    return {"leave": leave, "thread": thread}


def _letter(
    *, subject: str, sentences: list[str], label: str, link: str, leave: str = "", thread: str = ""
) -> dict[str, Any]:
    context = {"subject": subject, "sentences": sentences, "label": label, "link": link, "leave": leave}
    letter = {
        "subject": subject,
        "text": render_template("mail/letter.txt", **context),
        "html": render_template("mail/letter.html", **context),
    }
    if leave:
        letter["leave"] = leave
    if thread:
        letter["thread"] = thread
    return letter
