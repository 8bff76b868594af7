"""Clusters and the cases in them. The same rules stand as policies in `migrations/versions/0013_clusters.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKeyConstraint, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases import reach
from portal.cases.models import CASE
from tenants.db import Base
from tenants.models import TENANT
from tenants.ownership import Kind, Row, TenantOwned, same_network
from tenants.scope import Scope

KINDS = ("both", "category", "touchpoint", "text")
"""By what its cases were found alike, the most exact first: topic and place, topic, place, the words."""
STATES = ("suggested", "open", "closed", "dismissed")
PUBLIC = ("open", "closed")
"""States in which everybody reads a cluster, as an incident."""
LIVE = ("suggested", "open")
"""States in which a cluster takes further cases in."""


class Cluster(TenantOwned, Base):
    """A spike of similar cases. Until a person confirms it with a title, only its business knows of it.

    `seen` counts private cases too and is for the business alone, as are `usual` and `words`.
    """

    __tablename__ = "clusters"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "category_id"], ["categories.network_id", "categories.id"]),
        ForeignKeyConstraint(["network_id", "touchpoint_id"], ["touchpoints.network_id", "touchpoints.id"]),
        UniqueConstraint("tenant_id", "id"),
        CheckConstraint("kind IN ('both', 'category', 'touchpoint', 'text')", name="kind"),
        CheckConstraint("state IN ('suggested', 'open', 'closed', 'dismissed')", name="state"),
        CheckConstraint("(kind IN ('both', 'category')) = (category_id IS NOT NULL)", name="category"),
        CheckConstraint("(kind IN ('both', 'touchpoint')) = (touchpoint_id IS NOT NULL)", name="touchpoint"),
        CheckConstraint("(state IN ('open', 'closed')) = (title IS NOT NULL)", name="title"),
        CheckConstraint("(state IN ('open', 'closed')) = (confirmed_at IS NOT NULL)", name="confirmed"),
        CheckConstraint("(state IN ('closed', 'dismissed')) = (closed_at IS NOT NULL)", name="closed"),
        Index("ix_clusters_state", "network_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(12))
    category_id: Mapped[int | None]
    touchpoint_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(12), default="suggested")
    title: Mapped[str | None] = mapped_column(String(120))
    """What a person called it when they confirmed it."""
    seen: Mapped[int]
    """Cases within the window when it was last looked at and still stood out."""
    usual: Mapped[float]
    """Cases that a window of the same length usually brings."""
    hours: Mapped[int]
    """Length of that window."""
    words: Mapped[list[Any]]
    """The words that tell most of what its cases share; each stands in at least three of them."""
    found_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When it was closed or dismissed."""
    replies: Mapped[int] = mapped_column(default=0)
    """How many replies went to all of its cases; a form names the number it was made from, so each is sent once."""

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        if scope.kind is Kind.PUBLIC:
            told: ColumnElement[bool] = row.c.state.in_(PUBLIC)
            return same_network(row, scope) & told
        return cls.changeable(row, scope)


class ClusterCase(TenantOwned, Base):
    """A case in a cluster. One that a person took out stays here as `is_out`, so that it is not taken in again."""

    __tablename__ = "cluster_cases"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["tenant_id", "cluster_id"], ["clusters.tenant_id", "clusters.id"]),
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        CheckConstraint("added_by IN ('system', 'staff')", name="added_by"),
        CheckConstraint("reply_result IN ('sent', 'refused')", name="reply_result"),
        Index("ix_cluster_cases_case", "case_id"),
    )

    cluster_id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(primary_key=True)
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(8))
    is_out: Mapped[bool] = mapped_column(default=False)
    reply: Mapped[int] = mapped_column(default=0)
    """The number of the last reply to all that was tried here."""
    reply_result: Mapped[str | None] = mapped_column(String(8))

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        if scope.kind is not Kind.PUBLIC:
            return cls.changeable(row, scope)
        clusters: Any = Cluster.__table__.alias("scope_cluster")
        told = select(clusters.c.id).where(clusters.c.id == row.c.cluster_id, clusters.c.state.in_(PUBLIC))
        shown: ColumnElement[bool] = ~row.c.is_out & told.correlate_except(clusters).exists()
        return reach.case(row, row.c.case_id, scope) & shown
