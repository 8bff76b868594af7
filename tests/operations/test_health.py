"""/healthz and /readyz: for load balancers, which know addresses and no networks."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from portal import run_folder
from portal.config import Settings
from portal.database import owner_engine
from portal.migrating import scripts
from portal.operations import health, probing
from portal.operations.health import Readiness

pytestmark = pytest.mark.database
ANYWHERE = ("10.0.0.5:8080", "[2001:db8::1]", "unknown.example", "riverside.example")


@pytest.fixture
def get(app, migrated, monkeypatch):
    """Asks; what was said a moment ago is forgotten first."""
    monkeypatch.delenv(run_folder.VARIABLE, raising=False)

    def ask(path="/readyz", host="10.0.0.5", **headers):
        app.extensions["readiness"] = Readiness(app.config["SETTINGS"])
        return app.test_client().get(path, base_url=f"http://{host}", headers=headers)

    return ask


@pytest.mark.parametrize("host", ANYWHERE)
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_answers_under_every_name_and_leaves_no_trace(get, path, host):
    answer = get(path, host)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_in_words_and_as_json(get):
    assert get().text == "database: ok\nmigrations: ok\nfiles: ok\nnot stopping: ok\n"
    answer = get(Accept="application/json")
    assert answer.json == {
        "ready": True,
        "checks": {"database": "ok", "migrations": "ok", "files": "ok", "not stopping": "ok"},
    }


def failing(answer):
    assert answer.status_code == 503
    return [line.partition(":")[0] for line in answer.text.splitlines() if line.endswith(": failing")]


def test_a_process_that_is_alive_says_so_whatever_is_wrong(get, monkeypatch):
    monkeypatch.setattr(probing, "revision", lambda _settings: None)
    assert get("/healthz").status_code == 200
    assert get().status_code == 503


def test_the_newest_migration_is_the_one_that_alembic_would_run_last():
    assert probing.newest_revision() == ScriptDirectory.from_config(scripts()).get_current_head()


def test_web_processes_do_without_what_migrates():
    code = "import portal.web, portal.worker_process, sys; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_database_of_another_version(get, migrated):
    engine = owner_engine(migrated)
    with engine.connect().execution_options(writes=True) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()
        assert failing(get()) == ["migrations"]
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{probing.newest_revision()}'")  # noqa: S608
        connection.commit()
    engine.dispose()
    assert get().status_code == 200


def other(tmp_path: Path, **values) -> Settings:
    return Settings(**{"data_dir": tmp_path, "secret_key": "s" * 40, **values})


def asked(settings: Settings) -> dict[str, bool]:
    return Readiness(settings).ask().checks


def test_a_database_that_is_not_there(tmp_path):
    checks = asked(other(tmp_path))
    assert (checks["database"], checks["migrations"]) == (False, False)
    assert list(tmp_path.iterdir()) == [], "asking makes nothing"


def test_a_database_in_which_nothing_was_set_up(tmp_path):
    (tmp_path / "daylight.sqlite3").touch()
    checks = asked(other(tmp_path))
    assert (checks["database"], checks["migrations"]) == (True, False)


def test_a_server_that_takes_connections_and_says_nothing_is_not_waited_for(tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/d"
        assert asked(other(tmp_path, database_url=url))["database"] is False  # the test would hang


def test_files_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "in the way").touch()
    assert asked(other(tmp_path, files_url=f"file://{tmp_path}/in%20the%20way"))["files"] is False
    monkeypatch.setattr(health, "LEAST_FREE", 2**62)
    assert asked(other(tmp_path))["files"] is False


def test_a_folder_that_is_yet_to_be_made_is_well(tmp_path):
    assert asked(other(tmp_path / "to" / "be" / "made"))["files"] is True


def test_asked_to_stop(get, tmp_path, monkeypatch):
    assert get().status_code == 200
    monkeypatch.setenv(run_folder.VARIABLE, str(tmp_path))
    assert get().status_code == 200
    run_folder.begin_to_drain()
    assert failing(get()) == ["not stopping"]
    assert get("/healthz").status_code == 200


def test_what_it_says_is_true_for_a_second_whoever_asks(migrated, monkeypatch):
    times = []
    monkeypatch.setattr(probing, "revision", lambda settings: times.append(1) or probing.newest_revision())
    readiness = Readiness(migrated)
    threads = [threading.Thread(target=readiness.ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert times == [1]


def test_nothing_but_names_is_said_to_strangers(tmp_path, get, app, monkeypatch):
    settings = other(tmp_path, database_url="postgresql://somebody:topsecret@127.0.0.1:1/d")
    app.extensions["readiness"] = Readiness(settings)
    answer = app.test_client().get("/readyz", headers={"Accept": "application/json"})
    assert answer.status_code == 503
    assert set(json.loads(answer.text)["checks"].values()) == {"ok", "failing"}
    assert "secret" not in answer.text and "127.0.0.1" not in answer.text
