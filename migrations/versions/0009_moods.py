"""Moods that people leave at a place, and their counts."""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import unprotect
from tenants.db import Id, UtcDateTime
from tenants.rls import AT_DOOR, FOR_TENANT, INSIDE, SAME_NETWORK, SAME_TENANT, protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mood_days",
        sa.Column("touchpoint_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("good", Id, nullable=False),
        sa.Column("fair", Id, nullable=False),
        sa.Column("bad", Id, nullable=False),
        sa.Column("nothing_changes", Id, nullable=False),
        sa.Column("too_much_effort", Id, nullable=False),
        sa.Column("did_not_know", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "touchpoint_id"],
            ["touchpoints.network_id", "touchpoints.id"],
            name=op.f("fk_mood_days_network_id_touchpoint_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_mood_days_network_id")),
        sa.PrimaryKeyConstraint("touchpoint_id", "day", name=op.f("pk_mood_days")),
    )
    op.create_table(
        "moods",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("touchpoint_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("voter_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mood", sa.String(length=4), nullable=False),
        sa.Column("disbelief", sa.String(length=16), nullable=True),
        sa.Column("line", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint(
            "disbelief IN ('nothing_changes', 'too_much_effort', 'did_not_know')", name=op.f("ck_moods_disbelief")
        ),
        sa.CheckConstraint("disbelief IS NULL OR mood = 'bad'", name=op.f("ck_moods_only_the_unhappy")),
        sa.CheckConstraint("mood IN ('good', 'fair', 'bad')", name=op.f("ck_moods_mood")),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_moods_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "touchpoint_id"],
            ["touchpoints.network_id", "touchpoints.id"],
            name=op.f("fk_moods_network_id_touchpoint_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_moods_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moods")),
        sa.UniqueConstraint("touchpoint_id", "day", "voter_hash", name=op.f("uq_moods_touchpoint_id_day_voter_hash")),
    )
    with op.batch_alter_table("moods") as batch_op:
        batch_op.create_index("ix_moods_lines", ["network_id", "tenant_id", "at"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        mine = f"(({SAME_NETWORK} AND {AT_DOOR}) OR ({SAME_TENANT} AND {FOR_TENANT}))"
        at_door = f"{SAME_NETWORK} AND {AT_DOOR}"
        everybody = f"{SAME_NETWORK} AND ({INSIDE} OR {AT_DOOR})"
        for statement in (
            *protect("moods", read=mine, insert=at_door, change=at_door),
            *protect("mood_days", read=everybody, insert=at_door, change=at_door),
        ):
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in (*unprotect("moods"), *unprotect("mood_days")):
            op.execute(statement)
    with op.batch_alter_table("moods") as batch_op:
        batch_op.drop_index("ix_moods_lines")

    op.drop_table("moods")
    op.drop_table("mood_days")
