"""Whatever several businesses do to one case in whatever order: the promises of a hand-off to everybody hold."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.cases import customer_verbs, handling, parts
from portal.cases.models import Access, Case, Promise
from portal.cases.work_models import Part
from portal.events.models import Event, EventContent
from portal.handoffs import handing, hosting, partnering, paths, working
from portal.handoffs.handing import Ask
from portal.handoffs.models import Handoff
from portal.handoffs.states import LIVE, TRANSITIONS
from portal.worker.main import until_idle
from tenants import clock
from tenants.models import Tenant
from tenants.scope import Scope, current, db, entered
from tests.handoffs.conftest import Partners, as_manager
from tests.play import acknowledged, case_of

pytestmark = pytest.mark.database

OF_ASKER = ("withdraw", "tell", "confirm", "reopen")
WAITS = {"wait": timedelta(hours=3), "wait long": timedelta(days=4), "wait unheard": timedelta(days=1)}
"""`unheard`: the worker has not come round yet."""
BUSINESSES = ("airport", "meridian", "harbor", "lantern")
steps = st.lists(st.integers(0, 2**40), min_size=8, max_size=25)
"""Each chooses an act, by whom and about what: mostly such as may succeed, sometimes anything by anybody."""


class Play:
    """One case, and everything that anybody may try with it."""

    def __init__(self, partners: Partners, hand: Any) -> None:
        self.partners, self.hand = partners, hand
        self.case_id = acknowledged(partners.cast).case_id
        self.done: list[tuple[str, str]] = []

    def play(self, step: int, before: list[Any]) -> None:
        """Do something; what is refused changes nothing of what was there before, whatever the reason."""
        choose = random.Random(step)  # noqa: S311
        wild = [(act, who) for act in (*CASE_ACTS, *LEG_ACTS, *WAITS) for who in BUSINESSES]
        act, who = choose.choice(wild if choose.random() < 0.2 else self._likely())
        number = choose.randrange(4)
        self.done.append((act, who))
        if act in WAITS:
            self.hand.move(WAITS[act])
            if act != "wait unheard":
                until_idle()
            return
        try:
            with entered(self._scope(act, who)):
                self._do(act, who, number)
        except (RuntimeError, ValueError, LookupError, PermissionError):
            assert everything() == before, f"{act} by {who} was refused and wrote"

    def _likely(self) -> list[tuple[str, str]]:
        """Acts that the newest hand-off, or the case, is ready for, each by who may."""
        lead = self.partners.name_of(case_of(self.partners.cast, self.case_id).lead_tenant_id)
        found = [(act, lead) for act in ("offer part", "offer part", "offer again", "offer whole", "reply to customer")]
        found += [("assign", "airport"), *((act, lead) for act in WAITS)]
        legs = [row for row in rows(Handoff) if row.state in LIVE] or rows(Handoff)[-1:]
        for row in legs:
            answerer = self.partners.name_of(row.to_tenant_id)
            found += [("wait unheard", lead)] * 3 if row.state == "offered" else []
            for (state, act), _into in TRANSITIONS.items():
                if state == row.state and act in LEG_ACTS:
                    found += [(act, lead if act in OF_ASKER else answerer)] * 3
            found += [("rule", "airport"), ("reply", lead)] if row.disputed_at and not row.ruled_at else []
            found += [("dispute", answerer)] if row.by_host and not row.disputed_at else []
            found += [("grant", lead)] * 3 if row.wanted_by else [("longer", answerer)]
        return found

    def _scope(self, act: str, who: str) -> Scope:
        if act == "customer withdraws":
            return self.partners.cast.customer(self.case_id)
        return as_manager(self.partners, who)

    def _do(self, act: str, who: str, number: int) -> None:
        if act in CASE_ACTS:
            case = db.session.get(Case, self.case_id)
            CASE_ACTS[act](self, case, self.partners.ids[BUSINESSES[number]]) if case else None
            return
        seen = list(db.session.scalars(select(Handoff).order_by(Handoff.id.desc())))
        fitting = [one for one in seen if (one.state, act) in TRANSITIONS] or seen
        if fitting:
            one = fitting[number % len(fitting)]
            LEG_ACTS[act](one.id, one.version, self.partners.ids[BUSINESSES[number]])

    def offer(self, case: Any, to: int, **what: Any) -> None:
        partners = [each.answerer_id for each in partnering.partners_for(case)]
        to = partners[to % len(partners)] if partners else to
        handing.offer(case.id, case.state_version, Ask(to, "Please look.", **what), author="X")

    def offer_again(self, case: Any, to: int) -> None:
        part = db.session.scalars(select(Part).where(Part.done_at.is_(None)).order_by(Part.id)).first()
        if part is not None:
            self.offer(case, to, part_id=part.id)

    def assign(self, case: Any, to: int) -> None:
        for part_id in [*db.session.scalars(select(Part.id).where(Part.done_at.is_(None))), None]:
            try:
                hosting.assign(case.id, case.state_version, part_id=part_id, to_tenant_id=to, reason="It is theirs.")
            except paths.NothingToDecide:
                continue
            return
        raise paths.NothingToDecide(case.reference)

    def finish(self, case: Any, _to: int) -> None:
        part = db.session.scalars(select(Part).where(Part.done_at.is_(None))).first()
        if part is not None:
            parts.finish(case.id, part.id)

    def end_agreement(self, case: Any, to: int) -> None:
        found = partnering.agreement_between(case.lead_tenant_id, to)
        if found is not None:
            partnering.end(found.id)


CASE_ACTS: dict[str, Any] = {
    "offer part": lambda play, case, to: play.offer(case, to, title="Find the bag"),
    "offer again": Play.offer_again,
    "offer whole": lambda play, case, to: play.offer(case, to),
    "assign": Play.assign,
    "finish": Play.finish,
    "end agreement": Play.end_agreement,
    "reply to customer": lambda play, case, to: handling.reply(case.id, text="We work on it.", author="X"),
    "answer customer": lambda play, case, to: handling.answer(case.id, case.state_version, text="Here.", author="X"),
    "close": lambda play, case, to: handling.close(case.id, case.state_version),
    "customer withdraws": lambda play, case, to: customer_verbs.withdraw(case.id, case.state_version),
}
LEG_ACTS: dict[str, Any] = {
    "accept": lambda one, version, to: handing.accept(one, version, author="X"),
    "decline": lambda one, version, to: handing.decline(
        one, version, reason="not_ours", text="", author="X", suggested_id=to
    ),
    "return": lambda one, version, to: handing.give_back(one, version, reason="not_ours", evidence="E"),
    "withdraw": lambda one, version, to: handing.withdraw(one, version),
    "progress": lambda one, version, to: working.report_progress(one, text="…", author="X"),
    "ask": lambda one, version, to: working.ask(one, version, text="?", author="X"),
    "tell": lambda one, version, to: working.tell(one, version, text="!", author="X"),
    "longer": lambda one, version, to: working.ask_longer(
        one, version, until=clock.now() + timedelta(days=30), text="Snow", author="X"
    ),
    "grant": lambda one, version, to: working.grant_longer(one, version, granted=True),
    "answer": lambda one, version, to: working.answer(one, version, text="Found.", author="X"),
    "confirm": lambda one, version, to: working.confirm(one, version),
    "reopen": lambda one, version, to: working.reopen(one, version, text="No.", author="X"),
    "rate": lambda one, version, to: working.rate(one, help_=3, ease=2),
    "dispute": lambda one, version, to: hosting.dispute(one, version, text="No.", author="X"),
    "reply": lambda one, version, to: hosting.reply(one, version, text="Yes.", author="X"),
    "rule": lambda one, version, to: hosting.rule(one, version, reason="So.", to_id=to),
}


def rows(model: Any, case_id: int | None = None) -> list[Any]:
    """All of them, or those of one case."""
    table = model.__table__
    with entered(Scope.system()):
        query = current().select(table).order_by(*table.primary_key.columns)
        return list(db.session.execute(query if case_id is None else query.where(table.c.case_id == case_id)))


def everything() -> list[Any]:
    return [rows(model) for model in (Case, Access, Part, Promise, Handoff, Event)]


@pytest.mark.long
@settings(max_examples=settings.default.max_examples * 2 // 5)
@given(steps)
def test_whatever_is_done_the_invariants_hold(partners, hand, played) -> None:
    play = Play(partners, hand)
    before = everything()
    for step in played:
        play.play(step, before)
        check(play, before)
        before = everything()


def check(play: Play, before: list[Any]) -> None:
    case = case_of(play.partners.cast, play.case_id)
    mine, legs, events = rows(Access, case.id), rows(Handoff, case.id), rows(Event, case.id)
    facts = {row.event_id: row.facts or {} for row in rows(EventContent, case.id)}
    assert [row.tenant_id for row in mine if row.level == "lead"] == [case.lead_tenant_id], "exactly one lead"
    check_lead(case, before, legs, events, facts)
    check_clocks(case, before)
    check_steps(before, legs)
    check_times(legs)
    check_replay(case, legs, events, facts)
    check_access(case, mine, legs)
    parts = rows(Part, case.id)
    open_parts = [row for row in parts if row.done_at is None]
    assert case.open_parts == len(open_parts) and not (case.state == "closed" and open_parts)
    waiting = {row.part_id for row in legs if row.state in LIVE and row.part_id}
    assert {row.id for row in parts if row.is_handed} == waiting


def check_lead(case: Any, before: list[Any], legs: list[Any], events: list[Any], facts: Any) -> None:
    """The lead moves on an acceptance, or because the host has decided, and says so."""
    (old,) = [row for row in before[0] if row.id == case.id]
    if old.lead_tenant_id == case.lead_tenant_id:
        return
    moved = [facts[event.id] for event in events if event.kind == "case.lead.changed"][-1]
    assert moved["tenant"] == str(case.lead_tenant_id)
    assert moved["because"] in ("handed_on", "host_decided", "agreement_ended")
    if moved["because"] != "agreement_ended":
        assert any(
            row.mode == "transfer" and row.to_tenant_id == case.lead_tenant_id and row.accepted_at for row in legs
        )


def check_clocks(case: Any, before: list[Any]) -> None:
    """No hand-off puts off what the customer was promised: a date never changes, it is only settled."""
    old = {row.id: row for row in before[3]}
    for row in rows(Promise):
        if row.id in old:
            assert (row.due_at, row.made_at) == (old[row.id].due_at, old[row.id].made_at)
    assert case.reported_at == next(row.reported_at for row in before[0] if row.id == case.id)


def check_steps(before: list[Any], legs: list[Any]) -> None:
    """Each state was reached from the one before over steps of the table."""
    old = {row.id: row.state for row in before[4]}
    for row in legs:
        reached, new = {old.get(row.id, row.state)}, {old.get(row.id, row.state)}
        while new:
            new = {into for (state, _act), into in TRANSITIONS.items() if state in new} - reached
            reached |= new
        assert row.state in reached


def check_times(legs: list[Any]) -> None:
    """Before the date people say yes or no, from then on it has run out, whenever the worker comes round."""
    for row in legs:
        if row.accept_by is not None and row.accepted_at is not None:
            assert row.accepted_at < row.accept_by
        if row.state == "declined":
            assert row.settled_at < row.accept_by
        if row.state == "expired":
            assert row.settled_at >= row.accept_by and row.accepted_at is None


REPLAYED = {
    "case.handoff.offered": "offered",
    "case.handoff.accepted": "accepted",
    "case.handoff.declined": "declined",
    "case.handoff.returned": "returned",
    "case.handoff.withdrawn": "withdrawn",
    "case.handoff.expired": "expired",
    "case.handoff.answered": "answered",
    "case.handoff.confirmed": "confirmed",
    "case.handoff.reopened": "reopened",
    "case.host.assigned": "accepted",
}
SAID = {"question": "awaiting_info", "information": "in_work"}


def check_replay(case: Any, legs: list[Any], events: list[Any], facts: Any) -> None:
    """What the history tells is how it stands."""
    told: dict[str, str] = {}
    for event in events:
        known = facts[event.id]
        one = known.get("handoff")
        if one is None:
            continue
        into = REPLAYED.get(event.kind) or SAID.get(known.get("about", ""))
        if known.get("about") == "progress" and told.get(one) == "accepted":
            into = "in_work"
        told[one] = into or told.get(one, "")
    for row in legs:
        if row.mode == "assist":
            assert told[str(row.id)] == row.state, (told[str(row.id)], row.state)
        elif row.state in LIVE and row.state != "answered":
            assert told[str(row.id)] in (row.state, "accepted")
    leads = [facts[event.id]["tenant"] for event in events if event.kind in ("case.routed", "case.lead.changed")]
    assert leads[-1] == str(case.lead_tenant_id)


def check_access(case: Any, mine: list[Any], legs: list[Any]) -> None:
    """Who is waited for sees the case; who never took anything on, and is not asked now, does not."""
    levels = {row.tenant_id: row.level for row in mine}
    for row in legs:
        if row.state in LIVE and row.to_tenant_id != case.lead_tenant_id and row.mode == "assist":
            assert levels[row.to_tenant_id] == "assist"
    took = {row.to_tenant_id for row in legs if row.accepted_at} | {row.from_tenant_id for row in legs}
    asked = {row.to_tenant_id for row in legs if row.state in LIVE}
    hosts = {row.id for row in rows(Tenant) if row.is_host}
    assert set(levels) <= took | asked | hosts | {case.lead_tenant_id}
    assert not any(row.is_open for row in mine if row.level == "past")
