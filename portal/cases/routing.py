"""Who leads: decided by rules from the place and the category, never by the customer. Without a rule the host does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, or_

from portal.cases.directory_models import RoutingRule, Touchpoint
from tenants.db import Id
from tenants.models import Tenant
from tenants.prepared import prepared
from tenants.scope import Scope, db


@dataclass(frozen=True)
class Route:
    """The lead, and which rule chose it: `place_and_category`, `place`, `category`, `owner` or `host`."""

    tenant_id: int
    because: str


class NobodyLeads(LookupError):
    """The network has no host, so a case without a rule would have no owner. Set-up is not finished."""


def lead_for(touchpoint_id: int | None, category_id: int | None) -> Route:
    """The most exact rule wins; then the touchpoint's owner; then the host."""
    given = {"touchpoint": touchpoint_id, "category": category_id}
    rules = db.session.execute(_rules(), given).all()
    if rules:
        best = max(rules, key=lambda rule: (rule.touchpoint_id is not None, rule.category_id is not None))
        return Route(best.tenant_id, _because(best))
    if touchpoint_id is not None:
        touchpoint = db.session.get(Touchpoint, touchpoint_id)
        if touchpoint is not None:
            return Route(touchpoint.tenant_id, "owner")
    host = db.session.execute(_host()).scalar()
    if host is None:
        raise NobodyLeads
    return Route(host, "host")


@prepared
def _rules(scope: Scope) -> Any:
    rules = RoutingRule.__table__
    return scope.select(rules.c.touchpoint_id, rules.c.category_id, rules.c.tenant_id).where(
        or_(rules.c.touchpoint_id.is_(None), rules.c.touchpoint_id == bindparam("touchpoint", type_=Id)),
        or_(rules.c.category_id.is_(None), rules.c.category_id == bindparam("category", type_=Id)),
    )


@prepared
def _host(scope: Scope) -> Any:
    tenants = Tenant.__table__
    return scope.select(tenants.c.id).where(tenants.c.is_host)


def _because(rule: Any) -> str:
    if rule.touchpoint_id is None:
        return "category"
    return "place" if rule.category_id is None else "place_and_category"
