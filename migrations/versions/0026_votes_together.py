"""People who support ideas that were merged into one count in its score, each once: a counter, kept by triggers.

An account is one person, and so is a case whose vote no account has; browsers are known by another mark on each idea.
"""

import sqlalchemy as sa
from alembic import op

from tenants.db import Id

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"
PERSON = (
    "CASE WHEN v.person_id IS NOT NULL THEN 'p' || v.person_id "
    "WHEN v.case_id IS NOT NULL THEN 'c' || v.case_id ELSE 'v' || v.id END"
)
TOGETHER = (
    f"UPDATE ideas SET votes_joined = (SELECT count(DISTINCT {PERSON}) FROM ideas f JOIN idea_votes v "
    "ON v.idea_id = f.id AND v.about = 'idea' WHERE f.id = ideas.id OR f.merged_into_id = ideas.id) - votes"
)
ANEW = f"{TOGETHER} WHERE id IN (OLD.merged_into_id, NEW.merged_into_id);"


def _root(row: str) -> str:
    """The idea in which that of a vote goes on, or itself."""
    return f"(SELECT coalesce(r.merged_into_id, r.id) FROM ideas r WHERE r.id = {row}.idea_id)"


def _counted(row: str, sign: str, number: str = "({})") -> str:
    """Count a vote in, or out: one on a merged idea adds a person, unless they support another of these ideas."""

    def elsewhere(same: str) -> str:
        return (
            "EXISTS (SELECT 1 FROM ideas f JOIN idea_votes v ON v.idea_id = f.id AND v.about = 'idea' "
            f"WHERE f.id <> {row}.idea_id AND (f.id = {_root(row)} OR f.merged_into_id = {_root(row)}) AND {same})"
        )

    account = elsewhere(f"v.person_id = {row}.person_id")
    case = elsewhere(f"v.case_id = {row}.case_id AND v.person_id IS NULL AND {row}.person_id IS NULL")
    merged, again = number.format(f"id <> {row}.idea_id"), number.format(f"{account} OR {case}")
    return (
        f"UPDATE ideas SET votes_joined = votes_joined {sign} ({merged} - {again}) WHERE id = {_root(row)} "
        f"AND {row}.about = 'idea' AND EXISTS (SELECT 1 FROM ideas c WHERE c.merged_into_id = ideas.id);"
    )


SQLITE = {
    "idea_votes_join": f"AFTER INSERT ON idea_votes BEGIN {_counted('NEW', '+')} END",
    "idea_votes_join_undone": f"AFTER DELETE ON idea_votes BEGIN {_counted('OLD', '-')} END",
    "idea_votes_join_changed": (
        f"AFTER UPDATE OF person_id, case_id ON idea_votes BEGIN {_counted('OLD', '-')} {_counted('NEW', '+')} END"
    ),
    "ideas_join": f"AFTER UPDATE OF merged_into_id ON ideas BEGIN {ANEW} END",
}
# Before a vote is written its idea is locked, and that in which it goes on, in their order: as by verbs that hold an
# idea and then write a vote. What runs after the lock sees what was committed before it.
LOCK = f"""CREATE FUNCTION lock_idea_of_vote() RETURNS trigger {DEFINER} AS $$ DECLARE one bigint; BEGIN
one := CASE WHEN TG_OP = 'DELETE' THEN OLD.idea_id ELSE NEW.idea_id END;
PERFORM 1 FROM ideas WHERE id = one OR id = (SELECT i.merged_into_id FROM ideas i WHERE i.id = one)
ORDER BY id FOR NO KEY UPDATE;
IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"""
VOTES = f"""CREATE FUNCTION join_idea_votes() RETURNS trigger {DEFINER} AS $$ BEGIN
IF TG_OP <> 'INSERT' THEN {_counted("OLD", "-", "({})::int")} END IF;
IF TG_OP <> 'DELETE' THEN {_counted("NEW", "+", "({})::int")} END IF; RETURN NULL; END $$"""
WRITTEN = "INSERT OR DELETE OR UPDATE OF person_id, case_id ON idea_votes FOR EACH ROW"
POSTGRESQL = (
    LOCK,
    VOTES,
    f"CREATE FUNCTION join_ideas() RETURNS trigger {DEFINER} AS $$ BEGIN {ANEW} RETURN NULL; END $$",
    f"CREATE TRIGGER idea_votes_in_order BEFORE {WRITTEN} EXECUTE FUNCTION lock_idea_of_vote()",
    f"CREATE TRIGGER idea_votes_join AFTER {WRITTEN} EXECUTE FUNCTION join_idea_votes()",
    "CREATE TRIGGER ideas_join AFTER UPDATE OF merged_into_id ON ideas FOR EACH ROW "
    "WHEN (OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id) EXECUTE FUNCTION join_ideas()",
)


def upgrade() -> None:
    op.add_column("ideas", sa.Column("votes_joined", Id, nullable=False, server_default="0"))
    op.execute(f"{TOGETHER} WHERE EXISTS (SELECT 1 FROM ideas c WHERE c.merged_into_id = ideas.id)")
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
        op.execute("DROP TRIGGER ideas_join ON ideas")
        op.execute("DROP TRIGGER idea_votes_join ON idea_votes")
        op.execute("DROP TRIGGER idea_votes_in_order ON idea_votes")
        for function in ("join_ideas", "join_idea_votes", "lock_idea_of_vote"):
            op.execute(f"DROP FUNCTION {function}()")
    op.drop_column("ideas", "votes_joined")
