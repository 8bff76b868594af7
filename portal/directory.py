"""The names of a network's businesses, places and categories, kept in the process.

Every page needs some of them and they change rarely. What is kept belongs to one `version` of the network; whoever
changes a business, place or category moves that version (`touch`). An id that is not known yet makes it read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import update

from portal import languages, wording
from portal.cases.directory_models import Category, Touchpoint
from tenants import door
from tenants.models import Network, Tenant
from tenants.scope import current, db

Name = Mapping[str, str]
KEEP = 64
"""Networks to remember in one process."""


@dataclass(frozen=True, slots=True)
class Business:
    id: int
    slug: str
    name: Name


@dataclass(frozen=True, slots=True)
class Place:
    id: int
    code: str
    name: Name
    business: Business


@dataclass(frozen=True, slots=True)
class Subject:
    """A category."""

    id: int
    code: str
    name: Name


@dataclass(frozen=True)
class Directory:
    """Everything that has a name in a network, by id."""

    businesses: Mapping[int, Business]
    places: Mapping[int, Place]
    categories: Mapping[int, Subject]
    _said: dict[str, dict[int, str]] = field(default_factory=dict)

    def names(self) -> Mapping[int, str]:
        """The businesses' names in the reader's language."""
        locale = languages.current().locale
        if locale not in self._said:
            self._said[locale] = {each.id: wording.local(each.name) for each in self.businesses.values()}
        return self._said[locale]

    def business_by_slug(self, slug: str) -> Business | None:
        return next((each for each in self.businesses.values() if each.slug == slug), None)

    def place_by_code(self, code: str) -> Place | None:
        return next((each for each in self.places.values() if each.code == code), None)

    def category_by_code(self, code: str) -> Subject | None:
        return next((each for each in self.categories.values() if each.code == code), None)


_kept: dict[int, tuple[int, Directory]] = {}


def directory(card: door.NetworkCard, *, knows_business: int | None = None) -> Directory:
    """The directory of the network that the present scope belongs to."""
    kept = _kept.get(card.id)
    if (
        kept is not None
        and kept[0] == card.version
        and (knows_business is None or knows_business in kept[1].businesses)
    ):
        return kept[1]
    if len(_kept) >= KEEP:
        _kept.clear()
    fresh = _read()
    _kept[card.id] = (card.version, fresh)
    return fresh


def forget() -> None:
    """Drop what this process has kept."""
    _kept.clear()


def touch(network_id: int) -> None:
    """Say that a name has changed, inside the transaction that changes it. For the system's scope."""
    db.session.execute(update(Network).where(Network.id == network_id).values(version=Network.version + 1))


def _read() -> Directory:
    scope, tenants = current(), Tenant.__table__
    touchpoints, categories = Touchpoint.__table__, Category.__table__
    rows = db.session.execute(scope.select(tenants.c.id, tenants.c.slug, tenants.c.name).order_by(tenants.c.id))
    businesses = {row.id: Business(row.id, row.slug, row.name) for row in rows}
    places = {
        row.id: Place(row.id, row.code, row.name, businesses[row.tenant_id])
        for row in db.session.execute(scope.select(touchpoints).order_by(touchpoints.c.tenant_id, touchpoints.c.id))
    }
    subjects = {
        row.id: Subject(row.id, row.code, row.name)
        for row in db.session.execute(scope.select(categories).order_by(categories.c.id))
    }
    return Directory(businesses, places, subjects)
