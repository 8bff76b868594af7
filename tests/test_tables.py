"""What the tests themselves stand on: tables that are emptied, and filled again as they were."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from portal.cases.models import Case
from portal.events.models import Event
from tenants.registry import owned
from tenants.scope import Scope, current, db, entered, writing
from tests.cast import _tenant, assemble
from tests.play import reported
from tests.tables import Tables

pytestmark = pytest.mark.database


def rows(tables: Tables) -> dict[str, list[Any]]:
    each = {name: tables.connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables.names}  # noqa: S608
    return {name: sorted(found, key=repr) for name, found in each.items() if found}


def never() -> None:
    raise AssertionError("it was to be put back, not written")


def test_what_is_put_back_is_what_was_written(app: Flask, tables: Tables) -> None:
    cast = tables.once("here", assemble)
    written = rows(tables)
    assert {"networks", "tenants", "users", "memberships"} <= written.keys()
    tables.empty()
    assert rows(tables) == {}
    assert tables.once("here", never) == cast
    assert rows(tables) == written


def test_what_follows_gets_numbers_of_its_own(app: Flask, tables: Tables) -> None:
    tables.once("numbers", assemble)
    tables.empty()
    cast = tables.once("numbers", never)
    with entered(Scope.system(cast.riverside)), writing():
        assert _tenant(cast.riverside, "new", "New") > cast.elsewhere
    assert reported(cast).case_id


def test_what_is_there_already_is_not_taken_for_what_was_made(app: Flask, tables: Tables) -> None:
    cast = assemble()
    made: list[int] = []
    tables.once("more", lambda: made.append(1))
    tables.empty()
    tables.once("more", lambda: made.append(2))
    assert made == [1, 2] and cast


def test_history_is_emptied_and_stays_append_only(app: Flask, tables: Tables) -> None:
    for _ in range(2):
        reported(tables.once("history", assemble))
        for table in ("events", "event_contents"):
            with entered(Scope.system()), pytest.raises(DBAPIError, match="append-only"), writing():
                db.session.execute(current().delete(owned()[table].__table__))
        tables.empty()
        with entered(Scope.system()):
            assert db.session.query(Event).count() == db.session.query(Case).count() == 0
