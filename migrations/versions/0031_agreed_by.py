"""Lists and the desk's queue go by the date that whoever took a case over has agreed on, as the case's page does."""

import sqlalchemy as sa
from alembic import op

from tenants.db import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

LIVE = (
    "FROM handoffs h WHERE h.case_id = cases.id AND h.mode = 'transfer' AND h.part_id IS NULL "
    "AND h.to_tenant_id = cases.lead_tenant_id AND h.state IN ('accepted', 'in_work')"
)
OPEN = "state IN ('received', 'acknowledged', 'in_progress', 'waiting_for_customer')"


def upgrade() -> None:
    op.add_column("cases", sa.Column("agreed_by", UtcDateTime(), nullable=True))
    op.execute(f"UPDATE cases SET agreed_by = (SELECT max(h.answer_by) {LIVE}) WHERE {OPEN}")
    op.execute(
        "UPDATE cases SET next_due_at = agreed_by "
        "WHERE agreed_by IS NOT NULL AND (next_due_at IS NULL OR next_due_at > agreed_by)"
    )


def downgrade() -> None:
    op.execute(
        "UPDATE cases SET next_due_at = (SELECT p.due_at FROM promises p WHERE p.id = cases.next_promise_id) "
        "WHERE agreed_by IS NOT NULL"
    )
    op.drop_column("cases", "agreed_by")
