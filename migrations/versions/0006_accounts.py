"""Accounts: passkeys, one-time codes, links by mail, invitations, kept cases, and what people want to be told."""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import OWN_CASE, unprotect
from tenants.db import Id, UtcDateTime
from tenants.rls import (
    APP_ROLE,
    AT_DOOR,
    FOR_TENANT,
    PERSON,
    SAME_NETWORK,
    SAME_TENANT,
    TENANT,
    door_only,
    protect,
    scope_is,
)

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

AT_THE_DOOR = (
    "passkeys",
    "code_generators",
    "recovery_codes",
    "mail_links",
    "notification_choices",
    "account_cases",
)

# The business that leads a case, as migration 0002 says it.
LEADS = (
    f"({FOR_TENANT} AND EXISTS (SELECT 1 FROM access a WHERE a.case_id = contacts.case_id AND a.tenant_id = {TENANT} "
    "AND a.level = 'lead'))"
)
CONTACT = f"{SAME_NETWORK} AND ({OWN_CASE} OR {LEADS})"
# A person sees where their own address is a contact, once both have been confirmed.
OWN_ADDRESS = (
    f"({scope_is('customer')} AND channel = 'email' AND confirmed_at IS NOT NULL AND EXISTS (SELECT 1 FROM users u "
    f"WHERE u.id = {PERSON} AND u.email = contacts.address AND u.confirmed_at IS NOT NULL))"
)
MEMBERS = f"{SAME_NETWORK} AND ({AT_DOOR} OR (tenant_id = {TENANT} AND {scope_is('staff')}))"


def upgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("confirmed_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.add_column(sa.Column("secret", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.alter_column("event_id", existing_type=Id, nullable=True)
    with op.batch_alter_table("contacts") as batch_op:
        batch_op.create_index(
            "ix_contacts_confirmed",
            ["network_id", "address"],
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
        )
    _make_tables()
    _make_choices()
    if op.get_bind().dialect.name == "postgresql":
        _put_up_walls()


def downgrade() -> None:
    """Letters that tell of no event are lost: the older portal knows none."""
    if op.get_bind().dialect.name == "postgresql":
        _take_down_walls()
    _drop_tables()
    with op.batch_alter_table("contacts") as batch_op:
        batch_op.drop_index("ix_contacts_confirmed")
    op.execute("DELETE FROM deliveries WHERE event_id IS NULL")
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.alter_column("event_id", existing_type=Id, nullable=False)
        batch_op.drop_column("secret")
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("confirmed_at")


def _put_up_walls() -> None:
    at_door, in_tenant = f"{SAME_NETWORK} AND {AT_DOOR}", f"{SAME_TENANT} AND {FOR_TENANT}"
    tables = [door_only(table) for table in AT_THE_DOOR]
    tables.append(protect("invitations", read=f"({at_door}) OR ({in_tenant})", insert=at_door, change=at_door))
    for statement in [statement for table in tables for statement in table]:
        op.execute(statement)
    _policy("deliveries", "insert", check=at_door)
    _policy("memberships", "insert", check=MEMBERS)
    _policy("memberships", "update", using=MEMBERS, check=MEMBERS)
    _policy("memberships", "delete", using=MEMBERS)
    _policy("contacts", "read", using=f"({CONTACT}) OR ({SAME_NETWORK} AND {OWN_ADDRESS})")


def _take_down_walls() -> None:
    for table in (*AT_THE_DOOR, "invitations"):
        for statement in unprotect(table):
            op.execute(statement)
    _policy("deliveries", "insert", check=f"{SAME_NETWORK} AND false")
    _policy("memberships", "insert", check="false")
    _policy("memberships", "update", using="false", check="false")
    _policy("memberships", "delete", using="false")
    _policy("contacts", "read", using=CONTACT)


def _policy(table: str, act: str, *, using: str = "", check: str = "") -> None:
    """Put another policy in the place of the one for this act."""
    command = "SELECT" if act == "read" else act.upper()
    conditions = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
    op.execute(f"DROP POLICY app_{act} ON {table}")
    op.execute(f"CREATE POLICY app_{act} ON {table} FOR {command} TO {APP_ROLE}{conditions}")


def _make_tables() -> None:
    op.create_table(
        "mail_links",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("next_path", sa.String(length=500), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_mail_links_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_links")),
    )
    with op.batch_alter_table("mail_links") as batch_op:
        batch_op.create_index("ix_mail_links_at", ["asked_at"], unique=False)

    op.create_table(
        "code_generators",
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("last_step", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "user_id"],
            ["users.network_id", "users.id"],
            name=op.f("fk_code_generators_network_id_user_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_code_generators_network_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_code_generators")),
    )
    op.create_table(
        "invitations",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("invited_by", Id, nullable=False),
        sa.Column("invited_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("role IN ('agent', 'manager', 'product', 'admin')", name=op.f("ck_invitations_role")),
        sa.CheckConstraint("accepted_at IS NULL OR revoked_at IS NULL", name=op.f("ck_invitations_one_end")),
        sa.ForeignKeyConstraint(
            ["network_id", "invited_by"],
            ["users.network_id", "users.id"],
            name=op.f("fk_invitations_network_id_invited_by"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_invitations_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_invitations_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    with op.batch_alter_table("invitations") as batch_op:
        batch_op.create_index(
            "ix_invitations_open",
            ["network_id", "tenant_id", "email"],
            unique=True,
            postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
            sqlite_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
        )


def _make_choices() -> None:
    op.create_table(
        "notification_choices",
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("steps", sa.String(length=8), nullable=False),
        sa.Column("broken", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("steps IN ('all', 'answers', 'none')", name=op.f("ck_notification_choices_steps")),
        sa.ForeignKeyConstraint(
            ["network_id", "user_id"],
            ["users.network_id", "users.id"],
            name=op.f("fk_notification_choices_network_id_user_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_notification_choices_network_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notification_choices")),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", Id, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "user_id"], ["users.network_id", "users.id"], name=op.f("fk_passkeys_network_id_user_id")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_passkeys_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("network_id", "credential_id", name=op.f("uq_passkeys_network_id_credential_id")),
    )
    with op.batch_alter_table("passkeys") as batch_op:
        batch_op.create_index("ix_passkeys_user", ["network_id", "user_id"], unique=False)

    op.create_table(
        "recovery_codes",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "user_id"],
            ["users.network_id", "users.id"],
            name=op.f("fk_recovery_codes_network_id_user_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_recovery_codes_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    with op.batch_alter_table("recovery_codes") as batch_op:
        batch_op.create_index("ix_recovery_codes_user", ["network_id", "user_id"], unique=False)

    op.create_table(
        "account_cases",
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, autoincrement=False, nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"],
            ["cases.network_id", "cases.id"],
            name=op.f("fk_account_cases_network_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "user_id"],
            ["users.network_id", "users.id"],
            name=op.f("fk_account_cases_network_id_user_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_account_cases_network_id")),
        sa.PrimaryKeyConstraint("user_id", "case_id", name=op.f("pk_account_cases")),
    )
    with op.batch_alter_table("account_cases") as batch_op:
        batch_op.create_index("ix_account_cases_case", ["network_id", "case_id"], unique=False)


def _drop_tables() -> None:
    with op.batch_alter_table("account_cases") as batch_op:
        batch_op.drop_index("ix_account_cases_case")

    op.drop_table("account_cases")
    with op.batch_alter_table("recovery_codes") as batch_op:
        batch_op.drop_index("ix_recovery_codes_user")

    op.drop_table("recovery_codes")
    with op.batch_alter_table("passkeys") as batch_op:
        batch_op.drop_index("ix_passkeys_user")

    op.drop_table("passkeys")
    op.drop_table("notification_choices")
    with op.batch_alter_table("invitations") as batch_op:
        batch_op.drop_index(
            "ix_invitations_open",
            postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
            sqlite_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
        )

    op.drop_table("invitations")
    op.drop_table("code_generators")
    with op.batch_alter_table("mail_links") as batch_op:
        batch_op.drop_index("ix_mail_links_at")

    op.drop_table("mail_links")
