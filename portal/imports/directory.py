"""The businesses and categories that a file names: found by slug, code or name, and made where that is wanted."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from portal.calendars.models import ServiceCalendar
from portal.calendars.standard import OFFICE_HOURS
from portal.cases.directory_models import Category, Touchpoint
from tenants.models import Network, Tenant
from tenants.scope import db, writing

LONGEST_NAME = 120
LONGEST_SLUG = 40


class Unknown(LookupError):
    """There is no such thing, or more than one; the text says which."""


class Directory:
    """What the network knows of, read once. Runs inside a system scope of that network."""

    def __init__(self, network_id: int) -> None:
        self.network_id = network_id
        self.read()

    def read(self) -> None:
        """Read everything again: another run may have added to it."""
        network = db.session.get_one(Network, self.network_id)
        self.zone, self.locale = network.zone, network.locale
        tenants = db.session.execute(select(Tenant.id, Tenant.slug, Tenant.name))
        self._tenants = _by_name((row.id, [row.slug, *row.name.values()]) for row in tenants)
        categories = db.session.execute(select(Category.id, Category.code, Category.name))
        self._categories = _by_name((row.id, [row.code, *row.name.values()]) for row in categories)
        touchpoints = db.session.execute(select(Touchpoint.id, Touchpoint.code))
        self._touchpoints = _by_name((row.id, [row.code]) for row in touchpoints)

    def tenant(self, name: str) -> int:
        return _only(self._tenants, "business", name)

    def category(self, name: str) -> int:
        return _only(self._categories, "category", name)

    def touchpoint(self, code: str) -> int:
        return _only(self._touchpoints, "touchpoint", code)

    def make_missing(self, tenants: Iterable[str], categories: Iterable[str]) -> None:
        """Make what is not known yet, in one transaction: a business comes with office hours in the network's zone."""
        tenants, categories = _missing(tenants, self._tenants), _missing(categories, self._categories)
        if not tenants and not categories:
            return
        with writing():
            network = db.session.get_one(Network, self.network_id, with_for_update=True)
            self.read()  # under the lock of the network: another run may have been quicker
            for name in _missing(tenants, self._tenants):
                self._make_tenant(network, name)
            for name in _missing(categories, self._categories):
                self._make_category(name)
        self.read()

    def _make_tenant(self, network: Network, name: str) -> None:
        slug = slug_of(name, "business", set(db.session.scalars(select(Tenant.slug))))
        tenant = Tenant(slug=slug, name={self.locale: name}, is_host=False)
        db.session.add(tenant)
        network.version += 1
        db.session.flush()
        db.session.add(
            ServiceCalendar(tenant_id=tenant.id, zone=self.zone, week=OFFICE_HOURS, closed=[], extra=[], targets={})
        )
        db.session.flush()

    def _make_category(self, name: str) -> None:
        code = slug_of(name, "category", set(db.session.scalars(select(Category.code))))
        db.session.add(Category(code=code, name={self.locale: name}))
        db.session.flush()


def slug_of(name: str, word: str, taken: set[str]) -> str:
    """A free slug of Latin letters: from the name where it has some, else from `word` and a hash of the name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace("'", "")
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].rstrip("-")
    if re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]", slug) and slug not in taken:
        return slug
    return f"{word}-{hashlib.sha256(_key(name).encode()).hexdigest()[:10]}"


def _missing(names: Iterable[str], known: dict[str, set[int]]) -> list[str]:
    """Those that are not known, each once, as they were first written."""
    first = {key: name.strip() for name in sorted(names, reverse=True) if (key := _key(name)) and key not in known}
    return list(first.values())


def _by_name(things: Iterable[tuple[int, list[str]]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for identity, names in things:
        for name in names:
            found[_key(name)].add(identity)
    return found


def _only(known: dict[str, set[int]], what: str, name: str) -> int:
    ids = known.get(_key(name), set())
    if len(ids) != 1:
        raise Unknown(f"there is no {what} '{name}'" if not ids else f"more than one {what} is called '{name}'")
    return next(iter(ids))


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
