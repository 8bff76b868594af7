"""Settings, permissions, room, languages: each thing is broken once, named, and mended as the doctor says."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from portal.config import Settings
from portal.doctor import clocks, configuration, languages, permissions
from portal.doctor.findings import State
from portal.files import storage as storages
from portal.languages import FOLDER
from tenants.models import Network, NetworkHost
from tenants.scope import Scope, db, entered, writing
from tests.doctor.conftest import is_well, only

KEY = "0123456789abcdef" * 4


def settings(folder: Path, **values: object) -> Settings:
    return Settings(**{"data_dir": folder, "secret_key": KEY, **values})


def production(folder: Path, **values: object) -> Settings:
    return settings(folder, environment="production", public_url="https://f.example.org", **values)


def run(mend: str) -> None:
    subprocess.run(mend, shell=True, check=True)  # noqa: S602 (what the doctor says)


def test_a_secret_that_can_be_guessed(tmp_path):
    found = only(list(configuration.secret(settings(tmp_path, secret_key="a" * 40))), State.FAILING)
    assert "SECRET_KEY" in found.words
    command = found.mend.partition("=")[2].removesuffix(".")
    made = subprocess.run(f"echo {command}", shell=True, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S602
    assert is_well(list(configuration.secret(settings(tmp_path, secret_key=made))))


def test_a_secret_that_others_can_read(tmp_path):
    ours = settings(tmp_path / "data", secret_key="")
    kept = tmp_path / "data" / "secret"
    assert is_well(list(configuration.secret(ours)))
    kept.chmod(0o644)
    found = only(list(configuration.secret(ours)), State.FAILING)
    assert "topsecret" not in found.words and ours.secret_key not in found.words
    run(found.mend)
    assert is_well(list(configuration.secret(ours)))


def test_development_where_others_can_come(tmp_path):
    assert only(list(configuration.address(settings(tmp_path, host="0.0.0.0"))), State.WARNING)  # noqa: S104
    assert is_well(list(configuration.address(settings(tmp_path))))
    assert is_well(list(configuration.address(production(tmp_path, host="0.0.0.0"))))  # noqa: S104


def test_production_without_a_proxy(tmp_path):
    assert "TRUSTED_PROXIES=1" in only(list(configuration.proxies(production(tmp_path))), State.WARNING).mend
    assert is_well(list(configuration.proxies(production(tmp_path, trusted_proxies=1))))


@pytest.fixture
def mail_server():
    class Nobody:
        async def handle_DATA(self, _server, _session, _envelope):  # noqa: N802
            raise AssertionError("the doctor sends nothing")

    controller = Controller(Nobody(), hostname="127.0.0.1", port=0)
    controller.port = _free_port()
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_mail_that_reaches_nobody(tmp_path, mail_server):
    assert is_well(list(configuration.mail(settings(tmp_path))))
    assert "MAIL_URL" in only(list(configuration.mail(production(tmp_path))), State.WARNING).mend
    away = production(tmp_path, mail_url="smtp://u:topsecret@127.0.0.1:1")
    found = only(list(configuration.mail(away)), State.FAILING)
    assert "Connection refused" in found.words and "topsecret" not in found.words + found.mend
    assert is_well(list(configuration.mail(production(tmp_path, mail_url=mail_server))))


def test_a_folder_into_which_others_can_look(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    found = only(list(permissions.modes(settings(folder))), State.WARNING)
    run(found.mend)
    assert is_well(list(permissions.modes(settings(folder))))


def test_files_of_another_user(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "daylight.sqlite3").touch()
    assert is_well(list(permissions.owners(settings(folder))))
    if os.getuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(folder / "daylight.sqlite3", 12345, -1)
    found = only(list(permissions.owners(settings(folder))), State.FAILING)
    assert "daylight.sqlite3" in found.words
    run(found.mend)
    assert is_well(list(permissions.owners(settings(folder))))


def test_no_folder_at_all(tmp_path):
    assert only(list(permissions.owners(settings(tmp_path / "no"))), State.FAILING).mend == "portal setup"


@pytest.mark.parametrize(("free", "state"), [(10 * 1024**2, State.FAILING), (500 * 1024**2, State.WARNING)])
def test_a_disk_that_fills(tmp_path, monkeypatch, free, state):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=free))
    assert "Make room" in only(list(permissions.room(settings(tmp_path))), state).mend
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=2**40))
    assert is_well(list(permissions.room(settings(tmp_path))))


def test_a_language_of_which_texts_are_missing(tmp_path, monkeypatch):
    assert is_well(list(languages.catalogues(settings(tmp_path))))
    copy = tmp_path / "translations"
    shutil.copytree(FOLDER, copy)
    monkeypatch.setattr(languages, "read_messages", lambda locale: _read(locale, copy))
    assert is_well(list(languages.catalogues(settings(tmp_path))))
    text = (copy / "zh_Hant.po").read_text(encoding="utf-8")
    (copy / "zh_Hant.po").write_text(text[: len(text) // 2].rpartition("\n\n")[0] + "\n", encoding="utf-8")
    assert only(list(languages.catalogues(settings(tmp_path))), State.FAILING)
    (copy / "zh_Hant.po").unlink()
    assert "Install" in only(list(languages.catalogues(settings(tmp_path))), State.FAILING).mend


def _read(locale, folder):
    from portal.languages import read_messages

    return read_messages(locale, folder)


def test_no_data_of_time_zones(tmp_path, monkeypatch):
    assert is_well(list(clocks.zone_data(settings(tmp_path))))

    def gone(_name):
        raise clocks.ZoneInfoNotFoundError

    monkeypatch.setattr(clocks, "ZoneInfo", gone)
    assert "tzdata" in only(list(clocks.zone_data(settings(tmp_path))), State.FAILING).mend


@pytest.mark.database
def test_a_network_without_a_host(cast, look):
    in_production = {"environment": "production", "public_url": "https://riverside.example"}
    assert is_well(look(configuration.hosts, **in_production))
    elsewhere = look(configuration.hosts, environment="production", public_url="https://other.example")
    assert "other.example" in only(elsewhere, State.WARNING).words
    with entered(Scope.system()), writing():
        db.session.delete(db.session.get_one(NetworkHost, "northport.example"))
    assert "northport" in only(look(configuration.hosts, **in_production), State.FAILING).words
    from tenants import administration

    administration.add_network(
        "northport", prefix="NOR", name="Northport", zone="Europe/London", locale="en", hosts=("n.example",)
    )
    assert is_well(look(configuration.hosts, **in_production))


@pytest.mark.database
def test_nothing_in_it_yet(app, look):
    assert "network add" in only(look(configuration.hosts), State.WARNING).mend


@pytest.mark.database
def test_the_zone_of_a_network_that_is_not_known(cast, look):
    assert look(clocks.zones_of_networks) == []
    with entered(Scope.system()), writing():
        db.session.get_one(Network, cast.northport).zone = "Europe/Atlantis"
    assert "Europe/Atlantis" in only(look(clocks.zones_of_networks), State.FAILING).words


@pytest.mark.database
def test_a_place_of_files_that_is_away(app, look, monkeypatch, tmp_path):
    assert is_well(look(configuration.files))
    (tmp_path / "in the way").touch()
    monkeypatch.setitem(app.extensions, "files", storages.Folder(tmp_path / "in the way"))
    assert "FILES_URL" in only(look(configuration.files), State.FAILING).mend
