"""Who makes an index: the worker itself while there is little to find, else a process of its own, and only one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner

from portal.beside import Beside
from portal.cli import main
from portal.search import editions, keeping
from portal.search.engine import search_engine
from portal.search.models import Edition
from portal.worker.sequencer import sequence
from tenants.scope import Scope, entered
from tests.beside import recorded
from tests.cast import Cast
from tests.search.conftest import every_edition, found, keep_up

pytestmark = pytest.mark.database
Tell = Callable[..., int]


@pytest.fixture(autouse=True)
def maker(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that no other test has started."""
    monkeypatch.setattr(keeping, "MAKER", Beside("search", "make", "--quiet"))


@pytest.fixture
def much(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five cases, of which two are much."""
    monkeypatch.setattr(type(search_engine()), "slice_size", 2)
    monkeypatch.setattr(keeping, "FEW", 2)
    for number in range(5):
        tell(f"Zanzibar {number}")
    sequence()


def as_the_worker() -> None:
    while sequence() + keeping.turn(keeping.make_beside):
        pass


def test_the_worker_makes_a_small_one_itself(cast: Cast, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    started = recorded(monkeypatch)
    tell("Zanzibar was cold")
    as_the_worker()
    assert found(cast.public, "zanzibar")
    assert not started


def test_a_large_one_is_made_beside_it(cast: Cast, much: None, monkeypatch: pytest.MonkeyPatch) -> None:
    started = recorded(monkeypatch)
    as_the_worker()
    assert [each.argv[4:6] for each in started] == [["search", "make"]]
    assert every_edition()[0].done == 0
    as_the_worker()
    assert len(started) == 1, "it is at it"
    assert keeping.make_all()
    started[0].ended = True
    as_the_worker()
    assert len(found(cast.public, "zanzibar")) == 5
    assert len(started) == 1


def test_the_worker_leaves_alone_what_the_one_beside_it_begins_again(
    cast: Cast, much: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both would make room for it, and one take away what the other has written."""
    started = recorded(monkeypatch)
    as_the_worker()
    with entered(Scope.system()):
        editions.begin_again(every_edition()[0])
    as_the_worker()
    assert every_edition()[0].begun_at is None
    started[0].ended = True
    as_the_worker()
    assert every_edition()[0].begun_at is not None


def test_while_it_is_made_the_one_before_follows(
    cast: Cast, tell: Tell, much: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_up()
    recorded(monkeypatch)
    with entered(Scope.system()):
        editions.ask_for("asked")
    as_the_worker()
    tell("Zanzibar 5")
    as_the_worker()
    assert len(found(cast.public, "zanzibar")) == 6


def test_the_command_makes_it(app, cast: Cast, much: None, portal_program: CliRunner) -> None:
    keeping.turn()
    answer = portal_program.invoke(main, ["search", "make"])
    assert (answer.exit_code, answer.output) == (0, "The index is made.\n")
    as_the_worker()
    assert len(found(cast.public, "zanzibar")) == 5


def test_of_two_that_make_it_one_gives_up(
    cast: Cast, much: None, monkeypatch: pytest.MonkeyPatch, portal_program: CliRunner
) -> None:
    keeping.turn()
    write, came = search_engine().write, []

    def overtaken(edition: Edition, *what: object) -> None:
        write(edition, *what)  # type: ignore[arg-type]
        if not came:
            came.append(edition.id)
            with entered(Scope.system()):
                while editions.unfinished():
                    keeping.make_here()

    keeping.turn()
    monkeypatch.setattr(search_engine(), "write", overtaken)
    answer = portal_program.invoke(main, ["search", "make"])
    assert (answer.exit_code, answer.output) == (0, "Another process is making it.\n")
    edition = every_edition()[0]
    assert (edition.done, edition.total, edition.finished_at is not None) == (5, 5, True)


def test_files_that_a_newer_one_has_taken_away_are_not_broken(
    cast: Cast, tell: Tell, much: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process beside the worker finishes while the worker has read what to write into the older one."""
    keep_up()
    with entered(Scope.system()):
        editions.ask_for("asked")
    tell("Zanzibar 5")
    sequence()
    told_after, came = keeping.told_after, []

    def overtaken(*of: int) -> object:
        if not came:
            came.append(keeping.make_all())
        return told_after(*of)

    monkeypatch.setattr(keeping, "told_after", overtaken)
    as_the_worker()
    assert came == [True]
    assert [each.reason for each in every_edition()] == ["missing", "asked"]
    assert len(found(cast.public, "zanzibar")) == 6
