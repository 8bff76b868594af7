"""The second wall by itself: PostgreSQL under the application's role, with nothing of the application in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import make_url

from portal.config import Settings
from tenants import rls
from tenants.registry import owned, owners
from tenants.scope import Scope
from tests.isolation.every import for_every
from tests.isolation.expected import seen, written
from tests.isolation.test_reading import letters
from tests.isolation.world import SCOPES, World

pytestmark = pytest.mark.database

SEEN, WRITTEN = seen(), written()
TABLES = sorted(SEEN)
ASKERS = [scope for scope in SCOPES if scope != "system"]
ROLES = (rls.APP_ROLE, rls.WORKER_ROLE)


@pytest.fixture(scope="module")
def connection(migrated: Settings) -> Iterator[psycopg.Connection[Any]]:
    url = make_url(migrated.owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as opened:
        yield opened
        opened.rollback()


@contextmanager
def acting(connection: Any, scope: Scope | None, role: str = rls.APP_ROLE) -> Iterator[Any]:
    """One transaction under a role, rolled back. Without a scope nothing is announced."""
    try:
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        if scope is not None:
            connection.execute(rls._SET, [scope.kind.value, *(rls._text(value) for value in rls._ids(scope))])
        yield connection
    finally:
        connection.rollback()


def keys(connection: Any, table: str) -> list[Any]:
    names = [column.name for column in owned()[table].__table__.primary_key]
    query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(table))
    return connection.execute(query).fetchall()


def row(connection: Any, table: str, key: Any) -> dict[str, Any]:
    """The whole row, as the owner sees it, without what the database reckons."""
    shape = owned()[table].__table__
    where = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(each.name)) for each in shape.primary_key)
    names = [column.name for column in shape.columns if column.computed is None]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    found = connection.execute(sql.SQL("SELECT {} FROM {} WHERE {}").format(columns, sql.Identifier(table), where), key)
    return dict(zip(names, found.fetchone(), strict=True))


def insertion(table: str, values: dict[str, Any]) -> tuple[sql.Composed, list[Any]]:
    from psycopg.types.json import Jsonb

    names = sql.SQL(", ").join(map(sql.Identifier, values))
    marks = sql.SQL(", ").join([sql.Placeholder()] * len(values))
    given = [Jsonb(value) if isinstance(value, dict | list) else value for value in values.values()]
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), names, marks), given


# -- reading -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
@for_every("scope", ASKERS)
def test_what_is_seen(world: World, connection: Any, table: str, scope: str) -> None:
    with acting(connection, world.scope(scope)):
        assert letters(world, table, keys(connection, table)) == SEEN[table][scope]


@pytest.mark.parametrize("table", TABLES)
def test_without_an_announcement_nothing_is_seen(world: World, connection: Any, table: str) -> None:
    with acting(connection, None):
        assert keys(connection, table) == []


@pytest.mark.parametrize("table", TABLES)
def test_an_announcement_ends_with_its_transaction(world: World, connection: Any, table: str) -> None:
    with acting(connection, world.scope("lead")):
        pass
    with acting(connection, None):
        assert keys(connection, table) == []


@pytest.mark.parametrize("table", TABLES)
def test_a_kind_that_nobody_knows_sees_nothing_but_the_names_of_businesses(
    world: World, connection: Any, table: str
) -> None:
    with acting(connection, world.scope("lead")):
        connection.execute("SELECT set_config('app.scope', 'root', true), set_config('app.person_id', '', true)")
        assert letters(world, table, keys(connection, table)) == ("MH" if table == "tenants" else "")


@pytest.mark.parametrize("table", TABLES)
def test_the_worker_sees_everything(world: World, connection: Any, table: str) -> None:
    with acting(connection, None, rls.WORKER_ROLE):
        assert letters(world, table, keys(connection, table)) == "MHN"


# -- writing -------------------------------------------------------------------------------------------------------


def reached(connection: Any, world: World, table: str, letter: str, statement: str) -> int:
    names = [column.name for column in owned()[table].__table__.primary_key]
    where = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in names)
    query = sql.SQL(statement).format(table=sql.Identifier(table), name=sql.Identifier(names[0]), where=where)
    return connection.execute(query, world.rows[table][letter]).rowcount


UPDATE = "UPDATE {table} SET {name} = {name} WHERE {where}"
DELETE = "DELETE FROM {table} WHERE {where}"


@pytest.mark.parametrize("table", TABLES)
@for_every("scope", ASKERS)
def test_what_may_be_changed(world: World, connection: Any, table: str, scope: str) -> None:
    for letter in "MHN":
        for statement in (UPDATE, DELETE):
            may = letter in WRITTEN[table][scope]
            with acting(connection, world.scope(scope)):
                try:
                    count = reached(connection, world, table, letter, statement)
                except (psycopg.errors.RaiseException, psycopg.errors.ForeignKeyViolation):
                    count = 1  # it was reached, and something else refused it
                assert count == may, (letter, statement)


@pytest.mark.parametrize("table", TABLES)
@for_every("scope", ASKERS)
def test_nothing_is_inserted_for_another_network(world: World, connection: Any, table: str, scope: str) -> None:
    values = row(connection, table, world.rows[table]["M" if scope == "elsewhere" else "N"])
    with acting(connection, world.scope(scope)), pytest.raises(InsufficientPrivilege):
        connection.execute(*insertion(table, values))


OF_A_CASE = [table for table in TABLES if owned()[table].of_case or "tenant_id" in owned()[table].stamped]


@pytest.mark.parametrize("table", OF_A_CASE)
@for_every("scope", ["public", "customer", "account", "nobody", "lead", "uninvolved", "remote"])
def test_nothing_is_added_to_what_belongs_to_another_business(
    world: World, connection: Any, table: str, scope: str
) -> None:
    """Nobody opens Harbor's case to themselves, promises in it, or hands out keys of it."""
    values = row(connection, table, world.rows[table]["H"])
    if table == "access":
        values["tenant_id"] = world.scope(scope).tenant_id or world.cast.airport
    with acting(connection, world.scope(scope)), pytest.raises(InsufficientPrivilege):
        connection.execute(*insertion(table, values))


@pytest.mark.parametrize("table", ["cases", "access", "promises", "contacts", "consents", "touchpoints", "units"])
@for_every("scope", ["lead", "remote"])
def test_a_row_is_not_given_away(world: World, connection: Any, table: str, scope: str) -> None:
    with acting(connection, world.scope(scope)), pytest.raises((InsufficientPrivilege, psycopg.errors.DatabaseError)):
        connection.execute(
            sql.SQL("UPDATE {} SET network_id = %s").format(sql.Identifier(table)), [world.cast.northport]
        )


@pytest.mark.parametrize("table", sorted(owners().keys() - owned().keys()))
def test_what_has_no_owner_is_only_read(world: World, connection: Any, table: str) -> None:
    for statement in ("UPDATE {} SET {} = {}", "DELETE FROM {} WHERE {} = {}", "INSERT INTO {} ({}) SELECT {}"):
        name = next(iter(owners()[table].__table__.primary_key)).name
        value: sql.Composable = sql.SQL("NULL") if statement.startswith("INSERT") else sql.Identifier(name)
        with acting(connection, world.scope("lead")), pytest.raises(InsufficientPrivilege):
            connection.execute(sql.SQL(statement).format(sql.Identifier(table), sql.Identifier(name), value))


# -- what the catalogue says -----------------------------------------------------------------------------------------


def test_the_roles_are_plain(connection: Any, migrated: Settings) -> None:
    found = connection.execute(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin FROM pg_roles"
        " WHERE rolname = ANY(%s)",
        [list(ROLES)],
    ).fetchall()
    assert sorted(found) == [(role, False, False, False, False, False) for role in ROLES]
    owned_by = connection.execute(
        "SELECT count(*) FROM pg_class WHERE relowner IN (SELECT oid FROM pg_roles WHERE rolname = ANY(%s))",
        [list(ROLES)],
    ).fetchone()
    assert owned_by == (0,)


def test_the_application_works_under_its_role(the_app: Any, migrated: Settings) -> None:
    from tenants.scope import db

    with the_app.app_context():
        for bind, role in ((None, rls.APP_ROLE), ("worker", rls.WORKER_ROLE)):
            with db.engines[bind].connect() as opened:
                assert opened.exec_driver_sql("SELECT current_user").scalar() == role


ACTS = {"read": "SELECT", "insert": "INSERT", "update": "UPDATE"}
OF_IDEAS = {"events": ("read", "insert"), "event_contents": ("read", "insert", "update")}
"""Histories are of cases and of ideas: the latter have policies of their own beside the others."""


@pytest.mark.parametrize("table", TABLES)
def test_every_owned_table_has_its_policies(connection: Any, table: str) -> None:
    flags = connection.execute(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table]
    ).fetchone()
    assert flags == (True, True)
    policies = connection.execute(
        "SELECT policyname, cmd, roles::text[], permissive, qual, with_check FROM pg_policies WHERE tablename = %s",
        [table],
    ).fetchall()
    owner = connection.execute("SELECT current_user").fetchone()[0]
    assert {name: (cmd, *roles) for name, cmd, roles, *_rest in policies} == {
        "owner_all": ("ALL", owner),
        "worker_all": ("ALL", rls.WORKER_ROLE),
        "app_read": ("SELECT", rls.APP_ROLE),
        "app_insert": ("INSERT", rls.APP_ROLE),
        "app_update": ("UPDATE", rls.APP_ROLE),
        "app_delete": ("DELETE", rls.APP_ROLE),
        **{f"app_{act}_ideas": (ACTS[act], rls.APP_ROLE) for act in OF_IDEAS.get(table, ())},
    }
    for name, _cmd, _roles, permissive, qual, check in policies:
        assert permissive == "PERMISSIVE"
        if name.startswith("app_"):
            conditions = [condition for condition in (qual, check) if condition is not None]
            for condition in conditions:
                assert condition == "false" or ("network_id" in condition and "app.network_id" in condition), name


# -- each able to fail -----------------------------------------------------------------------------------------------

HOLES = {
    "app_read": "CREATE POLICY hole ON {} FOR SELECT TO daylight_app USING (true)",
    "app_insert": "CREATE POLICY hole ON {} FOR INSERT TO daylight_app WITH CHECK (true)",
    "app_update": "CREATE POLICY hole ON {} FOR UPDATE TO daylight_app USING (true) WITH CHECK (true)",
    "app_delete": "CREATE POLICY hole ON {} FOR DELETE TO daylight_app USING (true)",
}


@pytest.mark.parametrize("table", TABLES)
def test_a_hole_in_the_policy_of_reading_shows(world: World, connection: Any, table: str) -> None:
    connection.execute(sql.SQL(HOLES["app_read"]).format(sql.Identifier(table)))
    with acting(connection, world.scope("lead")):
        assert letters(world, table, keys(connection, table)) == "MHN"


@pytest.mark.parametrize("table", TABLES)
def test_a_table_without_row_level_security_shows(world: World, connection: Any, table: str) -> None:
    connection.execute(sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(sql.Identifier(table)))
    with acting(connection, None):
        assert letters(world, table, keys(connection, table)) == "MHN"


@pytest.mark.parametrize(("policy", "statement"), [("app_update", UPDATE), ("app_delete", DELETE)])
@pytest.mark.parametrize("table", TABLES)
def test_a_hole_in_the_policies_of_changing_shows(
    world: World, connection: Any, table: str, policy: str, statement: str
) -> None:
    for name in ("app_read", policy):
        connection.execute(sql.SQL(HOLES[name].replace("hole", f"hole_{name}")).format(sql.Identifier(table)))
    # Reached, even where something else refuses it then.
    refused = suppress(psycopg.errors.RaiseException, psycopg.errors.ForeignKeyViolation)
    with acting(connection, world.scope("lead")), refused:
        assert reached(connection, world, table, "N", statement) == 1


@pytest.mark.parametrize("table", TABLES)
def test_a_hole_in_the_policy_of_inserting_shows(world: World, connection: Any, table: str) -> None:
    connection.execute(sql.SQL(HOLES["app_insert"]).format(sql.Identifier(table)))
    values = row(connection, table, world.rows[table]["N"])
    with acting(connection, world.scope("lead")), pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(*insertion(table, values))
