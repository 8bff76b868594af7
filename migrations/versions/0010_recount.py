"""Closed cases are counted by how they ended: the figures are counted anew, from the first event on, by the worker."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _recount()


def downgrade() -> None:
    _recount()


def _recount() -> None:
    op.execute("DELETE FROM daily_figures")
    op.execute("DELETE FROM cursors WHERE follower = 'figures'")
