"""Which cases a person keeps in their account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base
from tenants.models import USER
from tenants.ownership import DoorOnly


class AccountCase(DoorOnly, Base):
    """A case of a person with an account, who is its customer from then on without any link."""

    __tablename__ = "account_cases"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "user_id"], USER),
        ForeignKeyConstraint(["network_id", "case_id"], ["cases.network_id", "cases.id"]),
        Index("ix_account_cases_case", "network_id", "case_id"),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reference: Mapped[str] = mapped_column(String(20))
    """The case's public name, as it stands in its path: the door reads no cases."""
    added_at: Mapped[datetime]
