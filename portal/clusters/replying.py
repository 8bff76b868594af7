"""One reply to all cases of a cluster that the business leads. Each case gets it as if it were its only one.

Where nobody has told the customer a plan yet, the reply is the plan, and its answer is promised by the calendar. A case
that came back gets none: its second look is begun by a person who reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func

from portal.cases import needs
from portal.cases.clocks import usual_answer
from portal.cases.handling import acknowledge, reply
from portal.cases.holding import NoSuchCase
from portal.cases.models import Case
from portal.cases.states import OPEN, WrongState
from portal.clusters.deciding import ClusterMoved, found
from portal.clusters.models import Cluster, ClusterCase
from tenants.permissions import Forbidden, require
from tenants.scope import current, db, writing

MOST = 50
"""Cases that one request replies to; a person waits for it."""


@dataclass(frozen=True)
class Outcome:
    """How many cases got the reply, how many could not, and how many are still to be reached."""

    sent: int
    refused: int
    left: int


def reply_to_all(cluster_id: int, number: int, *, text: str, author: str, rest: bool = False) -> Outcome:
    """Send it to each open case of an open cluster that this business leads, at most MOST of them, oldest first.

    `number` is how many replies the form knew of (`clusters.replies`): the same form sent twice raises ClusterMoved.
    With `rest` the last reply goes on to those that it has not reached. Each case has a transaction of its own, which
    also remembers that this reply was there: none gets it twice, whatever ends the request half-way.
    """
    require(current(), "case.reply")
    require(current(), "cluster.decide")
    turn = number if rest else number + 1
    _begin(cluster_id, number, turn)
    waiting = to_reach(cluster_id, turn)
    outcomes = [_reply_to(cluster_id, case_id, turn, text, author) for case_id in waiting[:MOST]]
    return Outcome(outcomes.count("sent"), outcomes.count("refused"), max(len(waiting) - MOST, 0))


def without_plan(case_ids: Sequence[int]) -> int:
    """For how many of these the reply is the plan, since nobody has told their customers one."""
    cases = Case.__table__
    query = current().select(func.count(), also=[cases]).select_from(cases)
    return db.session.scalar(query.where(cases.c.id.in_(case_ids), cases.c.state == "received")) or 0


def to_reach(cluster_id: int, turn: int) -> list[int]:
    """The cases that a reply of this number is still to reach: those not tried yet first, each the oldest first."""
    rows, cases = ClusterCase.__table__, Case.__table__
    query = current().select(rows.c.case_id, also=[cases]).select_from(rows.join(cases, cases.c.id == rows.c.case_id))
    query = query.where(rows.c.cluster_id == cluster_id, _unreached(rows, turn))
    query = query.where(cases.c.lead_tenant_id == current().tenant_id, cases.c.state.in_(OPEN))
    return list(db.session.scalars(query.order_by(rows.c.reply, rows.c.case_id)))


def _begin(cluster_id: int, number: int, turn: int) -> None:
    clusters = Cluster.__table__
    with writing():
        wanted = current().update(clusters).where(clusters.c.id == cluster_id, clusters.c.state == "open")
        wanted = wanted.where(clusters.c.replies == number, clusters.c.replies <= turn)
        if turn < 1 or db.session.scalar(wanted.values(replies=turn).returning(clusters.c.id)) is None:
            raise ClusterMoved(found(cluster_id).state)


def _reply_to(cluster_id: int, case_id: int, turn: int, text: str, author: str) -> str:
    try:
        with writing():
            if not _remember(cluster_id, case_id, turn, "sent"):
                return "reached"
            needs.warn(case_id, text, confirmed=True)
            _say(case_id, text, author)
            return "sent"
    except (WrongState, Forbidden, NoSuchCase):
        with writing():
            _remember(cluster_id, case_id, turn, "refused")
        return "refused"


def _say(case_id: int, text: str, author: str) -> None:
    cases = Case.__table__
    case = db.session.execute(current().select(cases).where(cases.c.id == case_id)).one_or_none()
    if case is not None and case.state == "received":
        answer_by = usual_answer(case.lead_tenant_id, case.round)
        acknowledge(case_id, None, plan=text, answer_by=answer_by, author=author, in_hand=False)
    else:
        reply(case_id, text=text, author=author, in_hand=False)


def _remember(cluster_id: int, case_id: int, turn: int, result: str) -> bool:
    """False when the case has this reply, or has been taken out meanwhile."""
    rows = ClusterCase.__table__
    wanted = current().update(rows).where(rows.c.cluster_id == cluster_id, rows.c.case_id == case_id)
    wanted = wanted.where(_unreached(rows, turn)).values(reply=turn, reply_result=result)
    return db.session.scalar(wanted.returning(rows.c.case_id)) is not None


def _unreached(rows: Any, turn: int) -> Any:
    """One where it was not possible may be tried again: a plan may have been given since."""
    return ~rows.c.is_out & ((rows.c.reply < turn) | ((rows.c.reply == turn) & (rows.c.reply_result == "refused")))
