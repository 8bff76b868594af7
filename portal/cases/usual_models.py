"""How long such cases take and how they are put right: kept by a follower, rebuildable from the events."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base
from tenants.ownership import NetworkShared


class UsualFigure(NetworkShared, Base):
    """The newest answers and settled remedies of one category, one place, or the whole network (`subject_id` 0).

    Holds moments and durations without saying of which case; private cases count too, so who reads it tells nothing of
    fewer than a handful (`usual.py`).
    """

    __tablename__ = "usual_figures"
    __table_args__ = (CheckConstraint("about IN ('category', 'touchpoint', 'network')", name="about"),)

    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id"), primary_key=True)
    about: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    answers: Mapped[list[Any]]
    """[when, seconds from report to first answer], oldest first; `when` in seconds since 1970."""
    settled: Mapped[list[Any]]
    """[when, kind of remedy] of accepted remedies, oldest first."""
