"""Hand-offs between units of one business, parts that only it knows of, and which unit has a case.

The database refuses wrong steps here too, moves a case to a unit only along what that unit has taken on, and tells the
worker when a business has nothing to do with a case any more.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from portal.cases.walls import of_case, of_parts, unprotect
from tenants.db import Id, Json, UtcDateTime
from tenants.rls import tenant_private

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LIVE = "'accepted', 'answered', 'awaiting_info', 'in_work', 'offered', 'reopened'"
OVER = "'closed', 'withdrawn'"
STEPS = (
    "offered>accepted", "offered>declined", "offered>withdrawn", "offered>expired", "accepted>in_work",
    "accepted>returned", "in_work>returned", "accepted>awaiting_info", "in_work>awaiting_info",
    "reopened>awaiting_info", "awaiting_info>in_work", "accepted>answered", "in_work>answered", "reopened>answered",
    "answered>confirmed", "answered>reopened", "accepted>withdrawn", "in_work>withdrawn", "awaiting_info>withdrawn",
    "answered>withdrawn", "reopened>withdrawn",
)  # fmt: skip
LEGAL = ", ".join(f"'{step}'" for step in STEPS)
UNIT = ["units.tenant_id", "units.id"]


def upgrade() -> None:
    op.add_column(
        "units", sa.Column("accept_within", Json, nullable=False, server_default=sa.text("'[\"working_hours\", 4]'"))
    )
    op.add_column(
        "units", sa.Column("answer_within", Json, nullable=False, server_default=sa.text("'[\"working_days\", 2]'"))
    )
    op.add_column("units", sa.Column("auto_accept", sa.Boolean(), nullable=False, server_default=sa.false()))
    with _triggers_put_aside():
        op.add_column("parts", sa.Column("is_internal", sa.Boolean(), nullable=False, server_default=sa.false()))
        with op.batch_alter_table("parts") as batch_op:
            batch_op.drop_constraint(batch_op.f("uq_parts_case_id_number"), type_="unique")
        for name, columns, where in NUMBERS:
            op.create_index(
                name, "parts", columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
            )
        with op.batch_alter_table("access", table_args=_checks(LEVEL)) as batch_op:
            batch_op.add_column(sa.Column("unit_id", Id, nullable=True))
            batch_op.create_foreign_key(
                batch_op.f("fk_access_tenant_id_unit_id"), "units", ["tenant_id", "unit_id"], ["tenant_id", "id"]
            )
    _unit_handoffs()
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE:
            op.execute(statement)
        return
    for statement in (*POSTGRESQL, *unprotect("parts"), *of_parts("parts"), *tenant_private("unit_handoffs")):
        op.execute(statement)


def downgrade() -> None:
    """What was handed on inside is forgotten, and parts that only one business knew end with it."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger, table in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {trigger}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION unit_moves_along(), leave_unit(), nothing_to_do_inside()")
        for statement in (*unprotect("parts"), *of_case("parts"), *unprotect("unit_handoffs")):
            op.execute(statement)
    op.drop_table("unit_handoffs")
    op.execute(
        "UPDATE cases SET open_parts = open_parts - (SELECT count(*) FROM parts p "
        "WHERE p.case_id = cases.id AND p.is_internal AND p.done_at IS NULL) "
        "WHERE EXISTS (SELECT 1 FROM parts p WHERE p.case_id = cases.id AND p.is_internal AND p.done_at IS NULL)"
    )
    op.execute("DELETE FROM handoffs WHERE part_id IN (SELECT id FROM parts WHERE is_internal)")
    op.execute("DELETE FROM parts WHERE is_internal")
    with _triggers_put_aside():
        for name, _columns, _where in NUMBERS:
            op.drop_index(name, "parts")
        with op.batch_alter_table("parts") as batch_op:
            batch_op.drop_column("is_internal")
            batch_op.create_unique_constraint(batch_op.f("uq_parts_case_id_number"), ["case_id", "number"])
        with op.batch_alter_table("access", table_args=_checks(LEVEL)) as batch_op:
            batch_op.drop_constraint(batch_op.f("fk_access_tenant_id_unit_id"), type_="foreignkey")
            batch_op.drop_column("unit_id")
    for column in ("accept_within", "answer_within", "auto_accept"):
        op.drop_column("units", column)


NUMBERS = (
    ("ix_parts_number", ["case_id", "number"], "NOT is_internal"),
    ("ix_parts_inside", ["case_id", "tenant_id", "number"], "is_internal"),
)
LEVEL = ("ck_access_level", "level IN ('lead', 'assist', 'past')")


def _checks(*rules: tuple[str, str]) -> list[sa.CheckConstraint]:
    """What SQLite loses when a table is made anew."""
    if op.get_bind().dialect.name != "sqlite":
        return []
    return [sa.CheckConstraint(rule, name=op.f(name)) for name, rule in rules]


@contextmanager
def _triggers_put_aside() -> Iterator[None]:
    """SQLite makes tables anew, which drops their triggers and trips over those of others that name them."""
    if op.get_bind().dialect.name != "sqlite":
        yield
        return
    found = op.get_bind().execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for name, _sql in found:
        op.execute(f"DROP TRIGGER {name}")
    yield
    for _name, sql in found:
        op.get_bind().exec_driver_sql(sql)


def _unit_handoffs() -> None:
    op.create_table(
        "unit_handoffs",
        sa.Column("from_unit_id", Id, nullable=True),
        sa.Column("to_unit_id", Id, nullable=False),
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("part_id", Id, nullable=True),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
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
        sa.Column("disputed_at", UtcDateTime(), nullable=True),
        sa.Column("replied_at", UtcDateTime(), nullable=True),
        sa.Column("ruled_at", UtcDateTime(), nullable=True),
        sa.Column("rated_help", Id, nullable=True),
        sa.Column("rated_ease", Id, nullable=True),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.CheckConstraint("(mode = 'transfer') = (part_id IS NULL)", name=op.f("ck_unit_handoffs_part")),
        sa.CheckConstraint("mode IN ('assist', 'transfer')", name=op.f("ck_unit_handoffs_mode")),
        sa.CheckConstraint("state <> 'offered' OR accept_by IS NOT NULL", name=op.f("ck_unit_handoffs_accept_by")),
        sa.CheckConstraint(
            f"state IN ({LIVE}, 'confirmed', 'declined', 'expired', 'returned', 'withdrawn')",
            name=op.f("ck_unit_handoffs_state"),
        ),
        sa.CheckConstraint("accepted_at IS NULL OR answer_by IS NOT NULL", name=op.f("ck_unit_handoffs_answer_by")),
        sa.CheckConstraint("from_unit_id IS NULL OR from_unit_id <> to_unit_id", name=op.f("ck_unit_handoffs_two")),
        sa.CheckConstraint(
            "rated_help BETWEEN 1 AND 3 AND rated_ease BETWEEN 1 AND 3", name=op.f("ck_unit_handoffs_rated")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "case_id"],
            ["cases.network_id", "cases.id"],
            name=op.f("fk_unit_handoffs_network_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "part_id"],
            ["parts.network_id", "parts.id"],
            name=op.f("fk_unit_handoffs_network_id_part_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "tenant_id"],
            ["tenants.network_id", "tenants.id"],
            name=op.f("fk_unit_handoffs_network_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_unit_id"], UNIT, name=op.f("fk_unit_handoffs_tenant_id_from_unit_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id", "to_unit_id"], UNIT, name=op.f("fk_unit_handoffs_tenant_id_to_unit_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "suggested_id"], UNIT, name=op.f("fk_unit_handoffs_tenant_id_suggested_id")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_unit_handoffs_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_handoffs")),
    )
    op.create_index("ix_unit_handoffs_case", "unit_handoffs", ["case_id", "id"])
    op.create_index("ix_unit_handoffs_state", "unit_handoffs", ["tenant_id", "state", "id"])
    for name, columns, where in (
        ("ix_unit_handoffs_part", ["tenant_id", "part_id"], f"part_id IS NOT NULL AND state IN ({LIVE})"),
        ("ix_unit_handoffs_whole", ["tenant_id", "case_id"], "part_id IS NULL AND state = 'offered'"),
    ):
        op.create_index(
            name, "unit_handoffs", columns, unique=True, postgresql_where=sa.text(where), sqlite_where=sa.text(where)
        )


TRIGGERS = {
    "unit_handoffs_legal_step": "unit_handoffs",
    "access_unit_moves_along": "access",
    "access_leave_unit": "access",
    "cases_nothing_to_do_inside": "cases",
    "handoffs_nothing_to_do_inside": "handoffs",
}
# A unit gets a case along a transfer inside the business that it has taken on; the front desk may always have it.
MOVES = """
    NEW.unit_id IS NOT NULL AND NEW.unit_id IS DISTINCT FROM OLD.unit_id
    AND NOT EXISTS (
        SELECT 1 FROM unit_handoffs h WHERE h.case_id = NEW.case_id AND h.tenant_id = NEW.tenant_id
        AND h.to_unit_id = NEW.unit_id AND h.mode = 'transfer' AND h.state = 'accepted'
    )
"""
# A timer that is due at once: what is inside a business nobody else may write, so its end is the worker's.
AT_ONCE = """
    INSERT INTO timers (network_id, kind, subject_id, due_at, tries)
    SELECT NEW.network_id, 'unit_handoff.over', {case}, {past}, 0
    WHERE EXISTS (SELECT 1 FROM unit_handoffs h WHERE h.case_id = {case} AND h.state IN ({live}))
    OR EXISTS (SELECT 1 FROM parts p WHERE p.case_id = {case} AND p.is_internal AND p.done_at IS NULL);
"""
LEAVES = f"(NEW.lead_tenant_id <> OLD.lead_tenant_id OR (NEW.state <> OLD.state AND NEW.state IN ({OVER})))"
ENDS = f"(NEW.state <> OLD.state AND NEW.state NOT IN ({LIVE}))"


def _at_once(case: str, *, sqlite: bool) -> str:
    past = "'2000-01-01 00:00:00.000000'" if sqlite else "'2000-01-01 00:00:00+00'::timestamptz"
    return AT_ONCE.format(case=case, past=past, live=LIVE)


SQLITE = (
    "CREATE TRIGGER unit_handoffs_legal_step BEFORE UPDATE OF state ON unit_handoffs WHEN NEW.state <> OLD.state "
    f"AND OLD.state || '>' || NEW.state NOT IN ({LEGAL}) BEGIN SELECT RAISE(ABORT, 'no such step of a hand-off'); END",
    f"CREATE TRIGGER access_unit_moves_along BEFORE UPDATE OF unit_id ON access "
    f"WHEN {MOVES.replace('IS DISTINCT FROM', 'IS NOT')} "
    "BEGIN SELECT RAISE(ABORT, 'a case moves to a unit along what it has taken on'); END",
    "CREATE TRIGGER access_leave_unit AFTER UPDATE OF level ON access WHEN NEW.level = 'past' "
    "AND NEW.unit_id IS NOT NULL BEGIN UPDATE access SET unit_id = NULL "
    "WHERE case_id = NEW.case_id AND tenant_id = NEW.tenant_id; END",
    "CREATE TRIGGER cases_nothing_to_do_inside AFTER UPDATE OF state, lead_tenant_id ON cases "
    f"WHEN {LEAVES} BEGIN {_at_once('NEW.id', sqlite=True)} END",
    "CREATE TRIGGER handoffs_nothing_to_do_inside AFTER UPDATE OF state ON handoffs "
    f"WHEN {ENDS} BEGIN {_at_once('NEW.case_id', sqlite=True)} END",
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION unit_moves_along() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF {MOVES} THEN
            RAISE EXCEPTION 'a case moves to a unit along what it has taken on'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION leave_unit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.level = 'past' THEN
            NEW.unit_id := NULL;
        END IF;
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE FUNCTION nothing_to_do_inside() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_TABLE_NAME = 'cases' THEN
            IF {LEAVES} THEN
                {_at_once("NEW.id", sqlite=False)}
            END IF;
        ELSIF {ENDS} THEN
            {_at_once("NEW.case_id", sqlite=False)}
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER unit_handoffs_legal_step BEFORE UPDATE OF state ON unit_handoffs "
    "FOR EACH ROW EXECUTE FUNCTION legal_step()",
    "CREATE TRIGGER access_unit_moves_along BEFORE UPDATE OF unit_id ON access "
    "FOR EACH ROW EXECUTE FUNCTION unit_moves_along()",
    "CREATE TRIGGER access_leave_unit BEFORE UPDATE OF level ON access FOR EACH ROW EXECUTE FUNCTION leave_unit()",
    "CREATE TRIGGER cases_nothing_to_do_inside AFTER UPDATE OF state, lead_tenant_id ON cases "
    "FOR EACH ROW EXECUTE FUNCTION nothing_to_do_inside()",
    "CREATE TRIGGER handoffs_nothing_to_do_inside AFTER UPDATE OF state ON handoffs "
    "FOR EACH ROW EXECUTE FUNCTION nothing_to_do_inside()",
)
