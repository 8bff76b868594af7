"""The `portal` program as a person calls it: help, exit codes, and the README that describes it."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from portal import settings_table
from portal.cli import main

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_explains_itself_and_its_exit_codes(name: str) -> None:
    command = main.commands[name]
    answer = CliRunner().invoke(main, [name, "--help"])
    assert answer.exit_code == 0
    assert command.help
    assert isinstance(command, click.Group) or "Exit code" in answer.output
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_wrong_settings_are_one_line_and_exit_code_2(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", "eighty")
    answer = CliRunner().invoke(main, ["serve"])
    assert answer.exit_code == 2
    assert answer.stderr.startswith("setting PORT: ")
    assert answer.stderr.count("\n") == 1


def test_the_readme_has_the_table_of_settings() -> None:
    assert settings_table.markdown() in README.read_text(), "put what `portal settings` prints into README.md"
