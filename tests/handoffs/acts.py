"""What most tests of hand-offs begin with: offering, accepting, and what stands then."""

from __future__ import annotations

from sqlalchemy import select

from portal.cases.models import Access
from portal.handoffs import handing, hosting
from portal.handoffs.handing import Ask
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import Scope, db, entered
from tests.handoffs.conftest import as_manager, handoff
from tests.play import acknowledged, case_of, wait_until
from tests.tables import beginning


@beginning
def offered(partners, case_id, to="harbor", *, by="meridian", whole=False, part_id=None, title="Find the bag"):
    ask = Ask(partners.ids[to], "Where is it?", part_id, "" if whole or part_id else title)
    with entered(partners.scopes[by]):
        return handing.offer(case_id, case_of(partners.cast, case_id).state_version, ask, author="Ada")


def do(partners, who, verb, handoff_id, **values):
    with entered(partners.scopes[who]):
        return verb(handoff_id, handoff(handoff_id).version, **values)


@beginning
def accepted(partners, case_id, to="harbor", **more):
    made = offered(partners, case_id, to, **more)
    do(partners, to, handing.accept, made, author="Hugo")
    return made


def given_by_the_host(partners, cast):
    """A whole case that two have declined, and that the host then gave to Harbor."""
    made = acknowledged(cast)
    for who in ("harbor", "lantern"):
        one = offered(partners, made.case_id, who, whole=True)
        do(partners, who, handing.decline, one, reason="not_ours", text="", author="Hugo")
    wait_until(clock.now())
    until_idle()
    with entered(as_manager(partners, "airport")):
        version = case_of(cast, made.case_id).state_version
        hosting.assign(made.case_id, version, part_id=None, to_tenant_id=cast.harbor, reason="They were there.")
    return made


def levels(cast, case_id):
    with entered(Scope.system(cast.riverside)):
        return {row.tenant_id: row.level for row in db.session.scalars(select(Access).where(Access.case_id == case_id))}
