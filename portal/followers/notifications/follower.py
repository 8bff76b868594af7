"""Turns events into deliveries. What is sent holds no text of a customer: only the reference and where to look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.events import kinds
from portal.followers.base import Follower, Nature, Told
from portal.followers.letters import base_url
from portal.followers.models import Delivery
from portal.languages import gettext as _
from portal.languages import speaking
from tenants import clock
from tenants.models import Network, Tenant
from tenants.scope import db


class DeskMail(Follower):
    """Mails the desk of the business that an event concerns."""

    name = "desk-mail"
    nature = Nature.EFFECT

    def follow(self, events: Sequence[Told]) -> None:
        for event in events:
            if event.kind in (kinds.ROUTED.name, kinds.PROMISE_BROKEN.name) and event.origin != "import":
                _tell_desk(event)


def _tell_desk(event: Told) -> None:
    tenant = db.session.get(Tenant, event.tenant_id)
    network = db.session.get(Network, event.network_id)
    if tenant is None or network is None or not tenant.desk_email:
        return
    with speaking(network.locale):
        message = _message(event, f"{base_url(network.id)}/desk/{tenant.slug}/cases/{event.reference}")
    db.session.add(
        Delivery(
            network_id=event.network_id,
            effect_id=f"desk-mail:{event.event_id}",
            event_id=event.event_id,
            channel="mail",
            address=tenant.desk_email,
            message=message,
            next_at=clock.now(),
        )
    )


def _message(event: Told, link: str) -> dict[str, Any]:
    if event.kind == kinds.ROUTED.name:
        subject = _("New case %(reference)s", reference=event.reference)
        body = _("A new case has come in for you. The customer has been promised a plan; see by when:")
    else:
        subject = _("A promise was broken: %(reference)s", reference=event.reference)
        body = _("A promise to a customer has passed its date. Tell them what happens now:")
    return {"subject": subject, "text": f"{body}\n\n{link}\n"}
