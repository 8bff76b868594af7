"""Workers say that they live; deliveries that were given up are found without reading all of them."""

import sqlalchemy as sa
from alembic import op

from tenants.db import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_runs",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_worker_runs"),
    )
    dead = sa.text("state = 'dead'")
    op.create_index("ix_deliveries_dead", "deliveries", ["next_at"], postgresql_where=dead, sqlite_where=dead)


def downgrade() -> None:
    op.drop_index("ix_deliveries_dead", "deliveries")
    op.drop_table("worker_runs")
