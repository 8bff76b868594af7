"""Ideas: their versions, votes, comments, amendments, cases behind them, parts of businesses, promises and saved views.

Counters of votes and evidence are kept by triggers, so that they are equal to the rows that they count whoever writes.
"""

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import unprotect
from tenants.db import Id, Json, UtcDateTime
from tenants.rls import FOR_TENANT, SAME_NETWORK, TENANT, door_only, protect, scope_is, tenant_private

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = (
    "ideas",
    "idea_amendments",
    "idea_revisions",
    "idea_votes",
    "idea_comments",
    "idea_evidence",
    "idea_parts",
    "idea_promises",
    "idea_views",
)


def upgrade() -> None:
    _ideas()
    _idea_amendments()
    _idea_revisions()
    _idea_votes()
    _idea_comments()
    _idea_evidence()
    _idea_parts()
    _idea_promises()
    _idea_views()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if sqlite else (*POSTGRESQL, *_policies()):
        op.execute(statement)


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger, table in TRIGGERS.items():
        if sqlite or not trigger.endswith(("_undone", "_changed")):
            op.execute(f"DROP TRIGGER {trigger}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION count_idea_votes(), count_idea_again(), count_idea_evidence(), count_open_evidence()")
        for table in TABLES:
            for statement in unprotect(table):
                op.execute(statement)
    for table in reversed(TABLES):
        op.drop_table(table)


# -- policies ----------------------------------------------------------------------------------------------------------

ANYBODY = scope_is("public", "customer")
TALKS = scope_is("customer", "staff")


def _policies() -> list[str]:
    public = "visibility = 'public'"
    ours = f"(visibility IN ('public', 'network') OR tenant_id = {TENANT})"
    proposed = (
        f"(({scope_is('customer')} AND {public} AND proposer_tenant_id IS NULL) "
        f"OR ({scope_is('staff')} AND proposer_tenant_id = {TENANT}))"
    )
    changed = f"{SAME_NETWORK} AND (({scope_is('customer')} AND {public}) OR ({scope_is('staff')} AND {ours}))"
    ideas = protect(
        "ideas",
        read=f"{SAME_NETWORK} AND (({ANYBODY} AND {public}) OR ({FOR_TENANT} AND {ours}))",
        insert=f"{SAME_NETWORK} AND {proposed}",
        change=changed,
        changed=changed,
    )
    shown = f"({FOR_TENANT} OR state = 'shown')"
    return [
        *ideas,
        *_of_idea("idea_revisions"),
        *door_only("idea_votes"),
        *_of_idea("idea_amendments"),
        *_of_idea("idea_comments", seen=shown),
        *_evidence(),
        *_of_idea("idea_parts"),
        *_of_idea("idea_promises"),
        *tenant_private("idea_views"),
    ]


def _of_idea(table: str, *, seen: str = "true") -> list[str]:
    """Whoever may read the idea reads it, whoever may write on it writes it: the policies of `ideas` decide."""
    hangs = f"{SAME_NETWORK} AND EXISTS (SELECT 1 FROM ideas i WHERE i.id = {table}.idea_id)"
    talks = f"{hangs} AND {TALKS}"
    return protect(
        table, read=f"{hangs} AND {seen}", insert=talks, change=f"{talks} AND {seen}", changed=f"{talks} AND {seen}"
    )


def _evidence() -> list[str]:
    """Whoever may read both the idea and the case; written by the case's customer, and by who has the case."""
    both = (
        f"{SAME_NETWORK} AND EXISTS (SELECT 1 FROM ideas i WHERE i.id = idea_evidence.idea_id) "
        "AND EXISTS (SELECT 1 FROM cases c WHERE c.id = idea_evidence.case_id)"
    )
    return protect("idea_evidence", read=both, insert=f"{both} AND {TALKS}", change=f"{both} AND {TALKS}")


# -- counters ----------------------------------------------------------------------------------------------------------


def _votes(row: str, sign: str, number: str = "({})") -> str:
    """Count a vote in, or out. `number` makes a number of a condition."""

    def counts(condition: str) -> str:
        return number.format(condition)

    about = f"{row}.about = 'idea'"
    columns = {
        "votes": counts(about),
        "votes_verified": counts(f"{about} AND {row}.kind = 'verified'"),
        "votes_anonymous": counts(f"{about} AND {row}.kind = 'anonymous'"),
        "votes_behalf": counts(f"{about} AND {row}.kind = 'behalf'"),
        "votes_current": counts(f"{about} AND {row}.revision >= substance"),
        "fixed_yes": counts(f"{row}.about = 'fixed' AND {row}.says_yes"),
        "fixed_no": counts(f"{row}.about = 'fixed' AND NOT {row}.says_yes"),
    }
    moved = ", ".join(f"{column} = {column} {sign} {count}" for column, count in columns.items())
    return f"UPDATE ideas SET {moved} WHERE id = {row}.idea_id;"


def _evidence_counted(row: str, sign: str, number: str = "({})") -> str:
    counted = number.format(f"{row}.is_counted")
    is_open = (
        f"{row}.is_counted AND EXISTS (SELECT 1 FROM cases c WHERE c.id = {row}.case_id AND c.state NOT IN ({OVER}))"
    )
    return (
        f"UPDATE ideas SET evidence = evidence {sign} {counted}, "
        f"evidence_open = evidence_open {sign} {number.format(is_open)} WHERE id = {row}.idea_id;"
    )


OVER = "'closed', 'withdrawn'"
AGAIN = (
    "UPDATE ideas SET votes_current = (SELECT count(*) FROM idea_votes v WHERE v.idea_id = NEW.id "
    "AND v.about = 'idea' AND v.revision >= NEW.substance) WHERE id = NEW.id;"
)
LINKED = "id IN (SELECT e.idea_id FROM idea_evidence e WHERE e.case_id = NEW.id AND e.is_counted)"
CLOSES = f"OLD.state NOT IN ({OVER}) AND NEW.state IN ({OVER})"
OPENS = f"OLD.state IN ({OVER}) AND NEW.state NOT IN ({OVER})"
TRIGGERS = {
    "idea_votes_count": "idea_votes",
    "idea_votes_count_undone": "idea_votes",
    "idea_votes_count_changed": "idea_votes",
    "ideas_count_again": "ideas",
    "idea_evidence_count": "idea_evidence",
    "idea_evidence_count_undone": "idea_evidence",
    "idea_evidence_count_changed": "idea_evidence",
    "cases_count_evidence": "cases",
}
SQLITE = (
    f"CREATE TRIGGER idea_votes_count AFTER INSERT ON idea_votes BEGIN {_votes('NEW', '+')} END",
    f"CREATE TRIGGER idea_votes_count_undone AFTER DELETE ON idea_votes BEGIN {_votes('OLD', '-')} END",
    f"CREATE TRIGGER idea_votes_count_changed AFTER UPDATE ON idea_votes "
    f"BEGIN {_votes('OLD', '-')} {_votes('NEW', '+')} END",
    f"CREATE TRIGGER ideas_count_again AFTER UPDATE OF substance ON ideas WHEN NEW.substance <> OLD.substance "
    f"BEGIN {AGAIN} END",
    f"CREATE TRIGGER idea_evidence_count AFTER INSERT ON idea_evidence BEGIN {_evidence_counted('NEW', '+')} END",
    f"CREATE TRIGGER idea_evidence_count_undone AFTER DELETE ON idea_evidence "
    f"BEGIN {_evidence_counted('OLD', '-')} END",
    f"CREATE TRIGGER idea_evidence_count_changed AFTER UPDATE ON idea_evidence "
    f"BEGIN {_evidence_counted('OLD', '-')} {_evidence_counted('NEW', '+')} END",
    f"CREATE TRIGGER cases_count_evidence AFTER UPDATE OF state ON cases WHEN ({CLOSES}) OR ({OPENS}) BEGIN "
    f"UPDATE ideas SET evidence_open = evidence_open + (CASE WHEN NEW.state IN ({OVER}) THEN -1 ELSE 1 END) "
    f"WHERE {LINKED}; END",
)
DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"


def _counting(name: str, count: object) -> str:
    """A function that counts a row out as it was and in as it is."""
    out, into = (count("OLD", "-", "({})::int"), count("NEW", "+", "({})::int"))  # type: ignore[operator]
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger {DEFINER} AS $$ BEGIN "
        f"IF TG_OP <> 'INSERT' THEN {out} END IF; IF TG_OP <> 'DELETE' THEN {into} END IF; RETURN NULL; END $$"
    )


POSTGRESQL = (
    _counting("count_idea_votes", _votes),
    _counting("count_idea_evidence", _evidence_counted),
    f"CREATE FUNCTION count_idea_again() RETURNS trigger {DEFINER} AS $$ BEGIN {AGAIN} RETURN NULL; END $$",
    f"CREATE FUNCTION count_open_evidence() RETURNS trigger {DEFINER} AS $$ BEGIN "
    f"IF ({CLOSES}) OR ({OPENS}) THEN UPDATE ideas SET evidence_open = evidence_open + "
    f"(CASE WHEN NEW.state IN ({OVER}) THEN -1 ELSE 1 END) WHERE {LINKED}; END IF; RETURN NULL; END $$",
    "CREATE TRIGGER idea_votes_count AFTER INSERT OR UPDATE OR DELETE ON idea_votes "
    "FOR EACH ROW EXECUTE FUNCTION count_idea_votes()",
    "CREATE TRIGGER ideas_count_again AFTER UPDATE OF substance ON ideas FOR EACH ROW "
    "WHEN (NEW.substance <> OLD.substance) EXECUTE FUNCTION count_idea_again()",
    "CREATE TRIGGER idea_evidence_count AFTER INSERT OR UPDATE OR DELETE ON idea_evidence "
    "FOR EACH ROW EXECUTE FUNCTION count_idea_evidence()",
    "CREATE TRIGGER cases_count_evidence AFTER UPDATE OF state ON cases "
    "FOR EACH ROW EXECUTE FUNCTION count_open_evidence()",
)


# -- tables ------------------------------------------------------------------------------------------------------------


def _ideas() -> None:
    op.create_table(
        "ideas",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("problem_id", Id, nullable=True),
        sa.Column("visibility", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", Id, nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("touchpoint_id", Id, nullable=True),
        sa.Column("category_id", Id, nullable=True),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("author_id", Id, nullable=True),
        sa.Column("author_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("author_case_id", Id, nullable=True),
        sa.Column("proposer_tenant_id", Id, nullable=True),
        sa.Column("form_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("revision", Id, nullable=False),
        sa.Column("substance", Id, nullable=False),
        sa.Column("horizon", sa.String(length=5), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("reach", Id, nullable=True),
        sa.Column("effort", Id, nullable=True),
        sa.Column("shipped_since", sa.Date(), nullable=True),
        sa.Column("watched_at", UtcDateTime(), nullable=True),
        sa.Column("fell_short_at", UtcDateTime(), nullable=True),
        sa.Column("merged_into_id", Id, nullable=True),
        sa.Column("votes", Id, nullable=False),
        sa.Column("votes_verified", Id, nullable=False),
        sa.Column("votes_anonymous", Id, nullable=False),
        sa.Column("votes_behalf", Id, nullable=False),
        sa.Column("votes_current", Id, nullable=False),
        sa.Column("fixed_yes", Id, nullable=False),
        sa.Column("fixed_no", Id, nullable=False),
        sa.Column("evidence", Id, nullable=False),
        sa.Column("evidence_open", Id, nullable=False),
        sa.Column("comments", Id, nullable=False),
        sa.Column("comments_held", Id, nullable=False),
        sa.Column("last_seq", Id, nullable=False),
        sa.Column("public_version", Id, nullable=False),
        sa.Column("customer_version", Id, nullable=False),
        sa.Column("shared_version", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("(state = 'shipped') = (shipped_since IS NOT NULL)", name=op.f("ck_ideas_shipped")),
        sa.CheckConstraint("horizon IN ('now', 'next', 'later')", name=op.f("ck_ideas_horizon")),
        sa.CheckConstraint("kind IN ('problem', 'solution')", name=op.f("ck_ideas_kind")),
        sa.CheckConstraint("problem_id IS NULL OR kind = 'solution'", name=op.f("ck_ideas_problem")),
        sa.CheckConstraint(
            "state IN ('new', 'under_review', 'planned', 'in_progress', 'shipped', 'declined')",
            name=op.f("ck_ideas_state"),
        ),
        sa.CheckConstraint(
            "visibility IN ('public', 'network', 'internal', 'hidden')", name=op.f("ck_ideas_visibility")
        ),
        sa.CheckConstraint("evidence >= 0 AND evidence_open BETWEEN 0 AND evidence", name=op.f("ck_ideas_evidence")),
        sa.CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name=op.f("ck_ideas_merged")),
        sa.CheckConstraint("reach BETWEEN 1 AND 5 AND effort BETWEEN 1 AND 5", name=op.f("ck_ideas_weights")),
        sa.CheckConstraint(
            "votes = votes_verified + votes_anonymous + votes_behalf AND votes_current BETWEEN 0 AND votes",
            name=op.f("ck_ideas_votes"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "author_case_id"],
            ["cases.network_id", "cases.id"],
            name=op.f("fk_ideas_network_id_author_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "author_id"], ["users.network_id", "users.id"], name=op.f("fk_ideas_network_id_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "category_id"],
            ["categories.network_id", "categories.id"],
            name=op.f("fk_ideas_network_id_category_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "merged_into_id"],
            ["ideas.network_id", "ideas.id"],
            name=op.f("fk_ideas_network_id_merged_into_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "problem_id"], ["ideas.network_id", "ideas.id"], name=op.f("fk_ideas_network_id_problem_id")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "proposer_tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_ideas_network_id_proposer_tenant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_ideas_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "touchpoint_id"],
            ["touchpoints.network_id", "touchpoints.id"],
            name=op.f("fk_ideas_network_id_touchpoint_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_ideas_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ideas")),
        sa.UniqueConstraint("network_id", "form_hash", name=op.f("uq_ideas_network_id_form_hash")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_ideas_network_id_id")),
        sa.UniqueConstraint("network_id", "reference", name=op.f("uq_ideas_network_id_reference")),
    )
    op.create_index(
        "ix_ideas_author",
        "ideas",
        ["network_id", "author_id"],
        unique=False,
        postgresql_where=sa.text("author_id IS NOT NULL"),
        sqlite_where=sa.text("author_id IS NOT NULL"),
    )
    op.create_index("ix_ideas_board", "ideas", ["network_id", "tenant_id", "state", "votes", "id"], unique=False)
    op.create_index(
        "ix_ideas_merged",
        "ideas",
        ["merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        sqlite_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ideas_newest_all",
        "ideas",
        ["network_id", "id"],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
        sqlite_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_ideas_newest_category_id",
        "ideas",
        ["network_id", "category_id", "id"],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
        sqlite_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_ideas_newest_state",
        "ideas",
        ["network_id", "state", "id"],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
        sqlite_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_ideas_newest_tenant_id",
        "ideas",
        ["network_id", "tenant_id", "id"],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
        sqlite_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_ideas_newest_touchpoint_id",
        "ideas",
        ["network_id", "touchpoint_id", "id"],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
        sqlite_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_ideas_problem",
        "ideas",
        ["problem_id", "votes", "id"],
        unique=False,
        postgresql_where=sa.text("problem_id IS NOT NULL"),
        sqlite_where=sa.text("problem_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ideas_votes_all",
        "ideas",
        ["network_id", "votes", "id"],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
        sqlite_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_ideas_votes_category_id",
        "ideas",
        ["network_id", "category_id", "votes", "id"],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
        sqlite_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_ideas_votes_state",
        "ideas",
        ["network_id", "state", "votes", "id"],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
        sqlite_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_ideas_votes_tenant_id",
        "ideas",
        ["network_id", "tenant_id", "votes", "id"],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
        sqlite_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_ideas_votes_touchpoint_id",
        "ideas",
        ["network_id", "touchpoint_id", "votes", "id"],
        unique=False,
        postgresql_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
        sqlite_where=sa.text("visibility = 'public' AND merged_into_id IS NULL"),
    )


def _idea_amendments() -> None:
    op.create_table(
        "idea_amendments",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("base", Id, nullable=False),
        sa.Column("paragraph", Id, nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("rival_id", Id, nullable=True),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("voter_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("tenant_id", Id, nullable=True),
        sa.Column("credit", sa.String(length=80), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("state <> 'rival' OR rival_id IS NOT NULL", name=op.f("ck_idea_amendments_rival")),
        sa.CheckConstraint(
            "state IN ('proposed', 'accepted', 'declined', 'withdrawn', 'rival')", name=op.f("ck_idea_amendments_state")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "idea_id"],
            ["ideas.network_id", "ideas.id"],
            name=op.f("fk_idea_amendments_network_id_idea_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "person_id"],
            ["users.network_id", "users.id"],
            name=op.f("fk_idea_amendments_network_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "rival_id"],
            ["ideas.network_id", "ideas.id"],
            name=op.f("fk_idea_amendments_network_id_rival_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_idea_amendments_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_idea_amendments_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_amendments")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_idea_amendments_network_id_id")),
    )
    op.create_index("ix_idea_amendments_idea", "idea_amendments", ["idea_id", "state", "id"], unique=False)


def _idea_revisions() -> None:
    op.create_table(
        "idea_revisions",
        sa.Column("idea_id", Id, autoincrement=False, nullable=False),
        sa.Column("number", Id, autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=160), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("is_substantial", sa.Boolean(), nullable=False),
        sa.Column("author_id", Id, nullable=True),
        sa.Column("author_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("tenant_id", Id, nullable=True),
        sa.Column("credit", sa.String(length=80), nullable=True),
        sa.Column("amendment_id", Id, nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("(text IS NULL) = (removed_at IS NOT NULL)", name=op.f("ck_idea_revisions_removed")),
        sa.ForeignKeyConstraint(
            ["network_id", "amendment_id"],
            ["idea_amendments.network_id", "idea_amendments.id"],
            name=op.f("fk_idea_revisions_network_id_amendment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "author_id"],
            ["users.network_id", "users.id"],
            name=op.f("fk_idea_revisions_network_id_author_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "idea_id"],
            ["ideas.network_id", "ideas.id"],
            name=op.f("fk_idea_revisions_network_id_idea_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_idea_revisions_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_idea_revisions_network_id")),
        sa.PrimaryKeyConstraint("idea_id", "number", name=op.f("pk_idea_revisions")),
    )


def _idea_votes() -> None:
    op.create_table(
        "idea_votes",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("about", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("says_yes", sa.Boolean(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("voter_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("tenant_id", Id, nullable=True),
        sa.Column("revision", Id, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("(kind = 'behalf') = (tenant_id IS NOT NULL)", name=op.f("ck_idea_votes_behalf")),
        sa.CheckConstraint("about = 'fixed' OR says_yes", name=op.f("ck_idea_votes_says_yes")),
        sa.CheckConstraint("about IN ('idea', 'fixed')", name=op.f("ck_idea_votes_about")),
        sa.CheckConstraint(
            "kind <> 'anonymous' OR (person_id IS NULL AND case_id IS NULL)", name=op.f("ck_idea_votes_anonymous")
        ),
        sa.CheckConstraint("kind IN ('verified', 'anonymous', 'behalf')", name=op.f("ck_idea_votes_kind")),
        sa.CheckConstraint(
            "person_id IS NOT NULL OR voter_hash IS NOT NULL OR case_id IS NOT NULL", name=op.f("ck_idea_votes_voter")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"], ["cases.network_id", "cases.id"], name=op.f("fk_idea_votes_network_id_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "idea_id"], ["ideas.network_id", "ideas.id"], name=op.f("fk_idea_votes_network_id_idea_id")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "person_id"],
            ["users.network_id", "users.id"],
            name=op.f("fk_idea_votes_network_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_idea_votes_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_idea_votes_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_votes")),
    )
    op.create_index(
        "ix_idea_votes_person",
        "idea_votes",
        ["network_id", "person_id", "id"],
        unique=False,
        postgresql_where=sa.text("person_id IS NOT NULL"),
        sqlite_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_index(
        "uq_idea_votes_case",
        "idea_votes",
        ["idea_id", "about", "case_id"],
        unique=True,
        postgresql_where=sa.text("case_id IS NOT NULL"),
        sqlite_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index(
        "uq_idea_votes_person",
        "idea_votes",
        ["idea_id", "about", "person_id"],
        unique=True,
        postgresql_where=sa.text("person_id IS NOT NULL"),
        sqlite_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_index(
        "uq_idea_votes_voter",
        "idea_votes",
        ["idea_id", "about", "voter_hash"],
        unique=True,
        postgresql_where=sa.text("voter_hash IS NOT NULL"),
        sqlite_where=sa.text("voter_hash IS NOT NULL"),
    )


def _idea_comments() -> None:
    op.create_table(
        "idea_comments",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("amendment_id", Id, nullable=True),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("voter_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("tenant_id", Id, nullable=True),
        sa.Column("credit", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("state IN ('held', 'shown', 'hidden')", name=op.f("ck_idea_comments_state")),
        sa.ForeignKeyConstraint(
            ["network_id", "amendment_id"],
            ["idea_amendments.network_id", "idea_amendments.id"],
            name=op.f("fk_idea_comments_network_id_amendment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "idea_id"],
            ["ideas.network_id", "ideas.id"],
            name=op.f("fk_idea_comments_network_id_idea_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "person_id"],
            ["users.network_id", "users.id"],
            name=op.f("fk_idea_comments_network_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_idea_comments_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_idea_comments_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_comments")),
    )
    op.create_index(
        "ix_idea_comments_held",
        "idea_comments",
        ["network_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
        sqlite_where=sa.text("state = 'held'"),
    )
    op.create_index("ix_idea_comments_idea", "idea_comments", ["idea_id", "state", "id"], unique=False)


def _idea_evidence() -> None:
    op.create_table(
        "idea_evidence",
        sa.Column("idea_id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, autoincrement=False, nullable=False),
        sa.Column("person_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", Id, nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("NOT (is_counted AND removed_at IS NOT NULL)", name=op.f("ck_idea_evidence_counted")),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"],
            ["cases.network_id", "cases.id"],
            name=op.f("fk_idea_evidence_network_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "idea_id"],
            ["ideas.network_id", "ideas.id"],
            name=op.f("fk_idea_evidence_network_id_idea_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_idea_evidence_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_idea_evidence_network_id")),
        sa.PrimaryKeyConstraint("idea_id", "case_id", name=op.f("pk_idea_evidence")),
    )
    op.create_index("ix_idea_evidence_case", "idea_evidence", ["case_id"], unique=False)
    op.create_index(
        "uq_idea_evidence_person",
        "idea_evidence",
        ["idea_id", "person_hash"],
        unique=True,
        postgresql_where=sa.text("is_counted"),
        sqlite_where=sa.text("is_counted"),
    )


def _idea_parts() -> None:
    op.create_table(
        "idea_parts",
        sa.Column("idea_id", Id, autoincrement=False, nullable=False),
        sa.Column("tenant_id", Id, autoincrement=False, nullable=False),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'planned', 'in_progress', 'done', 'declined', 'blocked')",
            name=op.f("ck_idea_parts_state"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "idea_id"], ["ideas.network_id", "ideas.id"], name=op.f("fk_idea_parts_network_id_idea_id")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_idea_parts_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_idea_parts_network_id")),
        sa.PrimaryKeyConstraint("idea_id", "tenant_id", name=op.f("pk_idea_parts")),
    )
    op.create_index("ix_idea_parts_tenant", "idea_parts", ["network_id", "tenant_id", "state"], unique=False)


def _idea_promises() -> None:
    op.create_table(
        "idea_promises",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("fulfilled_at", UtcDateTime(), nullable=True),
        sa.Column("moved_to", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint(
            "state IN ('due', 'kept', 'broken', 'moved', 'released')", name=op.f("ck_idea_promises_state")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "idea_id"],
            ["ideas.network_id", "ideas.id"],
            name=op.f("fk_idea_promises_network_id_idea_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_idea_promises_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_idea_promises_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_promises")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_idea_promises_network_id_id")),
    )
    op.create_index("ix_idea_promises_idea", "idea_promises", ["idea_id", "due_at"], unique=False)


def _idea_views() -> None:
    op.create_table(
        "idea_views",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("chosen", Json, nullable=False),
        sa.Column("made_by", Id, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "made_by"], ["users.network_id", "users.id"], name=op.f("fk_idea_views_network_id_made_by")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_idea_views_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_idea_views_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_views")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_idea_views_tenant_id_name")),
    )
