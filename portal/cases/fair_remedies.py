"""What is usual for a kind of case, and whether those who escalate get more than those who do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from portal.cases.models import Case
from portal.cases.remedy_models import Remedy
from tenants import clock
from tenants.permissions import require
from tenants.scope import current, db

SETTLED = ("accepted", "delivered")
LOOK_BACK = timedelta(days=365)
ENOUGH = 5
"""From so many settled remedies on, their middle says what is usual."""
MOST = 500
"""Remedies that are looked at for what is usual: the newest."""


@dataclass(frozen=True)
class Usual:
    """What such cases get: the middle of the sums of one kind in one currency."""

    kind: str
    currency: str
    amount: int
    cases: int


def usual(category_id: int | None, kind: str, currency: str | None) -> Usual | None:
    """What the reader's business settled on for such cases within a year; None while there were too few."""
    if currency is None:
        return None
    remedies, cases = Remedy.__table__, Case.__table__
    query = (
        current()
        .select(remedies.c.amount, also=[cases])
        .select_from(remedies.join(cases, cases.c.id == remedies.c.case_id))
        .where(
            remedies.c.tenant_id == current().tenant_id,
            remedies.c.offered_at > clock.now() - LOOK_BACK,
            remedies.c.kind == kind,
            remedies.c.currency == currency,
            remedies.c.state.in_(SETTLED),
            remedies.c.goodwill.is_(False),
            cases.c.category_id == category_id if category_id else cases.c.category_id.is_(None),
        )
        .order_by(remedies.c.offered_at.desc())
        .limit(MOST)
    )
    sums = list(db.session.scalars(query))
    return Usual(kind, currency, int(median(sums)), len(sums)) if len(sums) >= ENOUGH else None


@dataclass(frozen=True)
class Parity:
    """What quiet customers got and what those got who escalated, in the middle, for one topic and currency."""

    category_id: int | None
    currency: str
    quiet: int
    quiet_cases: int
    escalated: int
    escalated_cases: int

    @property
    def ratio(self) -> float:
        """Above 1, shouting pays."""
        return self.escalated / self.quiet


def parity() -> list[Parity]:
    """For managers: does escalating pay? Topics in which both kinds of customers were given money within a year."""
    require(current(), "remedy.parity")
    remedies, cases = Remedy.__table__, Case.__table__
    query = (
        current()
        .select(remedies.c.amount, remedies.c.currency, remedies.c.round, cases.c.category_id)
        .select_from(remedies.join(cases, cases.c.id == remedies.c.case_id))
        .where(
            remedies.c.tenant_id == current().tenant_id,
            remedies.c.offered_at > clock.now() - LOOK_BACK,
            remedies.c.amount.is_not(None),
            remedies.c.state.in_(SETTLED),
        )
        .order_by(remedies.c.offered_at.desc())
        .limit(20 * MOST)
    )
    groups: dict[tuple[int | None, str], tuple[list[int], list[int]]] = {}
    for row in db.session.execute(query):
        groups.setdefault((row.category_id, row.currency), ([], []))[row.round > 1].append(row.amount)
    return sorted(
        (
            Parity(category, currency, int(median(quiet)), len(quiet), int(median(loud)), len(loud))
            for (category, currency), (quiet, loud) in groups.items()
            if quiet and loud
        ),
        key=lambda each: -each.ratio,
    )
