"""Surveys, and when a customer was erased from a case."""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import personal, unprotect
from tenants.db import Id, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("occasion", sa.String(length=8), nullable=False),
        sa.Column("round", Id, nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("professionalism", Id, nullable=True),
        sa.Column("quality", Id, nullable=True),
        sa.Column("ease", Id, nullable=True),
        sa.Column("quickness", Id, nullable=True),
        sa.Column("back", sa.String(length=8), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("back IN ('yes', 'perhaps', 'no')", name=op.f("ck_surveys_back")),
        sa.CheckConstraint("occasion IN ('close', 'later')", name=op.f("ck_surveys_occasion")),
        sa.CheckConstraint("ease BETWEEN 1 AND 5", name=op.f("ck_surveys_ease")),
        sa.CheckConstraint("professionalism BETWEEN 1 AND 5", name=op.f("ck_surveys_professionalism")),
        sa.CheckConstraint("quality BETWEEN 1 AND 5", name=op.f("ck_surveys_quality")),
        sa.CheckConstraint("quickness BETWEEN 1 AND 5", name=op.f("ck_surveys_quickness")),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name=op.f("fk_surveys_network_id_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_surveys_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_surveys_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveys")),
        sa.UniqueConstraint("case_id", "occasion", "round", name=op.f("uq_surveys_case_id_occasion_round")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_surveys_network_id_id")),
    )
    with op.batch_alter_table("surveys") as batch_op:
        batch_op.create_index(
            "ix_surveys_answered",
            ["network_id", "tenant_id", "answered_at"],
            unique=False,
            postgresql_where=sa.text("answered_at IS NOT NULL"),
            sqlite_where=sa.text("answered_at IS NOT NULL"),
        )

    with op.batch_alter_table("cases") as batch_op:
        batch_op.add_column(sa.Column("erased_at", UtcDateTime(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        for statement in personal("surveys"):
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in unprotect("surveys"):
            op.execute(statement)
    with op.batch_alter_table("cases") as batch_op:
        batch_op.drop_column("erased_at")

    with op.batch_alter_table("surveys") as batch_op:
        batch_op.drop_index(
            "ix_surveys_answered",
            postgresql_where=sa.text("answered_at IS NOT NULL"),
            sqlite_where=sa.text("answered_at IS NOT NULL"),
        )

    op.drop_table("surveys")
