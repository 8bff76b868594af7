"""Meridian's units and their people, and moves between units that many tests begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.cases.models import Access
from portal.handoffs import handing, unit_offering
from portal.handoffs.models import UnitHandoff
from portal.handoffs.unit_offering import UnitAsk
from tenants.models import Membership, Unit
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast
from tests.handoffs.conftest import Partners
from tests.play import case_of, colleague

NAMES = {"bags": "Baggage service", "care": "Customer relations", "crew": "Station team"}


@dataclass(frozen=True)
class Inside:
    """Units of Meridian by their slug, and scopes: a member of each, Ada at the front desk, a manager."""

    partners: Partners
    ids: dict[str, int]
    scopes: dict[str, Scope]

    @property
    def cast(self) -> Cast:
        return self.partners.cast


def build(partners: Partners) -> Inside:
    cast = partners.cast
    with entered(Scope.system(cast.riverside)), writing():
        ids = {}
        for slug, name in NAMES.items():
            unit = Unit(network_id=cast.riverside, tenant_id=cast.meridian, slug=slug, name={"en": name})
            db.session.add(unit)
            db.session.flush()
            ids[slug] = unit.id
    scopes = {slug: colleague(cast, cast.meridian, f"{slug}@example.com") for slug in NAMES}
    with entered(Scope.system(cast.riverside)), writing():
        for slug, scope in scopes.items():
            db.session.get_one(Membership, (cast.meridian, scope.person_id)).unit_id = ids[slug]
    scopes["front"] = cast.as_ada
    scopes["manager"] = colleague(cast, cast.meridian, "mona@example.com", "manager")
    return Inside(partners, ids, scopes)


def offered(inside: Inside, case_id: int, to: str = "bags", *, by: str = "front", **what: Any) -> int:
    """A part that only Meridian knows, unless said (`whole`, `part_id`)."""
    whole, part_id = what.get("whole", False), what.get("part_id")
    title = "" if whole or part_id else what.get("title", "Ask the loft")
    ask = UnitAsk(inside.ids[to], "Where is it?", part_id, title)
    with entered(inside.scopes[by]):
        return unit_offering.offer(case_id, case_of(inside.cast, case_id).state_version, ask, author="Ada")


def accepted(inside: Inside, case_id: int, to: str = "bags", **more: Any) -> int:
    made = offered(inside, case_id, to, **more)
    do(inside, to, handing.accept, made, author="Bo")
    return made


def do(inside: Inside, who: str, verb: Any, handoff_id: int, **values: Any) -> Any:
    with entered(inside.scopes[who]):
        return verb(handoff_id, one_of(handoff_id).version, **values)


def one_of(handoff_id: int) -> UnitHandoff:
    with entered(Scope.system()):
        return db.session.get_one(UnitHandoff, handoff_id)


def newest() -> UnitHandoff:
    with entered(Scope.system()):
        return db.session.scalars(select(UnitHandoff).order_by(UnitHandoff.id.desc())).first() or _none()


def _none() -> UnitHandoff:
    raise LookupError("there is no hand-off between units")


def unit_with(inside: Inside, case_id: int, tenant_id: int | None = None) -> int | None:
    with entered(Scope.system()):
        return db.session.get_one(Access, (case_id, tenant_id or inside.cast.meridian)).unit_id
