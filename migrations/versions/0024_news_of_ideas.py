"""News of ideas: who was told of an event is looked up by its number and address."""

from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_deliveries_event", "deliveries", ["event_id", "address"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_event", "deliveries")
