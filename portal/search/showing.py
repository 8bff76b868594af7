"""Hits as rows of their kinds: loaded again through the scope; nothing is shown or counted from the index alone.

Both kinds share their facets; a value stands in addresses by the name that people know it by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.cases.models import Case
from portal.directory import Directory
from portal.ideas.models import Idea
from portal.search import cases, ideas
from portal.search.engine import Hit
from tenants.scope import current, db

FACETS = ("thing", "state", "business", "category", "touchpoint", "kind")


@dataclass(frozen=True, slots=True)
class Shown:
    """How one kind of thing is loaded: its table, the column of its business, and what was written in it."""

    table: Any
    business: str
    said_in: Callable[[Sequence[int]], Iterator[tuple[int, str]]]


SHOWN: dict[str, Shown] = {
    cases.NAME: Shown(Case.__table__, "lead_tenant_id", cases.said_in),
    ideas.NAME: Shown(Idea.__table__, "tenant_id", ideas.said_below),
}


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row that the scope may see, and what kind of thing it is."""

    thing: str
    row: Any

    def value(self, facet: str, names: Directory) -> str | None:
        """Its value of a facet, as it stands in addresses."""
        row = self.row
        if facet == "thing":
            return self.thing
        if facet == "business":
            return names.businesses[getattr(row, SHOWN[self.thing].business)].slug
        if facet == "category":
            return names.categories[row.category_id].code if row.category_id is not None else None
        if facet == "touchpoint":
            return names.places[row.touchpoint_id].code if row.touchpoint_id is not None else None
        value: str = getattr(row, facet)
        return value

    def fits(self, chosen: Mapping[str, str], names: Directory) -> bool:
        return all(self.value(facet, names) == value for facet, value in chosen.items())


def rows_of(hits: Sequence[Hit], since: int = 0) -> list[FoundRow]:
    """The rows that the scope may see and that are no older, in the order of the hits. What was taken down is none."""
    found: dict[tuple[str, int], Any] = {}
    for name, kind in SHOWN.items():
        ids = [hit.thing.id for hit in hits if hit.thing.kind == name]
        if not ids:
            continue
        for row in db.session.execute(current().select(kind.table).where(kind.table.c.id.in_(ids))):
            if row.visibility != "hidden":
                found[name, row.id] = row
    keys = [(hit.thing.kind, hit.thing.id) for hit in hits if hit.thing.id >= since]
    return [FoundRow(key[0], found[key]) for key in keys if key in found]


def counted(rows: Sequence[FoundRow], facet: str, chosen: Mapping[str, str], names: Directory) -> dict[str, int]:
    """How often each value of a facet occurs among the rows that fit the other facets."""
    others = {name: value for name, value in chosen.items() if name != facet}
    values = (row.value(facet, names) for row in rows if row.fits(others, names))
    return dict(Counter(value for value in values if value is not None).most_common())


def facts_of(chosen: Mapping[str, str], names: Directory) -> dict[str, str] | None:
    """The values of addresses as the index holds them; None when one names nothing."""
    facts: dict[str, str] = {}
    for name, value in chosen.items():
        found: Any = value
        if name == "business":
            found = names.business_by_slug(value)
        elif name == "category":
            found = names.category_by_code(value)
        elif name == "touchpoint":
            found = names.place_by_code(value)
        if found is None:
            return None
        facts[name] = found if isinstance(found, str) else str(found.id)
    return facts
