"""What a customer wants to tell only once: language, help with walking, flight, anything else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases import reach
from portal.cases.models import CASE
from tenants.db import Base
from tenants.ownership import PARTIES, NetworkShared, Row
from tenants.scope import Scope

NEEDS = ("language", "help", "flight", "other")


class Need(NetworkShared, Base):
    """One thing that nobody should ask for again. Seen by the customer and by the business that leads, nobody else."""

    __tablename__ = "needs"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        UniqueConstraint("network_id", "id"),
        CheckConstraint("kind IN ('language', 'help', 'flight', 'other')", name="kind"),
        Index("ix_needs_case", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(Text)
    """As the customer wrote it."""
    told_at: Mapped[datetime]

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.words(row, scope)
