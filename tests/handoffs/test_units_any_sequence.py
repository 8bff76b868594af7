"""Whatever the units of a business do to one case, and whatever becomes of the case meanwhile: the promises hold."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.cases import customer_verbs, handling, parts
from portal.cases.models import Access, Case
from portal.cases.work_models import Part
from portal.events.models import Event, EventContent
from portal.handoffs import handing, managing, paths, unit_offering
from portal.handoffs.models import Handoff, UnitHandoff
from portal.handoffs.states import LIVE, TRANSITIONS
from portal.handoffs.unit_offering import UnitAsk
from portal.worker.main import until_idle
from tenants.scope import db, entered
from tests.handoffs.test_any_sequence import LEG_ACTS, OF_ASKER, WAITS, check_steps, check_times, rows
from tests.handoffs.units import NAMES, Inside
from tests.play import acknowledged, case_of, history

pytestmark = pytest.mark.database

steps = st.lists(st.integers(0, 2**40), min_size=8, max_size=25)
WHO = ("front", "manager", *NAMES)
UNITS = tuple(NAMES)


class Play:
    """One case of Meridian's, and everything that its people may try with it."""

    def __init__(self, inside: Inside, hand: Any) -> None:
        self.inside, self.hand = inside, hand
        self.case_id = acknowledged(inside.cast).case_id

    def play(self, step: int) -> bool:
        """Do something; what is refused changes nothing. Returns whether only the inside of the business was meant."""
        choose = random.Random(step)  # noqa: S311
        wild = [(act, who) for act in (*CASE_ACTS, *LEG_ACTS, *WAITS) for who in WHO]
        act, who = choose.choice(wild if choose.random() < 0.2 else self._likely())
        number = choose.randrange(4)
        if act in WAITS:
            self.hand.move(WAITS[act])
            if act != "wait unheard":
                until_idle()
            return False
        before, scope = everything(), self.inside.scopes[who]
        if act == "customer withdraws":
            scope = self.inside.cast.customer(self.case_id)
        if act == "partner takes it":
            scope = self.inside.cast.as_hugo
        try:
            with entered(scope):
                self._do(act, number)
        except (RuntimeError, ValueError, LookupError, PermissionError):
            assert everything() == before, f"{act} by {who} was refused and wrote"
        return act not in OUTSIDE

    def _likely(self) -> list[tuple[str, str]]:
        found = [(act, who) for act in ("offer part", "offer again", "offer whole") for who in ("front", "manager")]
        found += [
            ("assign", "manager"),
            ("wait", "front"),
            ("wait unheard", "front"),
            ("reply to customer", "front"),
            ("split", "front"),
        ]
        found += [("offer to partner", "front"), ("partner takes it", "front")]
        names = {unit_id: slug for slug, unit_id in self.inside.ids.items()}
        legs = [row for row in rows(UnitHandoff) if row.state in LIVE] or rows(UnitHandoff)[-1:]
        for row in legs:
            found += [("wait unheard", "front")] * 3 if row.state == "offered" else []
            for (state, act), _into in TRANSITIONS.items():
                if state == row.state and act in LEG_ACTS:
                    found += [(act, "manager" if act in OF_ASKER else names[row.to_unit_id])] * 3
            found += [("rule", "manager"), ("reply", "front")] if row.disputed_at and not row.ruled_at else []
            found += [("dispute", names[row.to_unit_id])] if row.by_host and not row.disputed_at else []
            found += [("grant", "manager")] * 2 if row.wanted_by else [("longer", names[row.to_unit_id])]
        return found

    def _do(self, act: str, number: int) -> None:
        if act in CASE_ACTS:
            case = db.session.get(Case, self.case_id)
            CASE_ACTS[act](self, case, number) if case else None
            return
        seen = list(db.session.scalars(select(UnitHandoff).order_by(UnitHandoff.id.desc())))
        fitting = [one for one in seen if (one.state, act) in TRANSITIONS] or seen
        if fitting:
            one = fitting[number % len(fitting)]
            LEG_ACTS[act](one.id, one.version, self.unit(number))

    def unit(self, number: int) -> int:
        return self.inside.ids[UNITS[number % len(UNITS)]]

    def offer(self, case: Any, number: int, **what: Any) -> None:
        unit_offering.offer(case.id, case.state_version, UnitAsk(self.unit(number), "Please look.", **what), author="X")

    def offer_again(self, case: Any, number: int) -> None:
        open_ones = list(db.session.scalars(select(Part).where(Part.done_at.is_(None)).order_by(Part.id)))
        if open_ones:
            self.offer(case, number, part_id=open_ones[number % len(open_ones)].id)

    def assign(self, case: Any, number: int) -> None:
        for part_id in [*db.session.scalars(select(Part.id).where(Part.done_at.is_(None))), None]:
            to = self.unit(number) if number < len(UNITS) else None
            try:
                managing.assign(case.id, case.state_version, part_id=part_id, to_unit_id=to, reason="Theirs.")
            except paths.NothingToDecide:
                continue
            return
        raise paths.NothingToDecide(case.reference)

    def finish(self, case: Any, _number: int) -> None:
        part = db.session.scalars(select(Part).where(Part.done_at.is_(None)).order_by(Part.id)).first()
        if part is not None:
            parts.finish(case.id, part.id)

    def to_partner(self, case: Any, _number: int) -> None:
        handing.offer(case.id, case.state_version, handing.Ask(self.inside.cast.harbor, "Yours."), author="X")

    def partner_takes(self, _case: Any, _number: int) -> None:
        one = db.session.scalars(select(Handoff).where(Handoff.state == "offered")).first()
        if one is not None:
            handing.accept(one.id, one.version, author="Hugo")


CASE_ACTS: dict[str, Any] = {
    "offer part": lambda play, case, number: play.offer(case, number, title="Ask the loft"),
    "offer again": Play.offer_again,
    "offer whole": lambda play, case, number: play.offer(case, number),
    "assign": Play.assign,
    "finish": Play.finish,
    "split": lambda play, case, number: parts.split(case.id, case.state_version, ["The bill"]),
    "offer to partner": Play.to_partner,
    "partner takes it": Play.partner_takes,
    "reply to customer": lambda play, case, number: handling.reply(case.id, text="We work on it.", author="X"),
    "answer customer": lambda play, case, number: handling.answer(
        case.id, case.state_version, text="Here.", author="X"
    ),
    "close": lambda play, case, number: handling.close(case.id, case.state_version),
    "customer withdraws": lambda play, case, number: customer_verbs.withdraw(case.id, case.state_version),
}
OUTSIDE = {
    "finish",
    "confirm",
    "split",
    "offer to partner",
    "partner takes it",
    "reply to customer",
    "answer customer",
    "close",
    "customer withdraws",
}
"""Acts that others may notice: of a public part that is done, or of the case itself."""


def everything() -> list[Any]:
    return [rows(model) for model in (Case, Access, Part, Handoff, UnitHandoff, Event)]


def outside(play: Play) -> list[Any]:
    """All that the public, the customer and another business may read of the case, and the versions that they carry."""
    cast, found = play.inside.cast, []
    row = case_of(cast, play.case_id)
    found.append((row.state, row.state_version, row.public_version, row.customer_version, row.shared_version))
    for scope in (cast.public, cast.customer(play.case_id), cast.as_hugo):
        found.append([repr(entry) for entry in history(cast, play.case_id, scope)])
        with entered(scope):
            seen = list(db.session.scalars(select(Part).order_by(Part.id)))
            found.append([(part.number, part.title, part.is_handed, part.done_at) for part in seen])
            assert not db.session.scalars(select(UnitHandoff.id)).all()
    return found


@pytest.mark.long
@settings(max_examples=settings.default.max_examples * 2 // 5)
@given(steps)
def test_whatever_units_do_the_invariants_hold(inside, hand, played) -> None:
    play = Play(inside, hand)
    before, seen = rows(UnitHandoff), outside(play)
    for step in played:
        only_inside = play.play(step)
        now = outside(play)
        if only_inside:
            assert now == seen, "something of the inside showed"
        check(play, before)
        before, seen = rows(UnitHandoff), now
    hand.move(timedelta(minutes=1))
    until_idle()
    check_nothing_left(play)


def check(play: Play, before: list[Any]) -> None:
    case = case_of(play.inside.cast, play.case_id)
    legs = [row for row in rows(UnitHandoff) if row.case_id == case.id]
    check_steps([[], [], [], [], before], legs)
    check_times(legs)
    live = [(row.part_id, row.id) for row in legs if row.state in LIVE and (row.part_id or row.state == "offered")]
    assert len({part for part, _one in live}) == len(live), "one is asked at a time"
    open_parts = [row for row in rows(Part) if row.case_id == case.id and row.done_at is None]
    assert case.open_parts == len(open_parts) and not (case.state == "closed" and open_parts)
    if case.state == "answered" and case.lead_tenant_id == play.inside.cast.meridian:
        assert not [row for row in open_parts if row.is_internal], "the customer could meet it"
    check_where(play, case, legs)
    facts = {row.event_id: row for row in rows(EventContent)}
    for event in rows(Event):
        if event.kind.startswith("case.unit."):
            assert (event.audience, event.tenant_id) == ("internal", play.inside.cast.meridian)
            assert facts[event.id].audience == "internal"
    for row in legs:
        assert not (row.by_host and row.state in ("declined", "returned", "offered"))


def check_where(play: Play, case: Any, legs: list[Any]) -> None:
    """One unit has the case, or the front desk: that which took on the newest transfer, as long as Meridian has it."""
    (mine,) = [row for row in rows(Access) if row.tenant_id == play.inside.cast.meridian and row.case_id == case.id]
    if mine.level == "past":
        assert mine.unit_id is None
    elif mine.unit_id is not None:
        took = [row for row in legs if row.mode == "transfer" and row.accepted_at is not None]
        assert mine.unit_id in {row.to_unit_id for row in took}
        running = [row.to_unit_id for row in took if row.state in ("accepted", "in_work")]
        assert running in ([], [mine.unit_id])


def check_nothing_left(play: Play) -> None:
    """Where Meridian has nothing to do with the case any more, nothing inside it is under way."""
    case = case_of(play.inside.cast, play.case_id)
    if case.lead_tenant_id == play.inside.cast.meridian and case.state not in ("closed", "withdrawn"):
        return
    assert not [row for row in rows(UnitHandoff) if row.case_id == case.id and row.state in LIVE]
    assert not [row for row in rows(Part) if row.case_id == case.id and row.is_internal and row.done_at is None]
