"""The units of systemd are sound, and call the program as it is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from portal.cli import main
from portal.config import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(each for each in (DEPLOY / "systemd").iterdir() if each.suffix)
ANALYZE = shutil.which("systemd-analyze")


@pytest.mark.skipif(ANALYZE is None, reason="no systemd-analyze")
def test_systemd_takes_every_line_of_them(tmp_path: Path) -> None:
    """Programs, people and files that only an installation has are put in their place."""
    program = shutil.which("true")
    for unit in UNITS:
        text = unit.read_text().replace("/opt/daylight/bin/portal", str(program)).replace("User=daylight", "User=root")
        (tmp_path / unit.name).write_text(re.sub("EnvironmentFile=.*", "EnvironmentFile=/dev/null", text))
    argv = [str(ANALYZE), "verify", *(str(tmp_path / unit.name) for unit in UNITS)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert (done.returncode, said) == (0, []), done.stderr


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_they_call_commands_that_there_are(unit: Path) -> None:
    [called] = re.findall(r"^ExecStart=/opt/daylight/bin/portal (\S+)", unit.read_text(), re.MULTILINE)
    assert called in main.commands


def test_the_command_line_is_the_program_with_the_settings_of_the_worker() -> None:
    script = DEPLOY / "systemd" / "daylight"
    subprocess.run(["/bin/sh", "-n", str(script)], check=True, timeout=60)
    worker = (DEPLOY / "systemd" / "daylight-worker.service").read_text()
    assert "/opt/daylight/bin/portal" in script.read_text()
    for file in re.findall(r"^EnvironmentFile=(\S+)", worker, re.MULTILINE):
        assert f"--property=EnvironmentFile={file} " in script.read_text()


def test_the_web_does_not_get_the_logins_of_owner_and_worker() -> None:
    web = (DEPLOY / "systemd" / "daylight-web.service").read_text()
    assert re.findall(r"^EnvironmentFile=(\S+)", web, re.MULTILINE) == ["/etc/daylight/environment"]


def test_the_compose_file_sets_what_is_a_setting() -> None:
    services = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())["services"]
    known = {name.upper() for name in Settings.model_fields}
    for name in ("setup", "web", "worker"):
        assert services[name]["environment"].keys() <= known
        assert services[name]["command"][0] == "portal" and services[name]["command"][1] in main.commands


def test_in_compose_each_program_has_the_login_of_its_own() -> None:
    folder = DEPLOY / "compose"
    services = yaml.safe_load((folder / "compose.yaml").read_text())["services"]
    given = {
        name: {setting: value for setting, value in services[name]["environment"].items() if "DATABASE" in setting}
        for name in ("setup", "web", "worker")
    }
    login = "postgresql://{}:${{{}_PASSWORD}}@database/daylight"
    web, worker = {"DATABASE_URL": login.format("web", "WEB")}, login.format("worker", "WORKER")
    assert given["web"] == web
    assert given["worker"] == {**web, "DATABASE_WORKER_URL": worker}
    assert given["setup"] == {**given["worker"], "DATABASE_OWNER_URL": login.format("owner", "OWNER")}
    made = re.findall(r"^CREATE ROLE (\w+) LOGIN", (folder / "logins.sh").read_text(), re.MULTILINE)
    assert made == ["owner", "web", "worker"]


def test_in_compose_nothing_but_files_is_shared_by_containers() -> None:
    """What is in DATA_DIR belongs to one `portal serve`: two would sweep each other's away."""
    services = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())["services"]
    for name in ("web", "worker"):
        assert services[name]["volumes"] == ["files:/files"]
        assert services[name]["environment"]["DATA_DIR"] == "/data"
        assert services[name]["environment"]["FILES_URL"] == "${FILES_URL:-file:///files}"


def test_every_secret_of_compose_has_a_line_in_the_example() -> None:
    folder = DEPLOY / "compose"
    asked = set(re.findall(r"\$\{(\w+):\?\}", (folder / "compose.yaml").read_text()))
    assert asked <= set(re.findall(r"^(\w+)=", (folder / "env.example").read_text(), re.MULTILINE))


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_no_unit_opens_the_folder_of_the_data_to_others(unit: Path) -> None:
    """Each that names it sets its mode anew at every start."""
    lines = unit.read_text().splitlines()
    assert "StateDirectory=daylight" in lines and "StateDirectoryMode=0700" in lines
