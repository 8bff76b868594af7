"""News of ideas: who was told of an event is looked up by its number and address; what was done last, by its day."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0021"
branch_labels = None
depends_on = None

SHIPPED = sa.text("state = 'shipped' AND visibility = 'public'")


def upgrade() -> None:
    op.create_index("ix_deliveries_event", "deliveries", ["event_id", "address"])
    op.create_index(
        "ix_ideas_shipped",
        "ideas",
        ["network_id", "shipped_since", "id"],
        sqlite_where=SHIPPED,
        postgresql_where=SHIPPED,
    )


def downgrade() -> None:
    op.drop_index("ix_ideas_shipped", "ideas")
    op.drop_index("ix_deliveries_event", "deliveries")
