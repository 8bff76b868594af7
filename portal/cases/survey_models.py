"""One survey for each end of a case, and one more after thirty days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases import reach
from portal.cases.models import CASE
from tenants.db import Base, only_where
from tenants.models import TENANT
from tenants.ownership import PARTIES, NetworkShared, Row
from tenants.scope import Scope

SCORES = ("professionalism", "quality", "ease", "quickness")
"""The four customer dimensions: professionalism, service quality and efficiency, ease, quick resolution."""


def _between_one_and_five(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN 1 AND 5", name=column)


class Survey(NetworkShared, Base):
    """What was asked and what came back. Seen by the customer and the business that leads; others see sums only."""

    __tablename__ = "surveys"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("case_id", "occasion", "round"),
        CheckConstraint("occasion IN ('close', 'later')", name="occasion"),
        CheckConstraint("back IN ('yes', 'perhaps', 'no')", name="back"),
        *(_between_one_and_five(score) for score in SCORES),
        Index(
            "ix_surveys_answered",
            "network_id",
            "tenant_id",
            "answered_at",
            **only_where("answered_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int]
    tenant_id: Mapped[int]
    """The business that led when the case ended."""
    occasion: Mapped[str] = mapped_column(String(8))
    """`close`: right after the end, would you come back? `later`: thirty days after, did you come back?"""
    round: Mapped[int]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    professionalism: Mapped[int | None]
    quality: Mapped[int | None]
    ease: Mapped[int | None]
    quickness: Mapped[int | None]
    back: Mapped[str | None] = mapped_column(String(8))
    words: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.personal(row, scope)
