"""The report form: needs that are told once, and what is usual for such cases."""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import personal, unprotect
from tenants.db import Id, Json, UtcDateTime
from tenants.rls import network_shared

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("usual_figures", "needs")


def upgrade() -> None:
    op.create_table(
        "needs",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("kind IN ('language', 'help', 'flight', 'other')", name=op.f("ck_needs_kind")),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name=op.f("fk_needs_network_id_case_id")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_needs_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_needs_network_id_id")),
    )
    with op.batch_alter_table("needs") as batch_op:
        batch_op.create_index("ix_needs_case", ["case_id"], unique=False)
    op.create_table(
        "usual_figures",
        sa.Column("network_id", Id, nullable=False),
        sa.Column("about", sa.String(length=10), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("settled", Json, nullable=False),
        sa.CheckConstraint("about IN ('category', 'touchpoint', 'network')", name=op.f("ck_usual_figures_about")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_usual_figures_network_id")),
        sa.PrimaryKeyConstraint("network_id", "about", "subject_id", name=op.f("pk_usual_figures")),
    )
    if op.get_bind().dialect.name == "postgresql":
        walls = [personal("needs"), network_shared("usual_figures")]
        for statement in [statement for table in walls for statement in table]:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in [statement for table in TABLES for statement in unprotect(table)]:
            op.execute(statement)
    op.drop_table("usual_figures")
    with op.batch_alter_table("needs") as batch_op:
        batch_op.drop_index("ix_needs_case")
    op.drop_table("needs")
