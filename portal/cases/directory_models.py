"""What cases can be about, and who leads then: places, categories, and the rules between them and the businesses."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base
from tenants.models import TENANT
from tenants.ownership import NetworkShared, TenantOwned


class Touchpoint(TenantOwned, Base):
    """A place or step of the journey, with the short code that its QR sheet carries."""

    __tablename__ = "touchpoints"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("network_id", "code"),
        UniqueConstraint("network_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[dict[str, str]]


class Category(NetworkShared, Base):
    """What kind of matter, in the network's own words."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("network_id", "code"), UniqueConstraint("network_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, str]]


class RoutingRule(NetworkShared, Base):
    """Which business leads. The most exact rule wins: place and category, place, category."""

    __tablename__ = "routing_rules"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "touchpoint_id"], ["touchpoints.network_id", "touchpoints.id"]),
        ForeignKeyConstraint(["network_id", "category_id"], ["categories.network_id", "categories.id"]),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("network_id", "touchpoint_id", "category_id"),
        CheckConstraint("touchpoint_id IS NOT NULL OR category_id IS NOT NULL", name="not_empty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    touchpoint_id: Mapped[int | None]
    category_id: Mapped[int | None]
    tenant_id: Mapped[int]
