"""Which business sees a case follows the case itself: the database keeps the copies, and one lead for each case.

What only customer and lead say to each other, and each kind of address, is open to a business by a column of its own.
"""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import (
    led_addresses,
    of_history,
    personal,
    seeing_addresses,
    seeing_envelopes,
    seeing_history,
    seeing_words,
    unprotect,
)

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SEES = ("sees_words", "sees_email", "sees_mobile")
OVER = "'closed', 'withdrawn'"


def upgrade() -> None:
    for column in SEES:
        op.add_column("access", sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(f"UPDATE access SET {', '.join(f'{column} = (level = {chr(39)}lead{chr(39)})' for column in SEES)}")
    op.create_index(
        "ix_access_lead",
        "access",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("level = 'lead'"),
        postgresql_where=sa.text("level = 'lead'"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(SQLITE_LEAD)
        op.execute(SQLITE_COPIES)
        return
    op.execute(POSTGRESQL)
    op.execute(
        "CREATE TRIGGER keep_access AFTER UPDATE OF state, next_due_at, lead_tenant_id ON cases "
        "FOR EACH ROW EXECUTE FUNCTION keep_access()"
    )
    _walls(new=True)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER cases_keep_lead")
        op.execute("DROP TRIGGER cases_keep_copies")
    else:
        op.execute("DROP TRIGGER keep_access ON cases")
        op.execute("DROP FUNCTION keep_access()")
        _walls(new=False)
    op.drop_index("ix_access_lead", "access")
    for column in SEES:
        op.drop_column("access", column)


def _walls(*, new: bool) -> None:
    tables = {
        "contacts": seeing_addresses if new else led_addresses,
        "needs": seeing_words if new else personal,
        "events": seeing_envelopes if new else _envelopes_before,
        "event_contents": seeing_history if new else of_history,
        "files": seeing_history if new else of_history,
    }
    for table, policies in tables.items():
        for statement in (*unprotect(table), *policies(table)):
            op.execute(statement)


def _envelopes_before(table: str) -> list[str]:
    """As 0002 made them: never changed."""
    return of_history(table, change=False)


# Whoever led it before still sees it, as its past; the new lead sees nothing personal by that alone.
COPY = f"""
    UPDATE access SET
        is_open = (level <> 'past' AND NEW.state NOT IN ({OVER})),
        next_due_at = coalesce(NEW.next_due_at, '9999-01-01 00:00:00.000000')
    WHERE case_id = NEW.id
"""
SQLITE_LEAD = f"""
CREATE TRIGGER cases_keep_lead AFTER UPDATE OF lead_tenant_id ON cases WHEN NEW.lead_tenant_id <> OLD.lead_tenant_id
BEGIN
    UPDATE access SET level = 'past', assignee_id = NULL WHERE case_id = NEW.id AND tenant_id = OLD.lead_tenant_id;
    INSERT INTO access (network_id, case_id, tenant_id, level, is_open, next_due_at)
    VALUES (NEW.network_id, NEW.id, NEW.lead_tenant_id, 'lead', 1, '9999-01-01 00:00:00.000000')
    ON CONFLICT (case_id, tenant_id) DO UPDATE SET level = 'lead';
    {COPY};
END
"""
SQLITE_COPIES = f"""
CREATE TRIGGER cases_keep_copies AFTER UPDATE OF state, next_due_at, lead_tenant_id ON cases
BEGIN
    {COPY};
END
"""
POSTGRESQL = f"""
CREATE FUNCTION keep_access() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.lead_tenant_id <> OLD.lead_tenant_id THEN
        UPDATE access SET level = 'past', assignee_id = NULL
            WHERE case_id = NEW.id AND tenant_id = OLD.lead_tenant_id;
        INSERT INTO access (network_id, case_id, tenant_id, level, is_open, next_due_at)
            VALUES (NEW.network_id, NEW.id, NEW.lead_tenant_id, 'lead', true, '9999-01-01 00:00:00+00')
            ON CONFLICT (case_id, tenant_id) DO UPDATE SET level = 'lead';
    END IF;
    UPDATE access SET
        is_open = (level <> 'past' AND NEW.state NOT IN ({OVER})),
        next_due_at = coalesce(NEW.next_due_at, '9999-01-01 00:00:00+00')
        WHERE case_id = NEW.id;
    RETURN NULL;
END
$$
"""
