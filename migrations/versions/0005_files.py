"""Files of cases, and files that wait for their form."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import of_history, unprotect
from tenants.db import Id, UtcDateTime
from tenants.rls import door_only

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TYPES = "media_type IN ('image/jpeg', 'image/png', 'application/pdf', 'text/plain')"
LEFT = "removed_at IS NOT NULL AND storage_key IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=10), nullable=False),
        sa.Column("tenant_id", Id, nullable=True),
        *_content(optional_key=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_because", sa.Text(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("actor IN ('customer', 'staff', 'system')", name=op.f("ck_files_actor")),
        sa.CheckConstraint("audience IN ('public', 'customer', 'shared', 'internal')", name=op.f("ck_files_audience")),
        sa.CheckConstraint(
            "audience <> 'internal' OR tenant_id IS NOT NULL", name=op.f("ck_files_internal_has_tenant")
        ),
        sa.CheckConstraint(TYPES, name=op.f("ck_files_media_type")),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_because IS NULL)", name=op.f("ck_files_removed_because")),
        sa.CheckConstraint("storage_key IS NOT NULL OR removed_at IS NOT NULL", name=op.f("ck_files_kept")),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name=op.f("fk_files_network_id_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_files_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_files_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_files_case_id_number")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_files_network_id_id")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_files_storage_key")),
    )
    op.create_index("ix_files_removed", "files", ["id"], postgresql_where=sa.text(LEFT), sqlite_where=sa.text(LEFT))
    op.create_table(
        "staged_files",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("form_hash", sa.LargeBinary(length=32), nullable=False),
        *_content(optional_key=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staged_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint(TYPES, name=op.f("ck_staged_files_media_type")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_staged_files_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_files")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_staged_files_storage_key")),
    )
    op.create_index("ix_staged_files_form", "staged_files", ["network_id", "form_hash"])
    op.create_index("ix_staged_files_expires", "staged_files", ["expires_at"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in [*of_history("files"), *door_only("staged_files")]:
            op.execute(statement)


def downgrade() -> None:
    """The rows go; the contents that they named stay in the storage and have to be deleted there."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in [*unprotect("staged_files"), *unprotect("files")]:
            op.execute(statement)
    op.drop_table("staged_files")
    op.drop_table("files")


def _content(*, optional_key: bool) -> list[sa.Column[Any]]:
    """What both tables say of a content."""
    return [
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("size", Id, nullable=False),
        sa.Column("width", Id, nullable=True),
        sa.Column("height", Id, nullable=True),
        sa.Column("thumbnail_width", Id, nullable=True),
        sa.Column("thumbnail_height", Id, nullable=True),
        sa.Column("storage_key", sa.String(length=40), nullable=optional_key),
        sa.Column("thumbnail_key", sa.String(length=40), nullable=True),
    ]
