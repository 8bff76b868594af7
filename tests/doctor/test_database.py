"""The database as a whole, in installations of their own; and the program as an operator calls it."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner
from sqlalchemy import make_url

from portal import run_folder
from portal.cli import main
from portal.config import Settings
from portal.database import owner_engine
from portal.doctor import database
from portal.doctor.findings import State
from portal.migrating import migrate, setup
from portal.operations import probing
from portal.web import create_app
from portal.worker.heart import Heart
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import db
from tests import programs
from tests.cast import assemble
from tests.conftest import ON_POSTGRESQL
from tests.doctor.conftest import KEY, change, is_well, only
from tests.play import reported

pytestmark = pytest.mark.database
on_sqlite = pytest.mark.skipif(ON_POSTGRESQL, reason="about SQLite's file")
on_postgresql = pytest.mark.skipif(not ON_POSTGRESQL, reason="about the server")


def doctor(settings: Settings, *options: str, **more: str) -> tuple[int, str]:
    own = {"DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_url, "SECRET_KEY": settings.secret_key}
    environment = {**os.environ, **own, **more}
    environment.pop(run_folder.VARIABLE, None)
    done = programs.run("portal", "doctor", *options, environment=environment)
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
    everything |= {"limits", "worker", "sequencer", "followers", "timers", "deliveries"}
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
    engine = owner_engine(fresh)
    with engine.connect().execution_options(writes=True) as connection:
        migrate(connection, command.downgrade, "-1")
    engine.dispose()
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
