"""What was learned from confirmed cases; and cases are counted as answered once, so the figures are counted anew."""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import unprotect
from tenants.db import Id, Json, UtcDateTime
from tenants.rls import FOR_TENANT, SAME_TENANT, protect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _recount()
    op.create_table(
        "learned",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("target", sa.String(12), nullable=False),
        sa.Column("version", Id, nullable=False),
        sa.Column("learned_at", UtcDateTime(), nullable=False),
        sa.Column("word_schema", Id, nullable=False),
        sa.Column("examples", Id, nullable=False),
        sa.Column("hits", Id, nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("target IN ('category', 'touchpoint', 'lead')", name=op.f("ck_learned_target")),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_learned_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_learned_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned")),
        sa.UniqueConstraint("tenant_id", "target", "version", name=op.f("uq_learned_tenant_id_target_version")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in protect("learned", read=f"{SAME_TENANT} AND {FOR_TENANT}"):
            op.execute(statement)


def _recount() -> None:
    op.execute("DELETE FROM daily_figures")
    op.execute("DELETE FROM cursors WHERE follower = 'figures'")


def downgrade() -> None:
    _recount()
    if op.get_bind().dialect.name == "postgresql":
        for statement in unprotect("learned"):
            op.execute(statement)
    op.drop_table("learned")
