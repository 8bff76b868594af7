"""Erasing a customer from a case: at their own word, or by rule when a closed case has been kept long enough.

Gone are their words, how to reach them, what they told once, their keys, links and files. What stays is that there was
a case, what the business did, and whether its promises were kept: every figure, and the log, remain true.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from portal.accounts.models import AccountCase
from portal.cases import clocks
from portal.cases.consents import take_back
from portal.cases.holding import held, move
from portal.cases.models import Case, Contact
from portal.cases.need_models import Need
from portal.cases.redaction import erase_words_of_customer
from portal.cases.remedy_models import Remedy
from portal.cases.states import can
from portal.events import kinds
from portal.events.record import record, set_timer
from portal.files import adding
from tenants import clock
from tenants.models import Key, SessionKey
from tenants.permissions import Forbidden
from tenants.scope import Kind, Scope, current, db, entered

FORGET = "case.forget"
BATCH = 50
GONE = "–"
"""Stands where a column needs words and there are none any more."""


def erase_customer(case_id: int) -> None:
    """The customer wants to be forgotten. An open case is withdrawn first, a public one becomes private.

    What the customer's own scope may not touch (keys, links, mail that waits, files in the storage) is erased by the
    worker, whose timer is written here.
    """
    if current().kind is not Kind.CUSTOMER:
        raise Forbidden("only the customer")
    with held(case_id) as case:
        if can(case.state, "withdraw"):
            clocks.let_go(case, everything=True)
            move(case, "withdraw")
            case.closed_at = clock.now()
            record(case, kinds.WITHDRAWN)
        if case.visibility == "public":
            take_back(case, "publication")
            case.visibility = "private"
            case.public_version += 1
            record(case, kinds.VISIBILITY_CHANGED, facts={"to": "private"})
        _forget(case)
        record(case, kinds.ERASED, facts={"because": "customer"})
        case.state_version += 1
        set_timer(case.network_id, FORGET, case.id, clock.now())


def _forget(case: Case) -> None:
    case.erased_at = clock.now()
    erase_words_of_customer(case)
    adding.redact_of_customer(case)
    for model in (Contact, Need):
        for row in db.session.scalars(select(model).where(model.case_id == case.id)):
            db.session.delete(row)
    for remedy in db.session.scalars(select(Remedy).where(Remedy.case_id == case.id)):
        remedy.words = GONE
        remedy.proof = GONE if remedy.proof is not None else None


def forget_the_rest(case_id: int) -> None:
    """The timer of an erasure: keys and what was opened with them. Runs as the system."""
    scope = current()
    keys, opened, kept = Key.__table__, SessionKey.__table__, AccountCase.__table__
    db.session.execute(scope.delete(kept).where(kept.c.case_id == case_id))
    mine = scope.select(keys.c.id).where(keys.c.subject_id == case_id, keys.c.purpose.in_(("case", "form")))
    ids = list(db.session.scalars(mine))
    db.session.execute(scope.delete(opened).where(opened.c.key_id.in_(ids)))
    db.session.execute(scope.delete(keys).where(keys.c.id.in_(ids)))
    kept = AccountCase.__table__
    db.session.execute(scope.delete(kept).where(kept.c.case_id == case_id))


# -- by rule -------------------------------------------------------------------------------------------------------


def retain(days: int, batch: int = BATCH) -> int:
    """Forget the customers of cases that ended more than `days` ago, at most `batch`. Returns how many there were."""
    with entered(Scope.system()):
        cases = Case.__table__
        before = clock.now() - timedelta(days=days)
        due = (
            current()
            .select(cases.c.id, cases.c.network_id)
            .where(
                cases.c.closed_at < before,
                cases.c.state.in_(("closed", "withdrawn")),
                cases.c.origin != "import",
                cases.c.erased_at.is_(None),
            )
            .order_by(cases.c.closed_at)
            .limit(batch)
        )
        found = list(db.session.execute(due))
    for row in found:
        _retain(row.id, row.network_id)
    return len(found)


def _retain(case_id: int, network_id: int) -> None:
    with entered(Scope.system(network_id)), held(case_id) as case:
        _forget(case)
        record(case, kinds.ERASED, facts={"because": "retention"})
        set_timer(case.network_id, FORGET, case.id, clock.now())
