"""The public lists show what is still open first: their indexes hold that, so that no list walks past what is done."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SHOWN = "visibility = 'public' AND merged_into_id IS NULL"
OPEN = f"{SHOWN} AND state NOT IN ('shipped', 'declined')"
FILTERS = ("", "tenant_id", "category_id", "touchpoint_id")


def upgrade() -> None:
    for order in ("votes", "newest"):
        for column in FILTERS:
            op.drop_index(f"ix_ideas_{order}_{column or 'all'}", "ideas")
            _create(f"ix_ideas_{order}_open{'_' if column else ''}{column}", order, column, OPEN)


def downgrade() -> None:
    for order in ("votes", "newest"):
        for column in FILTERS:
            op.drop_index(f"ix_ideas_{order}_open{'_' if column else ''}{column}", "ideas")
            _create(f"ix_ideas_{order}_{column or 'all'}", order, column, SHOWN)


def _create(name: str, order: str, column: str, condition: str) -> None:
    columns = ["network_id", *([column] if column else []), *(["votes", "id"] if order == "votes" else ["id"])]
    where = sa.text(condition)
    op.create_index(name, "ideas", columns, unique=False, postgresql_where=where, sqlite_where=where)
