"""One row of every owned table for each of three businesses: Meridian and Harbor at Riverside, and Northport's own.

`M` has a private case and an internal idea, `H` and `N` a public one of each. A mapped table without a row here fails
every test of this folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import inspect

from portal.accounts.models import AccountCase
from portal.calendars.models import ServiceCalendar
from portal.cases.directory_models import Category, RoutingRule, Touchpoint
from portal.cases.me_too_models import CaseCount, MeToo
from portal.cases.models import Access, Case, Consent, Contact, Promise
from portal.cases.need_models import Need
from portal.cases.remedy_models import GoodwillAllowance, Remedy
from portal.cases.survey_models import Survey
from portal.cases.usual_models import UsualFigure
from portal.cases.work_models import Decision, Part, Task
from portal.clusters.models import Cluster, ClusterCase
from portal.events.models import Event, EventContent, EventPosition, NewEvent, SharedWith, Timer
from portal.figures.models import DailyFigure
from portal.files.models import File, StagedFile
from portal.followers.log.models import LogEntry
from portal.followers.models import Delivery
from portal.following.models import Subscription
from portal.handoffs.models import Handoff, Partnership, UnitHandoff
from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.talk_models import IdeaAmendment, IdeaComment
from portal.ideas.team_models import IdeaEvidence, IdeaPart, IdeaPromise, IdeaView
from portal.ideas.vote_models import IdeaVote
from portal.imports.models import ImportedLine
from portal.search.models import SearchDocument, SearchWord
from portal.suggesting.models import Learned
from portal.touchpoints.models import Mood, MoodDay
from tenants.account_models import CodeGenerator, Invitation, MailLink, NotificationChoice, Passkey, RecoveryCode
from tenants.models import BrowserSession, Key, Membership, SessionKey, SignInAttempt, Tenant, Unit, User
from tenants.registry import owned
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast, assemble

AT = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
PrimaryKey = tuple[Any, ...]


@dataclass(frozen=True)
class Home:
    """Whose rows: the letter that the tables of expectations use."""

    letter: str
    number: int
    network_id: int
    tenant_id: int
    user_id: int
    case_id: int
    visibility: str


@dataclass
class World:
    cast: Cast
    homes: dict[str, Home]
    rows: dict[str, dict[str, PrimaryKey]] = field(default_factory=dict)
    """Table → letter → primary key."""
    targets: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What tests have looked up of the rows: see `ways_to_write.Target`."""

    def scope(self, name: str) -> Scope:
        cast, mine = self.cast, self.homes["M"]
        scopes = {
            "door": Scope.door(cast.riverside),
            "public": cast.public,
            "customer": cast.customer(mine.case_id),
            "account": Scope.customer(cast.riverside, person_id=cast.ada),
            "nobody": Scope.customer(cast.riverside),
            "lead": cast.as_ada,
            "uninvolved": cast.as_greta,
            "elsewhere": cast.as_otto,
            "remote": Scope.remote(cast.riverside, cast.meridian),
            "system": Scope.system(cast.riverside),
        }
        return scopes[name]


SCOPES = ("door", "public", "customer", "account", "nobody", "lead", "uninvolved", "elsewhere", "remote", "system")


def build() -> World:
    """Write the world into an empty database, through the system's own scope."""
    cast = assemble()
    homes = {
        "M": Home("M", 1, cast.riverside, cast.meridian, cast.ada, 1001, "private"),
        "H": Home("H", 2, cast.riverside, cast.harbor, cast.hugo, 1002, "public"),
        "N": Home("N", 3, cast.northport, cast.elsewhere, cast.otto, 1003, "public"),
    }
    world = World(cast, homes)
    with entered(Scope.system()), writing():
        for home in homes.values():
            _settle(world, home)
    if missing := owned().keys() - world.rows.keys():
        raise LookupError(f"no row is made of {', '.join(sorted(missing))}: add one to {__name__}")
    return world


def _settle(world: World, home: Home) -> None:
    rows = _Rows(world, home)
    rows.found(Tenant, home.tenant_id)
    rows.found(User, home.user_id)
    rows.found(Membership, home.tenant_id, home.user_id)
    rows.found(ServiceCalendar, home.tenant_id)
    unit = rows.made(Unit, tenant_id=home.tenant_id, slug=f"desk-{home.number}", name={"en": "Desk"})
    _at_the_door(rows, home)
    touchpoint = rows.made(Touchpoint, tenant_id=home.tenant_id, code=f"belt-{home.number}x", name={"en": "Belt"})
    category = rows.made(Category, code=f"smell-{home.number}", name={"en": "Smell"})
    rows.made(RoutingRule, touchpoint_id=touchpoint.id, category_id=category.id, tenant_id=home.tenant_id)
    _a_case(rows, home, touchpoint.id, category.id)
    _inside(rows, home, unit.id)
    _accounts(rows, home)
    _an_idea(rows, home)


def _at_the_door(rows: _Rows, home: Home) -> None:
    number = home.number
    session = rows.made(
        BrowserSession, token_hash=b"s%d" % number, user_id=home.user_id, created_at=AT, seen_at=AT, expires_at=AT
    )
    key = rows.made(
        Key,
        id=2000 + number,
        purpose="case",
        token_hash=b"k%d" % number,
        subject_id=home.case_id,
        subject=f"REF-{number}",
        created_at=AT,
        expires_at=AT,
    )
    rows.made(SessionKey, session_id=session.id, key_id=key.id)
    waiting = {"media_type": "text/plain", "size": 1, "digest": b"d", "staged_at": AT, "expires_at": AT}
    rows.made(StagedFile, id=9500 + number, form_hash=b"f%d" % number, storage_key=f"b{number}", **waiting)
    rows.made(SignInAttempt, account_hash=b"a%d" % number, address_hash=b"b%d" % number, at=AT)


def _accounts(rows: _Rows, home: Home) -> None:
    number, of_user = home.number, {"user_id": home.user_id}
    key = {"credential_id": b"c%d" % number, "public_key": b"p", "sign_count": 0, "name": "Phone", "created_at": AT}
    rows.made(Passkey, id=9000 + number, **of_user, **key)
    rows.made(CodeGenerator, **of_user, secret=b"s", started_at=AT)
    rows.made(RecoveryCode, id=9100 + number, **of_user, code_hash=b"r")
    rows.made(MailLink, id=9200 + number, email=f"m{number}@example.com", next_path="", asked_at=AT)
    invited = {"email": f"i{number}@example.com", "role": "agent", "invited_by": home.user_id, "invited_at": AT}
    rows.made(Invitation, id=9300 + number, tenant_id=home.tenant_id, **invited)
    rows.made(NotificationChoice, **of_user, steps="all", broken=True, locale="en")
    rows.made(AccountCase, **of_user, case_id=home.case_id, reference=f"REF-{number}", added_at=AT)


def _a_case(rows: _Rows, home: Home, touchpoint_id: int, category_id: int) -> None:
    number, of_case = home.number, {"case_id": home.case_id}
    rows.made(
        Case,
        id=home.case_id,
        reference=f"REF-{number}",
        visibility=home.visibility,
        language="en",
        title="Smell",
        lead_tenant_id=home.tenant_id,
        touchpoint_id=touchpoint_id,
        category_id=category_id,
        reported_at=AT,
    )
    sees = dict.fromkeys(("sees_words", "sees_email", "sees_mobile"), True)
    rows.made(Access, **of_case, tenant_id=home.tenant_id, level="lead", next_due_at=AT, **sees)
    rows.made(Promise, id=3000 + number, **of_case, tenant_id=home.tenant_id, what="answer", made_at=AT, due_at=AT)
    rows.made(Part, id=6000 + number, **of_case, number=number, tenant_id=home.tenant_id, title="Smell", opened_at=AT)
    _a_handoff(rows, home)
    offer = {"kind": "apology", "words": "Sorry", "round": 1, "offered_at": AT, "deliver_by": AT}
    rows.made(Remedy, id=7000 + number, **of_case, tenant_id=home.tenant_id, **offer)
    rows.made(Survey, id=9000 + number, **of_case, tenant_id=home.tenant_id, occasion="close", round=1, asked_at=AT)
    rows.made(Decision, **of_case, user_id=home.user_id, round=1, tenant_id=home.tenant_id, at=AT)
    task = {"kind": "clause_review", "touchpoint_id": touchpoint_id, "reason": "preference", "case_count": 3}
    rows.made(Task, id=8000 + number, tenant_id=home.tenant_id, **task, opened_at=AT)
    rows.made(GoodwillAllowance, tenant_id=home.tenant_id, currency="EUR", amount=5000)
    follows = {"role": "follower", "address": f"f{number}@example.com", "locale": "en", "asked_at": AT}
    rows.made(Subscription, id=10_000 + number, **of_case, **follows)
    tap = {"day": date(2026, 11, 16), "voter_hash": b"v%d" % number, "mood": "good", "at": AT}
    rows.made(Mood, id=11_000 + number, tenant_id=home.tenant_id, touchpoint_id=touchpoint_id, **tap)
    counts = {"good": 1, "fair": 0, "bad": 0, "nothing_changes": 0, "too_much_effort": 0, "did_not_know": 0}
    rows.made(MoodDay, touchpoint_id=touchpoint_id, day=date(2026, 11, 16), **counts)
    rows.made(Contact, id=4000 + number, **of_case, channel="email", address=f"c{number}@example.com", given_at=AT)
    rows.made(Consent, id=5000 + number, **of_case, purpose="publication", text_version="1", language="en", given_at=AT)
    kept = {"media_type": "text/plain", "size": 1}
    rows.made(File, id=9000 + number, **of_case, number=1, audience="public", actor="staff", tenant_id=home.tenant_id,
              **kept, storage_key=f"a{number}", added_at=AT)  # fmt: skip
    rows.made(Need, id=9000 + number, **of_case, kind="flight", words="MD 512", told_at=AT)
    event = event_of(rows, home, "public", number)
    rows.made(SharedWith, event_id=event.id, tenant_id=home.tenant_id)
    rows.made(NewEvent, event_id=event.id)
    rows.made(EventPosition, position=number, event_id=event.id)
    rows.made(Timer, kind="promise.due", subject_id=3000 + number, due_at=AT)
    rows.made(Delivery, effect_id=f"e{number}", event_id=event.id, channel="mail", address="x", message={}, next_at=AT)
    rows.made(ImportedLine, file_hash=f"f{number}", line=1, **of_case, at=AT)
    rows.made(
        SearchDocument, kind="case", thing=home.case_id, reader=f"t{home.tenant_id}", edition=1, words="'smell':1"
    )
    learned = {"target": "category", "version": 1, "learned_at": AT, "word_schema": 1, "examples": 1, "hits": 1}
    rows.made(Learned, id=13_000 + number, tenant_id=home.tenant_id, **learned, content={"labels": [1]})
    rows.made(MeToo, id=12_000 + number, case_id=home.case_id, voter_hash=b"m%d" % number, at=AT)
    rows.made(CaseCount, case_id=home.case_id, others=1)
    spike = {"kind": "both", "category_id": category_id, "touchpoint_id": touchpoint_id, "seen": 7, "usual": 0.5}
    told = {
        "state": "open",
        "title": "Smell at the belts",
        "confirmed_at": AT,
        "hours": 48,
        "words": [],
        "found_at": AT,
    }
    cluster = rows.made(Cluster, id=13_000 + number, tenant_id=home.tenant_id, **spike, **told)
    in_it = {"cluster_id": cluster.id, "added_at": AT, "added_by": "system"}
    rows.made(ClusterCase, **of_case, tenant_id=home.tenant_id, **in_it)
    rows.made(SearchWord, reader=f"t{home.tenant_id}", word="smell", documents=1)
    rows.made(UsualFigure, about="category", subject_id=category_id, answers=[], settled=[])
    rows.made(DailyFigure, tenant_id=home.tenant_id, day=date(2026, 11, 16), figure="reported", count=1)
    counted = {"case_entry": 1, "tenant_id": home.tenant_id, "tenant_entry": 1}
    rows.made(LogEntry, number=number, event_id=event.id, **of_case, **counted, entry=b"x", leaf=b"y")


def _a_handoff(rows: _Rows, home: Home) -> None:
    """To another business of the network, which has nobody."""
    number = home.number
    partner = rows.made(Tenant, slug=f"partner-{number}", name={"en": "Partner"})
    two = {"asker_id": home.tenant_id, "answerer_id": partner.id, "proposer_id": home.tenant_id}
    terms = {
        "modes": ["assist"],
        "topics": [],
        "accept_within": ["hours", 1],
        "answer_within": ["hours", 9],
        "passes": {},
    }
    agreed = rows.made(
        Partnership, id=14_000 + number, **two, **terms, state="accepted", agreed_by=[], proposed_at=AT, accepted_at=AT
    )
    legs = {
        "from_tenant_id": home.tenant_id,
        "to_tenant_id": partner.id,
        "mode": "assist",
        "part_id": 6000 + number,
        "wants": [],
        "shown": [],
    }
    rows.made(
        Handoff, id=15_000 + number, case_id=home.case_id, partnership_id=agreed.id, **legs, offered_at=AT, accept_by=AT
    )


def _an_idea(rows: _Rows, home: Home) -> None:
    number, mine = home.number, {"tenant_id": home.tenant_id}
    named = {"reference": f"IDEA-{number}", "kind": "solution", "title": "Benches", "language": "en"}
    visibility = "internal" if home.visibility == "private" else "public"
    idea = rows.made(Idea, id=16_000 + number, **named, **mine, visibility=visibility, proposed_at=AT)
    of_idea = {"idea_id": idea.id}
    rows.made(IdeaRevision, **of_idea, number=1, title="Benches", text="There are none", made_at=AT)
    voted = {"kind": "behalf", "case_id": home.case_id, **mine, "revision": 1, "at": AT}
    rows.made(IdeaVote, id=17_000 + number, **of_idea, **voted)
    amends = {"base": 1, "paragraph": 0, "before": "none", "after": "few", "proposed_at": AT}
    rows.made(IdeaAmendment, id=18_000 + number, **of_idea, **amends)
    rows.made(IdeaComment, id=19_000 + number, **of_idea, state="shown", text="Yes", language="en", said_at=AT)
    rows.made(IdeaEvidence, **of_idea, case_id=home.case_id, person_hash=b"p%d" % number, linked_at=AT)
    rows.made(IdeaPart, **of_idea, **mine, what="Benches at the gates", since=AT)
    rows.made(IdeaPromise, id=21_000 + number, **of_idea, **mine, sentence="Ten benches", made_at=AT, due_at=AT)
    rows.made(IdeaView, id=22_000 + number, **mine, name="New", chosen={}, made_by=home.user_id, made_at=AT)


def _inside(rows: _Rows, home: Home, unit_id: int) -> None:
    """The front desk has asked a unit."""
    of_case = {"case_id": home.case_id, "part_id": 6000 + home.number, "mode": "assist"}
    asked = {"tenant_id": home.tenant_id, "to_unit_id": unit_id, "offered_at": AT, "accept_by": AT}
    rows.made(UnitHandoff, id=16_000 + home.number, **of_case, **asked)


def event_of(rows: _Rows, home: Home, audience: str, seq: int = 1) -> Event:
    """An event of the home's case, with its content."""
    shared = {"case_id": home.case_id, "audience": audience, "tenant_id": home.tenant_id}
    event = rows.made(
        Event, **shared, case_seq=seq, kind="case.reply.sent", actor="staff", at=AT, commitments={"text": "c"}
    )
    rows.made(EventContent, event_id=event.id, **shared, text="words", text_salt=b"salt")
    return event


class _Rows:
    def __init__(self, world: World, home: Home) -> None:
        self.world, self.home = world, home

    def made(self, cls: type[Any], **values: Any) -> Any:
        row = cls(network_id=self.home.network_id, **values)
        db.session.add(row)
        db.session.flush()
        self.found(cls, *inspect(row).identity)
        return row

    def found(self, cls: type[Any], *key: Any) -> None:
        self.world.rows.setdefault(cls.__tablename__, {}).setdefault(self.home.letter, key)
