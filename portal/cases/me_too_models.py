"""Who says that a public case happened to them too, and how many they are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases import reach
from portal.cases.models import CASE
from tenants.db import Base
from tenants.ownership import DoorOnly, Kind, NetworkShared, Row, none, same_network, system_and
from tenants.scope import Scope


class MeToo(DoorOnly, Base):
    """One person's "me too". `voter_hash` is of ballot and case together, so that no two cases name one person."""

    __tablename__ = "me_toos"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        UniqueConstraint("case_id", "voter_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int]
    voter_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime]


class CaseCount(NetworkShared, Base):
    """How many others a case happened to. Beside the case, so that counting moves no version of it."""

    __tablename__ = "case_counts"
    writers = system_and(Kind.DOOR)
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        CheckConstraint("others >= 0", name="others"),
    )

    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    others: Mapped[int] = mapped_column(default=0)

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return same_network(row, scope) if scope.at_the_door else reach.case(row, row.c.case_id, scope)

    @classmethod
    def changeable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return same_network(row, scope) if scope.at_the_door or scope.is_system else none(row)
