"""What a business says is not done, or not planned, with the rest of an idea stands on the idea: it is done in part."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ideas", sa.Column("left_out", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("ideas", "left_out")
