"""Who follows a case by mail."""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import unprotect
from tenants.db import Id, UtcDateTime
from tenants.rls import door_only

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("role IN ('customer', 'follower')", name=op.f("ck_subscriptions_role")),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"],
            ["cases.network_id", "cases.id"],
            name=op.f("fk_subscriptions_network_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_subscriptions_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("case_id", "address", "role", name=op.f("uq_subscriptions_case_id_address_role")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_subscriptions_network_id_id")),
    )
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.create_index(
            "ix_subscriptions_active",
            ["case_id"],
            unique=False,
            postgresql_where=sa.text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
            sqlite_where=sa.text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
        )
        batch_op.create_index("ix_subscriptions_address", ["network_id", "address", "asked_at"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for statement in door_only("subscriptions"):
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in unprotect("subscriptions"):
            op.execute(statement)
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.drop_index("ix_subscriptions_address")
        batch_op.drop_index(
            "ix_subscriptions_active",
            postgresql_where=sa.text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
            sqlite_where=sa.text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
        )

    op.drop_table("subscriptions")
