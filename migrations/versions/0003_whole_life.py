"""The whole life of a case: its further states, who decided, parts, remedies, and the tasks that reasons raise."""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import of_case, of_parties, unprotect
from tenants.db import Id, UtcDateTime
from tenants.rls import tenant_private

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATES = (
    "'received', 'acknowledged', 'in_progress', 'waiting_for_customer', 'answered', 'closed', 'withdrawn', 'reopened', "
    "'appealed'"
)
STATES_BEFORE = "'received', 'acknowledged', 'in_progress', 'answered', 'closed'"
TABLES = ("goodwill_allowances", "tasks", "decisions", "parts", "remedies")


def upgrade() -> None:
    _change_cases()
    with op.batch_alter_table("promises") as batch_op:
        batch_op.add_column(sa.Column("paused_minutes", Id, nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_promises_paused"), "paused_minutes IS NULL OR state = 'due'")
        batch_op.drop_constraint(batch_op.f("ck_promises_state"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_promises_state"), "state IN ('due', 'kept', 'exceeded', 'broken', 'moved', 'released')"
        )
        batch_op.drop_constraint(batch_op.f("ck_promises_what"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_promises_what"), "what IN ('acknowledge', 'answer', 'update', 'remedy', 'other')"
        )
    _make_tables()
    if op.get_bind().dialect.name == "postgresql":
        walls = [
            tenant_private("goodwill_allowances"),
            tenant_private("tasks"),
            tenant_private("decisions"),
            of_case("parts"),
            of_parties("remedies"),
        ]
        for statement in [statement for table in walls for statement in table]:
            op.execute(statement)


def downgrade() -> None:
    """Cases in a state that did not exist before become the nearest that did; what hung on them is lost."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in [statement for table in TABLES for statement in unprotect(table)]:
            op.execute(statement)
    _drop_tables()
    op.execute("UPDATE cases SET state = 'closed' WHERE state = 'withdrawn'")
    op.execute("UPDATE cases SET state = 'in_progress' WHERE state IN ('waiting_for_customer', 'reopened', 'appealed')")
    op.execute("UPDATE promises SET state = 'moved' WHERE state = 'released'")
    op.execute("UPDATE promises SET what = 'other' WHERE what = 'remedy'")
    with op.batch_alter_table("promises") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_promises_paused"), type_="check")
        batch_op.drop_column("paused_minutes")
        batch_op.drop_constraint(batch_op.f("ck_promises_state"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_promises_state"), "state IN ('due', 'kept', 'exceeded', 'broken', 'moved')"
        )
        batch_op.drop_constraint(batch_op.f("ck_promises_what"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_promises_what"), "what IN ('acknowledge', 'answer', 'update', 'other')"
        )
    with op.batch_alter_table("cases") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_cases_network_id_merged_into_id"), type_="foreignkey")
        for check in ("state", "outcome", "waiting_since"):
            batch_op.drop_constraint(batch_op.f(f"ck_cases_{check}"), type_="check")
        for column in (
            "merged_into_id",
            "outcome_reason",
            "outcome",
            "appealed_at",
            "round",
            "customer_important",
            "customer_urgent",
            "departure_at",
            "waiting_since",
        ):
            batch_op.drop_column(column)
        batch_op.create_check_constraint(batch_op.f("ck_cases_state"), f"state IN ({STATES_BEFORE})")


def _change_cases() -> None:
    with op.batch_alter_table("cases") as batch_op:
        batch_op.add_column(sa.Column("waiting_since", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("departure_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("customer_urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("customer_important", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("round", Id, nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("appealed_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("outcome", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("outcome_reason", sa.String(length=30), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", Id, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_cases_network_id_merged_into_id"),
            "cases",
            ["network_id", "merged_into_id"],
            ["network_id", "id"],
        )
        batch_op.drop_constraint(batch_op.f("ck_cases_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_cases_state"), f"state IN ({STATES})")
        batch_op.create_check_constraint(
            batch_op.f("ck_cases_outcome"), "outcome IN ('upheld', 'partly_upheld', 'not_upheld')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_cases_waiting_since"), "(state = 'waiting_for_customer') = (waiting_since IS NOT NULL)"
        )


def _make_tables() -> None:
    op.create_table(
        "goodwill_allowances",
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_goodwill_allowances_amount")),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_goodwill_allowances_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_goodwill_allowances_network_id")),
        sa.PrimaryKeyConstraint("tenant_id", "currency", name=op.f("pk_goodwill_allowances")),
    )
    op.create_table(
        "tasks",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("touchpoint_id", Id, nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("case_count", Id, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("done_by", Id, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("kind IN ('clearer_notice', 'clause_review')", name=op.f("ck_tasks_kind")),
        sa.ForeignKeyConstraint(
            ["network_id", "done_by"], ["users.network_id", "users.id"], name=op.f("fk_tasks_network_id_done_by")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_tasks_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "touchpoint_id"],
            ["touchpoints.network_id", "touchpoints.id"],
            name=op.f("fk_tasks_network_id_touchpoint_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_tasks_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    with op.batch_alter_table("tasks") as batch_op:
        batch_op.create_index(
            "ix_tasks_open",
            ["tenant_id", "kind", "touchpoint_id", "reason", "clause"],
            unique=True,
            postgresql_where=sa.text("done_at IS NULL"),
            sqlite_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "decisions",
        sa.Column("case_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("round", Id, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name=op.f("fk_decisions_network_id_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_decisions_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "user_id"], ["users.network_id", "users.id"], name=op.f("fk_decisions_network_id_user_id")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_decisions_network_id")),
        sa.PrimaryKeyConstraint("case_id", "user_id", "round", name=op.f("pk_decisions")),
    )
    op.create_table(
        "parts",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name=op.f("fk_parts_network_id_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_parts_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_parts_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parts")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_parts_case_id_number")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_parts_network_id_id")),
    )
    op.create_table(
        "remedies",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount", Id, nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("goodwill", sa.Boolean(), nullable=False),
        sa.Column("round", Id, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("deliver_by", UtcDateTime(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint(
            "(kind IN ('refund', 'compensation', 'voucher')) = (amount IS NOT NULL)", name=op.f("ck_remedies_money")
        ),
        sa.CheckConstraint(
            "kind IN ('apology', 'explanation', 'fix', 'refund', 'compensation', 'voucher')",
            name=op.f("ck_remedies_kind"),
        ),
        sa.CheckConstraint("state <> 'delivered' OR proof IS NOT NULL", name=op.f("ck_remedies_proof")),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'refused', 'delivered', 'withdrawn')", name=op.f("ck_remedies_state")
        ),
        sa.CheckConstraint("(amount IS NULL) = (currency IS NULL)", name=op.f("ck_remedies_amount_has_currency")),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name=op.f("ck_remedies_amount")),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name=op.f("fk_remedies_network_id_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_remedies_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_remedies_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedies")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_remedies_network_id_id")),
    )
    with op.batch_alter_table("remedies") as batch_op:
        batch_op.create_index("ix_remedies_case", ["case_id"], unique=False)
        batch_op.create_index("ix_remedies_tenant", ["network_id", "tenant_id", "offered_at"], unique=False)


def _drop_tables() -> None:
    with op.batch_alter_table("remedies") as batch_op:
        batch_op.drop_index("ix_remedies_tenant")
        batch_op.drop_index("ix_remedies_case")

    op.drop_table("remedies")
    op.drop_table("parts")
    op.drop_table("decisions")
    with op.batch_alter_table("tasks") as batch_op:
        batch_op.drop_index(
            "ix_tasks_open", postgresql_where=sa.text("done_at IS NULL"), sqlite_where=sa.text("done_at IS NULL")
        )

    op.drop_table("tasks")
    op.drop_table("goodwill_allowances")
