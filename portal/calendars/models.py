"""The service calendar of a tenant: public, because promises are computed from it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base
from tenants.models import TENANT
from tenants.ownership import TenantOwned


class ServiceCalendar(TenantOwned, Base):
    """Working hours in the business's own zone, the days that differ, and the times it promises.

    `week` has seven lists of spans, Monday first: `[["09:00", "12:00"], ["13:00", "24:00"]]`. `closed` and `extra` are
    ISO dates; an extra day works with Monday's hours even when it is a weekend or a holiday. `holidays` is a country
    code known to the `holidays` library, or empty. `targets` maps what is promised to how long it takes at most (see
    `targets.py`), and `preset` to the code of the preset that this came from.
    """

    __tablename__ = "service_calendars"
    __table_args__ = (ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),)

    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(String(64))
    week: Mapped[list[Any]]
    holidays: Mapped[str] = mapped_column(String(10), default="")
    closed: Mapped[list[Any]]
    extra: Mapped[list[Any]]
    targets: Mapped[dict[str, Any]]
