"""A case and an idea held together, for the verbs that put one behind the other.

Whether somebody may is asked in their own scope; the rows are written as the system, since who else has a case behind
the idea, and whose it is, is nothing that the actor may read. A case comes before an idea, as in every step of a case.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from portal.cases import holding as cases
from portal.cases.models import Access, Case
from portal.ideas import holding
from portal.ideas.holding import NoSuchIdea
from portal.ideas.models import Idea
from tenants.permissions import Forbidden, require
from tenants.scope import Kind, Scope, current, db, entered

LINK = "idea.link"
"""The permission of whoever acts for a business."""


@dataclass(frozen=True)
class Pair:
    """Both under their locks; `by` is the scope of whoever acts."""

    case: Case
    idea: Idea
    by: Scope

    @property
    def actor(self) -> dict[str, Any]:
        """As an event says who acted."""
        return {"actor": "staff" if self.by.for_tenant else "customer", "tenant_id": self.by.tenant_id}


@contextmanager
def both(idea_id: int, case_id: int, *, merged: bool = False) -> Iterator[Pair]:
    """The two, for a business that has the case or for its customer; in one write transaction of the system.

    Not inside another write. Raises NoSuchIdea, NoSuchCase, Forbidden, or Merged unless `merged` allows it.
    """
    by = current()
    may_link(idea_id, case_id)
    db.session.rollback()  # what is read afterwards is new
    with (
        entered(Scope.system(by.network_id)),
        cases.held(case_id) as case,
        _held(idea_id, merged=merged) as idea,
    ):
        if not _still(case, idea, by):
            raise NoSuchIdea(idea_id)
        yield Pair(case, idea, by)


@contextmanager
def _held(idea_id: int, *, merged: bool) -> Iterator[Idea]:
    """A merged idea with that in which it goes on, since the cases of both are counted there; in their order."""
    if merged:
        holding.lock(idea_id, *holding.goes_on_in(idea_id))
    with holding.held(idea_id, merged=merged) as idea:
        yield idea


def may_link(idea_id: int, case_id: int) -> None:
    """Ask in the present scope. Raises NoSuchIdea, NoSuchCase or Forbidden."""
    scope = current()
    if scope.for_tenant:
        require(scope, LINK)
    elif scope.kind is not Kind.CUSTOMER:
        raise Forbidden("only who has the case")
    if scope.kind is Kind.CUSTOMER and scope.case_id != case_id:
        raise cases.NoSuchCase(case_id)
    for table, number, missing in ((Case, case_id, cases.NoSuchCase), (Idea, idea_id, NoSuchIdea)):
        rows: Any = table.__table__
        if db.session.scalar(current().select(rows.c.id).where(rows.c.id == number)) is None:
            raise missing(number)


def _still(case: Case, idea: Idea, by: Scope) -> bool:
    """The same question again under the locks: an idea may just have been hidden, a case have left the business."""
    if not by.for_tenant:
        return idea.visibility == "public"
    has_case = db.session.get(Access, (case.id, by.tenant_id)) is not None
    return has_case and (idea.visibility in ("public", "network") or idea.tenant_id == by.tenant_id)
