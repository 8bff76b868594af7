"""Agreements between businesses and hand-offs; the database keeps who sees a case for them, and refuses wrong steps."""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import of_parties, unprotect
from tenants.db import Id, Json, UtcDateTime
from tenants.rls import FOR_TENANT, SAME_NETWORK, TENANT, protect, scope_is

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LIVE = "'accepted', 'answered', 'awaiting_info', 'in_work', 'offered', 'reopened'"
STEPS = (
    "offered>accepted", "offered>declined", "offered>withdrawn", "offered>expired", "accepted>in_work",
    "accepted>returned", "in_work>returned", "accepted>awaiting_info", "in_work>awaiting_info",
    "reopened>awaiting_info", "awaiting_info>in_work", "accepted>answered", "in_work>answered", "reopened>answered",
    "answered>confirmed", "answered>reopened", "accepted>withdrawn", "in_work>withdrawn", "awaiting_info>withdrawn",
    "answered>withdrawn", "reopened>withdrawn",
)  # fmt: skip
LEGAL = ", ".join(f"'{step}'" for step in STEPS)


def upgrade() -> None:
    op.add_column("parts", sa.Column("is_handed", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("consents") as batch_op:
        batch_op.add_column(sa.Column("tenant_id", Id, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_consents_network_id_tenant_id"),
            "tenants",
            ["network_id", "tenant_id"],
            ["network_id", "id"],
        )
    _partnerships()
    _handoffs()
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE:
            op.execute(statement)
        return
    for statement in (*POSTGRESQL, *_agreed_between("partnerships"), *of_parties("handoffs")):
        op.execute(statement)


def downgrade() -> None:
    """Cases stay with whoever leads them; that they were handed on stays in their history."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger, table in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {trigger}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION legal_step(), keep_handed(), lead_moves_along()")
        for table in ("handoffs", "partnerships"):
            for statement in unprotect(table):
                op.execute(statement)
    op.drop_table("handoffs")
    op.drop_table("partnerships")
    op.drop_column("parts", "is_handed")
    with op.batch_alter_table("consents") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_consents_network_id_tenant_id"), type_="foreignkey")
        batch_op.drop_column("tenant_id")


def _partnerships() -> None:
    op.create_table(
        "partnerships",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("asker_id", Id, nullable=False),
        sa.Column("answerer_id", Id, nullable=False),
        sa.Column("proposer_id", Id, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("modes", Json, nullable=False),
        sa.Column("topics", Json, nullable=False),
        sa.Column("accept_within", Json, nullable=False),
        sa.Column("answer_within", Json, nullable=False),
        sa.Column("auto_accept", sa.Boolean(), nullable=False),
        sa.Column("passes", Json, nullable=False),
        sa.Column("agreed_by", Json, nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_partnerships_ended")),
        sa.CheckConstraint("state <> 'accepted' OR accepted_at IS NOT NULL", name=op.f("ck_partnerships_accepted")),
        sa.CheckConstraint("state IN ('proposed', 'accepted', 'ended')", name=op.f("ck_partnerships_state")),
        sa.CheckConstraint("asker_id <> answerer_id", name=op.f("ck_partnerships_two")),
        sa.ForeignKeyConstraint(
            ["network_id", "answerer_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_partnerships_network_id_answerer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "asker_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_partnerships_network_id_asker_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "proposer_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_partnerships_network_id_proposer_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_partnerships_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnerships")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_partnerships_network_id_id")),
    )
    op.create_index(
        "ix_partnerships_one",
        "partnerships",
        ["asker_id", "answerer_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
        sqlite_where=sa.text("state <> 'ended'"),
    )


def _handoffs() -> None:
    op.create_table(
        "handoffs",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("part_id", Id, nullable=True),
        sa.Column("partnership_id", Id, nullable=True),
        sa.Column("from_tenant_id", Id, nullable=False),
        sa.Column("to_tenant_id", Id, nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("delivery", sa.String(length=12), nullable=True),
        sa.Column("by_host", sa.Boolean(), nullable=False),
        sa.Column("version", Id, nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("accept_by", UtcDateTime(), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("answer_by", UtcDateTime(), nullable=True),
        sa.Column("wanted_by", UtcDateTime(), nullable=True),
        sa.Column("late_at", UtcDateTime(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("suggested_id", Id, nullable=True),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("wants", Json, nullable=False),
        sa.Column("shown", Json, nullable=False),
        sa.Column("disputed_at", UtcDateTime(), nullable=True),
        sa.Column("replied_at", UtcDateTime(), nullable=True),
        sa.Column("ruled_at", UtcDateTime(), nullable=True),
        sa.Column("rated_help", Id, nullable=True),
        sa.Column("rated_ease", Id, nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("(mode = 'transfer') = (part_id IS NULL)", name=op.f("ck_handoffs_part")),
        sa.CheckConstraint(
            "delivery IN ('queued', 'sent', 'acknowledged', 'retrying', 'dead')", name=op.f("ck_handoffs_delivery")
        ),
        sa.CheckConstraint("mode IN ('assist', 'transfer')", name=op.f("ck_handoffs_mode")),
        sa.CheckConstraint("state <> 'offered' OR accept_by IS NOT NULL", name=op.f("ck_handoffs_accept_by")),
        sa.CheckConstraint(
            f"state IN ({LIVE}, 'confirmed', 'declined', 'expired', 'returned', 'withdrawn')",
            name=op.f("ck_handoffs_state"),
        ),
        sa.CheckConstraint("accepted_at IS NULL OR answer_by IS NOT NULL", name=op.f("ck_handoffs_answer_by")),
        sa.CheckConstraint("from_tenant_id <> to_tenant_id", name=op.f("ck_handoffs_two")),
        sa.CheckConstraint("rated_help BETWEEN 1 AND 3 AND rated_ease BETWEEN 1 AND 3", name=op.f("ck_handoffs_rated")),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name=op.f("fk_handoffs_network_id_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "from_tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_handoffs_network_id_from_tenant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "part_id"], ["parts.network_id", "parts.id"], name=op.f("fk_handoffs_network_id_part_id")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "partnership_id"],
            ["partnerships.network_id", "partnerships.id"],
            name=op.f("fk_handoffs_network_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "suggested_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_handoffs_network_id_suggested_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "to_tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_handoffs_network_id_to_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_handoffs_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_handoffs_network_id_id")),
    )
    op.create_index("ix_handoffs_case", "handoffs", ["case_id", "id"])
    op.create_index("ix_handoffs_from", "handoffs", ["network_id", "from_tenant_id", "state", "id"])
    op.create_index(
        "ix_handoffs_part",
        "handoffs",
        ["part_id"],
        unique=True,
        postgresql_where=sa.text(f"part_id IS NOT NULL AND state IN ({LIVE})"),
        sqlite_where=sa.text(f"part_id IS NOT NULL AND state IN ({LIVE})"),
    )
    op.create_index("ix_handoffs_to", "handoffs", ["network_id", "to_tenant_id", "state", "id"])
    op.create_index(
        "ix_handoffs_whole",
        "handoffs",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("part_id IS NULL AND state = 'offered'"),
        sqlite_where=sa.text("part_id IS NULL AND state = 'offered'"),
    )


def _agreed_between(table: str) -> list[str]:
    """Read and changed by both and by the host; proposed by whoever acts."""
    host = f"EXISTS (SELECT 1 FROM tenants t WHERE t.id = {TENANT} AND t.is_host)"
    ours = f"{SAME_NETWORK} AND ({TENANT} IN (asker_id, answerer_id) OR {host})"
    mine = f"{ours} AND {scope_is('staff')}"
    read = f"{ours} AND {FOR_TENANT}"
    return protect(table, read=read, insert=f"{mine} AND proposer_id = {TENANT}", change=mine, changed=mine)


TRIGGERS = {
    "handoffs_legal_step": "handoffs",
    "handoffs_keep_offered": "handoffs",
    "handoffs_keep_step": "handoffs",
    "cases_lead_moves_along": "cases",
}
# The lead goes to the host, or along a transfer that has been accepted.
MOVES = """
    NEW.lead_tenant_id <> OLD.lead_tenant_id
    AND NOT EXISTS (SELECT 1 FROM tenants t WHERE t.id = NEW.lead_tenant_id AND t.is_host)
    AND NOT EXISTS (
        SELECT 1 FROM handoffs h WHERE h.case_id = NEW.id AND h.to_tenant_id = NEW.lead_tenant_id
        AND h.mode = 'transfer' AND h.state = 'accepted'
    )
"""
# Who is asked sees the case; who has worked on it sees its past; who never took it on sees nothing any more.
OFFERED = """
    INSERT INTO access (network_id, case_id, tenant_id, level, is_open, next_due_at)
    SELECT NEW.network_id, NEW.case_id, NEW.to_tenant_id, 'assist', c.state NOT IN ('closed', 'withdrawn'),
        coalesce(c.next_due_at, {never}) FROM cases c WHERE c.id = NEW.case_id
    ON CONFLICT (case_id, tenant_id) DO UPDATE SET level = 'assist', is_open = excluded.is_open,
        next_due_at = excluded.next_due_at WHERE access.level = 'past';
    UPDATE parts SET is_handed = true WHERE id = NEW.part_id;
"""
ENDED = f"""
    UPDATE parts SET is_handed = EXISTS (
        SELECT 1 FROM handoffs h WHERE h.part_id = NEW.part_id AND h.state IN ({LIVE})
    ) WHERE id = NEW.part_id;
    UPDATE access SET level = 'past', is_open = false, assignee_id = NULL
    WHERE case_id = NEW.case_id AND tenant_id = NEW.to_tenant_id AND level = 'assist' AND NEW.state NOT IN ({LIVE})
    AND NOT EXISTS (SELECT 1 FROM handoffs h
        WHERE h.case_id = NEW.case_id AND h.to_tenant_id = NEW.to_tenant_id AND h.state IN ({LIVE}));
    DELETE FROM access
    WHERE case_id = NEW.case_id AND tenant_id = NEW.to_tenant_id AND level = 'past' AND NEW.state NOT IN ({LIVE})
    AND NOT sees_words AND NOT EXISTS (SELECT 1 FROM handoffs h
        WHERE h.case_id = NEW.case_id AND h.to_tenant_id = NEW.to_tenant_id AND h.accepted_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM handoffs h
        WHERE h.case_id = NEW.case_id AND h.from_tenant_id = NEW.to_tenant_id);
"""
SQLITE = (
    f"CREATE TRIGGER handoffs_legal_step BEFORE UPDATE OF state ON handoffs WHEN NEW.state <> OLD.state "
    f"AND OLD.state || '>' || NEW.state NOT IN ({LEGAL}) BEGIN SELECT RAISE(ABORT, 'no such step of a hand-off'); END",
    f"CREATE TRIGGER cases_lead_moves_along BEFORE UPDATE OF lead_tenant_id ON cases WHEN {MOVES} "
    "BEGIN SELECT RAISE(ABORT, 'the lead moves along an accepted transfer'); END",
    f"CREATE TRIGGER handoffs_keep_offered AFTER INSERT ON handoffs "
    f"BEGIN {OFFERED.format(never=chr(39) + '9999-01-01 00:00:00.000000' + chr(39))} END",
    "CREATE TRIGGER handoffs_keep_step AFTER UPDATE OF state ON handoffs WHEN NEW.state <> OLD.state "
    f"BEGIN {ENDED} END",
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION legal_step() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN ({LEGAL}) THEN
            RAISE EXCEPTION 'no such step of a hand-off' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE FUNCTION lead_moves_along() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF {MOVES} THEN
            RAISE EXCEPTION 'the lead moves along an accepted transfer'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE FUNCTION keep_handed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            {OFFERED.format(never="'9999-01-01 00:00:00+00'::timestamptz")}
        ELSIF NEW.state <> OLD.state THEN
            {ENDED}
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER handoffs_legal_step BEFORE UPDATE OF state ON handoffs FOR EACH ROW EXECUTE FUNCTION legal_step()",
    "CREATE TRIGGER cases_lead_moves_along BEFORE UPDATE OF lead_tenant_id ON cases "
    "FOR EACH ROW EXECUTE FUNCTION lead_moves_along()",
    "CREATE TRIGGER handoffs_keep_offered AFTER INSERT ON handoffs FOR EACH ROW EXECUTE FUNCTION keep_handed()",
    "CREATE TRIGGER handoffs_keep_step AFTER UPDATE OF state ON handoffs FOR EACH ROW EXECUTE FUNCTION keep_handed()",
)
