"""How a case begins: its row, its first entries and its first promise, made ready and then written together."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam

from portal.calendars.promising import due
from portal.cases import consents, needs, promises
from portal.cases.directory_models import Category, Touchpoint
from portal.cases.evidence import Given
from portal.cases.masking import mask
from portal.cases.models import Access, Case, Contact
from portal.cases.needs import Told
from portal.cases.references import new_reference
from portal.cases.routing import Route, lead_for
from portal.cases.titles import title_of
from portal.cases.words import say
from portal.events import kinds
from portal.events.record import record
from portal.languages import gettext as _
from portal.languages import speaking
from portal.wording import local
from tenants import clock
from tenants.ids import new_id
from tenants.models import Network
from tenants.prepared import prepared
from tenants.scope import Scope, db
from tenants.together import add, together

FIRST = "acknowledge"
"""What every case is promised at once."""
LONGEST_TEXT = 10_000


@dataclass(frozen=True)
class Report:
    """What a customer tells us. `language` is the locale of the words, `shown_in` of the form, where they differ."""

    text: str
    language: str
    visibility: str
    wish: str = ""
    happened: str = ""
    touchpoint_id: int | None = None
    category_id: int | None = None
    channel: str = ""
    address: str = ""
    origin: str = "web"
    kind: str = "complaint"
    departure_at: datetime | None = None
    urgent: bool = False
    important: bool = False
    needs: tuple[Told, ...] = ()
    shown_in: str = ""


@dataclass(frozen=True)
class Published:
    """Where a historic case was published, and which business it was about."""

    source: str
    source_id: str
    tenant_id: int


def open_case(network_id: int, what: Report, *, route: Route | None = None) -> Case:
    """The case with its first events and its first promise. The caller is inside `writing()`.

    `route` is for colleagues who know whose matter it is; otherwise the rules decide.
    """
    with together() as verb:
        case = begin(network_id, what, new_id(), route or lead_for(what.touchpoint_id, what.category_id))
    verb.write()
    return case


def begin(network_id: int, what: Report, case_id: int, route: Route) -> Case:
    """Make the case ready, inside `together()`: its row waits first, and is written as its first entries leave it."""
    case = _new_case(network_id, what, route.tenant_id, case_id)
    add(case)
    say(case, kinds.REPORTED, what.text, facts=_facts(what))
    _keep_contact(case, what)
    if what.visibility == "public":
        consents.agree(case, "publication", consents.PUBLICATION_TEXT, what.shown_in or what.language)
    needs.tell(case, what.needs, what.shown_in or what.language)
    _tell_route(case, route)
    promises.make(case, FIRST, due(route.tenant_id, FIRST, clock.now()), actor="system")
    _give_to_lead(case)
    return case


def publish_historic(network_id: int, what: Report, published: Published, *, at: datetime | None = None) -> Case:
    """A case from a published source: closed from the start, without promise, timer, key or mail.

    The caller is inside `writing()`.
    """
    case = _new_case(network_id, what, published.tenant_id, new_id(at))
    case.reported_at = at or case.reported_at
    case.state, case.closed_at = "closed", case.reported_at
    facts = {"source": published.source, "source_id": published.source_id, "language": what.language}
    with together() as verb:
        add(case)
        record(case, kinds.REPORTED, text=what.text, facts={"language": what.language}, actor="import")
        record(case, kinds.PUBLISHED, facts=facts, tenant_id=published.tenant_id, actor="import")
        _give_to_lead(case)
    verb.write()
    return case


def _facts(what: Report) -> dict[str, Any]:
    facts = {"wish": what.wish, "happened": what.happened, "language": what.language}
    touchpoint = db.session.get(Touchpoint, what.touchpoint_id) if what.touchpoint_id else None
    return {**facts, "touchpoint": touchpoint.code} if touchpoint else facts


def _plain_title(what: Report) -> str:
    """What a case is called when every sentence of its customer holds something covered; in the customer's language."""
    topic = db.session.get(Category, what.category_id) if what.category_id else None
    with speaking(what.language):
        kind = {"question": _("Question"), "praise": _("Praise"), "emergency": _("Emergency")}.get(what.kind)
        kind = kind or _("Complaint")
        return _("%(kind)s: %(topic)s", kind=kind, topic=local(topic.name)) if topic else kind


def _new_case(network_id: int, what: Report, tenant_id: int, case_id: int) -> Case:
    prefix = db.session.execute(_prefix(), {"id": network_id}).scalar_one_or_none()
    if prefix is None:
        raise LookupError(network_id)
    return Case(
        id=case_id,
        network_id=network_id,
        reference=new_reference(prefix),
        visibility=what.visibility,
        origin=what.origin,
        language=what.language,
        # What was published elsewhere stays as it was published there.
        title=title_of(what.text) if what.origin == "import" else title_of(mask(what.text), "") or _plain_title(what),
        kind=what.kind,
        state="received",
        state_version=1,
        round=1,
        open_parts=0,
        departure_at=what.departure_at,
        customer_urgent=what.urgent,
        customer_important=what.important,
        lead_tenant_id=tenant_id,
        touchpoint_id=what.touchpoint_id,
        category_id=what.category_id,
        reported_at=clock.now(),
        content_hash=content_hash(what),
        last_seq=0,
        public_version=0,
        customer_version=0,
        shared_version=0,
    )


def _give_to_lead(case: Case) -> None:
    """Whoever leads first sees everything; from then on the database keeps this row after the case."""
    add(
        Access(
            network_id=case.network_id,
            case_id=case.id,
            tenant_id=case.lead_tenant_id,
            level="lead",
            is_open=case.closed_at is None,
            next_due_at=case.next_due_at or promises.NEVER,
            sees_words=True,
            sees_email=True,
            sees_mobile=True,
        )
    )


@prepared
def _prefix(scope: Scope) -> Any:
    networks = Network.__table__
    return scope.select(networks.c.prefix).where(networks.c.id == bindparam("id"))


def _keep_contact(case: Case, what: Report) -> None:
    if not what.address:
        return
    add(
        Contact(
            id=new_id(),
            network_id=case.network_id,
            case_id=case.id,
            channel=what.channel,
            address=what.address,
            given_at=clock.now(),
        )
    )
    record(case, kinds.CONTACT_GIVEN, facts={"channel": what.channel}, actor="customer")


def _tell_route(case: Case, route: Route) -> None:
    record(
        case,
        kinds.ROUTED,
        facts={"tenant": str(route.tenant_id), "because": route.because},
        tenant_id=route.tenant_id,
        actor="system",
    )


def content_hash(what: Report, files: Given | None = None) -> bytes:
    """Of the words, and of what was uploaded with them, in any order."""
    uploads = sorted(staged.digest.hex() for staged in files.files) if files else []
    told = [part for need in what.needs for part in (need.kind, need.words)]
    more = (what.kind, str(what.departure_at or ""), str(what.urgent), str(what.important), *told)
    words = (what.text, what.wish, what.happened, what.visibility, what.address, *more, *uploads)
    said = unicodedata.normalize("NFC", "\0".join(words))
    return hashlib.sha256(said.encode()).digest()
