"""Networks, people, cases, events, promises, and the queues of the worker."""

import sqlalchemy as sa
from alembic import op

from tenants.db import Id, Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cursors",
        sa.Column("follower", sa.String(length=40), nullable=False),
        sa.Column("position", Id, nullable=False),
        sa.PrimaryKeyConstraint("follower", name="pk_cursors"),
    )
    op.create_table(
        "heads",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", Id, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_heads"),
    )
    op.create_table(
        "networks",
        sa.Column("id", Id, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("prefix", sa.String(length=4), nullable=False),
        sa.Column("name", Json, nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("version", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_networks"),
        sa.UniqueConstraint("prefix", name="uq_networks_prefix"),
        sa.UniqueConstraint("slug", name="uq_networks_slug"),
    )
    op.create_table(
        "categories",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", Json, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_categories_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
        sa.UniqueConstraint("network_id", "code", name="uq_categories_network_id_code"),
        sa.UniqueConstraint("network_id", "id", name="uq_categories_network_id_id"),
    )
    op.create_table(
        "keys",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_keys_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.UniqueConstraint("network_id", "id", name="uq_keys_network_id_id"),
        sa.UniqueConstraint("token_hash", name="uq_keys_token_hash"),
    )
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.create_index("ix_keys_subject", ["network_id", "purpose", "subject_id"], unique=False)

    op.create_table(
        "network_hosts",
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_network_hosts_network_id"),
        sa.PrimaryKeyConstraint("host", name="pk_network_hosts"),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_sign_in_attempts_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_attempts"),
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempts_account", ["network_id", "account_hash", "at"], unique=False)
        batch_op.create_index("ix_sign_in_attempts_address", ["network_id", "address_hash", "at"], unique=False)

    op.create_table(
        "tenants",
        sa.Column("id", Id, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", Json, nullable=False),
        sa.Column("is_host", sa.Boolean(), nullable=False),
        sa.Column("desk_email", sa.String(length=254), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_tenants_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tenants"),
        sa.UniqueConstraint("network_id", "id", name="uq_tenants_network_id_id"),
        sa.UniqueConstraint("network_id", "slug", name="uq_tenants_network_id_slug"),
    )
    with op.batch_alter_table("tenants", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tenants_host",
            ["network_id"],
            unique=True,
            postgresql_where=sa.text("is_host"),
            sqlite_where=sa.text("is_host"),
        )

    op.create_table(
        "timers",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("try_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("tries", Id, nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_timers_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_timers"),
    )
    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.create_index(
            "ix_timers_due",
            ["due_at", "id"],
            unique=False,
            postgresql_where=sa.text("done_at IS NULL"),
            sqlite_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "users",
        sa.Column("id", Id, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("locale", sa.String(length=10), nullable=True),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_lower")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_users_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("network_id", "email", name="uq_users_network_id_email"),
        sa.UniqueConstraint("network_id", "id", name="uq_users_network_id_id"),
    )
    op.create_table(
        "browser_sessions",
        sa.Column("id", Id, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "user_id"], ["users.network_id", "users.id"], name="fk_browser_sessions_network_id_user_id"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_browser_sessions_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_browser_sessions"),
        sa.UniqueConstraint("network_id", "id", name="uq_browser_sessions_network_id_id"),
        sa.UniqueConstraint("token_hash", name="uq_browser_sessions_token_hash"),
    )
    with op.batch_alter_table("browser_sessions", schema=None) as batch_op:
        batch_op.create_index("ix_browser_sessions_expires", ["expires_at"], unique=False)
        batch_op.create_index("ix_browser_sessions_user", ["network_id", "user_id"], unique=False)

    op.create_table(
        "daily_figures",
        sa.Column("network_id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("figure", sa.String(length=20), nullable=False),
        sa.Column("count", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name="fk_daily_figures_network_id_tenant_id",
        ),
        sa.PrimaryKeyConstraint("network_id", "tenant_id", "day", "figure", name="pk_daily_figures"),
    )
    op.create_table(
        "service_calendars",
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("week", Json, nullable=False),
        sa.Column("holidays", sa.String(length=10), nullable=False),
        sa.Column("closed", Json, nullable=False),
        sa.Column("extra", Json, nullable=False),
        sa.Column("targets", Json, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name="fk_service_calendars_network_id_tenant_id",
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_service_calendars_network_id"),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_service_calendars"),
    )
    op.create_table(
        "touchpoints",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", Json, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name="fk_touchpoints_network_id_tenant_id",
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_touchpoints_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_touchpoints"),
        sa.UniqueConstraint("network_id", "code", name="uq_touchpoints_network_id_code"),
        sa.UniqueConstraint("network_id", "id", name="uq_touchpoints_network_id_id"),
    )
    op.create_table(
        "units",
        sa.Column("id", Id, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", Json, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"], ["tenants.network_id", "tenants.id"], name="fk_units_network_id_tenant_id"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_units_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_units_tenant_id_id"),
        sa.UniqueConstraint("tenant_id", "slug", name="uq_units_tenant_id_slug"),
    )
    op.create_table(
        "cases",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("state_version", Id, nullable=False),
        sa.Column("visibility", sa.String(length=8), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("lead_tenant_id", Id, nullable=False),
        sa.Column("touchpoint_id", Id, nullable=True),
        sa.Column("category_id", Id, nullable=True),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("next_promise_id", Id, nullable=True),
        sa.Column("next_due_at", UtcDateTime(), nullable=True),
        sa.Column("open_parts", Id, nullable=False),
        sa.Column("last_seq", Id, nullable=False),
        sa.Column("public_version", Id, nullable=False),
        sa.Column("customer_version", Id, nullable=False),
        sa.Column("shared_version", Id, nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("kind IN ('emergency', 'complaint', 'question', 'praise')", name=op.f("ck_cases_kind")),
        sa.CheckConstraint(
            "open_parts >= 0 AND (open_parts = 0 OR state <> 'closed')", name=op.f("ck_cases_no_open_parts_when_closed")
        ),
        sa.CheckConstraint("origin IN ('web', 'phone', 'import')", name=op.f("ck_cases_origin")),
        sa.CheckConstraint(
            "state IN ('received', 'acknowledged', 'in_progress', 'answered', 'closed')", name=op.f("ck_cases_state")
        ),
        sa.CheckConstraint("visibility IN ('public', 'private')", name=op.f("ck_cases_visibility")),
        sa.ForeignKeyConstraint(
            ["network_id", "category_id"],
            ["categories.network_id", "categories.id"],
            name="fk_cases_network_id_category_id",
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "lead_tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name="fk_cases_network_id_lead_tenant_id",
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "touchpoint_id"],
            ["touchpoints.network_id", "touchpoints.id"],
            name="fk_cases_network_id_touchpoint_id",
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_cases_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("network_id", "id", name="uq_cases_network_id_id"),
        sa.UniqueConstraint("network_id", "reference", name="uq_cases_network_id_reference"),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(
            "ix_cases_public_all",
            ["network_id", "id"],
            unique=False,
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )
        batch_op.create_index(
            "ix_cases_public_category_id",
            ["network_id", "category_id", "id"],
            unique=False,
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )
        batch_op.create_index(
            "ix_cases_public_kind",
            ["network_id", "kind", "id"],
            unique=False,
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )
        batch_op.create_index(
            "ix_cases_public_language",
            ["network_id", "language", "id"],
            unique=False,
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )
        batch_op.create_index(
            "ix_cases_public_lead_tenant_id",
            ["network_id", "lead_tenant_id", "id"],
            unique=False,
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )
        batch_op.create_index(
            "ix_cases_public_state",
            ["network_id", "state", "id"],
            unique=False,
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )
        batch_op.create_index(
            "ix_cases_public_touchpoint_id",
            ["network_id", "touchpoint_id", "id"],
            unique=False,
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )

    op.create_table(
        "memberships",
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("role IN ('agent', 'manager', 'product', 'admin')", name=op.f("ck_memberships_role")),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name="fk_memberships_network_id_tenant_id",
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "user_id"], ["users.network_id", "users.id"], name="fk_memberships_network_id_user_id"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_memberships_network_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["units.tenant_id", "units.id"], name="fk_memberships_tenant_id_unit_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", name="pk_memberships"),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index("ix_memberships_user", ["network_id", "user_id"], unique=False)

    op.create_table(
        "routing_rules",
        sa.Column("id", Id, nullable=False),
        sa.Column("touchpoint_id", Id, nullable=True),
        sa.Column("category_id", Id, nullable=True),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint(
            "touchpoint_id IS NOT NULL OR category_id IS NOT NULL", name=op.f("ck_routing_rules_not_empty")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "category_id"],
            ["categories.network_id", "categories.id"],
            name="fk_routing_rules_network_id_category_id",
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name="fk_routing_rules_network_id_tenant_id",
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "touchpoint_id"],
            ["touchpoints.network_id", "touchpoints.id"],
            name="fk_routing_rules_network_id_touchpoint_id",
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_routing_rules_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_routing_rules"),
        sa.UniqueConstraint(
            "network_id", "touchpoint_id", "category_id", name="uq_routing_rules_network_id_touchpoint_id_category_id"
        ),
    )
    op.create_table(
        "session_keys",
        sa.Column("session_id", Id, nullable=False),
        sa.Column("key_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "key_id"], ["keys.network_id", "keys.id"], name="fk_session_keys_network_id_key_id"
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "session_id"],
            ["browser_sessions.network_id", "browser_sessions.id"],
            name="fk_session_keys_network_id_session_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_session_keys_network_id"),
        sa.PrimaryKeyConstraint("session_id", "key_id", name="pk_session_keys"),
    )
    op.create_table(
        "access",
        sa.Column("case_id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("assignee_id", Id, nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("next_due_at", UtcDateTime(), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("level IN ('lead', 'assist', 'past')", name=op.f("ck_access_level")),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name="fk_access_network_id_case_id"
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"], ["tenants.network_id", "tenants.id"], name="fk_access_network_id_tenant_id"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_access_network_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignee_id"],
            ["memberships.tenant_id", "memberships.user_id"],
            name="fk_access_tenant_id_assignee_id",
        ),
        sa.PrimaryKeyConstraint("case_id", "tenant_id", name="pk_access"),
    )
    with op.batch_alter_table("access", schema=None) as batch_op:
        batch_op.create_index(
            "ix_access_queue", ["network_id", "tenant_id", "is_open", "next_due_at", "case_id"], unique=False
        )

    op.create_table(
        "consents",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name="fk_consents_network_id_case_id"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_consents_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("channel IN ('email', 'mobile')", name=op.f("ck_contacts_channel")),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name="fk_contacts_network_id_case_id"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_contacts_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    op.create_table(
        "events",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("case_seq", Id, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=10), nullable=False),
        sa.Column("tenant_id", Id, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("commitments", Json, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("actor IN ('customer', 'staff', 'system', 'import')", name=op.f("ck_events_actor")),
        sa.CheckConstraint(
            "audience <> 'internal' OR tenant_id IS NOT NULL", name=op.f("ck_events_internal_has_tenant")
        ),
        sa.CheckConstraint("audience IN ('public', 'customer', 'shared', 'internal')", name=op.f("ck_events_audience")),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name="fk_events_network_id_case_id"
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"], ["tenants.network_id", "tenants.id"], name="fk_events_network_id_tenant_id"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_events_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("case_id", "case_seq", name="uq_events_case_id_case_seq"),
        sa.UniqueConstraint("network_id", "id", name="uq_events_network_id_id"),
    )
    op.create_table(
        "imported_lines",
        sa.Column("network_id", Id, nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("line", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name="fk_imported_lines_network_id_case_id"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_imported_lines_network_id"),
        sa.PrimaryKeyConstraint("network_id", "file_hash", "line", name="pk_imported_lines"),
    )
    op.create_table(
        "promises",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("fulfilled_at", UtcDateTime(), nullable=True),
        sa.Column("moved_to", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("state IN ('due', 'kept', 'exceeded', 'broken', 'moved')", name=op.f("ck_promises_state")),
        sa.CheckConstraint("what IN ('acknowledge', 'answer', 'update', 'other')", name=op.f("ck_promises_what")),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name="fk_promises_network_id_case_id"
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"], ["tenants.network_id", "tenants.id"], name="fk_promises_network_id_tenant_id"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_promises_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_promises"),
        sa.UniqueConstraint("network_id", "id", name="uq_promises_network_id_id"),
    )
    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.create_index("ix_promises_case", ["case_id", "due_at"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("id", Id, nullable=False),
        sa.Column("effect_id", sa.String(length=120), nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("message", Json, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", Id, nullable=False),
        sa.Column("fence", Id, nullable=False),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("state IN ('queued', 'sent', 'dead')", name=op.f("ck_deliveries_state")),
        sa.ForeignKeyConstraint(
            ["network_id", "event_id"], ["events.network_id", "events.id"], name="fk_deliveries_network_id_event_id"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_deliveries_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("effect_id", name="uq_deliveries_effect_id"),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deliveries_next",
            ["next_at", "id"],
            unique=False,
            postgresql_where=sa.text("state = 'queued'"),
            sqlite_where=sa.text("state = 'queued'"),
        )

    op.create_table(
        "event_contents",
        sa.Column("event_id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("tenant_id", Id, nullable=True),
        sa.Column("facts", Json, nullable=True),
        sa.Column("facts_salt", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("text_salt", sa.LargeBinary(), nullable=True),
        sa.Column("names", Json, nullable=True),
        sa.Column("names_salt", sa.LargeBinary(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "event_id"], ["events.network_id", "events.id"], name="fk_event_contents_network_id_event_id"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_event_contents_network_id"),
        sa.PrimaryKeyConstraint("event_id", name="pk_event_contents"),
    )
    op.create_table(
        "event_positions",
        sa.Column("position", Id, autoincrement=False, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "event_id"],
            ["events.network_id", "events.id"],
            name="fk_event_positions_network_id_event_id",
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_event_positions_network_id"),
        sa.PrimaryKeyConstraint("position", name="pk_event_positions"),
        sa.UniqueConstraint("event_id", name="uq_event_positions_event_id"),
    )
    op.create_table(
        "log_entries",
        sa.Column("network_id", Id, nullable=False),
        sa.Column("number", Id, autoincrement=False, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("case_entry", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=True),
        sa.Column("tenant_entry", Id, nullable=True),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "event_id"], ["events.network_id", "events.id"], name="fk_log_entries_network_id_event_id"
        ),
        sa.PrimaryKeyConstraint("network_id", "number", name="pk_log_entries"),
        sa.UniqueConstraint("case_id", "case_entry", name="uq_log_entries_case_id_case_entry"),
        sa.UniqueConstraint("network_id", "event_id", name="uq_log_entries_network_id_event_id"),
        sa.UniqueConstraint("tenant_id", "tenant_entry", name="uq_log_entries_tenant_id_tenant_entry"),
    )
    op.create_table(
        "new_events",
        sa.Column("event_id", Id, autoincrement=False, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "event_id"], ["events.network_id", "events.id"], name="fk_new_events_network_id_event_id"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_new_events_network_id"),
        sa.PrimaryKeyConstraint("event_id", name="pk_new_events"),
    )


def downgrade() -> None:
    op.drop_table("new_events")
    op.drop_table("log_entries")
    op.drop_table("event_positions")
    op.drop_table("event_contents")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_deliveries_next", postgresql_where=sa.text("state = 'queued'"), sqlite_where=sa.text("state = 'queued'")
        )

    op.drop_table("deliveries")
    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.drop_index("ix_promises_case")

    op.drop_table("promises")
    op.drop_table("imported_lines")
    op.drop_table("events")
    op.drop_table("contacts")
    op.drop_table("consents")
    with op.batch_alter_table("access", schema=None) as batch_op:
        batch_op.drop_index("ix_access_queue")

    op.drop_table("access")
    op.drop_table("session_keys")
    op.drop_table("routing_rules")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index("ix_memberships_user")

    op.drop_table("memberships")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_cases_public_touchpoint_id",
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )
        batch_op.drop_index(
            "ix_cases_public_state",
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )
        batch_op.drop_index(
            "ix_cases_public_lead_tenant_id",
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )
        batch_op.drop_index(
            "ix_cases_public_language",
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )
        batch_op.drop_index(
            "ix_cases_public_kind",
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )
        batch_op.drop_index(
            "ix_cases_public_category_id",
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )
        batch_op.drop_index(
            "ix_cases_public_all",
            postgresql_where=sa.text("visibility = 'public'"),
            sqlite_where=sa.text("visibility = 'public'"),
        )

    op.drop_table("cases")
    op.drop_table("units")
    op.drop_table("touchpoints")
    op.drop_table("service_calendars")
    op.drop_table("daily_figures")
    with op.batch_alter_table("browser_sessions", schema=None) as batch_op:
        batch_op.drop_index("ix_browser_sessions_user")
        batch_op.drop_index("ix_browser_sessions_expires")

    op.drop_table("browser_sessions")
    op.drop_table("users")
    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_timers_due", postgresql_where=sa.text("done_at IS NULL"), sqlite_where=sa.text("done_at IS NULL")
        )

    op.drop_table("timers")
    with op.batch_alter_table("tenants", schema=None) as batch_op:
        batch_op.drop_index("ix_tenants_host", postgresql_where=sa.text("is_host"), sqlite_where=sa.text("is_host"))

    op.drop_table("tenants")
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempts_address")
        batch_op.drop_index("ix_sign_in_attempts_account")

    op.drop_table("sign_in_attempts")
    op.drop_table("network_hosts")
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.drop_index("ix_keys_subject")

    op.drop_table("keys")
    op.drop_table("categories")
    op.drop_table("networks")
    op.drop_table("heads")
    op.drop_table("cursors")
