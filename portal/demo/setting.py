"""Builds the networks of the demo before anybody reports anything: businesses, hours, people, places, rules.

The doors stay closed: a host name opens a network only when its story has been told (`telling.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal import directory
from portal.accounts import passwords
from portal.calendars.models import ServiceCalendar
from portal.calendars.presets import kept_from
from portal.calendars.promising import working_time
from portal.calendars.targets import Target
from portal.calendars.working_time import WorkingTime
from portal.cases.directory_models import Category, RoutingRule, Touchpoint
from portal.demo.places import Business, Setting, Words
from portal.handoffs.models import Partnership
from portal.languages import LOCALES
from tenants import administration, clock
from tenants.ids import new_id
from tenants.models import Membership, Network, Tenant, Unit, User
from tenants.scope import Scope, db, entered, writing

LONG_AGO = timedelta(weeks=30)
"""Since when businesses work together: before the first story."""


@dataclass(frozen=True)
class Actor:
    """A member of staff: the scope they work in, the name they sign with, the hours of their business."""

    scope: Scope
    name: str
    hours: WorkingTime


@dataclass(frozen=True)
class Stage:
    """A network that is ready for its story."""

    network_id: int
    zone: ZoneInfo
    places: dict[str, int]
    categories: dict[str, int]
    actors: dict[str, Actor]


def in_three(words: Words) -> dict[str, str]:
    return dict(zip(LOCALES, words, strict=True))


def address_of(login: str, business: str) -> str:
    return f"{login}@{business}.example"


def build(setting: Setting, password: str) -> Stage:
    """Make the network and everything in it."""
    name = setting.name[0]
    network_id = administration.add_network(
        setting.slug, prefix=setting.prefix, name=name, zone=setting.zone, locale=LOCALES[0], hosts=()
    )
    tenants = {each.slug: _add_business(setting, each, password) for each in setting.businesses}
    with entered(Scope.system(network_id)), writing():
        db.session.get_one(Network, network_id).name = in_three(setting.name)
        for business in setting.businesses:
            _furnish(setting, business, tenants[business.slug])
        _add_places(setting, tenants)
        _add_agreements(setting, tenants)
        directory.touch(network_id)
    return _stage(setting, network_id, tenants)


def _add_business(setting: Setting, business: Business, password: str) -> int:
    desk = address_of("desk", business.slug)
    tenant_id = administration.add_tenant(
        setting.slug, business.slug, name=business.name[0], is_host=business.is_host, desk_email=desk
    )
    for person in business.people:
        administration.add_user(
            setting.slug,
            address_of(person.login, business.slug),
            name=person.name,
            password_hash=passwords.hashed(password),
            seats=[(business.slug, person.role)],
        )
    return tenant_id


def _targets(business: Business) -> dict[str, Any]:
    own = {"acknowledge": business.plan.kept()} if business.plan else {}
    return {**kept_from(business.preset), **own} if business.preset else own


def _furnish(setting: Setting, business: Business, tenant_id: int) -> None:
    """Names in three languages, working hours, and departments with their people."""
    db.session.get_one(Tenant, tenant_id).name = in_three(business.name)
    db.session.add(
        ServiceCalendar(
            tenant_id=tenant_id,
            zone=setting.zone,
            week=business.week,
            holidays=business.holidays,
            closed=[],
            extra=[],
            targets=_targets(business),
        )
    )
    units = [Unit(tenant_id=tenant_id, slug=slug, name=in_three(name)) for slug, name in business.units]
    db.session.add_all(units)
    db.session.flush()
    by_slug = {unit.slug: unit.id for unit in units}
    for person in business.people:
        seat = db.session.get_one(Membership, (tenant_id, _user_id(address_of(person.login, business.slug))))
        seat.unit_id = by_slug.get(person.unit)


def _add_places(setting: Setting, tenants: dict[str, int]) -> None:
    for place in setting.places:
        db.session.add(Touchpoint(tenant_id=tenants[place.owner], code=place.code, name=in_three(place.name)))
    for code, name in setting.categories:
        db.session.add(Category(code=code, name=in_three(name)))
    db.session.flush()
    places, categories = _codes(Touchpoint), _codes(Category)
    for rule in setting.rules:
        db.session.add(
            RoutingRule(
                tenant_id=tenants[rule.tenant],
                touchpoint_id=places[rule.place] if rule.place else None,
                category_id=categories[rule.category] if rule.category else None,
            )
        )


def _add_agreements(setting: Setting, tenants: dict[str, int]) -> None:
    for each in setting.agreements:
        two = [tenants[each.asker], tenants[each.answerer]]
        db.session.add(
            Partnership(
                id=new_id(),
                asker_id=two[0],
                answerer_id=two[1],
                proposer_id=two[0],
                state="accepted",
                modes=list(each.modes),
                topics=[],
                accept_within=Target(each.accept, "working_hours").kept(),
                answer_within=Target(each.answer, "working_hours").kept(),
                agreed_by=sorted(two),
                passes={"assist": ["email", "mobile"], "transfer": ["email", "mobile", "words"]},
                proposed_at=clock.now() - LONG_AGO,
                accepted_at=clock.now() - LONG_AGO,
            )
        )


def _stage(setting: Setting, network_id: int, tenants: dict[str, int]) -> Stage:
    with entered(Scope.system(network_id)):
        actors = {
            person.login: Actor(
                Scope.staff(
                    network_id,
                    tenants[business.slug],
                    _user_id(address_of(person.login, business.slug)),
                    person.role,
                ),
                person.name,
                working_time(db.session.get_one(ServiceCalendar, tenants[business.slug])),
            )
            for business in setting.businesses
            for person in business.people
        }
        zone = ZoneInfo(setting.zone)
        return Stage(network_id, zone, _codes(Touchpoint), _codes(Category), actors)


def _user_id(email: str) -> int:
    return db.session.scalars(select(User.id).where(User.email == email)).one()


def _codes(table: type[Touchpoint] | type[Category]) -> dict[str, int]:
    return {row.code: row.id for row in db.session.execute(select(table.code, table.id))}
