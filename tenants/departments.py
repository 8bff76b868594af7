"""The units of a tenant: making and changing them, and who is a member of which. For its managers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from tenants.models import Membership, Unit
from tenants.people import NoSuchPerson
from tenants.permissions import require
from tenants.scope import current, db, writing


class NoSuchUnit(LookupError):
    """The tenant has no such unit (404)."""


@dataclass(frozen=True)
class UnitTerms:
    """What a unit is called (language → name; one is enough), and how fast it is. Times are kept as `Target.kept()`."""

    name: dict[str, str]
    accept_within: list[Any]
    answer_within: list[Any]
    auto_accept: bool = False


def add_unit(terms: UnitTerms) -> int:
    """Make a unit. Returns its id."""
    require(current(), "unit.edit")
    with writing():
        taken = set(db.session.scalars(select(Unit.slug).where(Unit.tenant_id == current().tenant_id)))
        slug = next(name for number in range(1, len(taken) + 2) if (name := f"unit-{number}") not in taken)
        unit = Unit(network_id=current().network_id, tenant_id=current().tenant_id, slug=slug, name={})
        _set(unit, terms)
        db.session.add(unit)
        db.session.flush()
        return unit.id


def change_unit(unit_id: int, terms: UnitTerms) -> None:
    """Another name, other times for what is asked from now on. Raises NoSuchUnit."""
    require(current(), "unit.edit")
    with writing():
        _set(unit_by_id(unit_id), terms)


def put_into(user_id: int, unit_id: int | None) -> None:
    """A colleague works in this unit from now on; None: at the front desk. Raises NoSuchPerson or NoSuchUnit."""
    require(current(), "unit.edit")
    with writing():
        membership = db.session.get(Membership, (current().tenant_id, user_id))
        if membership is None:
            raise NoSuchPerson(user_id)
        membership.unit_id = unit_by_id(unit_id).id if unit_id is not None else None


def unit_by_id(unit_id: int) -> Unit:
    """A unit of the present tenant. Raises NoSuchUnit."""
    unit = db.session.get(Unit, unit_id)
    if unit is None or unit.tenant_id != current().tenant_id:
        raise NoSuchUnit(unit_id)
    return unit


def _set(unit: Unit, terms: UnitTerms) -> None:
    unit.name, unit.auto_accept = terms.name, terms.auto_accept
    unit.accept_within, unit.answer_within = terms.accept_within, terms.answer_within
