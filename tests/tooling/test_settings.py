"""Settings: what is accepted, what is refused and in which words, and that secrets stay out of both."""

import stat
from pathlib import Path

import pytest

from portal.config import Settings, SettingsError

SECRET = "s" * 32
PRODUCTION = {"ENVIRONMENT": "production", "PUBLIC_URL": "https://f.example.org", "SECRET_KEY": SECRET}


@pytest.fixture(autouse=True)
def _only_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))


def load(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings.load()


@pytest.mark.parametrize(
    ("variables", "field", "value"),
    [
        ({}, "port", 8000),
        ({"PORT": ""}, "port", 8000),
        ({}, "public_url", "http://localhost:8000"),
        ({"PORT": "9000"}, "public_url", "http://localhost:9000"),
        ({"PUBLIC_URL": "https://f.example.org/"}, "public_url", "https://f.example.org"),
        ({"PUBLIC_URL": "https://f.example.org"}, "mail_from", "portal@f.example.org"),
        ({"HOST": "::"}, "host", "::"),
        ({"ENVIRONMENT": "Development"}, "in_production", False),
        (PRODUCTION, "in_production", True),
        (PRODUCTION, "secret_key", SECRET),
        ({"DATABASE_URL": "postgresql://u:p@h/d"}, "database_url", "postgresql+psycopg://u:p@h/d"),
        ({"DATABASE_URL": "postgresql+psycopg://u:p@h/d"}, "on_postgresql", True),
        ({"DATABASE_URL": "postgresql://u:p@h/d"}, "owner_url", "postgresql+psycopg://u:p@h/d"),
        ({"DATABASE_OWNER_URL": "postgresql://o@h/d"}, "owner_url", "postgresql+psycopg://o@h/d"),
        ({"DATABASE_WORKER_URL": "postgresql://w@h/d"}, "worker_url", "postgresql+psycopg://w@h/d"),
        ({"DATABASE_URL": "sqlite:////a/b.sqlite3"}, "on_postgresql", False),
        ({"SQLITE_SYNCHRONOUS": "normal"}, "sqlite_synchronous", "NORMAL"),
        ({"MAIL_URL": "smtp://u:p@mail.example.org:587"}, "mail_url", "smtp://u:p@mail.example.org:587"),
        ({"MAIL_URL": "smtps://mail.example.org"}, "mail_url", "smtps://mail.example.org"),
        ({"MAIL_URL": "file:///a/folder"}, "mail_url", "file:///a/folder"),
        ({}, "limits_url", ""),
        ({"LIMITS_URL": "redis://:p@store.example.org/2"}, "limits_url", "redis://:p@store.example.org/2"),
        ({"LIMITS_URL": "unix:///run/valkey.sock"}, "limits_url", "unix:///run/valkey.sock"),
        ({"LOG_LEVEL": "debug"}, "log_level", "DEBUG"),
    ],
)
def test_accepted(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], field: str, value: object) -> None:
    assert getattr(load(monkeypatch, variables), field) == value


@pytest.mark.parametrize(
    "variables",
    [
        {"PORT": "abc"},
        {"PORT": "0"},
        {"PORT": "65536"},
        {"HOST": "example.org"},
        {"ENVIRONMENT": "staging"},
        {"PUBLIC_URL": "f.example.org"},
        {"PUBLIC_URL": "ftp://f.example.org"},
        {"PUBLIC_URL": "https://f.example.org/portal"},
        {"PUBLIC_URL": "https://f.example.org?a=b"},
        {"PUBLIC_URL": "https://[broken"},
        {"TRUSTED_PROXIES": "-1"},
        {"TRUSTED_PROXIES": "11"},
        {"WEB_PROCESSES": "0"},
        {"DATA_DIR": "/proc/nowhere"},
        {"SECRET_KEY": "s" * 31},
        {"DATABASE_URL": "mysql://u:p@h/d"},
        {"DATABASE_URL": "postgresql://u:p@h"},
        {"DATABASE_URL": "sqlite://"},
        {"DATABASE_URL": "sqlite:///:memory:"},
        {"DATABASE_OWNER_URL": "sqlite:////a/b"},
        {"MAIL_URL": "mail.example.org"},
        {"LIMITS_URL": "store.example.org:6379"},
        {"LIMITS_URL": "redis://"},
        {"LIMITS_URL": "redis://h/limits"},
        {"LIMITS_URL": "unix:relative"},
        {"MAIL_URL": "smtp://"},
        {"MAIL_URL": "smtp://h:99999"},
        {"MAIL_FROM": "Portal <portal@example.org>"},
        {"MAIL_FROM": "a@example.org,b@example.org"},
        {"MAX_BODY_BYTES": "1"},
        {"MAX_BODY_BYTES": "2MB"},
        {"SQLITE_SYNCHRONOUS": "OFF"},
        {"LOG_LEVEL": "loud"},
    ],
)
def test_refused_with_one_line_naming_the_variable(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, variables)
    (problem,) = caught.value.problems
    named = "SECRET_KEY" if "DATA_DIR" in variables else next(iter(variables))
    assert problem.startswith(f"{named}: ")
    assert "\n" not in problem


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "http://f.org"}, "PUBLIC_URL"),
    ],
)
def test_production_takes_nothing_for_granted(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, PRODUCTION | changed)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [named]


def test_every_wrong_variable_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, {"PORT": "x", "LOG_LEVEL": "x"})
    assert len(caught.value.problems) == 2


def test_secrets_are_in_neither_errors_nor_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        {
            "SECRET_KEY": "topsecret" * 4,
            "DATABASE_URL": "postgresql://u:topsecret@h/d",
            "MAIL_URL": "smtp://u:topsecret@h",
            "LIMITS_URL": "redis://u:topsecret@h",
        },
    )
    assert "topsecret" not in repr(settings) + str(settings)
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, {"DATABASE_URL": "mysql://u:topsecret@h/d", "SECRET_KEY": "topsecret"})
    assert "topsecret" not in str(caught.value)


def test_the_secret_of_development_is_made_once_for_its_owner_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second = load(monkeypatch, {}).secret_key, load(monkeypatch, {}).secret_key
    kept = tmp_path / "data" / "secret"
    assert first == second == kept.read_text().strip()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret"]
