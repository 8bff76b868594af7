"""Cases to be found, and asking for them as one reader or another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from portal import installation
from portal.directory import Directory, _read
from portal.search import keeping
from portal.search.models import Edition
from portal.search.searching import Asked, Making, Results, search
from portal.worker.sequencer import sequence
from tenants.scope import Scope, db, entered
from tests.cast import Cast
from tests.play import reported


@pytest.fixture
def tell(cast: Cast) -> Callable[..., int]:
    """Report a case with this text; gives its id."""

    def told(text: str, **changes: object) -> int:
        return reported(cast, text=text, **changes).case_id

    return told


@pytest.fixture
def portal_program(app: Flask, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The program on the database of the tests."""

    @contextmanager
    def opened() -> Iterator[None]:
        yield

    monkeypatch.setattr(installation, "opened", opened)
    return CliRunner()


def every_edition() -> list[Edition]:
    with entered(Scope.system()):
        return list(db.session.scalars(select(Edition).order_by(Edition.id)))


def keep_up() -> None:
    """What the worker does until the index knows everything."""
    while sequence() + keeping.turn():
        pass


def names(scope: Scope) -> Directory:
    with entered(scope):
        return _read()


def ask(scope: Scope, text: str, **asked: object) -> Results | Making:
    known = names(scope)
    with entered(scope):
        return search(Asked(text, **asked), known)  # type: ignore[arg-type]


def found(scope: Scope, text: str, **asked: object) -> list[str]:
    """The titles of the results, in their order."""
    results = ask(scope, text, **asked)
    assert isinstance(results, Results), results
    return [(each.case or each.idea).title for each in results.rows]  # type: ignore[union-attr]
