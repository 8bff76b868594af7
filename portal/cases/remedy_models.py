"""What a customer is offered to put things right, and how much an agent may give out of goodwill."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases import reach
from portal.cases.models import CASE
from tenants.db import Base
from tenants.models import TENANT
from tenants.ownership import PARTIES, NetworkShared, Row, TenantPrivate
from tenants.scope import Scope

REMEDIES = ("apology", "explanation", "fix", "refund", "compensation", "voucher")
WITH_MONEY = frozenset({"refund", "compensation", "voucher"})


class Remedy(NetworkShared, Base):
    """One offer. Its kind and how it went are on the public timeline; words and sums stay between those involved."""

    __tablename__ = "remedies"
    of_case = "case_id"
    writers = PARTIES
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("network_id", "id"),
        CheckConstraint("kind IN ('apology', 'explanation', 'fix', 'refund', 'compensation', 'voucher')", name="kind"),
        CheckConstraint("state IN ('offered', 'accepted', 'refused', 'delivered', 'withdrawn')", name="state"),
        CheckConstraint("(amount IS NULL) = (currency IS NULL)", name="amount_has_currency"),
        CheckConstraint("amount IS NULL OR amount > 0", name="amount"),
        CheckConstraint("(kind IN ('refund', 'compensation', 'voucher')) = (amount IS NOT NULL)", name="money"),
        CheckConstraint("state <> 'delivered' OR proof IS NOT NULL", name="proof"),
        Index("ix_remedies_case", "case_id"),
        Index("ix_remedies_tenant", "network_id", "tenant_id", "offered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int]
    tenant_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    amount: Mapped[int | None]
    """In the currency's smallest unit (cents, fen; yen for JPY)."""
    currency: Mapped[str | None] = mapped_column(String(3))
    words: Mapped[str] = mapped_column(Text)
    goodwill: Mapped[bool] = mapped_column(default=False)
    round: Mapped[int]
    """In which look at the case it was offered: the second and later ones have escalated."""
    state: Mapped[str] = mapped_column(String(10), default="offered")
    offered_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    deliver_by: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    proof: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.parties(row, scope)


class GoodwillAllowance(TenantPrivate, Base):
    """Up to which sum an agent may do more than was promised, for one case, without asking anybody."""

    __tablename__ = "goodwill_allowances"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        CheckConstraint("amount > 0", name="amount"),
    )

    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    amount: Mapped[int]
    """In the currency's smallest unit."""
