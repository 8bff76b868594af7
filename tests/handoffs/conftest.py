"""Four businesses of Riverside with people of their own, and agreements between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import portal.handoffs.following_case  # noqa: F401  (hangs itself on the steps of cases)
from portal.calendars.targets import Target
from portal.handoffs import partnering
from portal.handoffs.models import Handoff, Partnership
from portal.handoffs.partnering import Terms
from tenants import clock
from tenants.ids import new_id
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast, _tenant
from tests.pages.conftest import another, browser, report, signed_in  # noqa: F401 (fixtures)
from tests.play import colleague
from tests.tables import Tables

FAST, SLOW = Target(2, "working_hours"), Target(2, "working_days")


@dataclass(frozen=True)
class Partners:
    """Ids of the businesses, and a scope of an agent of each; the airport is the host."""

    cast: Cast
    ids: dict[str, int]
    scopes: dict[str, Scope]

    def name_of(self, tenant_id: int) -> str:
        return next(name for name, each in self.ids.items() if each == tenant_id)


@pytest.fixture
def partners(cast: Cast, tables: Tables) -> Partners:
    """Meridian may ask Harbor and Lantern, Harbor may ask Lantern and Meridian; the airport is the host."""
    return tables.once("partners", lambda: allied(cast))


def allied(cast: Cast) -> Partners:
    with entered(Scope.system(cast.riverside)), writing():
        lantern = _tenant(cast.riverside, "lantern", "Lantern Security")
        ids = {"airport": cast.airport, "meridian": cast.meridian, "harbor": cast.harbor, "lantern": lantern}
    scopes = {
        "airport": cast.as_greta,
        "meridian": cast.as_ada,
        "harbor": cast.as_hugo,
        "lantern": colleague(cast, ids["lantern"], "lena@example.com"),
    }
    found = Partners(cast, ids, scopes)
    with entered(Scope.system(cast.riverside)), writing():
        for pair in ("meridian harbor", "meridian lantern", "harbor lantern", "harbor meridian"):
            db.session.add(agreement(cast.riverside, *(ids[name] for name in pair.split())))
    return found


@pytest.fixture
def inside(partners: Partners, tables: Tables) -> units.Inside:
    """Meridian has three units with one member each, Ada at its front desk, and a manager."""
    return tables.once("inside", lambda: units.build(partners))


def agreement(network_id: int, asker_id: int, answerer_id: int) -> Partnership:
    """As two businesses make it; written at once, since many tests begin with it."""
    return Partnership(
        id=new_id(),
        network_id=network_id,
        asker_id=asker_id,
        answerer_id=answerer_id,
        proposer_id=asker_id,
        state="accepted",
        modes=["assist", "transfer"],
        topics=[],
        accept_within=FAST.kept(),
        answer_within=SLOW.kept(),
        passes={},
        agreed_by=sorted((asker_id, answerer_id)),
        proposed_at=clock.now(),
        accepted_at=clock.now(),
    )


def agreed(partners: Partners, asker: str, answerer: str, **changes: Any) -> int:
    terms = Terms(
        partners.ids[asker],
        partners.ids[answerer],
        **{"modes": ("assist", "transfer"), "accept_within": FAST, "answer_within": SLOW, **changes},
    )
    with entered(as_manager(partners, asker)):
        made = partnering.propose(terms)
    with entered(as_manager(partners, answerer)):
        partnering.agree(made)
    return made


def as_manager(partners: Partners, name: str) -> Scope:
    """The same person, as a manager."""
    scope = partners.scopes[name]
    return Scope.staff(scope.network_id or 0, scope.tenant_id or 0, scope.person_id or 0, "manager")


def handoff(handoff_id: int) -> Handoff:
    with entered(Scope.system()):
        return db.session.get_one(Handoff, handoff_id)


Verb = Callable[..., Any]

from tests.handoffs import units  # noqa: E402 (which plays with what is above)
