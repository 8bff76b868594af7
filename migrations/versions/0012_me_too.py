"""Me too: who a public case happened to as well, and how many they are."""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import unprotect
from tenants.db import Id, UtcDateTime
from tenants.rls import AT_DOOR, CASE, FOR_TENANT, SAME_NETWORK, TENANT, door_only, protect, scope_is

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OF_CASE = ["network_id", "case_id"], ["cases.network_id", "cases.id"]


def upgrade() -> None:
    op.create_table(
        "me_toos",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("voter_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(*OF_CASE, name=op.f("fk_me_toos_network_id_case_id")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_me_toos_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_me_toos")),
        sa.UniqueConstraint("case_id", "voter_hash", name=op.f("uq_me_toos_case_id_voter_hash")),
    )
    op.create_table(
        "case_counts",
        sa.Column("case_id", Id, autoincrement=False, nullable=False),
        sa.Column("others", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("others >= 0", name=op.f("ck_case_counts_others")),
        sa.ForeignKeyConstraint(*OF_CASE, name=op.f("fk_case_counts_network_id_case_id")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_case_counts_network_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_counts")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in (*door_only("me_toos"), *_counts()):
            op.execute(statement)


def _counts() -> list[str]:
    """Read by whoever reads the case; counted at the door."""
    at_door = f"{SAME_NETWORK} AND {AT_DOOR}"
    mine = f"({scope_is('customer')} AND case_id = {CASE})"
    access = (
        f"({FOR_TENANT} AND EXISTS (SELECT 1 FROM access a WHERE a.case_id = case_counts.case_id"
        f" AND a.tenant_id = {TENANT}))"
    )
    public = (
        f"({scope_is('public')} AND EXISTS (SELECT 1 FROM cases c WHERE c.id = case_counts.case_id"
        " AND c.visibility = 'public'))"
    )
    return protect(
        "case_counts",
        read=f"({at_door}) OR ({SAME_NETWORK} AND ({mine} OR {access} OR {public}))",
        insert=at_door,
        change=at_door,
    )


def downgrade() -> None:
    for name in ("case_counts", "me_toos"):
        if op.get_bind().dialect.name == "postgresql":
            for statement in unprotect(name):
                op.execute(statement)
        op.drop_table(name)
