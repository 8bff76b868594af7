"""The queue finds its page in its index alone, and so do the closed cases of a business, by their age.

Of a million cases PostgreSQL fetched the ten thousand open ones of a business for each page of its queue, and sorted
them: it believes that the policies let few rows through, and then an index that has to look at the table is no better
than sorting.
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

QUEUE = ["network_id", "tenant_id", "is_open", "next_due_at", "case_id"]


def upgrade() -> None:
    op.drop_index("ix_access_queue", "access")
    op.create_index("ix_access_queue", "access", [*QUEUE, "assignee_id", "unit_id"])
    op.create_index(
        "ix_access_age", "access", ["network_id", "tenant_id", "is_open", "case_id", "next_due_at", "assignee_id"]
    )


def downgrade() -> None:
    op.drop_index("ix_access_age", "access")
    op.drop_index("ix_access_queue", "access")
    op.create_index("ix_access_queue", "access", QUEUE)
