"""What was learned, one row for each business, target and version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base
from tenants.models import TENANT
from tenants.ownership import TenantPrivate, system_and

TARGETS = ("category", "touchpoint", "lead")


class Learned(TenantPrivate, Base):
    """Weights of words for each label. Written by the worker's side alone, read on the business's own desk.

    `content` holds `labels` (ids), `bias` (one for each), `idf` and `weights` (by word, one for each label).
    """

    __tablename__ = "learned"
    writers = system_and()
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("tenant_id", "target", "version"),
        CheckConstraint(f"target IN ({', '.join(repr(each) for each in TARGETS)})", name="target"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    target: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    learned_at: Mapped[datetime]
    word_schema: Mapped[int]
    examples: Mapped[int]
    """Confirmed cases that it was learned from."""
    hits: Mapped[int]
    """Of 100 cases that were held back, how many it would have guessed right."""
    content: Mapped[dict[str, Any]]
