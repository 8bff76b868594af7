"""Lists of the most wanted go by the number that they show: votes of an idea and of those merged into it, one column.

The database reckons it. SQLite adds it by a statement of its own: making the table anew would drop its triggers.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

SHOWN = "visibility = 'public' AND merged_into_id IS NULL"
OPEN = f"{SHOWN} AND state NOT IN ('shipped', 'declined')"
# Of two that serve a list alike, SQLite takes the younger one: so those of the public lists come last, as before.
INDEXES: dict[str, tuple[list[str], str]] = {
    "ix_ideas_board": (["network_id", "tenant_id", "state"], ""),
    "ix_ideas_board_votes": (["network_id", "tenant_id"], ""),
    "ix_ideas_roadmap": (["network_id", "horizon"], f"horizon IS NOT NULL AND {SHOWN}"),
    "ix_ideas_problem": (["problem_id"], "problem_id IS NOT NULL"),
    "ix_ideas_votes_state": (["network_id", "state"], SHOWN),
    "ix_ideas_votes_open": (["network_id"], OPEN),
    "ix_ideas_votes_open_tenant_id": (["network_id", "tenant_id"], OPEN),
    "ix_ideas_votes_open_category_id": (["network_id", "category_id"], OPEN),
    "ix_ideas_votes_open_touchpoint_id": (["network_id", "touchpoint_id"], OPEN),
}


def upgrade() -> None:
    kind, kept = ("INTEGER", "VIRTUAL") if op.get_bind().dialect.name == "sqlite" else ("BIGINT", "STORED")
    op.execute(f"ALTER TABLE ideas ADD COLUMN wanted {kind} NOT NULL GENERATED ALWAYS AS (votes + votes_joined) {kept}")
    _index("wanted")


def downgrade() -> None:
    _index("votes")
    op.drop_column("ideas", "wanted")


def _index(measure: str) -> None:
    """Make all that walk by this column; each takes the place of the one of its name."""
    for name, (columns, condition) in INDEXES.items():
        where: dict[str, Any] = {}
        if condition:
            where = {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}
        op.drop_index(name, "ideas")
        op.create_index(name, "ideas", [*columns, measure, "id"], unique=False, **where)
