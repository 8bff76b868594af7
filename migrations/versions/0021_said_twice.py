"""A comment knows who said what where: the same form sent twice makes one comment.

It has to be the database's business: what somebody without an account says is held, and nobody outside reads it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

UNIQUE = "uq_idea_comments_network_id_said_hash"


def upgrade() -> None:
    with op.batch_alter_table("idea_comments") as batch_op:
        batch_op.add_column(sa.Column("said_hash", sa.LargeBinary(length=32), nullable=True))
        batch_op.create_unique_constraint(batch_op.f(UNIQUE), ["network_id", "said_hash"])


def downgrade() -> None:
    with op.batch_alter_table("idea_comments") as batch_op:
        batch_op.drop_constraint(batch_op.f(UNIQUE), type_="unique")
        batch_op.drop_column("said_hash")
