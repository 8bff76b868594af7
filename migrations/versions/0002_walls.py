"""Append-only history, and row-level security for every owned table."""

from alembic import op

from tenants.rls import (
    AT_DOOR,
    CASE,
    FOR_TENANT,
    NETWORK,
    PERSON,
    SAME_NETWORK,
    TENANT,
    door_only,
    network_shared,
    protect,
    scope_is,
    tenant_owned,
    tenant_private,
    worker_only,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("events", "event_positions", "log_entries")

# An erased part loses its content and its salt together; nothing else of a content row ever changes.
PARTS = ("facts", "text", "names")
KEPT = ("event_id", "network_id", "case_id", "audience", "tenant_id")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_triggers()
        return
    _postgresql_triggers()
    for statement in [statement for table in _policies() for statement in table]:
        op.execute(statement)


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in APPEND_ONLY:
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{act}" + ("" if sqlite else f" ON {table}"))
    op.execute("DROP TRIGGER event_contents_no_delete" + ("" if sqlite else " ON event_contents"))
    op.execute("DROP TRIGGER event_contents_only_erase" + ("" if sqlite else " ON event_contents"))
    if not sqlite:
        op.execute("DROP FUNCTION refuse_change(), only_erase()")
        for table in _tables():
            for policy in ("owner_all", "worker_all", "app_read", "app_insert", "app_update", "app_delete"):
                op.execute(f"DROP POLICY {policy} ON {table}")
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


def _sqlite_triggers() -> None:
    for table in (*APPEND_ONLY, "event_contents"):
        for act in ("update", "delete"):
            if (table, act) != ("event_contents", "update"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
    changed = " OR ".join([*(f"NEW.{c} IS NOT OLD.{c}" for c in KEPT), *(_rewritten(p, "IS NOT") for p in PARTS)])
    op.execute(
        f"CREATE TRIGGER event_contents_only_erase BEFORE UPDATE ON event_contents WHEN {changed} "
        "BEGIN SELECT RAISE(ABORT, 'event_contents can only be erased'); END"
    )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in (*APPEND_ONLY, "event_contents"):
        for act in ("update", "delete"):
            if (table, act) != ("event_contents", "update"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                )
    different = "IS DISTINCT FROM"
    changed = " OR ".join([*(f"NEW.{c} {different} OLD.{c}" for c in KEPT), *(_rewritten(p, different) for p in PARTS)])
    op.execute(
        "CREATE FUNCTION only_erase() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {changed} THEN RAISE EXCEPTION 'event_contents can only be erased'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER event_contents_only_erase BEFORE UPDATE ON event_contents "
        "FOR EACH ROW EXECUTE FUNCTION only_erase()"
    )


def _rewritten(part: str, different: str) -> str:
    kept = f"NEW.{part} {different} OLD.{part} OR NEW.{part}_salt {different} OLD.{part}_salt"
    return f"(({kept}) AND (NEW.{part} IS NOT NULL OR NEW.{part}_salt IS NOT NULL))"


# -- who may do what ------------------------------------------------------------------------------------------------

HAS_ACCESS = "EXISTS (SELECT 1 FROM access a WHERE a.case_id = {case} AND a.tenant_id = " + TENANT + ")"
LEADS = "EXISTS (SELECT 1 FROM access a WHERE a.case_id = {case} AND a.tenant_id = " + TENANT + " AND a.level = 'lead')"
IS_PUBLIC = "EXISTS (SELECT 1 FROM cases c WHERE c.id = {case} AND c.visibility = 'public')"


def _policies() -> list[list[str]]:
    has_key = HAS_ACCESS.format(case="keys.subject_id")
    return [
        protect("tenants", read=SAME_NETWORK),
        tenant_private("units"),
        protect(
            "memberships",
            read=f"{SAME_NETWORK} AND ({AT_DOOR} OR user_id = {PERSON} OR (tenant_id = {TENANT} AND {FOR_TENANT}))",
        ),
        protect(
            "users",
            read=f"{SAME_NETWORK} AND ({AT_DOOR} OR id = {PERSON} OR ({scope_is('staff')} AND EXISTS "
            f"(SELECT 1 FROM memberships m WHERE m.user_id = users.id AND m.tenant_id = {TENANT})))",
            insert=f"{SAME_NETWORK} AND {AT_DOOR}",
            change=f"{SAME_NETWORK} AND {AT_DOOR}",
        ),
        door_only("browser_sessions"),
        door_only("keys", insert=f"({_own_case('subject_id')} OR ({scope_is('staff')} AND {has_key}))"),
        door_only("session_keys"),
        door_only("sign_in_attempts"),
        tenant_owned("touchpoints"),
        network_shared("categories"),
        network_shared("routing_rules"),
        tenant_owned("service_calendars"),
        _cases(),
        _access(),
        _of_case("promises"),
        _history("events", change=False),
        _history("event_contents", change=True),
        _personal("contacts"),
        _personal("consents"),
        worker_only("new_events", insert=scope_is("customer", "staff", "remote")),
        worker_only("event_positions"),
        worker_only("timers", insert=scope_is("customer", "staff", "remote")),
        worker_only("deliveries"),
        worker_only("imported_lines"),
        network_shared("daily_figures"),
        network_shared("log_entries"),
    ]


def _tables() -> list[str]:
    return [statements[0].split()[2] for statements in _policies()]


def _own_case(column: str) -> str:
    return f"({scope_is('customer')} AND {column} = {CASE})"


def _cases() -> list[str]:
    mine = f"({_own_case('id')} OR ({FOR_TENANT} AND {HAS_ACCESS.format(case='cases.id')}))"
    return protect(
        "cases",
        read=f"{SAME_NETWORK} AND ({mine} OR ({scope_is('public')} AND visibility = 'public'))",
        insert=f"{SAME_NETWORK} AND {_own_case('id')}",
        change=f"{SAME_NETWORK} AND {mine}",
        changed=f"{SAME_NETWORK} AND {mine}",
    )


def _access() -> list[str]:
    """Opened with the case, and by the worker: nobody opens a case to themselves."""
    mine = f"({_own_case('case_id')} OR ({FOR_TENANT} AND tenant_id = {TENANT}))"
    return protect(
        "access",
        read=f"{SAME_NETWORK} AND {mine}",
        insert=f"{SAME_NETWORK} AND {_own_case('case_id')}",
        change=f"{SAME_NETWORK} AND {mine}",
        changed=f"{SAME_NETWORK} AND {mine}",
    )


def _of_case(table: str) -> list[str]:
    case = f"{table}.case_id"
    mine = f"({_own_case('case_id')} OR ({FOR_TENANT} AND {HAS_ACCESS.format(case=case)}))"
    public = f"({scope_is('public')} AND {IS_PUBLIC.format(case=case)})"
    return protect(
        table,
        read=f"{SAME_NETWORK} AND ({mine} OR {public})",
        insert=f"{SAME_NETWORK} AND {mine}",
        change=f"{SAME_NETWORK} AND {mine}",
    )


def _history(table: str, *, change: bool) -> list[str]:
    case = f"{table}.case_id"
    access = HAS_ACCESS.format(case=case)
    customer = f"({_own_case('case_id')} AND audience IN ('public', 'customer'))"
    staff = (
        f"({FOR_TENANT} AND ((audience IN ('public', 'shared') AND {access}) "
        f"OR (audience = 'customer' AND {LEADS.format(case=case)}) "
        f"OR (audience = 'internal' AND tenant_id = {TENANT} AND {access})))"
    )
    public = f"({scope_is('public')} AND audience = 'public' AND {IS_PUBLIC.format(case=case)})"
    return protect(
        table,
        read=f"network_id = {NETWORK} AND ({customer} OR {staff} OR {public})",
        insert=f"network_id = {NETWORK} AND ({customer} OR {staff})",
        change=f"network_id = {NETWORK} AND ({customer} OR {staff})" if change else "false",
    )


def _personal(table: str) -> list[str]:
    mine = f"({_own_case('case_id')} OR ({FOR_TENANT} AND {LEADS.format(case=f'{table}.case_id')}))"
    return protect(
        table,
        read=f"{SAME_NETWORK} AND {mine}",
        insert=f"{SAME_NETWORK} AND {mine}",
        change=f"{SAME_NETWORK} AND {mine}",
    )
