"""Counts by day, kept by a follower and rebuildable from the events."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base
from tenants.models import TENANT
from tenants.ownership import NetworkShared


class DailyFigure(NetworkShared, Base):
    """How often something happened at a business on one day (UTC). Counts of public and private cases alike."""

    __tablename__ = "daily_figures"
    __table_args__ = (ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),)

    network_id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    figure: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
