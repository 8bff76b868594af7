"""What has been imported already, so that a run that was interrupted goes on where it stopped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases.models import CASE
from tenants.db import Base
from tenants.ownership import WorkerOnly


class ImportedLine(WorkerOnly, Base):
    """One line of a file, by the file's SHA-256: the case it became, or why it was refused."""

    __tablename__ = "imported_lines"
    __table_args__ = (ForeignKeyConstraint(["network_id", "case_id"], CASE),)

    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id"), primary_key=True)
    file_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int | None]
    refused: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
