"""Who leads: decided by rules from the place and the category, never by the customer. Without a rule the host does."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from portal.cases.models import RoutingRule, Touchpoint
from tenants.models import Tenant
from tenants.scope import db


@dataclass(frozen=True)
class Route:
    """The lead, and which rule chose it: `place_and_category`, `place`, `category`, `owner` or `host`."""

    tenant_id: int
    because: str


class NobodyLeads(LookupError):
    """The network has no host, so a case without a rule would have no owner. Set-up is not finished."""


def lead_for(touchpoint_id: int | None, category_id: int | None) -> Route:
    """The most exact rule wins; then the touchpoint's owner; then the host."""
    rules = db.session.scalars(
        select(RoutingRule).where(
            or_(RoutingRule.touchpoint_id.is_(None), RoutingRule.touchpoint_id == touchpoint_id),
            or_(RoutingRule.category_id.is_(None), RoutingRule.category_id == category_id),
        )
    ).all()
    if rules:
        best = max(rules, key=lambda rule: (rule.touchpoint_id is not None, rule.category_id is not None))
        return Route(best.tenant_id, _because(best))
    if touchpoint_id is not None:
        touchpoint = db.session.get(Touchpoint, touchpoint_id)
        if touchpoint is not None:
            return Route(touchpoint.tenant_id, "owner")
    host = db.session.scalar(select(Tenant.id).where(Tenant.is_host))
    if host is None:
        raise NobodyLeads
    return Route(host, "host")


def _because(rule: RoutingRule) -> str:
    if rule.touchpoint_id is None:
        return "category"
    return "place" if rule.category_id is None else "place_and_category"
