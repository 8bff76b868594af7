"""The database as a whole, in installations of their own; and the program as an operator calls it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from portal import run_folder
from portal.cli import main
from portal.config import Settings
from portal.database import owner_engine, setup
from portal.doctor import database, walls
from portal.doctor.findings import State
from portal.operations import probing
from portal.web import create_app
from portal.worker.heart import Heart
from portal.worker.main import until_idle
from tenants import clock
from tenants.rls import APP_ROLE
from tenants.scope import db
from tests.cast import assemble
from tests.conftest import ON_POSTGRESQL
from tests.doctor.conftest import is_well, only
from tests.play import reported
from tests.servers import postgresql_url

pytestmark = pytest.mark.database
KEY = "0123456789abcdef" * 4
on_sqlite = pytest.mark.skipif(ON_POSTGRESQL, reason="about SQLite's file")
on_postgresql = pytest.mark.skipif(not ON_POSTGRESQL, reason="about the server")


@pytest.fixture
def fresh(tmp_path: Path, worker_id: str) -> Iterator[Settings]:
    """An installation of its own, set up."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    values: dict[str, object] = {"data_dir": folder, "secret_key": KEY}
    if not ON_POSTGRESQL:
        settings = Settings(**values)
        setup(settings)
        yield settings
        return
    with postgresql_url(f"doctor_{worker_id}") as url:
        settings = Settings(database_url=url, **values)
        setup(settings)
        yield settings


def change(settings: Settings, *statements: str) -> None:
    """As its owner."""
    engine = owner_engine(settings)
    with engine.connect().execution_options(writes=True) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()
    engine.dispose()


def doctor(settings: Settings, *options: str, **more: str) -> tuple[int, str]:
    own = {"DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_url, "SECRET_KEY": settings.secret_key}
    environment = {**os.environ, **own, **more}
    environment.pop(run_folder.VARIABLE, None)
    done = subprocess.run(
        [sys.executable, "-m", "portal", "doctor", *options],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


# -- the program ---------------------------------------------------------------------------------------------------


@pytest.fixture
def lived_in(fresh: Settings) -> Settings:
    """With a case, whose worker has done everything."""
    app = create_app(fresh)
    with clock.held(clock._machine_time()), app.app_context():
        reported(assemble())
        Heart().beat()
        until_idle()
        app.extensions["search"].close()
        for engine in db.engines.values():
            engine.dispose()
    return fresh


@pytest.mark.search
def test_on_a_healthy_installation_everything_is_looked_at_and_nothing_fails(lived_in: Settings) -> None:
    code, said = doctor(lived_in, "--json")
    told = json.loads(said)
    assert (code, told["well"]) == (0, True), said
    looked = {each["check"] for each in told["checks"]}
    everything = {"settings", "secret", "address", "hosts", "proxies", "mail", "files"}
    everything |= {"database", "migrations", "durability", "integrity", "modes", "owners", "room", "languages"}
    everything |= {"clock", "events", "zones", "search", "search sample", "log", "log sample", "counters"}
    everything |= {"worker", "sequencer", "followers", "timers", "deliveries"}
    everything |= {"roles", "walls"} if ON_POSTGRESQL else set()
    assert looked == everything
    for each in told["checks"]:
        assert each["state"] == "ok" or each["mend"]
    for secret in (lived_in.secret_key, make_url(lived_in.database_url).password or KEY):
        assert secret not in said


@pytest.mark.search
def test_it_never_writes(lived_in: Settings) -> None:
    def state() -> object:
        files = {
            str(path): path.stat().st_mtime_ns
            for path in lived_in.data_dir.rglob("*")
            if path.is_file() and not path.name.endswith(("-wal", "-shm"))
        }
        if not ON_POSTGRESQL:
            with closing(sqlite3.connect(lived_in.data_dir / "daylight.sqlite3")) as connection:
                return files, list(connection.iterdump())
        with probing.connected(lived_in) as connection:
            query = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
            connection.execute("SELECT pg_stat_clear_snapshot()")
            return files, connection.execute(query).fetchone()[0]

    before = state()
    assert doctor(lived_in)[0] == 0
    assert state() == before


def test_words_for_a_person(fresh: Settings) -> None:
    code, said = doctor(fresh, "--quiet")
    assert code == 1
    assert "FAILING worker: No worker has ever run" in said
    assert "        → portal worker" in said
    assert "ok      " not in said


def test_where_nothing_is_yet_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "data"
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(folder))
    answer = CliRunner().invoke(main, ["doctor"])
    assert answer.exit_code == 1
    assert "SECRET_KEY: is not there yet" in answer.output and "portal setup" in answer.output
    assert not folder.exists()


def test_wrong_settings_are_findings(fresh: Settings) -> None:
    code, said = doctor(fresh, "--json", PORT="eighty", LOG_LEVEL="loud")
    assert code == 1
    assert [each["words"].partition(":")[0] for each in json.loads(said)["checks"]] == ["PORT", "LOG_LEVEL"]


def test_without_a_database_the_rest_waits(fresh: Settings) -> None:
    if ON_POSTGRESQL:
        gone = {"DATABASE_URL": "postgresql://u:topsecret@127.0.0.1:1/d"}
    else:
        (fresh.data_dir / "daylight.sqlite3").unlink()
        gone = {}
    code, said = doctor(fresh, **gone)
    assert code == 1
    assert "FAILING database: The database does not answer" in said and "the rest" in said
    assert "topsecret" not in said
    assert ON_POSTGRESQL or not (fresh.data_dir / "daylight.sqlite3").exists()


# -- what is asked of the database ---------------------------------------------------------------------------------


def test_tables_of_an_older_version(fresh: Settings) -> None:
    assert is_well(list(database.migrations(fresh)))
    change(fresh, "UPDATE alembic_version SET version_num = '0024'", "DROP TABLE worker_runs")
    change(fresh, "DROP INDEX ix_deliveries_dead")
    found = only(list(database.migrations(fresh)), State.FAILING)
    assert found.mend.endswith("portal setup")
    setup(fresh)
    assert is_well(list(database.migrations(fresh)))


def test_tables_of_a_newer_version(fresh: Settings) -> None:
    change(fresh, "UPDATE alembic_version SET version_num = '9999'")
    assert "newer version" in only(list(database.migrations(fresh)), State.FAILING).mend


def test_nothing_was_set_up(fresh: Settings) -> None:
    change(fresh, "DROP TABLE alembic_version")
    assert "portal setup" in only(list(database.migrations(fresh)), State.FAILING).mend


@on_sqlite
def test_a_file_that_is_not_in_wal_mode(fresh: Settings) -> None:
    assert is_well(list(database.durability(fresh)))
    with closing(sqlite3.connect(fresh.data_dir / "daylight.sqlite3")) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    found = only(list(database.durability(fresh)), State.FAILING)
    assert found.mend == "portal setup"
    assert "the rest" in doctor(fresh)[1]
    setup(fresh)
    assert is_well(list(database.durability(fresh)))


@on_sqlite
def test_a_setting_that_may_lose_something(fresh: Settings) -> None:
    careless = fresh.model_copy(update={"sqlite_synchronous": "NORMAL"})
    assert "SQLITE_SYNCHRONOUS=FULL" in only(list(database.durability(careless)), State.WARNING).mend


@on_sqlite
def test_a_damaged_file(fresh: Settings) -> None:
    assert is_well(list(database.integrity(fresh)))
    path = fresh.data_dir / "daylight.sqlite3"
    whole = path.read_bytes()
    damaged = bytearray(whole)
    for page in range(20, 40):
        damaged[page * 4096 : page * 4096 + 2000] = b"\xa5" * 2000
    path.write_bytes(damaged)
    assert "restore" in only(list(database.integrity(fresh)), State.FAILING).mend
    path.write_bytes(whole)
    assert is_well(list(database.integrity(fresh)))


@on_sqlite
def test_a_file_too_large_to_be_read_now(fresh: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LONGEST", -1.0)
    assert "integrity_check" in only(list(database.integrity(fresh)), State.WARNING).mend


@on_postgresql
def test_an_index_that_was_not_finished(fresh: Settings) -> None:
    assert is_well(list(database.integrity(fresh)))
    change(fresh, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_timers_due'::regclass")
    found = only(list(database.integrity(fresh)), State.FAILING)
    assert "ix_timers_due" in found.words
    change(fresh, found.mend.partition(": ")[2])
    assert is_well(list(database.integrity(fresh)))


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
