"""One history for cases and ideas: an event belongs to either, and so do its content, its entry in the log, and who is
told of it."""

import sqlalchemy as sa
from alembic import op

from tenants.db import Id
from tenants.rls import APP_ROLE, FOR_TENANT, SAME_NETWORK, TENANT, scope_is

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

UNIQUE = {"events": ["case_seq"], "log_entries": ["case_entry"], "subscriptions": ["address", "role"]}
"""What is unique within one case or idea."""
ABOUT = {"events": "one_history", "subscriptions": "about"}
"""Tables whose rows name exactly one of the two, by a foreign key; and what that CHECK is called."""
TABLES = ("events", "event_contents", "log_entries", "subscriptions")


def upgrade() -> None:
    for table in TABLES:
        _widen(table)
    told = sa.text("idea_id IS NOT NULL AND confirmed_at IS NOT NULL AND ended_at IS NULL")
    op.create_index("ix_subscriptions_idea", "subscriptions", ["idea_id"], postgresql_where=told, sqlite_where=told)
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_triggers(KEPT)
        return
    op.execute(_only_erase(KEPT))
    for table in ("events", "event_contents"):
        for statement in _policies(table):
            op.execute(statement)


def downgrade() -> None:
    """What happened to ideas goes with them."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _forget()
    if not sqlite:
        op.execute(_only_erase(KEPT_BEFORE))
        for table in ("events", "event_contents"):
            for name in POLICIES[table]:
                op.execute(f"DROP POLICY {name} ON {table}")
    op.drop_index("ix_subscriptions_idea", "subscriptions")
    for table in reversed(TABLES):
        _narrow(table)
    if sqlite:
        _sqlite_triggers(KEPT_BEFORE)


def _widen(table: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(sa.Column("idea_id", Id, nullable=True))
        batch_op.alter_column("case_id", existing_type=Id, nullable=True)
        if table in UNIQUE:
            batch_op.create_unique_constraint(batch_op.f(_unique(table)), ["idea_id", *UNIQUE[table]])
        if table in ABOUT:
            batch_op.create_foreign_key(
                batch_op.f(f"fk_{table}_network_id_idea_id"), "ideas", ["network_id", "idea_id"], ["network_id", "id"]
            )
            batch_op.create_check_constraint(
                batch_op.f(f"ck_{table}_{ABOUT[table]}"), "(case_id IS NULL) <> (idea_id IS NULL)"
            )


def _narrow(table: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        if table in ABOUT:
            batch_op.drop_constraint(batch_op.f(f"ck_{table}_{ABOUT[table]}"), type_="check")
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_network_id_idea_id"), type_="foreignkey")
        if table in UNIQUE:
            batch_op.drop_constraint(batch_op.f(_unique(table)), type_="unique")
        batch_op.alter_column("case_id", existing_type=Id, nullable=False)
        batch_op.drop_column("idea_id")


def _unique(table: str) -> str:
    return f"uq_{table}_idea_id_{'_'.join(UNIQUE[table])}"


def _forget() -> None:
    """Rows about ideas go. Append-only tables let nobody delete: their guards are put aside for it."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in APPEND_ONLY:
        guard = f"{table}_no_delete"
        op.execute(f"DROP TRIGGER {guard}" if sqlite else f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
    theirs = "event_id IN (SELECT id FROM events WHERE idea_id IS NOT NULL)"
    for table in ("new_events", "event_positions", "deliveries", "log_entries", "event_contents"):
        op.execute(f"DELETE FROM {table} WHERE {theirs}")
    for table in ("events", "subscriptions"):
        op.execute(f"DELETE FROM {table} WHERE idea_id IS NOT NULL")
    if sqlite:  # the other tables are written anew, and get theirs then
        op.execute(_refusing("event_positions", "delete"))
        return
    for table in APPEND_ONLY:
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_no_delete")


# -- walls -------------------------------------------------------------------------------------------------------------

APPEND_ONLY = ("events", "event_positions", "log_entries", "event_contents")
PARTS = ("facts", "text", "names")
KEPT = ("event_id", "network_id", "case_id", "idea_id", "audience", "tenant_id")
KEPT_BEFORE = tuple(column for column in KEPT if column != "idea_id")


def _sqlite_triggers(kept: tuple[str, ...]) -> None:
    """Writing a table anew dropped its triggers: append-only, and content that can only be erased."""
    for table, act in (
        ("events", "update"),
        ("events", "delete"),
        ("log_entries", "update"),
        ("log_entries", "delete"),
        ("event_contents", "delete"),
    ):
        op.execute(_refusing(table, act))
    op.execute(
        f"CREATE TRIGGER event_contents_only_erase BEFORE UPDATE ON event_contents WHEN {_changed(kept, 'IS NOT')} "
        "BEGIN SELECT RAISE(ABORT, 'event_contents can only be erased'); END"
    )


def _refusing(table: str, act: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _only_erase(kept: tuple[str, ...]) -> str:
    return (
        "CREATE OR REPLACE FUNCTION only_erase() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {_changed(kept, 'IS DISTINCT FROM')} "
        "THEN RAISE EXCEPTION 'event_contents can only be erased'; END IF; RETURN NEW; END $$"
    )


def _changed(kept: tuple[str, ...], different: str) -> str:
    return " OR ".join([*(f"NEW.{c} {different} OLD.{c}" for c in kept), *(_rewritten(p, different) for p in PARTS)])


def _rewritten(part: str, different: str) -> str:
    kept = f"NEW.{part} {different} OLD.{part} OR NEW.{part}_salt {different} OLD.{part}_salt"
    return f"(({kept}) AND (NEW.{part} IS NOT NULL OR NEW.{part}_salt IS NOT NULL))"


POLICIES = {
    "events": ("app_read_ideas", "app_insert_ideas"),
    "event_contents": ("app_read_ideas", "app_insert_ideas", "app_update_ideas"),
}
NO_CASE = "(SELECT coalesce(current_setting('app.case_id', true), '')) = ''"


def _policies(table: str) -> list[str]:
    """Beside the policies of cases: who may read an idea reads its history, as far as each entry is for them."""
    staff = f"({FOR_TENANT} AND (audience IN ('public', 'shared') OR (audience = 'internal' AND tenant_id = {TENANT})))"
    anybody = f"({scope_is('public', 'customer')} AND {NO_CASE} AND audience = 'public')"
    hangs = f"{SAME_NETWORK} AND idea_id IS NOT NULL AND EXISTS (SELECT 1 FROM ideas i WHERE i.id = {table}.idea_id)"
    read = f"{hangs} AND ({anybody} OR {staff})"
    write = f"{read} AND {scope_is('customer', 'staff')}"
    made = [
        f"CREATE POLICY app_read_ideas ON {table} FOR SELECT TO {APP_ROLE} USING ({read})",
        f"CREATE POLICY app_insert_ideas ON {table} FOR INSERT TO {APP_ROLE} WITH CHECK ({write})",
    ]
    if table == "event_contents":
        made.append(
            f"CREATE POLICY app_update_ideas ON {table} FOR UPDATE TO {APP_ROLE} USING ({write}) WITH CHECK ({write})"
        )
    return made
