"""Moves that many tests begin with, each through the domain's own verbs; and several of them at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from portal.cases.handling import acknowledge, answer
from portal.cases.holding import held
from portal.cases.models import Case, Promise
from portal.cases.opening import Report
from portal.cases.reporting import Reported, report
from portal.cases.second_look import hand_to
from portal.events.models import Event, EventPosition
from portal.events.timeline import Entry, timeline
from portal.handoffs.models import Handoff
from tenants import clock
from tenants.ids import new_id, new_token
from tenants.models import Membership, User
from tenants.scope import Scope, current, db, entered, writing
from tests.cast import Cast
from tests.tables import beginning

SOON = timedelta(days=3)


def words(cast: Cast, **changes: Any) -> Report:
    """What a customer of Meridian writes."""
    said = {
        "text": "My suitcase did not arrive on flight MA 12.",
        "language": "en",
        "visibility": "public",
        "touchpoint_id": cast.gate,
        "category_id": cast.luggage,
    }
    return Report(**{**said, **changes})


@beginning
def reported(cast: Cast, **changes: Any) -> Reported:
    return report(cast.riverside, words(cast, **changes), form=new_token())


@beginning
def acknowledged(cast: Cast, **changes: Any) -> Reported:
    case = reported(cast, **changes)
    with entered(cast.as_ada):
        by = clock.now() + SOON
        acknowledge(case.case_id, 1, plan="We look for it.", answer_by=by, author="Ada", in_hand=False)
    return case


@beginning
def answered(cast: Cast, **changes: Any) -> Reported:
    case = acknowledged(cast, **changes)
    with entered(cast.as_ada):
        answer(case.case_id, 2, text="It is here.", author="Ada")
    return case


def case_of(cast: Cast, case_id: int) -> Case:
    with entered(Scope.system(cast.riverside)):
        return db.session.get_one(Case, case_id)


def promises_of(cast: Cast, case_id: int) -> dict[str, Promise]:
    """The newest promise of each code; of two made at one moment, that which is still due."""
    with entered(Scope.system(cast.riverside)):
        found = db.session.scalars(select(Promise).where(Promise.case_id == case_id))
        by_age = sorted(found, key=lambda promise: (promise.made_at, promise.state == "due", promise.state != "moved"))
        return {promise.what: promise for promise in by_age}


def history(cast: Cast, case_id: int, scope: Scope | None = None) -> list[Entry]:
    """The timeline as a reader sees it (the system sees all), oldest first."""
    with entered(scope or Scope.system(cast.riverside)):
        return timeline(case_id)[::-1]


def kinds_of(cast: Cast, case_id: int, scope: Scope | None = None) -> list[str]:
    return [entry.kind for entry in history(cast, case_id, scope)]


def end_of(cast: Cast, case_id: int) -> Entry:
    """The event that closed the case."""
    return next(entry for entry in reversed(history(cast, case_id)) if entry.kind == "case.closed")


def snapshot(cast: Cast) -> list[Any]:
    """Everything about all cases that a verb could change."""
    with entered(Scope.system()):
        tables = [Case.__table__, Promise.__table__, Event.__table__]
        return [db.session.execute(current().select(table).order_by(table.c.id)).all() for table in tables]


def colleague(cast: Cast, tenant_id: int, email: str, role: str = "agent") -> Scope:
    """Another person of a business, and their scope."""
    with entered(Scope.system(cast.riverside)), writing():
        user = User(network_id=cast.riverside, email=email, name=email[:3])
        db.session.add(user)
        db.session.flush()
        db.session.add(Membership(network_id=cast.riverside, tenant_id=tenant_id, user_id=user.id, role=role))
        return Scope.staff(cast.riverside, tenant_id, user.id, role)


def lead_to(cast: Cast, case_id: int, tenant_id: int) -> None:
    """Make a business the lead of a case, as after a transfer that it took on."""
    with entered(Scope.system(cast.riverside)), held(case_id) as case:
        leg = {"from_tenant_id": case.lead_tenant_id, "to_tenant_id": tenant_id, "mode": "transfer"}
        times = dict.fromkeys(("offered_at", "accepted_at", "answer_by"), clock.now())
        db.session.add(
            Handoff(
                id=new_id(),
                network_id=cast.riverside,
                case_id=case_id,
                state="accepted",
                wants=[],
                shown=[],
                **leg,
                **times,
            )
        )
        db.session.flush()
        hand_to(case, tenant_id, "test")


def positions() -> list[tuple[int, int]]:
    """Position and event id, in order."""
    table = EventPosition.__table__
    with entered(Scope.system()):
        rows = db.session.execute(current().select(table.c.position, table.c.event_id).order_by(table.c.position))
        return [(row.position, row.event_id) for row in rows]


def at_once(app: Flask, works: Sequence[Callable[[], Any]], patience: float = 60) -> list[Any]:
    """Run all of them at the same moment, each in a thread of its own. Returns results, or the exceptions raised."""
    start, results = threading.Barrier(len(works)), [None] * len(works)

    def run(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                results[number] = works[number]()
            except Exception as problem:
                results[number] = problem

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience)
        assert not thread.is_alive(), "a thread hangs"
    return results


def wait_until(moment: datetime) -> None:
    """Move the held clock forward to just after this moment."""
    hand = clock._source
    assert isinstance(hand, clock.Hand)
    hand.set(max(hand.at, moment + timedelta(seconds=1)))
