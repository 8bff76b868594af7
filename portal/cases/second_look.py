"""A second look: the customer reopens a case or appeals, and another person takes it up.

Who answered or assessed a case in an earlier round does not handle it again. When the lead has nobody else, the host
takes the case; when the host has nobody else either, the work still has to be done, and whoever is there may do it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from portal.calendars.promising import due
from portal.cases import promises
from portal.cases.holding import held, move
from portal.cases.models import Access, Case
from portal.cases.states import WrongState
from portal.cases.words import say
from portal.cases.work_models import Decision
from portal.events import kinds
from portal.events.record import record, set_timer
from tenants import clock
from tenants.models import Membership, Tenant, User
from tenants.permissions import HANDLERS, Forbidden
from tenants.scope import Kind, current, db

REOPENING = timedelta(days=60)
"""For so long after it ended a case can be reopened, or appealed against."""
FIND_SOMEBODY = "case.find_second_person"


class TooLate(RuntimeError):
    """The time for reopening or an appeal has passed (409)."""


class SamePerson(Forbidden):
    """Somebody else has to take this second look (403)."""


def reopen(case_id: int, version: int, *, reason: str = "") -> None:
    """The customer says that it is not solved. One press; a reason if they like."""
    _begin(case_id, version, "reopen", kinds.REOPENED, reason)


def appeal(case_id: int, version: int, *, reason: str) -> None:
    """The customer does not accept the decision. Once in the life of a case."""
    _begin(case_id, version, "appeal", kinds.APPEALED, reason)


def _begin(case_id: int, version: int, act: str, kind: kinds.Kind, reason: str) -> None:
    if current().kind is not Kind.CUSTOMER:
        raise Forbidden("only the customer")
    with held(case_id, version) as case:
        if act == "appeal" and (case.appealed_at is not None or case.outcome is None):
            raise WrongState(case.state, act)
        move(case, act)
        if not in_time(case.closed_at):
            raise TooLate(case.reference)
        if act == "appeal":
            case.appealed_at = clock.now()
        case.round += 1
        case.closed_at = case.answered_at = None
        if reason:
            say(case, kind, reason)
        else:
            record(case, kind)
        _free(case)
        promises.make(case, "acknowledge", due(case.lead_tenant_id, "acknowledge", clock.now()), actor="system")
        set_timer(case.network_id, FIND_SOMEBODY, case.id, clock.now())


def in_time(ended_at: datetime | None) -> bool:
    """Whether a case that ended then can still be reopened or appealed against."""
    return ended_at is None or clock.now() <= ended_at + REOPENING


def _free(case: Case) -> None:
    """Nobody holds the case any more: who had it does not get it again by itself."""
    access = Access.__table__
    db.session.execute(current().update(access).where(access.c.case_id == case.id).values(assignee_id=None))


def decided(case: Case) -> None:
    """Remember that the present person decided on this round of the case."""
    scope = current()
    if scope.person_id is None:
        return
    key = (case.id, scope.person_id, case.round)
    if db.session.get(Decision, key) is None:
        db.session.add(
            Decision(
                case_id=case.id, user_id=scope.person_id, round=case.round, tenant_id=scope.tenant_id, at=clock.now()
            )
        )


def require_fresh_eyes(case: Case) -> None:
    """Raise SamePerson if the present person decided on an earlier round and somebody else could take this one."""
    if may_handle(case.id, case.round):
        return
    raise SamePerson(case.reference)


def may_handle(case_id: int, round_: int) -> bool:
    """Whether the present person may decide in this round of the case."""
    scope = current()
    if round_ == 1 or scope.person_id is None:
        return True
    return not decided_before(case_id, round_) or not _others(scope.tenant_id or 0, case_id, round_)


def decided_before(case_id: int, round_: int) -> bool:
    """Whether the present person decided on a round of the case before this one."""
    return round_ > 1 and current().person_id in _earlier(case_id, round_)


def _earlier(case_id: int, round_: int) -> set[int]:
    """Who decided on a round before this one."""
    query = select(Decision.user_id).where(Decision.case_id == case_id, Decision.round < round_)
    return set(db.session.scalars(query))


def _others(tenant_id: int, case_id: int, round_: int) -> int:
    """How many people of a business could take a case and decided on no earlier round of it."""
    query = (
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.tenant_id == tenant_id,
            Membership.role.in_([role.value for role in HANDLERS]),
            User.disabled_at.is_(None),
            Membership.user_id.not_in(_earlier(case_id, round_)),
        )
    )
    return db.session.scalar(query) or 0


def find_somebody(case_id: int) -> None:
    """After a reopening or an appeal: if the lead has nobody else, the host takes the case. Runs as the system."""
    if db.session.get(Case, case_id) is None:
        return
    with held(case_id) as case:
        if case.state not in ("reopened", "appealed") or _others(case.lead_tenant_id, case.id, case.round):
            return
        host = db.session.scalar(select(Tenant.id).where(Tenant.is_host))
        if host is None or host == case.lead_tenant_id or not _others(host, case.id, case.round):
            return
        hand_to(case, host, "second_person")


def hand_to(case: Case, tenant_id: int, because: str) -> None:
    """Make another business the lead of a held case; who led it before still sees it. Runs as the system."""
    case.lead_tenant_id, case.agreed_by = tenant_id, None
    case.state_version += 1
    db.session.flush()  # who sees the case follows now, and by the same rules for what is recorded next
    record(
        case,
        kinds.LEAD_CHANGED,
        facts={"tenant": str(tenant_id), "because": because},
        tenant_id=tenant_id,
        actor="system",
    )
