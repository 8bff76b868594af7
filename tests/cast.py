"""The people and businesses that tests are played with. Everything is made through the owner's own scope.

Riverside Airport: the airport (host), Meridian Air, Harbor Ground Handling. Northport: another network altogether.
Ada works for Meridian, Hugo for Harbor, Greta runs the airport's desk; Otto works for Northport and must always be
refused at Riverside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from portal.calendars.models import ServiceCalendar
from portal.cases.directory_models import Category, RoutingRule, Touchpoint
from tenants.models import Membership, Network, NetworkHost, Tenant, User
from tenants.scope import Scope, db, entered, writing

T = TypeVar("T")
WEEK = [[["09:00", "17:00"]]] * 5 + [[], []]


@dataclass(frozen=True)
class Cast:
    """Ids of everybody and everything."""

    riverside: int
    northport: int
    airport: int
    meridian: int
    harbor: int
    elsewhere: int
    ada: int
    hugo: int
    greta: int
    otto: int
    belt: int
    gate: int
    far_belt: int
    luggage: int
    delay: int

    @property
    def public(self) -> Scope:
        return Scope.public(self.riverside)

    def customer(self, case_id: int) -> Scope:
        return Scope.customer(self.riverside, case_id=case_id)

    @property
    def as_ada(self) -> Scope:
        return Scope.staff(self.riverside, self.meridian, self.ada, "agent")

    @property
    def as_hugo(self) -> Scope:
        return Scope.staff(self.riverside, self.harbor, self.hugo, "agent")

    @property
    def as_greta(self) -> Scope:
        return Scope.staff(self.riverside, self.airport, self.greta, "manager")

    @property
    def as_otto(self) -> Scope:
        return Scope.staff(self.northport, self.elsewhere, self.otto, "admin")


def assemble() -> Cast:
    """Write the cast into an empty database."""
    with entered(Scope.system()), writing():
        riverside = _network("riverside", "RIV", "Riverside Airport", "Europe/Vienna")
        northport = _network("northport", "NOR", "Northport", "Europe/London")
        airport = _tenant(riverside, "airport", "Riverside Airport", is_host=True)
        meridian = _tenant(riverside, "meridian", "Meridian Air")
        harbor = _tenant(riverside, "harbor", "Harbor Ground Handling")
        elsewhere = _tenant(northport, "northport", "Northport", is_host=True)
        ids = {
            "ada": _person(riverside, meridian, "ada@example.com", "Ada", "agent"),
            "hugo": _person(riverside, harbor, "hugo@example.com", "Hugo", "agent"),
            "greta": _person(riverside, airport, "greta@example.com", "Greta", "manager"),
            "otto": _person(northport, elsewhere, "otto@example.com", "Otto", "admin"),
            "belt": _touchpoint(riverside, harbor, "belt-3", "Belt 3, Terminal 2"),
            "gate": _touchpoint(riverside, meridian, "gate-b4", "Gate B4"),
            "far_belt": _touchpoint(northport, elsewhere, "belt-3", "Belt 3"),
            "luggage": _category(riverside, "lost-luggage", "Lost luggage"),
            "delay": _category(riverside, "delay", "Delay"),
        }
        db.session.add(RoutingRule(network_id=riverside, category_id=ids["luggage"], tenant_id=meridian))
        return Cast(riverside, northport, airport, meridian, harbor, elsewhere, **ids)


def _kept(thing: T) -> T:
    db.session.add(thing)
    db.session.flush()
    return thing


def _network(slug: str, prefix: str, name: str, zone: str) -> int:
    network = _kept(Network(slug=slug, prefix=prefix, name={"en": name}, zone=zone, locale="en"))
    _kept(NetworkHost(host=f"{slug}.example", network_id=network.id))
    return network.id


def _tenant(network_id: int, slug: str, name: str, *, is_host: bool = False) -> int:
    tenant = _kept(Tenant(network_id=network_id, slug=slug, name={"en": name}, is_host=is_host))
    _kept(
        ServiceCalendar(
            network_id=network_id, tenant_id=tenant.id, zone="Europe/Vienna", week=WEEK, closed=[], extra=[], targets={}
        )
    )
    return tenant.id


def _person(network_id: int, tenant_id: int, email: str, name: str, role: str) -> int:
    user = _kept(User(network_id=network_id, email=email, name=name))
    _kept(Membership(network_id=network_id, tenant_id=tenant_id, user_id=user.id, role=role))
    return user.id


def _touchpoint(network_id: int, tenant_id: int, code: str, name: str) -> int:
    return _kept(Touchpoint(network_id=network_id, tenant_id=tenant_id, code=code, name={"en": name})).id


def _category(network_id: int, code: str, name: str) -> int:
    return _kept(Category(network_id=network_id, code=code, name={"en": name})).id
