"""Cases behind ideas that were merged into one count in its score, each case once: a counter, kept by triggers.

A case that is behind the idea itself is counted there. No two ideas know one person by the same number, so somebody
with different cases behind two of them counts for each.
"""

import sqlalchemy as sa
from alembic import op

from tenants.db import Id

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"
TOGETHER = (
    "UPDATE ideas SET evidence_joined = (SELECT count(DISTINCT e.case_id) FROM ideas f JOIN idea_evidence e "
    "ON e.idea_id = f.id AND e.is_counted WHERE f.merged_into_id = ideas.id AND NOT EXISTS (SELECT 1 "
    "FROM idea_evidence o WHERE o.idea_id = ideas.id AND o.case_id = e.case_id AND o.removed_at IS NULL))"
)
HAS_MERGED = "EXISTS (SELECT 1 FROM ideas c WHERE c.merged_into_id = ideas.id)"
ANEW = f"{TOGETHER} WHERE id IN (OLD.merged_into_id, NEW.merged_into_id);"


def _recounted(row: str) -> str:
    """Of the idea that the case is behind, or in which that goes on."""
    root = f"(SELECT coalesce(r.merged_into_id, r.id) FROM ideas r WHERE r.id = {row}.idea_id)"
    return f"{TOGETHER} WHERE id = {root} AND {HAS_MERGED};"


CHANGED = "UPDATE OF is_counted, removed_at ON idea_evidence"
SQLITE = {
    "idea_evidence_join": f"AFTER INSERT ON idea_evidence BEGIN {_recounted('NEW')} END",
    "idea_evidence_join_undone": f"AFTER DELETE ON idea_evidence BEGIN {_recounted('OLD')} END",
    "idea_evidence_join_changed": f"AFTER {CHANGED} BEGIN {_recounted('NEW')} END",
    "ideas_join_evidence": f"AFTER UPDATE OF merged_into_id ON ideas BEGIN {ANEW} END",
}
EVIDENCE = f"""CREATE FUNCTION join_idea_evidence() RETURNS trigger {DEFINER} AS $$ BEGIN
IF TG_OP = 'DELETE' THEN {_recounted("OLD")} ELSE {_recounted("NEW")} END IF; RETURN NULL; END $$"""
POSTGRESQL = (
    EVIDENCE,
    f"CREATE FUNCTION join_evidence_of_ideas() RETURNS trigger {DEFINER} AS $$ BEGIN {ANEW} RETURN NULL; END $$",
    f"CREATE TRIGGER idea_evidence_join AFTER INSERT OR DELETE OR {CHANGED} "
    "FOR EACH ROW EXECUTE FUNCTION join_idea_evidence()",
    "CREATE TRIGGER ideas_join_evidence AFTER UPDATE OF merged_into_id ON ideas FOR EACH ROW "
    "WHEN (OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id) EXECUTE FUNCTION join_evidence_of_ideas()",
)


def upgrade() -> None:
    op.add_column("ideas", sa.Column("evidence_joined", Id, nullable=False, server_default="0"))
    op.execute(f"{TOGETHER} WHERE {HAS_MERGED}")
    if op.get_bind().dialect.name == "sqlite":
        for name, does in SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {does}")
    else:
        for statement in POSTGRESQL:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE:
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP TRIGGER ideas_join_evidence ON ideas")
        op.execute("DROP TRIGGER idea_evidence_join ON idea_evidence")
        op.execute("DROP FUNCTION join_evidence_of_ideas()")
        op.execute("DROP FUNCTION join_idea_evidence()")
    op.drop_column("ideas", "evidence_joined")
