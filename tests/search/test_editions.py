"""The index is made by itself: when it is missing, broken, of an older schema, or knows more than the database."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.cases.handling import reply
from portal.cases.redaction import redact
from portal.search import analysis, editions, keeping
from portal.search.engine import search_engine
from portal.search.models import Edition
from portal.search.searching import Making
from portal.worker.sequencer import sequence
from tenants.clock import Hand
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast
from tests.conftest import ON_POSTGRESQL
from tests.play import acknowledged, history
from tests.search.conftest import ask, every_edition, found, keep_up

pytestmark = pytest.mark.database
Tell = Callable[..., int]
embedded = pytest.mark.skipif(ON_POSTGRESQL, reason="the server's engine keeps no files")


def folder(app: Flask) -> Path:
    return Path(app.config["SETTINGS"].data_dir) / "search" / every_edition()[-1].folder


def test_while_there_is_no_index_the_page_says_so(cast: Cast, tell: Tell) -> None:
    tell("Zanzibar was cold")
    assert ask(cast.public, "zanzibar") == Making(0, 0)
    sequence()
    keeping.turn()
    assert ask(cast.public, "zanzibar") == Making(0, 1)
    keep_up()
    assert found(cast.public, "zanzibar")


def test_a_new_edition_is_made_while_the_old_one_answers(cast: Cast, tell: Tell) -> None:
    for number in range(3):
        tell(f"Zanzibar {number}")
    keep_up()
    with entered(Scope.system()):
        asked = editions.ask_for("asked")
        assert editions.ask_for("asked").id == asked.id, "asking twice is asking once"
    keeping.turn()
    assert len(found(cast.public, "zanzibar")) == 3
    tell("Zanzibar 3")
    keep_up()
    assert len(found(cast.public, "zanzibar")) == 4
    assert [(each.reason, each.finished_at is not None) for each in every_edition()] == [
        ("missing", True),
        ("asked", True),
    ]


def test_an_index_of_an_older_schema_is_not_asked(cast: Cast, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    tell("Zanzibar was cold")
    keep_up()
    monkeypatch.setattr(editions, "SCHEMA", analysis.SCHEMA + 1)
    assert isinstance(ask(cast.public, "zanzibar"), Making)
    keep_up()
    assert found(cast.public, "zanzibar")
    assert every_edition()[-1].reason == "older_schema"


@embedded
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves open what it cannot read
@pytest.mark.parametrize("harm", ["gone", "empty", "cut", "noise"])
def test_a_broken_index_is_made_again(app: Flask, cast: Cast, tell: Tell, harm: str) -> None:
    tell("Zanzibar was cold")
    keep_up()
    search_engine().close()
    _harm(folder(app), harm)
    search_engine().close()
    assert isinstance(ask(cast.public, "zanzibar"), Making)
    tell("Zanzibar was warm")  # nothing waits for it
    keep_up()
    assert len(found(cast.public, "zanzibar")) == 2
    assert len(every_edition()) == 2
    gc.collect()


def _harm(index: Path, harm: str) -> None:
    if harm == "gone":
        shutil.rmtree(index)
        return
    for file in index.iterdir():
        content = file.read_bytes()
        file.write_bytes({"empty": b"", "cut": content[: len(content) // 2], "noise": b"\xff" * len(content)}[harm])


@embedded
def test_a_commit_that_takes_files_away_while_somebody_asks_breaks_nothing(
    app: Flask, cast: Cast, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoosh tells of a file that is gone in many ways, of which a TypeError is one."""
    tell("Zanzibar was cold")
    keep_up()
    engine = search_engine()
    at, opened, came = engine.position(every_edition()[-1]), engine._searcher, []

    def overtaken(edition: Edition) -> object:
        if not came:
            came.append(engine.write(edition, [], [], at))
            raise TypeError
        return opened(edition)

    monkeypatch.setattr(engine, "_searcher", overtaken)
    assert found(cast.public, "zanzibar") and came
    assert not (folder(app) / "broken").exists()


def test_an_index_that_knows_more_than_the_database_is_made_again(cast: Cast, tell: Tell) -> None:
    tell("Zanzibar was cold")
    keep_up()
    with entered(Scope.system()):
        edition = editions.whole()
        assert edition is not None
        search_engine().write(edition, [], [], 1_000_000)  # as after restoring yesterday's database
    keep_up()
    assert every_edition()[-1].reason == "ahead"
    assert found(cast.public, "zanzibar")


def test_making_goes_on_where_the_worker_was_killed(cast: Cast, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(search_engine()), "slice_size", 2)
    for number in range(5):
        tell(f"Zanzibar {number}")
    sequence()
    for _turn in range(3):
        keeping.turn()
    search_engine().close()
    done = every_edition()[0].done
    assert 0 < done < 5
    keep_up()
    assert len(found(cast.public, "zanzibar")) == 5
    assert (every_edition()[0].done, every_edition()[0].total) == (5, 5)


@embedded
def test_files_that_vanish_while_an_index_is_made_begin_it_again(
    app: Flask, cast: Cast, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(search_engine()), "slice_size", 2)
    for number in range(5):
        tell(f"Zanzibar {number}")
    sequence()
    for _turn in range(3):
        keeping.turn()
    shutil.rmtree(folder(app))
    keep_up()
    assert len(found(cast.public, "zanzibar")) == 5
    assert every_edition()[0].done == 5


@embedded
def test_the_files_forget_what_was_removed_within_a_day(app: Flask, cast: Cast, hand: Hand) -> None:
    case_id = acknowledged(cast, text="Zanzibar was cold").case_id
    with entered(cast.as_ada):
        reply(case_id, text="Pomegranate soon", author="Ada")
    keep_up()
    entry = next(each for each in history(cast, case_id) if each.text == "Pomegranate soon")
    with entered(cast.as_ada):
        redact(case_id, entry.seq, reason="personal")
    keep_up()
    assert found(cast.as_ada, "pomegranate") == []
    assert not keeping.forget_what_was_removed(), "once a day is enough"
    hand.move(timedelta(days=1))
    assert keeping.forget_what_was_removed()
    keep_up()
    files = b"".join(file.read_bytes() for file in folder(app).iterdir())
    assert b"zanzibar" in files
    assert b"pomegran" not in files
    hand.move(timedelta(days=1))
    assert not keeping.forget_what_was_removed(), "there is nothing more to forget"


def test_an_edition_of_another_engine_is_not_asked(cast: Cast, tell: Tell) -> None:
    tell("Zanzibar was cold")
    keep_up()
    with entered(Scope.system()), writing():
        for each in db.session.scalars(select(Edition)):
            each.made_by = "another"
    assert isinstance(ask(cast.public, "zanzibar"), Making)
    keep_up()
    assert found(cast.public, "zanzibar")
