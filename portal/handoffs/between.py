"""What differs between a hand-off to another business and one to a unit of the same: who is who, who decides, what is
told to whom, whose times count. Everything else about the two is the same, and stands in the verbs.

The sides of a hand-off: the `asker` waits, the `answerer` was asked, the `giver` had it when it was handed over, and
the `decider` says who takes what came back.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.cases.work_models import Part
from portal.events.kinds import INSIDE, Kind
from portal.handoffs.inside import unit_of_person, unit_with, works_on
from portal.handoffs.models import AnyLeg, Handoff, Partnership, UnitHandoff
from portal.handoffs.partnering import is_host
from tenants.models import Tenant, Unit
from tenants.permissions import allows
from tenants.scope import current, db

SIDES = frozenset({"asker", "answerer", "giver", "decider"})
SAID_BY_GIVER = ("brief", "reply")
SAID_BY_ANSWERER = ("question", "progress", "longer", "answer", "dispute")


class BetweenBusinesses:
    """Whoever leads the case waits; the host decides; everybody reads what became of it."""

    names = "tenant"
    """What events name: a business."""
    is_shared = True
    """Whether others than one business see that something has changed."""

    def __init__(self, one: Handoff) -> None:
        self.one = one

    def sides(self, case: Any) -> frozenset[str]:
        """Those that the present scope may act for; the system may act for all."""
        if not current().for_tenant:
            return SIDES
        me = current().tenant_id
        mine = {
            "asker": case.lead_tenant_id == me,
            "answerer": self.one.to_tenant_id == me,
            "giver": self.one.from_tenant_id == me,
            "decider": is_host(me),
        }
        return frozenset(side for side, holds in mine.items() if holds)

    def is_frozen(self, case: Any) -> bool:
        """Whether it only waits to be given back, because the agreement behind it has ended."""
        # A lead that came later is no party to the agreement, and does not read it.
        agreed = db.session.get(Partnership, self.one.partnership_id) if self.one.partnership_id else None
        return agreed is not None and agreed.state == "ended"

    def terms(self) -> Partnership | Unit | None:
        """What was agreed on about times; None where the host decided without an agreement."""
        return db.session.get(Partnership, self.one.partnership_id) if self.one.partnership_id else None

    def keeper(self) -> int:
        """The business by whose service calendar its times count."""
        return self.one.to_tenant_id

    def told_as(self, kind: Kind) -> Kind:
        return kind

    def teller(self) -> int | None:
        """Whose event it is, if not the acting business's."""
        return None

    def speaker(self, about: str) -> dict[str, str]:
        """Who says something, as facts, where the event itself does not know."""
        return {}

    def readers(self, case: Any) -> set[int]:
        """Who reads what is said about it: the two businesses, whoever waits now, and the host while it hears a
        dispute."""
        readers = {self.one.from_tenant_id, self.one.to_tenant_id, case.lead_tenant_id}
        if self.one.disputed_at is not None and self.one.ruled_at is None:
            readers |= set(db.session.scalars(select(Tenant.id).where(Tenant.is_host)))
        return readers

    def decider(self) -> dict[str, str]:
        """Who decides now, as facts."""
        return {"tenant": str(db.session.scalar(select(Tenant.id).where(Tenant.is_host)))}

    def ends(self, case: Any, part: Part) -> bool:
        """Whether the part is done when the answer will do."""
        return True

    def is_known(self, other_id: int) -> bool:
        """Whether there is such a business."""
        return db.session.get(Tenant, other_id) is not None


class BetweenUnits:
    """The unit that has the case waits, or the front desk; managers decide; no other business reads any of it.

    Members act for their unit, managers for each. The front desk is whoever works for the business, but those of the
    unit that was asked.
    """

    names = "unit"
    is_shared = False

    def __init__(self, one: UnitHandoff) -> None:
        self.one = one

    def sides(self, case: Any) -> frozenset[str]:
        if not current().for_tenant or allows(current(), "case.assign_unit"):
            return SIDES
        me, holder = unit_of_person(), unit_with(case.id, self.one.tenant_id)
        mine = {
            "asker": self._is(me, holder),
            "answerer": me == self.one.to_unit_id,
            "giver": self._is(me, self.one.from_unit_id),
        }
        return frozenset(side for side, holds in mine.items() if holds)

    def _is(self, me: int | None, unit_id: int | None) -> bool:
        return me == unit_id or (unit_id is None and me != self.one.to_unit_id)

    def is_frozen(self, case: Any) -> bool:
        """Whether it only waits to be ended, because the business has nothing to do with it any more."""
        part = db.session.get(Part, self.one.part_id) if self.one.part_id else None
        return not works_on(case, self.one.tenant_id, part)

    def terms(self) -> Partnership | Unit | None:
        return db.session.get(Unit, self.one.to_unit_id)

    def keeper(self) -> int:
        return self.one.tenant_id

    def told_as(self, kind: Kind) -> Kind:
        return INSIDE[kind.name]

    def teller(self) -> int | None:
        return self.one.tenant_id

    def speaker(self, about: str) -> dict[str, str]:
        """The unit for which it is said, also by a manager, who acts for each."""
        mine = unit_of_person()
        if about in SAID_BY_GIVER:
            mine = self.one.from_unit_id
        elif about in SAID_BY_ANSWERER:
            mine = self.one.to_unit_id
        return {"unit": str(mine)} if mine else {}

    def readers(self, case: Any) -> set[int]:
        """Nobody besides the business itself."""
        return set()

    def decider(self) -> dict[str, str]:
        return {}

    def ends(self, case: Any, part: Part) -> bool:
        """A part that another business has handed to this one ends with the answer to that one."""
        return part.is_internal or bool(case.lead_tenant_id == self.one.tenant_id)

    def is_known(self, other_id: int) -> bool:
        unit = db.session.get(Unit, other_id)
        return unit is not None and unit.tenant_id == self.one.tenant_id


def between(one: AnyLeg) -> BetweenBusinesses | BetweenUnits:
    return BetweenUnits(one) if isinstance(one, UnitHandoff) else BetweenBusinesses(one)
