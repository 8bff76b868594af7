"""Who is told by mail of what happens in a case or to an idea."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases.models import CASE
from tenants.db import Base, only_where
from tenants.ownership import DoorOnly, Kind, system_and


class Subscription(DoorOnly, Base):
    """One address that wants news of one case or idea. Nothing but the question is sent there before it is confirmed.

    `customer`: the address that the customer left; what they are told includes what is theirs alone, and each mail
    opens the case. `follower`: somebody else, who is told what everybody may read. One that has ended stays, so that
    nothing but its address can begin it anew: a vote does not.
    """

    __tablename__ = "subscriptions"
    writers = system_and(Kind.DOOR)
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        UniqueConstraint("network_id", "id"),
        ForeignKeyConstraint(["network_id", "idea_id"], ["ideas.network_id", "ideas.id"]),
        UniqueConstraint("case_id", "address", "role"),
        UniqueConstraint("idea_id", "address", "role"),
        CheckConstraint("(case_id IS NULL) <> (idea_id IS NULL)", name="about"),
        Index(
            "ix_subscriptions_idea",
            "idea_id",
            **only_where("idea_id IS NOT NULL AND confirmed_at IS NOT NULL AND ended_at IS NULL"),
        ),
        CheckConstraint("role IN ('customer', 'follower')", name="role"),
        Index("ix_subscriptions_active", "case_id", **only_where("confirmed_at IS NOT NULL AND ended_at IS NULL")),
        Index("ix_subscriptions_address", "network_id", "address", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int | None]
    idea_id: Mapped[int | None]
    role: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(10))
    """In which language its mail is written."""
    asked_at: Mapped[datetime]
    """When it was last asked to confirm."""
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
