"""Lists of product teams: the board in each of its orders, the roadmap, the changelog, and feeds of what was said."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SHOWN = "visibility = 'public' AND merged_into_id IS NULL"
INDEXES: dict[str, tuple[str, list[str], str]] = {
    "ix_ideas_board_votes": ("ideas", ["network_id", "tenant_id", "votes", "id"], ""),
    "ix_ideas_board_evidence": ("ideas", ["network_id", "tenant_id", "evidence", "id"], ""),
    "ix_ideas_board_newest": ("ideas", ["network_id", "tenant_id", "id"], ""),
    "ix_ideas_review": ("ideas", ["network_id", "tenant_id", "review_on"], "review_on IS NOT NULL"),
    "ix_ideas_roadmap": ("ideas", ["network_id", "horizon", "votes", "id"], f"horizon IS NOT NULL AND {SHOWN}"),
    "ix_ideas_changelog": ("ideas", ["network_id", "shipped_since", "id"], f"shipped_since IS NOT NULL AND {SHOWN}"),
    "ix_events_of_ideas": ("events", ["network_id", "kind", "id"], "idea_id IS NOT NULL"),
}


def upgrade() -> None:
    for name, (table, columns, condition) in INDEXES.items():
        where: dict[str, Any] = {}
        if condition:
            where = {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}
        op.create_index(name, table, columns, unique=False, **where)


def downgrade() -> None:
    for name, (table, _columns, _condition) in INDEXES.items():
        op.drop_index(name, table)
