"""`portal search`: what a person at the command line is told."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from portal.cli import main
from portal.commands import search as command
from portal.search import keeping
from tests.cast import Cast
from tests.play import reported
from tests.search.conftest import keep_up

pytestmark = pytest.mark.database


@pytest.fixture
def program(portal_program: CliRunner, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr(command, "PAUSE", 0)
    return portal_program


def test_status_says_whether_an_index_answers(program: CliRunner, cast: Cast) -> None:
    answer = program.invoke(main, ["search", "status"])
    assert answer.exit_code == 1
    assert "no index can be asked" in answer.output
    reported(cast)
    keep_up()
    answer = program.invoke(main, ["search", "status"])
    assert answer.exit_code == 0
    assert "answers, 0 events behind" in answer.output


def test_a_rebuild_is_asked_for_and_shown(program: CliRunner, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    reported(cast)
    keep_up()
    monkeypatch.setattr(command.time, "sleep", lambda _seconds: keeping.turn())  # the worker, meanwhile
    answer = program.invoke(main, ["search", "rebuild"])
    assert answer.exit_code == 0, answer.output
    assert "The index is made again: 1 cases." in answer.output


def test_without_a_worker_it_gives_up(program: CliRunner, cast: Cast) -> None:
    answer = program.invoke(main, ["search", "rebuild", "--patience", "0"])
    assert answer.exit_code == 1
    assert "is `portal worker` running?" in answer.output


def test_it_may_be_asked_for_without_waiting(program: CliRunner, cast: Cast) -> None:
    assert program.invoke(main, ["search", "rebuild", "--no-wait"]).exit_code == 0
    assert "Being made" in program.invoke(main, ["search", "status"]).output
