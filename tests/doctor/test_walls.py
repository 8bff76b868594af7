"""The second wall, taken down piece by piece, on PostgreSQL."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import make_url

from portal.config import Settings
from portal.doctor import database, walls
from portal.doctor.findings import State
from portal.migrating import setup
from portal.operations import probing
from tenants.rls import APP_ROLE
from tests.conftest import ON_POSTGRESQL
from tests.doctor.conftest import change, is_well, only

pytestmark = pytest.mark.database
on_postgresql = pytest.mark.skipif(not ON_POSTGRESQL, reason="about the server")


@on_postgresql
def test_a_table_whose_wall_is_down(fresh: Settings) -> None:
    assert is_well(list(walls.row_level_security(fresh)))
    for break_it in ("NO FORCE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"):
        change(fresh, f"ALTER TABLE cases {break_it}")
        found = only(list(walls.row_level_security(fresh)), State.FAILING)
        assert "cases" in found.words
        change(fresh, found.mend.partition(": ")[2])
        assert is_well(list(walls.row_level_security(fresh)))


@on_postgresql
@pytest.mark.parametrize("policy", ["owner_all", "worker_all", "app_read"])
def test_a_policy_that_is_missing(fresh: Settings, policy: str) -> None:
    change(fresh, f"DROP POLICY {policy} ON promises")
    found = only(list(walls.row_level_security(fresh)), State.FAILING)
    assert f"{policy} of promises" in found.words
    if policy != "app_read":
        change(fresh, found.mend.partition(": ")[2])
        assert is_well(list(walls.row_level_security(fresh)))


@on_postgresql
def test_a_login_that_may_do_everything(fresh: Settings) -> None:
    assert "DATABASE_OWNER_URL" in only(list(walls.roles(fresh)), State.WARNING).mend
    login = f"{make_url(fresh.database_url).database}_web"
    change(fresh, f"CREATE ROLE {login} LOGIN PASSWORD 'x'")
    try:
        url = make_url(fresh.database_url).set(username=login, password="x").render_as_string(hide_password=False)
        own = {"database_url": url, "database_owner_url": fresh.database_url, "database_worker_url": fresh.database_url}
        narrow = fresh.model_copy(update=own)
        setup(narrow)
        assert is_well(list(walls.roles(narrow)))
    finally:
        change(fresh, f"DROP OWNED BY {login}", f"DROP ROLE {login}")


@on_postgresql
def test_a_role_that_no_policy_binds(fresh: Settings) -> None:
    change(fresh, f"ALTER ROLE {APP_ROLE} BYPASSRLS")
    try:
        found = only(list(walls.roles(fresh)), State.FAILING)
        change(fresh, found.mend.partition(": ")[2].partition(";")[0])
        assert only(list(walls.roles(fresh)), State.WARNING), "the login of the tests is the owner's"
    finally:
        change(fresh, f"ALTER ROLE {APP_ROLE} NOBYPASSRLS")


@on_postgresql
def test_a_server_that_does_not_wait_for_the_disk(fresh: Settings) -> None:
    """The server of the tests is such a one, to be quick."""
    found = list(database.durability(fresh))
    if is_well(found):
        pytest.skip("this server waits")
    assert all("ALTER SYSTEM" in each.mend for each in found)
    assert {each.state for each in found} == {State.WARNING}


@on_postgresql
def test_the_doctors_connection_can_change_nothing(fresh: Settings) -> None:
    with probing.connected(fresh) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("DELETE FROM cases")
