"""What businesses say to each other about a hand-off is read by those two and by the lead, and by no third one."""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import named_envelopes, named_history, seeing_envelopes, seeing_history, unprotect
from tenants.db import Id
from tenants.rls import FOR_TENANT, SAME_NETWORK, SAME_TENANT, TENANT, protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BOUNCED = "'declined', 'returned', 'expired'"


def upgrade() -> None:
    op.create_table(
        "shared_with",
        sa.Column("event_id", Id, autoincrement=False, nullable=False),
        sa.Column("tenant_id", Id, autoincrement=False, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "event_id"],
            ["events.network_id", "events.id"],
            name=op.f("fk_shared_with_network_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_shared_with_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_shared_with_network_id")),
        sa.PrimaryKeyConstraint("event_id", "tenant_id", name=op.f("pk_shared_with")),
    )
    op.execute(_said_before())
    if op.get_bind().dialect.name == "postgresql":
        for statement in _policies():
            op.execute(statement)
        _walls(new=True)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _walls(new=False)
        for statement in unprotect("shared_with"):
            op.execute(statement)
        op.execute("DROP FUNCTION shared_by(bigint)")
    op.drop_table("shared_with")


def _said_before() -> str:
    """Everything that was said is for the two of its hand-off, and for the host where that has it to decide."""
    handoff = "CAST(json_extract(c.facts, '$.handoff') AS INTEGER)"
    if op.get_bind().dialect.name == "postgresql":
        handoff = "(c.facts ->> 'handoff')::bigint"
    said = f"FROM event_contents c JOIN handoffs h ON h.id = {handoff} AND h.case_id = c.case_id"
    decides = f"h.is_counted AND h.state IN ({BOUNCED}) OR h.disputed_at IS NOT NULL"
    return f"""
        INSERT INTO shared_with (network_id, event_id, tenant_id)
        SELECT c.network_id, c.event_id, h.from_tenant_id {said} WHERE c.audience = 'shared'
        UNION SELECT c.network_id, c.event_id, h.to_tenant_id {said} WHERE c.audience = 'shared'
        UNION SELECT c.network_id, c.event_id, t.id {said} JOIN tenants t ON t.network_id = c.network_id AND t.is_host
        JOIN access a ON a.case_id = c.case_id AND a.tenant_id = t.id WHERE c.audience = 'shared' AND ({decides})
    """


# The policies of `events` ask this table; so its own asks `events` past them.
SHARED_BY = """
    CREATE FUNCTION shared_by(event bigint) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT e.tenant_id FROM events e WHERE e.id = event AND e.audience = 'shared'
    $$
"""


def _policies() -> list[str]:
    """A business reads whether it is named itself; who wrote an entry names the others."""
    mine = f"{SAME_NETWORK} AND {FOR_TENANT} AND shared_by(event_id) = {TENANT}"
    return [SHARED_BY, *protect("shared_with", read=f"{SAME_TENANT} AND {FOR_TENANT}", insert=mine)]


def _walls(*, new: bool) -> None:
    for statement in (
        *unprotect("events"),
        *(named_envelopes("events") if new else seeing_envelopes("events")),
        *unprotect("event_contents"),
        *(named_history("event_contents", "event_id") if new else seeing_history("event_contents")),
        *unprotect("files"),
        *(named_history("files") if new else seeing_history("files")),
    ):
        op.execute(statement)
