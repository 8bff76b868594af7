"""Clusters of similar cases, and the cases in them."""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import unprotect
from tenants.db import Id, Json, UtcDateTime
from tenants.rls import FOR_TENANT, SAME_NETWORK, SAME_TENANT, protect, scope_is

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TENANT = ["network_id", "tenant_id"], ["tenants.network_id", "tenants.id"]
MINE = f"{SAME_TENANT} AND {FOR_TENANT}"
TOLD = "state IN ('open', 'closed')"


def upgrade() -> None:
    _clusters()
    _cases()
    if op.get_bind().dialect.name == "postgresql":
        for statement in (*_policies(), *_policies_of_cases()):
            op.execute(statement)


def _clusters() -> None:
    op.create_table(
        "clusters",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("category_id", Id),
        sa.Column("touchpoint_id", Id),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("title", sa.String(120)),
        sa.Column("seen", Id, nullable=False),
        sa.Column("usual", sa.Double(), nullable=False),
        sa.Column("hours", Id, nullable=False),
        sa.Column("words", Json, nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime()),
        sa.Column("closed_at", UtcDateTime()),
        sa.Column("replies", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("kind IN ('both', 'category', 'touchpoint', 'text')", name=op.f("ck_clusters_kind")),
        sa.CheckConstraint("state IN ('suggested', 'open', 'closed', 'dismissed')", name=op.f("ck_clusters_state")),
        sa.CheckConstraint(
            "(kind IN ('both', 'category')) = (category_id IS NOT NULL)", name=op.f("ck_clusters_category")
        ),
        sa.CheckConstraint(
            "(kind IN ('both', 'touchpoint')) = (touchpoint_id IS NOT NULL)", name=op.f("ck_clusters_touchpoint")
        ),
        sa.CheckConstraint(f"({TOLD}) = (title IS NOT NULL)", name=op.f("ck_clusters_title")),
        sa.CheckConstraint(f"({TOLD}) = (confirmed_at IS NOT NULL)", name=op.f("ck_clusters_confirmed")),
        sa.CheckConstraint(
            "(state IN ('closed', 'dismissed')) = (closed_at IS NOT NULL)", name=op.f("ck_clusters_closed")
        ),
        sa.ForeignKeyConstraint(*TENANT, name=op.f("fk_clusters_network_id_tenant_id")),
        sa.ForeignKeyConstraint(
            ["network_id", "category_id"],
            ["categories.network_id", "categories.id"],
            name=op.f("fk_clusters_network_id_category_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "touchpoint_id"],
            ["touchpoints.network_id", "touchpoints.id"],
            name=op.f("fk_clusters_network_id_touchpoint_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_clusters_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_clusters_tenant_id_id")),
    )
    op.create_index("ix_clusters_state", "clusters", ["network_id", "state", "id"])


def _cases() -> None:
    op.create_table(
        "cluster_cases",
        sa.Column("cluster_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.String(8), nullable=False),
        sa.Column("is_out", sa.Boolean(), nullable=False),
        sa.Column("reply", Id, nullable=False),
        sa.Column("reply_result", sa.String(8)),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("added_by IN ('system', 'staff')", name=op.f("ck_cluster_cases_added_by")),
        sa.CheckConstraint("reply_result IN ('sent', 'refused')", name=op.f("ck_cluster_cases_reply_result")),
        sa.ForeignKeyConstraint(*TENANT, name=op.f("fk_cluster_cases_network_id_tenant_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cluster_id"],
            ["clusters.tenant_id", "clusters.id"],
            name=op.f("fk_cluster_cases_tenant_id_cluster_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"],
            ["cases.network_id", "cases.id"],
            name=op.f("fk_cluster_cases_network_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_cluster_cases_network_id")),
        sa.PrimaryKeyConstraint("cluster_id", "case_id", name=op.f("pk_cluster_cases")),
    )
    op.create_index("ix_cluster_cases_case", "cluster_cases", ["case_id"])


def _policies() -> list[str]:
    """Its business reads and writes it; everybody reads it once it was confirmed."""
    public = f"({SAME_NETWORK} AND {scope_is('public')} AND {TOLD})"
    return protect("clusters", read=f"({MINE}) OR {public}", insert=MINE, change=MINE)


def _policies_of_cases() -> list[str]:
    """The public reads a row only if its cluster and its case are public."""
    told = f"SELECT 1 FROM clusters k WHERE k.id = cluster_cases.cluster_id AND k.{TOLD}"
    seen = "SELECT 1 FROM cases c WHERE c.id = cluster_cases.case_id AND c.visibility = 'public'"
    public = f"({SAME_NETWORK} AND {scope_is('public')} AND NOT is_out AND EXISTS ({told}) AND EXISTS ({seen}))"
    return protect("cluster_cases", read=f"({MINE}) OR {public}", insert=MINE, change=MINE)


def downgrade() -> None:
    for name in ("cluster_cases", "clusters"):
        if op.get_bind().dialect.name == "postgresql":
            for statement in unprotect(name):
                op.execute(statement)
        op.drop_table(name)
