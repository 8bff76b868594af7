"""The public lists show what is still open: their indexes hold that, so that no list walks past what is done.

A case that closes locks the ideas that it is behind in the order of their ids, as the verbs do (PostgreSQL).
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SHOWN = "visibility = 'public' AND merged_into_id IS NULL"
OPEN = f"{SHOWN} AND state NOT IN ('shipped', 'declined')"
FILTERS = ("", "tenant_id", "category_id", "touchpoint_id")


# As in 0019, which this repeats.
OVER = "'closed', 'withdrawn'"
LINKED = "id IN (SELECT e.idea_id FROM idea_evidence e WHERE e.case_id = NEW.id AND e.is_counted)"
IN_ORDER = f"PERFORM 1 FROM ideas WHERE {LINKED} ORDER BY id FOR NO KEY UPDATE;"


def _count_open_evidence(first: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION count_open_evidence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        "SET search_path = public, pg_temp AS $$ BEGIN "
        f"IF (OLD.state IN ({OVER})) <> (NEW.state IN ({OVER})) THEN {first} UPDATE ideas SET evidence_open = "
        f"evidence_open + (CASE WHEN NEW.state IN ({OVER}) THEN -1 ELSE 1 END) WHERE {LINKED}; END IF; "
        "RETURN NULL; END $$"
    )


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _count_open_evidence(IN_ORDER)
    for order in ("votes", "newest"):
        for column in FILTERS:
            op.drop_index(f"ix_ideas_{order}_{column or 'all'}", "ideas")
            _create(f"ix_ideas_{order}_open{'_' if column else ''}{column}", order, column, OPEN)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _count_open_evidence("")
    for order in ("votes", "newest"):
        for column in FILTERS:
            op.drop_index(f"ix_ideas_{order}_open{'_' if column else ''}{column}", "ideas")
            _create(f"ix_ideas_{order}_{column or 'all'}", order, column, SHOWN)


def _create(name: str, order: str, column: str, condition: str) -> None:
    columns = ["network_id", *([column] if column else []), *(["votes", "id"] if order == "votes" else ["id"])]
    where = sa.text(condition)
    op.create_index(name, "ideas", columns, unique=False, postgresql_where=where, sqlite_where=where)
