"""Reporting: the verb by which every case comes into being, from the form, the phone or a file."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError

from portal import nonces
from portal.calendars.promising import due
from portal.cases import consents, needs, promises
from portal.cases.contacts import Reach
from portal.cases.evidence import Given, attach
from portal.cases.masking import mask
from portal.cases.models import Access, Case, Category, Contact, Touchpoint
from portal.cases.need_models import NEEDS
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
from tenants import clock, door
from tenants.ids import new_id, new_token
from tenants.models import Network
from tenants.prepared import prepared
from tenants.scope import Scope, db, entered, writing
from tenants.together import add, together

KEY_LIFETIME = timedelta(days=730)
FIRST = "acknowledge"
"""What every case is promised at once."""
ATTEMPTS = 3
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


@dataclass(frozen=True)
class Made:
    """What the answer to a new report says, as it was written: so that nothing needs to be read again."""

    row: Any
    promise: Any
    needs: list[Told]
    reach: Reach
    wish: str


@dataclass(frozen=True)
class Reported:
    """`made` is None where the case had been there before."""

    case_id: int
    reference: str
    key: str
    key_id: int
    made: Made | None = None


class SaidSomethingElse(RuntimeError):
    """The same form has been sent before with other words (409): its case exists, and nothing was changed."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


def report(network_id: int, what: Report, *, form: str, files: Given | None = None) -> Reported:
    """Make a case of a customer's report. The reporter is the customer of that case from its first moment.

    `form` is the nonce of the form: sent twice with the same words and files it makes one case and hands out a fresh
    key. Raises SaidSomethingElse when they differ.
    """
    for attempt in range(ATTEMPTS):
        try:
            return _report(network_id, what, form, files)
        except IntegrityError:
            # The same form has been sent before, or its reference had been given out to another case.
            if before := _sent_before(network_id, what, form, files):
                return before
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _report(network_id: int, what: Report, form: str, files: Given | None) -> Reported:
    """Everything is read and made ready first, so that the lock is held only while rows are written.

    What was read is how the case begins: a calendar or a rule that changes in that moment counts from the next one on.
    """
    case_id = new_id()
    with entered(Scope.customer(network_id, case_id=case_id)):
        with together() as verb:
            case = _begin(network_id, what, case_id, lead_for(what.touchpoint_id, what.category_id))
            # The nonce is a key like any other, so that its uniqueness is the database's business.
            door.keep_key("form", form, case.id, case.reference, clock.now() + nonces.LIFETIME)
            key = new_case_key(case)
        with writing():
            verb.write()
            if files is not None and files.files:
                _bring(case_id, what, files)
        return Reported(case.id, case.reference, *key, _made(case, what))


def _bring(case_id: int, what: Report, files: Given) -> None:
    """The files that come with a report, to its case that has just been written."""
    case = db.session.get_one(Case, case_id)
    attach(case, files)
    case.content_hash = _content_hash(what, files)


def _made(case: Case, what: Report) -> Made:
    told = sorted((each for each in what.needs if needs.counts(each)), key=lambda each: NEEDS.index(each.kind))
    reach = Reach("asked" if what.channel == "email" else "mobile", what.address) if what.address else Reach("none")
    row = SimpleNamespace(**{column.key: getattr(case, column.key) for column in Case.__table__.columns})
    first = SimpleNamespace(what=FIRST, sentence=None, due_at=case.next_due_at)
    return Made(row, first, told, reach, what.wish)


def _sent_before(network_id: int, what: Report, form: str, files: Given | None) -> Reported | None:
    with entered(Scope.door(network_id)):
        found = door.key(form, "form")
    if found is None:
        return None
    with entered(Scope.customer(network_id, case_id=found.subject_id)), writing():
        case = db.session.get(Case, found.subject_id)
        if case is None or case.content_hash != _content_hash(what, files):
            raise SaidSomethingElse(found.subject)
        return Reported(case.id, case.reference, *new_case_key(case))


def new_case_key(case: Case) -> tuple[str, int]:
    """A secret link to this case, and the id of its key. The caller is inside `writing()`."""
    token = new_token()
    return token, door.keep_key("case", token, case.id, case.reference, clock.now() + KEY_LIFETIME)


def open_case(network_id: int, what: Report, *, route: Route | None = None) -> Case:
    """The case with its first events and its first promise. The caller is inside `writing()`.

    `route` is for colleagues who know whose matter it is; otherwise the rules decide.
    """
    with together() as verb:
        case = _begin(network_id, what, new_id(), route or lead_for(what.touchpoint_id, what.category_id))
    verb.write()
    return case


def _begin(network_id: int, what: Report, case_id: int, route: Route) -> Case:
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
        content_hash=_content_hash(what),
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


def _content_hash(what: Report, files: Given | None = None) -> bytes:
    """Of the words, and of what was uploaded with them, in any order."""
    uploads = sorted(staged.digest.hex() for staged in files.files) if files else []
    told = [part for need in what.needs for part in (need.kind, need.words)]
    more = (what.kind, str(what.departure_at or ""), str(what.urgent), str(what.important), *told)
    words = (what.text, what.wish, what.happened, what.visibility, what.address, *more, *uploads)
    said = unicodedata.normalize("NFC", "\0".join(words))
    return hashlib.sha256(said.encode()).digest()
