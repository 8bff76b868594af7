"""Writers of one process stand in line for SQLite; and what need not last does not wait for the disk."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tenants.db import _lines, configure_sqlite
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast
from tests.conftest import ON_POSTGRESQL

pytestmark = pytest.mark.database


@pytest.mark.skipif(ON_POSTGRESQL, reason="PostgreSQL lets several write")
def test_who_writes_to_sqlite_holds_the_line_until_it_is_done(cast: Cast) -> None:
    with entered(Scope.system(cast.riverside)):
        line = _lines[str(db.engine.url.database)]
        with writing():
            assert line.locked()
            with writing():
                assert line.locked()
            assert line.locked()
        assert not line.locked()
        with suppress(ValueError), writing():
            raise ValueError
        assert not line.locked()


def test_only_what_need_not_last_is_committed_before_it_is_on_the_disk(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'own.sqlite3'}")
    configure_sqlite(engine, synchronous="FULL")
    for lasting, pragma in ((True, 2), (False, 1), (False, 1), (True, 2)):
        with engine.connect().execution_options(writes=True, lasting=lasting) as connection:
            assert connection.scalar(text("PRAGMA synchronous")) == pragma
    engine.dispose()


@pytest.mark.skipif(not ON_POSTGRESQL, reason="a setting of PostgreSQL")
def test_what_need_not_last_does_not_wait_for_postgresql_either(cast: Cast) -> None:
    said = text("SELECT setting, source FROM pg_settings WHERE name = 'synchronous_commit'")
    with entered(Scope.system(cast.riverside)):
        with writing(lasting=False):
            assert tuple(db.session.execute(said).one()) == ("off", "session")
        with writing():
            assert db.session.execute(said).one().source != "session"
